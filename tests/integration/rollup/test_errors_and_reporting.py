"""The rollups of failed calls and of what calls report: what the API reads of them is what the rows say."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_analytics.day_verification import list_day_drifts
from posthog.llm_analytics.queries.errors import read_failed_calls
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.integrity import read_reporting
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.llm_analytics.rollup_verification import Scope, verify
from posthog.llm_analytics.time_ranges import TimeRange
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models import ChangedUsageHour, Team
from tests.factories import make_payload
from tests.integration.rollup.stored_usage import LATER, make_team, roll_up_all, store_and_mark

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_usage")]

HOURS = 60
END = floor_hour(datetime.now(UTC)) - timedelta(hours=1)
START = END - timedelta(hours=HOURS)
SPAN = TimeRange(START + timedelta(minutes=12), END - timedelta(minutes=7), ZoneInfo("UTC"))
NO_FILTERS = EventFilters()
CALLS = {"$ai_generation", "$ai_embedding"}
FILTERS = [
    pytest.param(NO_FILTERS, id="none"),
    pytest.param(EventFilters(labels={"model": ("model-1", "")}), id="model"),
    pytest.param(EventFilters(labels={"product": ("product-2",), "gateway": ("gateway-1",)}), id="two"),
    pytest.param(EventFilters(labels={"call_kind": ("inference",)}), id="kind"),
    pytest.param(EventFilters(labels={"end_user": ("end_user-1",)}), id="unknown-to-rollups"),
    pytest.param(EventFilters(is_error=True), id="failed"),
    pytest.param(EventFilters(flags=("unpriced_model",)), id="flag"),
]


def make_random_row(team: Team, number: int, rng: Random, *, version: int = 0) -> Row:
    """A call of some hour; another version of a number is the same call with other figures."""
    place = Random(f"place {number}")
    started_at = START + timedelta(hours=HOURS * place.random())
    payload = make_payload(id=f"r{number}", litellm_call_id=f"c{number}", startTime=started_at.timestamp())
    context = RowContext(ingested_at=timezone.now() + timedelta(seconds=version), retention_days=3650, offset=number)
    return build_row(build_ai_event(payload, team_id=team.id), context) | draw(rng)


def draw(rng: Random) -> dict[str, Any]:
    names = ("model", "provider", "product", "framework", "lib", "gateway", "api_key_alias", "cost_source", "end_user")
    labels = {name: rng.choice(["", None, f"{name}-1", f"{name}-2"]) for name in names}
    status = rng.choice(['{"$ai_http_status": "429"}', '{"$ai_http_status": "500"}', "{}"])
    return {
        **labels,
        **{name: rng.choice([None, 0, rng.randrange(1, 50_000)]) for name in COUNT_COLUMNS},
        "event": rng.choice(["$ai_generation"] * 6 + ["$ai_embedding", "$ai_span"]),
        "call_kind": rng.choice(["inference"] * 6 + ["gateway_cache_hit", "client_report", "superseded", "read"]),
        "is_error": int(rng.random() < 0.4),
        "error_type": rng.choice([None, "Timeout", "RateLimitError"]),
        "error_normalized": rng.choice([None, "it took too long", "too many"]),
        "properties": status,
        "integrity_flags": [flag for flag in ("unpriced_model", "price_assumed") if rng.random() < 0.2],
    }


def read(team: Team, filters: EventFilters = NO_FILTERS, *, from_rows: bool = False) -> tuple[Any, ...]:
    """Both answers; at a moment at which none of the hours is over, all are read from rows."""
    now = START if from_rows else timezone.now() + LATER
    scope = TeamScope(team.id)
    failed = read_failed_calls(scope, SPAN, filters, limit=500, now=now)
    return failed.groups, failed.statuses, read_reporting(scope, SPAN, filters, now=now)


def read_both(team: Team, filters: EventFilters = NO_FILTERS) -> tuple[Any, ...]:
    """What is read, which must be what the rows say."""
    found = read(team, filters)
    assert found == read(team, filters, from_rows=True)
    return found


def list_calls(team: Team, filters: EventFilters) -> Iterator[Mapping[str, Any]]:
    """The calls of the range that fit, by this test's own reading."""
    sql = "SELECT * FROM ai_events FINAL WHERE team_id = %(team_id)s ORDER BY timestamp, uuid"
    for row in query_rows(sql, {"team_id": team.id}):
        fits = all((row[name] or "") in values for name, values in filters.labels.items())
        fits &= filters.is_error in (None, bool(row["is_error"]))
        fits &= not filters.flags or bool(set(filters.flags) & set(row["integrity_flags"]))
        if fits and row["event"] in CALLS and SPAN.start <= row["timestamp"].replace(tzinfo=UTC) < SPAN.end:
            yield row


