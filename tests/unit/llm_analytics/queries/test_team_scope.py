"""Every statement of the query API is bound to one team."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from posthog.llm_analytics.queries.filters import LABELS, EventFilters
from posthog.llm_analytics.queries.keyset import Keyset
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.time_ranges import TimeRange, list_buckets

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


def test_team_comes_first_and_as_a_parameter() -> None:
    """The exact statement; what a question brings along cannot replace the team."""
    selection = Selection(
        columns=["count() AS calls"],
        start=START,
        end=END,
        conditions=["e.is_error = 1"],
        tail="LIMIT %(limit)s",
        params={"limit": 1, "team_id": 2},
    )
    sql, params = TeamScope(7).to_sql(selection)
    assert sql == (
        "SELECT count() AS calls\nFROM ai_events AS e FINAL\n"
        "WHERE e.team_id = %(team_id)s AND e.timestamp >= %(start)s AND e.timestamp < %(end)s AND e.is_error = 1\n"
        "LIMIT %(limit)s"
    )
    assert params == {"limit": 1, "team_id": 7, "start": START, "end": END}


def test_filters_are_conditions_with_parameters() -> None:
    """No value is part of the statement."""
    filters = EventFilters(labels={"model": ("a", "")}, is_error=True, flags=("x",))
    assert filters.list_conditions() == [
        "ifNull(e.model, '') IN %(only_model)s",
        "e.is_error = %(only_is_error)s",
        "hasAny(e.integrity_flags, %(only_flags)s)",
    ]
    assert filters.list_params() == {"only_model": ("a", ""), "only_is_error": 1, "only_flags": ["x"]}
    assert EventFilters().list_conditions() == []
    assert len(EventFilters(labels=dict.fromkeys(LABELS, ("v",))).list_conditions()) == len(LABELS)


@pytest.mark.parametrize(
    ("after", "is_descending", "condition"),
    [
        pytest.param(None, True, [], id="first-page"),
        pytest.param(
            (5, "u"),
            True,
            ["(v < %(after_value)s OR (v = %(after_value)s AND t < %(after_tie)s) OR v IS NULL)"],
            id="descending",
        ),
        pytest.param((None, "u"), False, ["(v IS NULL AND t > %(after_tie)s)"], id="among-the-unknown"),
    ],
)
def test_keyset_goes_on_after_a_line(
    after: tuple[int | None, str] | None, is_descending: bool, condition: list[str]
) -> None:
    """Values first, then the tie; unknown values last."""
    keyset = Keyset(value="v", tie="t", is_descending=is_descending, after=after)
    direction = "DESC" if is_descending else "ASC"
    assert keyset.list_conditions() == condition
    assert keyset.order_by == f"ORDER BY v {direction} NULLS LAST, t {direction}"


@pytest.mark.parametrize(
    ("start", "end", "zone", "previous"),
    [
        pytest.param("2026-11-02", "2026-11-04", "UTC", "2026-10-31T00:00:00+00:00", id="days"),
        pytest.param("2026-10-25", "2026-10-26", "Europe/Berlin", "2026-10-24T00:00:00+02:00", id="day-of-25-hours"),
        pytest.param("2026-11-02T06:00", "2026-11-02T18:00", "UTC", "2026-11-01T18:00:00+00:00", id="hours"),
    ],
)
def test_previous_range_has_the_same_length(start: str, end: str, zone: str, previous: str) -> None:
    """As many days of the zone, or as many hours."""
    clock = ZoneInfo(zone)
    first, last = (datetime.fromisoformat(each).replace(tzinfo=clock).astimezone(UTC) for each in (start, end))
    span = TimeRange(first, last, clock)
    assert span.previous().start == datetime.fromisoformat(previous)
    assert span.previous().end == span.start


def test_buckets_fill_the_range() -> None:
    """Without gaps, cut to it at both ends."""
    span = TimeRange(datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 11, 3, 6, tzinfo=UTC), ZoneInfo("UTC"))
    assert [(b.start.isoformat()[:13], b.end.isoformat()[:13]) for b in list_buckets(span, "day")] == [
        ("2026-11-01T12", "2026-11-02T00"),
        ("2026-11-02T00", "2026-11-03T00"),
        ("2026-11-03T00", "2026-11-03T06"),
    ]
