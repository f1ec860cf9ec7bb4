"""Budgets from the command line."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ee.models import Budget
from posthog.models import AuditEntry, Team
from tests.integration.ee.budgets.stored_budgets import use_tokens
from tests.integration.ee.delivery.closed_reports import add
from tests.integration.usage_report.report_events import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def set_budget(team: Team, *arguments: str) -> str:
    return run("set_budget", "--team", str(team.pk), "--period", "monthly", "--unit", "usd", *arguments)


def test_budget_is_made_changed_and_switched_off(team: Team) -> None:
    """What is not given stays; each act is on record."""
    add(team.organization, "email", "ops@example.com", name="ops")
    assert set_budget(team, "--limit", "500") == f"team {team.pk}, monthly usd of team: limit 500, on"
    set_budget(team, "--thresholds", "90,50,90", "--destination", "ops")
    set_budget(team, "--enabled", "off")
    budget = Budget.objects.get()
    assert (budget.limit, budget.thresholds, budget.is_enabled) == (Decimal(500), [50, 90], False)
    assert budget.destination is not None
    set_budget(team, "--destination", "", "--thresholds", "")
    budget.refresh_from_db()
    assert budget.destination is None
    assert budget.thresholds == []
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[1:] == ["budget_created", *["budget_changed"] * 3]


def test_budgets_are_listed_with_their_use(team: Team) -> None:
    """Of one team, or of all."""
    other = make_team("Beta", team.organization)
    set_budget(team, "--limit", "10", "--api-key", "ci")
    set_budget(other, "--limit", "3")
    use_tokens(team, timezone.now().isoformat(), 5, key="ci", response_cost=2.5)
    head, line = run("list_budgets", "--team", str(team.pk)).splitlines()
    told = dict(zip(head.split("\t"), line.split("\t"), strict=True))
    assert (told["key"], told["limit"], told["used"], told["remaining"]) == ("ci", "10", "2.5", "7.5")
    assert (told["lower bound"], told["thresholds"], told["state"]) == ("no", "50,80,100", "on")
    assert len(run("list_budgets").splitlines()) == 3


def test_check_tells_what_it_raised(team: Team) -> None:
    """Once."""
    set_budget(team, "--limit", "10", "--thresholds", "50")
    use_tokens(team, timezone.now().isoformat(), 5, response_cost=7)
    assert run("check_budgets") == f"team {team.pk}, monthly usd of team: 50 % reached, 7 of 10"
    assert run("check_budgets") == ""


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ([], "--limit: expected, for there is no such budget yet"),
        (["--limit", "much"], "--limit: expected a number"),
        (["--limit", "0"], "limit: expected a number above 0"),
        (["--limit", "5", "--thresholds", "half"], "--thresholds: expected whole percents"),
        (["--limit", "5", "--destination", "nowhere"], "--destination: there is none"),
        (["--limit", "5", "--api-key", ""], "api_key_alias: expected 1 to 500 characters"),
    ],
)
def test_commands_name_what_is_wrong(team: Team, arguments: list[str], fault: str) -> None:
    """And make nothing."""
    with pytest.raises(CommandError, match=fault):
        set_budget(team, *arguments)
    assert not Budget.objects.exists()


def test_destination_of_another_organization_is_refused(team: Team) -> None:
    """Its name alone is not enough."""
    add(make_team().organization, "email", "them@example.com", name="theirs")
    with pytest.raises(CommandError, match="destination: expected one of the team's organization"):
        set_budget(team, "--limit", "5", "--destination", "theirs")
