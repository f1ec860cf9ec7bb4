"""The number that the durable shipper gave an event: a hole in a shipper's numbers is an event that never came."""

import re
from datetime import datetime
from typing import NamedTuple

from posthog.llm_usage.payloads.fields import JsonObject, find_moment, find_object

SHIPPER_KEY = "posthog_shipper"
SHIPPER_ID = re.compile(r"[\w.-]{1,64}")
MAX_SEQUENCE = 2**63 - 1


class Numbering(NamedTuple):
    """
    Attributes:
        shipper_id: One for each process of a gateway that ships.
        sequence: From 1, without gaps, in the order of acceptance.
        accepted_at: When the shipper took the event, aware UTC; None where it does not say.
    """

    shipper_id: str
    sequence: int
    accepted_at: datetime | None


def find_numbering(payload: JsonObject) -> Numbering | None:
    """The event's number; None for an event that no shipper sent, or whose number is none."""
    if SHIPPER_KEY not in payload:  # as in most gateways' payloads; every event is asked twice
        return None
    shipper = find_object(payload, SHIPPER_KEY)
    shipper_id, sequence = shipper.get("id"), shipper.get("sequence")
    if not (isinstance(shipper_id, str) and SHIPPER_ID.fullmatch(shipper_id)):
        return None
    if type(sequence) is not int or not 1 <= sequence <= MAX_SEQUENCE:
        return None
    return Numbering(shipper_id, sequence, find_moment(shipper, "accepted_at"))
