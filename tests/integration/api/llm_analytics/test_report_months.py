"""`reports/months/`: a month is the sum of its days' latest versions, and closed when each of them is."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from posthog.llm_analytics.report_runs import report_day
from tests.integration.api.llm_analytics.sent_sums import sum_sent, tell_told
from tests.integration.api.llm_analytics.world import World, call_at, usage

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

MONTH = {"start": "2026-10-01", "end": "2026-11-01"}


def send_and_report(world: World, *days: int) -> list[dict[str, Any]]:
    """A call on each day of October, each day reported."""
    calls = [
        call_at(f"2026-10-{day:02}T10:00:00", day, metadata={"usage_object": usage(day, 1)}, response_cost=day / 100)
        for day in days
    ]
    world.send(*calls)
    for day in days:
        report(world, date(2026, 10, day))
    return calls


def report(world: World, day: date) -> None:
    report_day(day, [world.team.organization_id], now=timezone.now())


def test_month_is_the_sum_of_its_days(world: World) -> None:
    """Open, for most of its days were not reported."""
    calls = send_and_report(world, 3, 4, 5)
    (month,) = world.get("reports/months/", MONTH)["months"]
    assert tell_told(month["figures"]) == sum_sent(calls)
    assert (month["month"], month["state"]) == ("2026-10-01", "open")
    assert month["days"] == {"not_reported": 28, "open": 0, "closed": 3, "corrected": 0}


def test_month_whose_days_are_closed_is_closed_and_may_be_corrected(world: World) -> None:
    """A late event makes it a corrected one, with the new sums."""
    calls = send_and_report(world, 3)
    for number in range(31):
        report(world, date(2026, 10, 1) + timedelta(days=number))
    assert [month["state"] for month in world.get("reports/months/", MONTH)["months"]] == ["closed"]
    late = call_at("2026-10-03T11:00:00", 99, response_cost=1)
    world.send(late)
    report(world, date(2026, 10, 3))
    (month,) = world.get("reports/months/", MONTH)["months"]
    assert (month["state"], month["days"]["corrected"]) == ("corrected", 1)
    assert tell_told(month["figures"]) == sum_sent([*calls, late])


def test_months_of_a_range_are_told_in_order(world: World) -> None:
    """One without reports is told, too; unknown, not 0."""
    months = world.get("reports/months/", start="2026-09-15", end="2026-11-02")["months"]
    assert [month["month"] for month in months] == ["2026-09-01", "2026-10-01", "2026-11-01"]
    assert {month["state"] for month in months} == {"not_reported"}
    assert months[0]["days"]["not_reported"] == 16
    assert months[1]["figures"]["total_cost_usd"] is None
