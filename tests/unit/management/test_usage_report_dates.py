"""The days that `llm_analytics_usage_report --date` takes, and its words for those it does not."""

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time


@pytest.mark.parametrize("text", ["2026-02-01", "9999-12-31"])
def test_future_day_is_refused(text: str) -> None:
    """Nothing is stored for a day that has not begun; the calendar's last day is no traceback."""
    with freeze_time("2026-01-31T23:59:59Z"), pytest.raises(CommandError) as raised:
        call_command("llm_analytics_usage_report", date=text)
    assert str(raised.value) == f"--date: expected a day up to today, 2026-01-31 (UTC), got {text!r}"


@pytest.mark.parametrize("text", ["0001-01-01", "0026-11-26", "2014-12-31"])
def test_day_of_another_age_is_refused(text: str) -> None:
    """A mistyped year stores nothing; the calendar's first day is no traceback."""
    with pytest.raises(CommandError) as raised:
        call_command("llm_analytics_usage_report", date=text)
    assert str(raised.value) == f"--date: expected a day from 2015-01-01 on, got {text!r}"


@pytest.mark.parametrize("text", ["2026-13-01", "31.01.2026", "tomorrow"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(CommandError) as raised:
        call_command("llm_analytics_usage_report", date=text)
    assert str(raised.value) == f"--date: expected YYYY-MM-DD, `today` or `yesterday`, got {text!r}"
