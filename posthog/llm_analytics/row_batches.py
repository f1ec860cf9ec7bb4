"""
Claimed bodies → batches of rows and rejects, each as large as one INSERT should be.

The same bodies give the same batches: their order and cuts follow from what the bodies hold, so that an INSERT
that is tried again is recognized.
"""

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from posthog.llm_analytics.attribution import Attribution
from posthog.llm_analytics.gateway_bodies import BodySource, Rejection, read_element
from posthog.llm_analytics.inbox_elements import Element, list_elements
from posthog.llm_analytics.rejected_content import build_reject
from posthog.llm_analytics.stored_attribution import load_attribution
from posthog.llm_usage.payloads.numbering import Numbering, find_numbering
from posthog.llm_usage.rows import Row
from posthog.models import GatewayInboxBody, RejectedEvent

log = structlog.get_logger(__name__)

BATCH_BYTES = 16 * 1024 * 1024
"""JSON text that one INSERT is made of; a worker holds about ten times this while it builds and sends it."""


@dataclass(slots=True)
class RowBatch:
    """
    What one INSERT writes, and what of the same elements became no row.

    Attributes:
        numberings: The durable shipper's numbers of all these elements, by the id of their body.
    """

    rows: list[Row] = field(default_factory=list)
    rejects: list[RejectedEvent] = field(default_factory=list)
    numberings: dict[int, list[Numbering]] = field(default_factory=dict)
    text_bytes: int = 0


def build_batches(bodies: Sequence[GatewayInboxBody], *, now: datetime) -> Iterator[RowBatch]:
    """One batch for bodies of usual size, several for a large one; at least one, in order."""
    batch = RowBatch()
    for body, source in list_sources(bodies):
        for element in list_elements(body):
            if batch.text_bytes >= BATCH_BYTES:
                yield batch
                batch = RowBatch()
            batch.text_bytes += element.text_bytes
            if isinstance(element.content, dict) and (numbering := find_numbering(element.content)) is not None:
                batch.numberings.setdefault(body.id, []).append(numbering)
            outcome = _read_guarded(element, source)
            if isinstance(outcome, Rejection):
                batch.rejects.append(build_reject(body, outcome, now=now))
            elif outcome is not None:
                batch.rows.append(outcome)
    yield batch


def list_sources(bodies: Sequence[GatewayInboxBody]) -> Iterator[tuple[GatewayInboxBody, BodySource]]:
    """Each body with where it came from; the teams of one credential are read once."""
    attributions: dict[int, Attribution] = {}
    for body in bodies:
        if body.credential_id not in attributions:
            attributions[body.credential_id] = load_attribution(body.credential)
        yield (
            body,
            BodySource(
                attribution=attributions[body.credential_id],
                received_at=body.received_at,
                offset=body.id,
                user_agent=body.user_agent,
            ),
        )


def _read_guarded(element: Element, source: BodySource) -> Row | Rejection | None:
    """An event that the rules stumble over is a reject with the error's name; its neighbours are not held up."""
    try:
        return read_element(element.content, source, element.position)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # dead-lettered: reading is pure, it would stumble again
        log.error(
            "event_unprocessable",
            body_id=source.offset,
            position=element.position,
            error=type(error).__name__,
            where=_locate(error),
        )
        payload = element.content if isinstance(element.content, dict) else None
        may_keep = not source.attribution.has_private_team
        return Rejection(
            position=element.position,
            code="event_unprocessable",
            reason=f"reading it failed: {type(error).__name__}",
            team_id=source.attribution.only_team_id,
            payload=payload if may_keep else None,
        )


def _locate(error: Exception) -> str:
    """Where it was raised. Its message stays out of the log: it may quote what was said."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
