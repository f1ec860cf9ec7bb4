"""The benchmarks of reports and questions, with a handful of events: they run through, and measure what they say."""

import gc
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from django.db import connection

from benchmarks import Figure, _usage_events, queries, report
from benchmarks._extracting_queries import EVENTS_TABLE, copy_events, list_queries
from benchmarks._usage_events import Stretch, count_of_largest, insert_usage_events
from posthog.clickhouse.client import query_rows, sync_execute

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events", "private_cache")]

STRETCH = Stretch(events=700, start=report.START, seconds=report.DAY_S, teams=20)


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The garbage collector as it was: benchmarks set theirs for the whole process."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def by_name(figures: Iterable[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def make_rows(stretch: Stretch) -> list[tuple[object, ...]]:
    """Insert; the rows as they are stored, in order."""
    sync_execute("TRUNCATE TABLE ai_events")
    assert sum(insert_usage_events(stretch)) == stretch.events
    return sync_execute("SELECT * FROM ai_events FINAL ORDER BY uuid")


def test_same_numbers_make_the_same_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are inserted at once; another seed makes others, all within the stretch."""
    rows = make_rows(STRETCH)
    monkeypatch.setattr(_usage_events, "ROWS_PER_INSERT", 300)
    assert make_rows(STRETCH) == rows
    assert len(rows) == STRETCH.events
    other = make_rows(Stretch(events=700, start=report.START, seconds=report.DAY_S, teams=20, seed=1))
    assert not {row[0] for row in rows} & {row[0] for row in other}
    (span,) = query_rows("SELECT min(timestamp) AS first, max(timestamp) AS last FROM ai_events")
    assert report.START <= span["first"] < span["last"] < report.START + timedelta(days=1)


def test_largest_team_has_the_share_that_is_said() -> None:
    """A tenth of a thousand teams' events, within what chance allows."""
    make_rows(Stretch(events=20_000, start=report.START, seconds=report.DAY_S))
    (counted,) = query_rows("SELECT count() AS rows FROM ai_events WHERE team_id = 1")
    assert counted["rows"] == pytest.approx(count_of_largest(20_000), rel=0.1)


def test_report_measures_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each goal has its figure beside its baseline; both ways count the same events (the benchmark asserts it)."""
    sizes = {"EVENTS": 3_000, "HISTORY_DAYS": 2, "HISTORY_EVENTS": 500, "SPEND_ROWS": 1_000, "REPEATS": 1}
    for name, value in sizes.items():
        monkeypatch.setattr(report, name, value)
    figures = by_name(report.run())
    assert (figures["events_of_the_day"].value, figures["events_of_history"].value) == (3_000, 1_000)
    assert [name for name, figure in figures.items() if figure.goal] == [
        "report_s_beside_a_bare_sum",
        "report_s_beside_no_history",
        "events_per_s_beside_json_extract",
        "events_per_s_beside_postgres_sums",
    ]
    assert all(figure.ratio is not None for figure in figures.values() if figure.goal)
    assert len(list(list_queries())) > 30
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_spend_logs")
        assert cursor.fetchone() == (1_000,)


def test_json_of_events_sums_up_to_the_columns() -> None:
    """Upstream's way is asked for the same figures, not for easier ones."""
    make_rows(STRETCH)
    copy_events(report.START, report.END)
    in_json = (
        "sum(JSONExtractInt(properties, '$ai_total_tokens')), sum(JSONExtractFloat(properties, '$ai_input_cost_usd'))"
    )
    of_columns = "sum(total_tokens), sum(input_cost_usd)"
    (extracted,) = sync_execute(f"SELECT {in_json} FROM {EVENTS_TABLE}")
    (summed,) = sync_execute(f"SELECT {of_columns} FROM ai_events FINAL")
    assert extracted == pytest.approx(summed)


def test_queries_ask_every_question_at_every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is none fails the benchmark; the goal is that of the largest size alone."""
    monkeypatch.setattr(queries, "SIZES", (4_000, 8_000))
    monkeypatch.setattr(queries, "REPEATS", 2)
    figures = by_name(queries.run())
    assert figures["rows_of_the_team_of_8000_events"].value == count_of_largest(8_000)
    bound = {name: figure.goal for name, figure in figures.items() if "8000" in name and "p95" in name}
    assert {name for name, goal in bound.items() if goal is None} == {"users_by_every_figure_of_8000_events_p95_ms"}
    assert not any(figure.goal for name, figure in figures.items() if "_4000_" in name)
    asked = {name.partition("_of_")[0] for name in figures}
    assert {"overview", "time_series_by_day_and_model", "top", "models", "keys", "users", "generations"} <= asked
    assert {"generation", "traces", "trace", "errors", "integrity", "completeness"} <= asked
