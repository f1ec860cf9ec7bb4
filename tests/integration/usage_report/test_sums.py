"""
Report = rollups = rows = what the senders sent.

Random calls go through the real inbox: some twice, some late, some corrected after their day was closed. Roll-ups and
reports run at any time in between. In the end every figure that is stored anywhere is the sum of what was sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.report_calendar import DaySpan, cut_day
from posthog.llm_analytics.report_figures import UsageFigures, UsageShare, parse_figures, sum_figures
from posthog.llm_analytics.report_runs import refresh_reports
from posthog.llm_analytics.rollup_verification import Scope, verify
from posthog.llm_analytics.stored_reports import load_stored_days, sum_month
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.models import GatewayInboxBody, OrganizationUsageReport, Team
from tests.integration.factories import GatewaySetup, deliver, make_gateway
from tests.integration.usage_report.sent_calls import SentCall, correct_call, make_call, sum_calls

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]

DAYS = 4
CALLS = 160


@dataclass
class World:
    """What was sent until now, and the clock."""

    setup: GatewaySetup
    random: Random
    zone: ZoneInfo
    start: datetime
    now: datetime
    sent: dict[int, SentCall] = field(default_factory=dict)

    def send(self, calls: Iterable[SentCall]) -> None:
        """Deliver in bodies of random size, some of them twice; of a call the newest delivery counts."""
        waiting = list(calls)
        while waiting:
            size = self.random.randrange(1, 12)
            body, waiting = waiting[:size], waiting[size:]
            for _ in range(self.random.choice((1, 1, 2))):
                self.now += timedelta(seconds=1)
                deliver(self.setup, [call.to_payload() for call in body], at=self.now)
            self.drain()
            self.sent |= {call.number: call for call in body}

    def drain(self) -> None:
        while GatewayInboxBody.objects.exists():
            self.now += timedelta(seconds=10)
            drain_once(now=self.now)
        if self.random.random() < 0.3:
            roll_up_changed(now=self.now, batch_hours=self.random.randrange(1, 40))

    def report(self, after: timedelta) -> None:
        self.now += after
        refresh_reports(now=self.now)


@pytest.fixture(params=[("UTC", 1), ("Asia/Kolkata", 2), ("America/St_Johns", 3)], ids=lambda each: each[0])
def world(request: pytest.FixtureRequest) -> World:
    """Everything has been sent, late events and corrections, too, and the days are closed."""
    name, seed = request.param
    setup, random, zone = make_gateway(), Random(seed), ZoneInfo(name)
    setup.gateway.organization.report_timezone = name
    setup.gateway.organization.save()
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = today - timedelta(days=20)
    world = World(setup, random, zone, start, now=start + timedelta(days=DAYS, hours=3))
    calls = [make_call(random, number, start=start, days=DAYS) for number in range(CALLS)]
    prompt, late = calls[: CALLS * 3 // 4], calls[CALLS * 3 // 4 :]
    world.send(prompt)
    world.report(after=timedelta(hours=1))
    world.report(after=timedelta(days=3))
    corrected = [correct_call(random, call) for call in random.sample(prompt, 20)]
    world.send(random.sample([*late, *corrected, *random.sample(prompt, 10)], len(late) + 30))
    world.report(after=timedelta(hours=1))
    return world


def list_spans(world: World) -> list[DaySpan]:
    first = world.start.astimezone(world.zone).date()
    return [cut_day(first + timedelta(days=number), world.zone) for number in range(DAYS + 1)]


def list_sent(world: World, team: Team, span: DaySpan | None = None) -> list[SentCall]:
    gateway_team = f"team-{team.name.lower()}"
    return [
        call
        for call in world.sent.values()
        if call.gateway_team == gateway_team and (span is None or span.start <= call.started_at < span.end)
    ]


def list_teams(world: World) -> tuple[Team, Team]:
    return world.setup.alpha, world.setup.beta


def find_figures(world: World, team: Team, day: date) -> UsageFigures:
    """Of the version that counts."""
    organization_id = team.organization_id
    return parse_figures(load_stored_days([organization_id], day)[organization_id].teams[team.id].figures)


def pick(figures: Any, expected: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in expected}


def test_everything_that_is_stored_sums_up_to_what_was_sent(world: World) -> None:
    """Reports of days, teams, organization and month; rollups; rows."""
    assert_days_are_what_was_sent(world)
    assert_shares_add_up(world)
    assert_organization_is_the_sum_of_its_teams(world)
    assert_months_are_the_sum_of_what_was_sent(world)
    assert_rows_are_what_was_sent(world)
    assert_rollups_are_the_rows(world)
    assert_corrections_are_visible(world)


def assert_days_are_what_was_sent(world: World) -> None:
    for span in list_spans(world):
        for team in list_teams(world):
            expected = sum_calls(list_sent(world, team, span))
            assert pick(find_figures(world, team, span.day), expected) == expected


def assert_shares_add_up(world: World) -> None:
    for span in list_spans(world):
        for team in list_teams(world):
            sent, figures = list_sent(world, team, span), find_figures(world, team, span.day)
            assert_shares_are(figures.models, sent, "model")
            assert_shares_are(figures.api_keys, sent, "api_key")
            assert_shares_are(figures.end_users, sent, "end_user")


def assert_shares_are(shares: tuple[UsageShare, ...], sent: list[SentCall], attribute: str) -> None:
    names = {getattr(call, attribute) or "" for call in sent}
    assert {share.name for share in shares} == names
    for share in shares:
        expected = sum_calls(call for call in sent if (getattr(call, attribute) or "") == share.name)
        assert pick(share, expected) == expected


def assert_organization_is_the_sum_of_its_teams(world: World) -> None:
    for span in list_spans(world):
        stored = load_stored_days([world.setup.gateway.organization_id], span.day)
        day = stored[world.setup.gateway.organization_id]
        assert day.own is not None
        assert day.own.team_versions == {str(team_id): report.version for team_id, report in day.teams.items()}
        total = sum_figures(parse_figures(report.figures) for report in day.teams.values())
        assert parse_figures(day.own.figures) == total


def assert_months_are_the_sum_of_what_was_sent(world: World) -> None:
    months = {span.day.replace(day=1) for span in list_spans(world)}
    reports = [sum_month(world.setup.gateway.organization_id, month) for month in sorted(months)]
    expected = sum_calls(world.sent.values())
    assert pick(sum_figures(report.figures for report in reports), expected) == expected


def assert_rows_are_what_was_sent(world: World) -> None:
    for team in list_teams(world):
        (row,) = query_rows(
            """
            SELECT
                count() AS calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
                sum(total_tokens) AS total_tokens, sum(cache_read_input_tokens) AS cache_read_input_tokens,
                sum(reasoning_tokens) AS reasoning_tokens,
                sum(round(toDecimal128(total_cost_usd, 18), 12)) AS total_cost_usd
            FROM ai_events FINAL WHERE team_id = %(team_id)s
            """,
            {"team_id": team.id},
        )
        assert row == sum_calls(list_sent(world, team))


def assert_rollups_are_the_rows(world: World) -> None:
    later = world.now + timedelta(hours=1)
    roll_up_changed(now=later)
    team_ids = [team.id for team in list_teams(world)]
    end = world.start + timedelta(days=DAYS + 1)
    verified = verify(Scope(start=world.start, end=end, team_ids=team_ids), now=later)
    assert verified.hours > 0
    assert list(verified.drifts) == []


def assert_corrections_are_visible(world: World) -> None:
    """Days that closed before the late events came have a version that says so, and the first is as it was."""
    versions = OrganizationUsageReport.objects.filter(organization=world.setup.gateway.organization_id)
    corrected = versions.filter(version=2)
    assert corrected.exists()
    for version in corrected:
        before = versions.get(day=version.day, version=1)
        change = version.changes["total_tokens"]
        assert change == [before.figures["total_tokens"], version.figures["total_tokens"]]
        assert version.reason in ("late_events", "redelivered")
