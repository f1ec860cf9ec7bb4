"""What was used is exact at every boundary, whether it is read from rollups or from rows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.models import OrganizationUsageReport, Team
from tests.factories import make_payload
from tests.integration.ee.budgets.stored_budgets import NOW, UNPRICED, at, make_budget, read_use, use_tokens
from tests.integration.factories import deliver, make_gateway
from tests.integration.usage_report.report_events import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]


MOMENT = timedelta.resolution


def roll_up() -> int:
    return roll_up_changed(now=NOW + timedelta(days=400))


@pytest.mark.parametrize("is_rolled_up", [False, True], ids=["rows", "rollups"])
@pytest.mark.parametrize(("last", "is_allowed", "remaining"), [(99, True, 1), (100, False, 0), (101, False, 0)])
def test_tokens_are_exact_around_the_limit(
    team: Team, is_rolled_up: bool, last: int, is_allowed: bool, remaining: int
) -> None:
    """Allowed below the limit, not at it."""
    budget = make_budget(team, "1000")
    for hour in range(9):
        use_tokens(team, f"2026-03-10T0{hour}:10", 100)
    use_tokens(team, "2026-03-10T10:10", last)
    assert bool(is_rolled_up and roll_up()) is is_rolled_up
    use = read_use(budget)
    assert (use.used, use.is_allowed, use.remaining) == (Decimal(900 + last), is_allowed, Decimal(remaining))


@pytest.mark.parametrize("is_rolled_up", [False, True], ids=["rows", "rollups"])
def test_dollars_add_up_as_decimals(team: Team, is_rolled_up: bool) -> None:
    """Ten times ten cents is a dollar; floats would make 0.9999999999999999 of it."""
    budget = make_budget(team, "1", unit="usd")
    for minute in range(10):
        use_tokens(team, f"2026-03-10T09:1{minute}", 1, response_cost=0.1)
    assert bool(is_rolled_up and roll_up()) is is_rolled_up
    use = read_use(budget)
    assert (use.used, use.is_allowed, use.remaining) == (Decimal(1), False, Decimal(0))


@pytest.mark.parametrize(
    ("zone", "period", "now", "start", "end"),
    [
        pytest.param("UTC", "daily", "03-10T12:00", "03-10T00:00", "03-11T00:00", id="midnight"),
        pytest.param("Asia/Kolkata", "daily", "03-10T12:00", "03-09T18:30", "03-10T18:30", id="half-hour-zone"),
        pytest.param("Europe/Berlin", "daily", "03-29T12:00", "03-28T23:00", "03-29T22:00", id="day-of-23-hours"),
        pytest.param("America/St_Johns", "daily", "11-01T12:00", "11-01T02:30", "11-02T03:30", id="day-of-25-hours"),
        pytest.param("UTC", "monthly", "02-20T12:00", "02-01T00:00", "03-01T00:00", id="february"),
        pytest.param("Europe/Berlin", "monthly", "03-20T12:00", "02-28T23:00", "03-31T22:00", id="clocks-change"),
    ],
)
def test_period_has_its_first_moment_and_not_its_end(zone: str, period: str, now: str, start: str, end: str) -> None:
    """To the microsecond; from rows, and the same from rollups."""
    team = make_team(zone=zone)
    budget = make_budget(team, period=period)
    first, after = at(f"2026-{start}"), at(f"2026-{end}")
    use_tokens(team, first.isoformat(), 1)
    use_tokens(team, (after - MOMENT).isoformat(), 10)
    use_tokens(team, (first - MOMENT).isoformat(), 100)
    use_tokens(team, after.isoformat(), 1000)
    assert read_use(budget, at(f"2026-{now}")).used == 11
    assert roll_up() > 0
    assert read_use(budget, at(f"2026-{now}")).used == 11


def test_budget_begins_anew_at_midnight(team: Team) -> None:
    """A moment before it is used up, at midnight it is whole."""
    budget = make_budget(team, "100")
    use_tokens(team, "2026-03-10T23:59:59", 100)
    last = at("2026-03-10T23:59:59.999999")
    before, after = read_use(budget, last), read_use(budget, at("2026-03-11T00:00:00"))
    assert (before.is_allowed, before.period.end) == (False, after.period.start)
    assert (after.is_allowed, after.used) == (True, Decimal(0))


def test_month_is_the_sum_of_its_days(team: Team) -> None:
    """Day by day, over a change of the clock."""
    team.organization.report_timezone = "Europe/Berlin"
    team.organization.save()
    daily, monthly = make_budget(team), make_budget(team, period="monthly")
    for day in range(1, 32):
        use_tokens(team, f"2026-03-{day:02}T22:30:00+00:00", day)
    noons = [datetime(2026, 3, day, 10, tzinfo=UTC) for day in range(1, 32)]
    days = [read_use(daily, noon).used for noon in noons]
    assert sum(days) == read_use(monthly, noons[-1]).used == sum(range(1, 31))  # the 31st's is April's there


@pytest.mark.parametrize("is_rolled_up", [False, True], ids=["rows", "rollups"])
def test_correction_gives_back_what_was_not_used(is_rolled_up: bool, stored_usage: str) -> None:
    """The same call, reported again with less; and once more as it was: no change."""
    setup = make_gateway()
    Team.objects.update(retention_days=3650)
    budget = make_budget(setup.alpha, "100")

    def report(tokens: int) -> Decimal:
        counts = {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens}
        metadata = {"user_api_key_team_id": "team-alpha", "usage_object": counts}
        deliver(setup, [make_payload(id="r1", startTime="2026-03-10T09:00:00+00:00", metadata=metadata)])
        drain_once(now=datetime.now(UTC))
        assert bool(is_rolled_up and roll_up()) is is_rolled_up
        return read_use(budget).used

    assert [report(100), report(60), report(60)] == [100, 60, 60]
    assert read_use(budget).is_allowed


def test_key_has_its_own_and_the_team_all(team: Team) -> None:
    """Calls without a key are the team's, and no key's."""
    whole, ci, prod = make_budget(team), make_budget(team, api_key_alias="ci"), make_budget(team, api_key_alias="prod")
    use_tokens(team, "2026-03-10T09:00", 1, key="ci")
    use_tokens(team, "2026-03-10T09:00", 20, key="prod")
    use_tokens(team, "2026-03-10T09:00", 300, key="")
    assert [read_use(budget).used for budget in (whole, ci, prod)] == [321, 1, 20]
    assert roll_up() == 1
    assert [read_use(budget).used for budget in (whole, ci, prod)] == [321, 1, 20]


def test_only_what_a_provider_worked_on_counts(team: Team) -> None:
    """A gateway's cache hit and a re-read of a response used nothing; what another team used is its own."""
    budget = make_budget(team)
    use_tokens(team, "2026-03-10T09:00", 5)
    use_tokens(team, "2026-03-10T09:01", 70, cache_hit=True)
    use_tokens(team, "2026-03-10T09:02", 800, call_type="aget_responses")
    use_tokens(make_team("Beta", team.organization), "2026-03-10T09:00", 9000)
    assert read_use(budget).used == 5


