"""Pages of single calls while older versions of them lie beside the newest: each call once, where its newest is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.generations import ORDERS, GenerationsQuestion, list_generations
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.llm_analytics.queries.traces import TracesQuestion, list_traces
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.models import Team
from tests.factories import make_payload
from tests.integration.llm_analytics.stored_rows import count_versions, make_team, store

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]

END = floor_hour(datetime.now(UTC))
START = END - timedelta(hours=30)
SPAN = TimeRange(START, END, ZoneInfo("UTC"))
CALLS = 150
FAILED = EventFilters(labels={"model": ("m1", "")}, is_error=True)


def make_version(team: Team, number: int, rng: Random, version: int) -> Row:
    """A call of some hour and trace; another version has other figures, and may be no call any more."""
    place = Random(f"place {number}")
    started_at = START + timedelta(hours=30 * place.random())
    payload = make_payload(id=f"r{number}", litellm_call_id=f"c{number}", startTime=started_at.timestamp())
    context = RowContext(ingested_at=END + timedelta(seconds=version), retention_days=3650, offset=number)
    drawn = {name: rng.choice([None, 0, *range(1, 9)]) for name in ORDERS if name != "timestamp"}
    return build_row(build_ai_event(payload, team_id=team.id), context) | drawn | {
        "trace_id": place.choice(["", *(f"trace-{each}" for each in range(20))]),
        "session_id": place.choice([None, "s1", "s2"]),
        "model": rng.choice([None, "m1", "m2"]),
        "is_error": rng.choice([0, 1]),
        "event": rng.choice(["$ai_generation"] * 4 + ["$ai_span"]),
        "call_kind": rng.choice(["inference"] * 4 + ["superseded"]),
    }  # fmt: skip


@pytest.fixture
def team() -> Iterator[Team]:
    """A team whose calls have up to six versions, none of them merged."""
    team = make_team()
    sync_execute("SYSTEM STOP MERGES ai_events")
    rng = Random(5)
    for version in range(6):
        store([make_version(team, n, rng, version) for n in range(CALLS) if n % 6 >= version])
    assert count_versions() > 3 * CALLS
    yield team
    sync_execute("SYSTEM START MERGES ai_events")


def list_pages(team: Team, limit: int, **asked: Any) -> Iterator[list[dict[str, Any]]]:
    """Page after page, as a client turns them."""
    question = GenerationsQuestion(span=SPAN, limit=limit, **asked)
    while page := list_generations(TeamScope(team.id), question):
        yield page
        last = page[-1]
        question = GenerationsQuestion(
            span=SPAN, limit=limit, after=(last[question.order_by], str(last["uuid"])), **asked
        )


def list_expected(team: Team, order_by: str, direction: str, condition: str) -> list[Any]:
    """The same by one statement that compares all versions of all rows."""
    sql = f"""
        SELECT uuid, {order_by} AS value FROM ai_events FINAL
        WHERE team_id = %(team_id)s AND event = '$ai_generation' AND call_kind != 'superseded' AND {condition}
        ORDER BY value {direction} NULLS LAST, uuid {direction}
    """
    return [(row["uuid"], row["value"]) for row in query_rows(sql, {"team_id": team.id})]


@pytest.mark.parametrize("order_by", ORDERS)
@pytest.mark.parametrize("direction", ["DESC", "ASC"])
def test_pages_hold_each_call_once_in_order(team: Team, order_by: str, direction: str) -> None:
    """With and without filters, whatever the length of a page; equal values and unknown ones included."""
    asked: dict[str, Any] = {"order_by": order_by, "is_descending": direction == "DESC"}
    narrowed = "ifNull(model, '') IN ('m1', '') AND is_error = 1"
    for filters, condition in ((EventFilters(), "1"), (FAILED, narrowed)):
        expected = list_expected(team, order_by, direction, condition)
        assert len(expected) > 20
        for limit in (1 if filters is FAILED else 7, 51):
            rows = [row for page in list_pages(team, limit, filters=filters, **asked) for row in page]
            assert [(row["uuid"], row[order_by]) for row in rows] == expected


@pytest.mark.parametrize("search", ["trace-3", "trace-1*", "s1"])
def test_search_finds_each_call_once(team: Team, search: str) -> None:
    """By ids in full and by their beginning."""
    prefix = search.removesuffix("*")
    condition = f"(startsWith(trace_id, '{prefix}') OR session_id = '{search}')"
    if prefix == search:
        condition = f"(trace_id = '{search}' OR session_id = '{search}')"
    found = [row for page in list_pages(team, 4, filters=EventFilters(), search=search) for row in page]
    assert (
        [row["uuid"] for row in found]
        == [uuid for uuid, _ in list_expected(team, "timestamp", "DESC", condition)]
        != []
    )


@pytest.mark.parametrize("key", ["trace_id", "session_id"])
def test_traces_sum_newest_versions(team: Team, key: Any) -> None:
    """Each line's figures are those of one statement that compares all versions of all rows."""
    question = TracesQuestion(span=SPAN, filters=FAILED, key=key, limit=50)
    lines = list_traces(TeamScope(team.id), question)
    sql = f"""
        SELECT assumeNotNull({key}) AS name, count() AS events, min(timestamp) AS started_at, sumIf(input_tokens,
            event = '$ai_generation' AND call_kind = 'inference') AS tokens
        FROM ai_events FINAL
        WHERE team_id = %(team_id)s AND {key} != '' AND ifNull(model, '') IN ('m1', '') AND is_error = 1
        GROUP BY {key} ORDER BY started_at DESC, name DESC
    """
    expected = [tuple(row.values()) for row in query_rows(sql, {"team_id": team.id})]
    assert [(line[key], line["events"], line["started_at"], line["input_tokens"]) for line in lines] == expected != []
