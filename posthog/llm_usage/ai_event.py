"""
AiEvent: the one currency. A gateway payload and an SDK's capture both become this before anything is counted.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from posthog.llm_usage.payloads.fields import find_text


class AiEvent(NamedTuple):
    """
    One `$ai_*` event of one team, as an SDK would have sent it. Name the fields.

    Attributes:
        uuid: Derived from what identifies the event; the same event always has the same uuid.
        event: `$ai_generation`, `$ai_embedding`, `$ai_span`, `$ai_trace`, ...
        timestamp: When the call started; aware UTC.
        team_id: Whose event it is.
        distinct_id: Who caused it; '' where nobody is named.
        properties: `$ai_*` properties; `$ai_usage` is the raw usage object, verbatim.
    """

    uuid: UUID
    event: str
    timestamp: datetime
    team_id: int
    distinct_id: str
    properties: Mapping[str, Any]


def find_call_kind(properties: Mapping[str, Any]) -> str:
    """
    What the call was by its own report. That a client's report was linked to the gateway's since (`client_report`)
    changes which of them counts, not how its figures are read.
    """
    return find_text(properties, "$ai_client_call_kind", "$ai_call_kind") or "inference"