def test_call_without_a_price_makes_a_lower_bound(team: Team) -> None:
    """Of dollars; its tokens are known."""
    dollars, tokens = make_budget(team, unit="usd"), make_budget(team)
    use_tokens(team, "2026-03-10T09:00", 7, response_cost=0.25)
    use_tokens(team, "2026-03-10T09:01", 5, **UNPRICED)
    use = read_use(dollars)
    assert (use.used, use.unpriced_calls, use.is_lower_bound) == (Decimal("0.25"), 1, True)
    assert (read_use(tokens).used, read_use(tokens).is_lower_bound) == (Decimal(12), False)


def test_day_after_a_change_of_zone_is_the_reports(team: Team) -> None:
    """It begins where the last closed day ended: nothing counts for both."""
    OrganizationUsageReport.objects.create(
        organization=team.organization,
        day=date(2026, 3, 9),
        starts_at=at("2026-03-09T00:00"),
        ends_at=at("2026-03-10T00:00"),
        closed_at=at("2026-03-10T11:00"),
        figures={},
        rules_version="1",
    )
    team.organization.report_timezone = "Asia/Kolkata"
    team.organization.save()
    budget = make_budget(team)
    use_tokens(team, "2026-03-09T23:00+00:00", 1)
    use_tokens(team, "2026-03-10T00:00+00:00", 20)
    use = read_use(budget)
    assert (use.used, use.period.start, use.period.end) == (Decimal(20), at("2026-03-10T00:00"), at("2026-03-10T18:30"))
