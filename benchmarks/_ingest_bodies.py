"""Request bodies of recorded calls, each call under an id of its own, and the rows that they become."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_analytics.gateway_bodies import BodySource, read_gateway_body
from posthog.llm_analytics.row_batches import BATCH_BYTES
from posthog.llm_usage.rows import Row
from tests.captures import list_payloads

CALLS_PER_BODY = 100
SPACING_S = 0.001


def make_bodies(events: int, *, prefix: str) -> list[bytes]:
    """
    As LiteLLM writes them: ASCII JSON, an array of a hundred calls each.

    Args:
        prefix: Of the ids, so that the calls of one round are none of another's.
    """
    started_at = time.time() - 3600
    bodies, calls = [], []
    for number, payload in enumerate(islice(cycle(list_payloads()), events)):
        calls.append(make_call(payload, f"{prefix}-{number}", started_at + number * SPACING_S))
        if len(calls) == CALLS_PER_BODY:
            bodies.append(json.dumps(calls).encode())
            calls = []
    return bodies


def make_call(payload: Mapping[str, Any], call_id: str, started_at: float) -> dict[str, Any]:
    """A recorded call once more: with this id, begun at this unix time, by nobody's team."""
    return {
        **payload,
        "id": call_id,
        "litellm_call_id": call_id,
        "metadata": payload["metadata"] | {"user_api_key_team_id": None},
        "startTime": started_at,
        "completionStartTime": started_at + 0.5,
        "endTime": started_at + 1,
    }


def group_bodies(bodies: Sequence[bytes]) -> Iterator[list[bytes]]:
    """As many as the drain puts into one INSERT."""
    group: list[bytes] = []
    for body in bodies:
        group.append(body)
        if sum(map(len, group)) >= BATCH_BYTES:
            yield group
            group = []
    if group:
        yield group


def build_rows(bodies: Sequence[bytes], team_id: int) -> list[Row]:
    """The rows of these bodies, as the drain makes them."""
    attribution = Attribution(only_team_id=team_id, policies={team_id: TeamPolicy(team_id=team_id)})
    source = BodySource(attribution=attribution, received_at=datetime.now(UTC))
    outcomes = [outcome for body in bodies for outcome in read_gateway_body(body, source)]
    return [outcome for outcome in outcomes if isinstance(outcome, dict)]