def find_status(row: Mapping[str, Any]) -> str:
    return next((code for code in ("429", "500") if code in row["properties"]), "")


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.mark.parametrize("seed", [1, 2])
def test_rollups_equal_rows(team: Team, seed: int) -> None:
    """Before and after they are rolled up; with calls that came twice, late, and changed."""
    rng = Random(seed)
    store_and_mark(make_random_row(team, number, rng) for number in range(400))
    before = read_both(team)
    roll_up_all()
    assert read_both(team) == before
    store_and_mark(make_random_row(team, number, rng, version=1) for number in range(300, 450))
    changed = read_both(team)
    assert changed != before
    roll_up_all()
    assert read_both(team) == changed
    scope = Scope(start=START, end=END)
    assert (verify(scope, now=timezone.now() + LATER).drifts, list_day_drifts(scope)) == ([], [])


@pytest.mark.parametrize("filters", FILTERS)
def test_answers_are_those_of_the_calls(team: Team, filters: EventFilters) -> None:
    """Each group and line beside a count that this test makes itself, call by call."""
    rng = Random(3)
    store_and_mark(make_random_row(team, number, rng) for number in range(500))
    roll_up_all()
    groups, statuses, reporting = read_both(team, filters)
    failed = [
        row
        for row in list_calls(team, filters)
        if row["is_error"] and row["call_kind"] not in ("superseded", "client_report")
    ]
    assert {status["http_status"]: status["calls"] for status in statuses} == Counter(map(find_status, failed))
    by_kind: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in failed:
        kind = (row["error_type"] or "", row["error_normalized"] or "", find_status(row))
        by_kind.setdefault(kind, []).append(row)
    assert {(g["error_type"], g["error_normalized"], g["http_status"]): tell(g) for g in groups} == {
        kind: expect(rows) for kind, rows in by_kind.items()
    }
    by_model: dict[tuple[str | None, str | None], list[Mapping[str, Any]]] = {}
    for row in list_calls(team, filters):
        if row["call_kind"] == "inference":
            by_model.setdefault((row["provider"] or None, row["model"] or None), []).append(row)
    assert {(line["provider"], line["model"]): (line["calls"], line["reported"]) for line in reporting} == {
        model: (len(rows), {name: sum(row[name] is not None for row in rows) for name in COUNT_COLUMNS})
        for model, rows in by_model.items()
    }


def tell(group: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(group[name] for name in ("calls", "first_at", "last_at", "example_uuid", "models", "providers"))


def expect(rows: list[Mapping[str, Any]]) -> tuple[Any, ...]:
    """What a group of these calls, oldest first, is told as."""
    models, providers = (sorted({row[name] for row in rows if row[name]}) for name in ("model", "provider"))
    return len(rows), rows[0]["timestamp"], rows[-1]["timestamp"], rows[-1]["uuid"], models, providers


def test_rows_are_not_read_where_rollups_know(team: Team) -> None:
    """The rows are gone, the answers stay, but for the parts of hours at both ends."""
    rng = Random(4)
    store_and_mark(make_random_row(team, number, rng) for number in range(300))
    roll_up_all()
    inner = TimeRange(START + timedelta(hours=1), END - timedelta(hours=1), ZoneInfo("UTC"))
    scope, now = TeamScope(team.id), timezone.now() + LATER

    def read_inner() -> tuple[Any, ...]:
        failed = read_failed_calls(scope, inner, NO_FILTERS, limit=50, now=now)
        return failed, read_reporting(scope, inner, NO_FILTERS, now=now)

    before = read_inner()
    sync_execute("TRUNCATE TABLE ai_events")
    assert read_inner() == before
    assert before[0].groups
    assert before[1]


def test_hours_before_the_migration_are_all_marked() -> None:
    """Rows that were there before these rollups are read from rows until they are rolled up."""
    team = make_team()
    with connection.cursor() as cursor:
        cursor.execute(import_module("posthog.migrations.0012_mark_hours_for_errors_and_reporting").MARK_ALL_HOURS)
    hours = ChangedUsageHour.objects.filter(team_id=team.id).order_by("hour").values_list("hour", flat=True)
    assert len(hours) >= 30 * 24 + 1
    assert hours[0] <= timezone.now() - timedelta(days=30)
    assert hours[len(hours) - 1] == floor_hour(timezone.now())
