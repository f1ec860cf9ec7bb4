"""The rollup that the checks read says what its rows say, whatever happens to them."""

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.alerts.series_hours import SeriesHours, read_series_hours
from posthog.llm_analytics.changed_hours import find_hours, floor_hour, mark_changed
from posthog.llm_analytics.rollup_verification import Scope, verify
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.llm_integrity.expectations import RATIOS
from posthog.llm_integrity.tallies import Quotients, Series
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models import ChangedUsageHour
from tests.factories import make_payload
from tests.integration.factories import GatewaySetup
from tests.integration.llm_analytics.stored_rows import store

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

HOUR = timedelta(hours=1)
HOURS = 8
END = floor_hour(timezone.now()) - HOUR
START = END - HOURS * HOUR
LATER = timezone.now() + 3 * HOUR
FLAGS = ("total_mismatch", "unpriced_model", "price_assumed")


def make_random_row(setup: GatewaySetup, number: int, rng: Random, *, version: int = 0) -> Row:
    """A call of some hour; another version of a number is the same call with other figures."""
    place = Random(f"place {number}")
    started_at = START + HOURS * HOUR * place.random()
    team = place.choice([setup.alpha, setup.beta])
    payload = make_payload(id=f"r{number}", litellm_call_id=f"c{number}", startTime=started_at.timestamp())
    row = build_row(
        build_ai_event(payload, team_id=team.id),
        RowContext(ingested_at=LATER - HOUR + timedelta(seconds=version), retention_days=3650, offset=number),
    )
    return row | draw_figures(rng)


def draw_figures(rng: Random) -> dict[str, Any]:
    """Everything that a series, and a tally, is made of."""
    counts = {name: rng.choice([None, 0, rng.randrange(1, 50_000)]) for name in COUNT_COLUMNS}
    labels = {name: rng.choice(["", None, f"{name}-1", f"{name}-2"]) for name in ("gateway", "provider", "model")}
    return {
        **counts,
        **labels,
        "event": rng.choice(["$ai_generation"] * 6 + ["$ai_embedding"]),
        "call_kind": rng.choice(["inference"] * 6 + ["gateway_cache_hit"]),
        "is_error": int(rng.random() < 0.1),
        "is_stream": rng.choice([None, 0, 1]),
        "total_cost_usd": rng.choice([None, 0.0, rng.expovariate(100)]),
        "integrity_flags": [flag for flag in FLAGS if rng.random() < 0.2],
    }


def store_and_mark(rows: Iterable[Row]) -> None:
    listed = list(rows)
    store(listed)
    mark_changed(find_hours(listed), now=LATER - HOUR)


def read(setup: GatewaySetup, *, from_rows: bool = False) -> SeriesHours:
    """At a moment at which none of the hours is over, all are read from rows."""
    team_ids = [setup.alpha.id, setup.beta.id]
    return read_series_hours(team_ids, start=START, end=END, now=START if from_rows else LATER)


def read_both(setup: GatewaySetup) -> SeriesHours:
    """What is read, which must be what the rows say."""
    found = read(setup)
    assert found == read(setup, from_rows=True)
    return found


def roll_up() -> None:
    while roll_up_changed(now=LATER):
        pass
    assert not ChangedUsageHour.objects.exists()


def reckon(setup: GatewaySetup) -> Iterator[tuple[Series, int, dict[str, Any]]]:
    """Series, hour and columns of every stored call that is tallied, by this test's own reading."""
    for row in query_rows("SELECT * FROM ai_events FINAL ORDER BY timestamp"):
        if row["event"] == "$ai_generation" and row["call_kind"] == "inference" and not row["is_error"]:
            is_stream = None if row["is_stream"] is None else bool(row["is_stream"])
            names = (row["gateway"] or "", row["provider"] or "", row["model"] or "")
            yield Series(*names, is_stream), row["timestamp"].hour, row


def add_up(values: list[float]) -> Quotients | None:
    return Quotients(len(values), math.fsum(values), math.fsum(value**2 for value in values)) if values else None


