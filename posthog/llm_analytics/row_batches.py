"""
Claimed bodies → batches of rows and rejects, each as large as one INSERT should be.

The same bodies give the same batches: their order and cuts follow from what the bodies hold, so that an INSERT
that is tried again is recognized.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from posthog.llm_analytics.attribution import Attribution
from posthog.llm_analytics.gateway_bodies import (
    BodySource,
    PreparedEvent,
    Rejection,
    account_prepared,
    check_prepared,
    count_prepared,
    lay_out_prepared,
    prepare_event,
    request_prepared,
)
from posthog.llm_analytics.inbox_elements import Element, list_elements
from posthog.llm_analytics.rejected_content import build_reject
from posthog.llm_analytics.stored_attribution import load_body_attribution
from posthog.llm_usage.payloads.numbering import Numbering, find_numbering
from posthog.llm_usage.rows import Row
from posthog.models import GatewayInboxBody, InboxSource, RejectedEvent

log = structlog.get_logger(__name__)

GROUP_ELEMENTS, GROUP_BYTES = 32, 1024 * 1024
"""Elements that are read together, fewer where they are large."""
BATCH_BYTES, BATCH_EVENTS = 32 * 1024 * 1024, 20_000
"""
JSON text and events that one INSERT is made of. A worker that builds and sends it takes some 250 MB (measured); a row
takes 4 kB however short its event.
"""


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
    events: int = 0


def build_batches(bodies: Sequence[GatewayInboxBody], *, now: datetime) -> Iterator[RowBatch]:
    """One batch for bodies of usual size, several for a large one; at least one, in order."""
    batch = RowBatch()
    for body, source in list_sources(bodies):
        for elements in _group(list_elements(body)):
            if batch.text_bytes >= BATCH_BYTES or batch.events >= BATCH_EVENTS:
                yield batch
                batch = RowBatch()
            batch.text_bytes += sum(element.text_bytes for element in elements)
            batch.events += len(elements)
            numberings = [found for element in elements if (found := _find_numbering(element, source)) is not None]
            if numberings:
                batch.numberings.setdefault(body.id, []).extend(numberings)
            for outcome in _read_group(elements, source):
                if isinstance(outcome, Rejection):
                    batch.rejects.append(build_reject(body, outcome, now=now))
                elif outcome is not None:
                    batch.rows.append(outcome)
            elements.clear()  # a large event goes before its row is sent
    yield batch


def _group(elements: Iterable[Element]) -> Iterator[list[Element]]:
    group: list[Element] = []
    group_bytes = 0
    for element in elements:
        group.append(element)
        group_bytes += element.text_bytes
        if len(group) >= GROUP_ELEMENTS or group_bytes >= GROUP_BYTES:
            yield group
            group, group_bytes = [], 0
    if group:
        yield group


def list_sources(bodies: Sequence[GatewayInboxBody]) -> Iterator[tuple[GatewayInboxBody, BodySource]]:
    """Each body with where it came from; the teams of one credential, or the one of a token, are read once."""
    attributions: dict[tuple[int | None, int | None], Attribution] = {}
    for body in bodies:
        owner = (body.credential_id, body.team_id)
        if owner not in attributions:
            attributions[owner] = load_body_attribution(body)
        yield (
            body,
            BodySource(
                attribution=attributions[owner],
                received_at=body.received_at,
                offset=body.id,
                user_agent=body.user_agent,
                is_captured=body.source == InboxSource.CAPTURE,
            ),
        )


def _find_numbering(element: Element, source: BodySource) -> Numbering | None:
    return find_numbering(element.content) if isinstance(element.content, dict) and not source.is_captured else None


Step = Callable[[Any], Any]
UNDERWAY = (Element, PreparedEvent)


def _read_group(elements: Sequence[Element], source: BodySource) -> list[Row | Rejection | None]:
    """The outcome of each element, in order; step by step for all of them, see `gateway_bodies`."""
    outcomes: list[Any] = list(elements)
    steps: list[Step] = [partial(_prepare, source=source), count_prepared, check_prepared]
    steps += [request_prepared, account_prepared, lay_out_prepared]
    for step in steps:
        try:
            outcomes = [step(outcome) if isinstance(outcome, UNDERWAY) else outcome for outcome in outcomes]
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # once more, one by one: a step does the same again
            outcomes = [
                _guard(step, outcome, element, source) if isinstance(outcome, UNDERWAY) else outcome
                for element, outcome in zip(elements, outcomes, strict=True)
            ]
    return outcomes


def _prepare(element: Element, source: BodySource) -> PreparedEvent | Rejection | None:
    return prepare_event(element.content, source, element.position)


def _guard(step: Step, given: Element | PreparedEvent, element: Element, source: BodySource) -> Any:
    """An event that the rules stumble over is a reject with the error's name; its neighbours are not held up."""
    try:
        return step(given)
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
