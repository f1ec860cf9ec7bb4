"""Which day the page shows."""

from datetime import UTC, date, datetime

import pytest

from posthog.api.usage_page import FIRST_DAY, DayChoice, parse_day

NOW = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
TODAY = date(2026, 4, 1)


def test_today_is_the_utc_day() -> None:
    """Whatever the zone of the clock."""
    assert parse_day("", now=datetime.fromisoformat("2026-03-31T19:30:00-05:00")) == DayChoice(TODAY, TODAY)


def test_day_has_its_neighbours() -> None:
    """Yesterday's next is today, which has none."""
    choice = parse_day("2026-03-31", now=NOW)
    assert (choice.previous, choice.next, choice.fault) == (date(2026, 3, 30), TODAY, "")
    assert parse_day("2026-04-01", now=NOW).next is None
    assert parse_day(FIRST_DAY.isoformat(), now=NOW).previous is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("soon", "must be written YYYY-MM-DD", id="word"),
        pytest.param("2026-02-30", "must be written YYYY-MM-DD", id="no-such-day"),
        pytest.param("2026-04-02", "must lie between", id="tomorrow"),
        pytest.param("1999-12-31", "must lie between", id="before-all"),
    ],
)
def test_day_that_cannot_be_shown_is_said(text: str, fault: str) -> None:
    """The page then shows no figures under a wrong date."""
    assert fault in parse_day(text, now=NOW).fault