@pytest.mark.parametrize("seed", [1, 2])
def test_rollup_equals_rows(setup: GatewaySetup, seed: int) -> None:
    """Before and after it is rolled up; with calls that came twice, late, and changed; to the last digit."""
    rng = Random(seed)
    store_and_mark(make_random_row(setup, number, rng) for number in range(400))
    before = read_both(setup)
    roll_up()
    assert read_both(setup) == before
    store_and_mark(make_random_row(setup, number, rng, version=1) for number in range(300, 450))
    changed = read_both(setup)
    assert changed != before
    roll_up()
    assert read_both(setup) == changed
    assert verify(Scope(start=START, end=END), now=LATER).drifts == []


def test_sums_are_those_of_the_calls(setup: GatewaySetup) -> None:
    """Each tally beside a sum that this test makes itself, call by call."""
    rng = Random(3)
    store_and_mark(make_random_row(setup, number, rng) for number in range(300))
    roll_up()
    cells: dict[tuple[Series, int], list[dict[str, Any]]] = {}
    for series, hour, row in reckon(setup):
        cells.setdefault((series, hour), []).append(row)
    found = {(series, hour.hour.hour): hour.tally for series, hours in read(setup).items() for hour in hours}
    assert found.keys() == cells.keys()
    for place, rows in cells.items():
        tally = found[place]
        assert (tally.calls, tally.unpriced_calls) == (
            len(rows),
            sum("unpriced_model" in r["integrity_flags"] for r in rows),
        )
        counted = {name: sum(row[name] is not None for row in rows) for name in COUNT_COLUMNS}
        assert tally.reported == {name: calls for name, calls in counted.items() if calls}
        assert tally.flags == {
            flag: calls for flag in FLAGS if (calls := sum(flag in row["integrity_flags"] for row in rows))
        }
        for name, ratio in RATIOS.items():
            expected = add_up([value for row in rows if (value := divide(row, ratio)) is not None])
            assert tally.quotients.get(name) == (expected and pytest.approx(expected, rel=1e-9, abs=1e-18))


def divide(row: dict[str, Any], ratio: Any) -> float | None:
    """A part that is a thousand times its whole, or more, is taken for so much."""
    whole = row[ratio.whole]
    if ratio.whole == "total_tokens" and whole is None:
        known = [row[name] for name in ("input_tokens", "output_tokens") if row[name] is not None]
        whole = sum(known) if known else None
    part = row[ratio.part]
    if part is None or not whole or (ratio.is_where_any and not part):
        return None
    return float(min(part / whole, 1000))


def test_hour_keeps_what_retention_dropped(setup: GatewaySetup) -> None:
    """As the other rollups do; a late call of it is in no sum."""
    rng = Random(4)
    store_and_mark(make_random_row(setup, number, rng) for number in range(200))
    roll_up()
    before = read_both(setup)
    sync_execute("ALTER TABLE ai_events DELETE WHERE 1", settings={"mutations_sync": 2})
    assert read(setup) == before
    old = LATER + timedelta(days=2)  # an hour must be a day old to have outlived rows
    store_and_mark([make_random_row(setup, 500, rng)])
    team_ids = [setup.alpha.id, setup.beta.id]
    assert read_series_hours(team_ids, start=START, end=END, now=old) == before
    while roll_up_changed(now=old):
        pass
    assert read_series_hours(team_ids, start=START, end=END, now=old) == before


def test_hour_that_is_not_rolled_up_is_read_from_rows(setup: GatewaySetup) -> None:
    """The rollup is emptied beneath the marks: nothing is missing."""
    rng = Random(5)
    store_and_mark(make_random_row(setup, number, rng) for number in range(100))
    assert sync_execute("SELECT count() FROM ai_integrity_hourly") == [(0,)]
    assert sum(hour.tally.calls for hours in read(setup).values() for hour in hours) == len(list(reckon(setup)))
