"""A team is set up in a real browser, on the demo's stack: from its first credential to its first event and beyond."""

import re
import time
from typing import Any

import pytest

from tests.e2e.demo_run import DemoRun
from tests.e2e.started_stack import StartedStack
from tests.e2e.ui.looking import look_at, require_clean, require_screenshots
from tests.factories import make_payload

MEMBER, STRANGER = "settings-member@example.com", "settings-stranger@example.com"
COST_USD = 0.0001234
GIVE_UP = """
from django.utils import timezone
from ee.models import DeliveryDestination, ReportDelivery
from posthog.models import Team
organization = Team.objects.get(pk={team_id}).organization
archive = DeliveryDestination.objects.create(
    organization=organization, name="archive", kind="email", address="archive@example.com", first_day="2100-01-01")
ReportDelivery.objects.create(organization=organization, destination=archive, day="2026-01-01", version=1,
    status="failed", attempts=8, next_attempt_at=timezone.now(), last_error="the mail server is away")
"""
"""A report that was given up, as days of attempts leave it; no other is due there."""
PROVOKED = re.compile(r"status of (400|403|404)")
"""What the browser says of each refusal that the script provokes."""
SECTIONS = ("gateways", "budgets", "prices", "delivery", "data")


@pytest.fixture(scope="module")
def team_id(demo_run: DemoRun) -> int:
    """A team without calls."""
    return int(demo_run.stack.manage("create_team", "Fresh"))


@pytest.fixture(scope="module")
def seen(demo_run: DemoRun, team_id: int) -> Any:
    stack = demo_run.stack
    stack.manage("shell", "-c", GIVE_UP.format(team_id=team_id))
    seen = look_at(stack, "settings", team_id=team_id, links=make_links(stack), event=make_event())
    return {**seen, "faults": [fault for fault in seen["faults"] if not PROVOKED.search(fault)]}


def make_links(stack: StartedStack) -> dict[str, str]:
    """One-time links of a plain member, and of somebody who belongs to no organization."""
    stack.manage("shell", "-c", f"from posthog.models import User; User.objects.create_user('{STRANGER}')")
    return {
        "member": stack.manage("invite_user", "--email", MEMBER).strip(),
        "stranger": stack.manage("sign_in_link", "--email", STRANGER).strip(),
    }


def make_event() -> dict[str, Any]:
    """A call of just now: 120 tokens, and what the gateway says it cost."""
    now = time.time()
    times = {"startTime": now - 1, "endTime": now, "completionStartTime": now}
    return make_payload(id="settings-first", litellm_call_id="settings-first", response_cost=COST_USD, **times)


def test_first_event_arrives_live(seen: Any, demo_run: DemoRun, team_id: int) -> None:
    """The page that waited shows its model, tokens and cost, and leads to the call; nobody reloaded it."""
    first = seen["gateways"]["first"]
    assert (first["tokens"], first["cost"]) == ("120 tokens", "$0.0001234")
    assert "gpt-4o" in first["model"]
    (row,) = demo_run.stack.query_clickhouse(f"SELECT uuid FROM ai_events FINAL WHERE team_id = {team_id}")
    assert first["href"].endswith(str(row["uuid"]))


def test_credential_lives_from_its_creation_to_its_end(seen: Any) -> None:
    """The token opens the webhook; rotated without overlap the old one is refused, revoked the new one."""
    assert seen["gateways"]["statuses"] == {
        "created": 202,
        "afterRotation": {"old": 403, "rotated": 202},
        "revoked": 403,
    }


def test_token_is_shown_once(seen: Any) -> None:
    """With its signing secret and the lines to copy; once stored they are nowhere on the page."""
    gateways = seen["gateways"]
    assert gateways["token"].startswith("phg_")
    assert gateways["signingSecret"].startswith("phs_")
    assert gateways["token"] in gateways["environment"]
    assert gateways["isGone"]


def test_fault_stands_at_its_field(seen: Any) -> None:
    """In the API's words, and the field has the focus."""
    assert seen["form"] == {"fault": "This field is required.", "focused": "label"}
    assert "http" in seen["delivery"]["fault"]
    assert "whole or half hours" in seen["data"]["fault"]
    assert "no JSON" in seen["prices"]["fault"]


def test_listed_price_adds_up_by_hand(seen: Any) -> None:
    """1200 × 3 + 800 × 0.30 + 350 × 15 millionths of a dollar, by the list price of claude-sonnet-4-5."""
    listed = seen["prices"]["listed"]
    assert listed["total"] == "$0.00909"
    assert listed["terms"] == {"input": "$0.0036", "cache_read": "$0.00024", "output": "$0.00525"}
    assert "claude-sonnet-4-5" in listed["said"]
    assert len(listed["chosen"]) == 1


def test_teams_own_price_adds_up_by_hand(seen: Any) -> None:
    """1000 × 1.5 + 500 × 6 millionths of a dollar."""
    own = seen["prices"]["own"]
    assert (own["total"], own["terms"]) == ("$0.0045", {"input": "$0.0015", "output": "$0.003"})


def test_budget_shows_what_was_used(seen: Any) -> None:
    """The first event's cost, to the digit."""
    budget = seen["budgets"]
    assert budget["name"] == "The whole team, $0.0100 a month"
    assert (budget["used"], budget["remaining"]) == ("$0.0001234", "$0.0098766")


def test_destination_is_made_and_stopped(seen: Any) -> None:
    """Its signing secret is shown once."""
    assert seen["delivery"]["secret"].startswith("phs_")
    assert seen["delivery"]["state"] == "stopped"


def test_report_that_was_given_up_is_sent_again(seen: Any) -> None:
    """It waits like a new one."""
    assert "to be sent" in seen["delivery"]["again"]


def test_data_settings_are_kept(seen: Any, demo_run: DemoRun) -> None:
    """After a reload, and in the database."""
    assert (seen["data"]["retention"], seen["data"]["isPrivate"]) == ("7", True)
    (team,) = demo_run.stack.query_postgres("SELECT retention_days, is_private FROM posthog_team WHERE name = 'Fresh'")
    assert team == {"retention_days": 7, "is_private": True}


def test_address_and_back(seen: Any, team_id: int) -> None:
    """Each part has its own address; the browser's own button returns to the one before."""
    assert seen["back"] == f"/project/{team_id}/settings/data"


def test_member_looks_and_changes_nothing(seen: Any) -> None:
    """No forms; credentials and destinations are not theirs to see, in the API either."""
    member = seen["member"]
    assert member["forms"] == 0
    assert "owners and administrators may change them" in member["said"]
    assert member["statuses"] == {
        "credentials": 403,
        "prices": 200,
        "settings": 200,
        "budgets": 200,
        "delivery_destinations": 403,
    }


def test_stranger_sees_no_team(seen: Any) -> None:
    """Neither in the page nor in the API."""
    assert "There is no such team" in seen["stranger"]["said"]
    assert set(seen["stranger"]["statuses"].values()) == {404}


def test_nothing_is_refused_and_axe_finds_no_serious_violation(seen: Any) -> None:
    """Every part in both themes; none is wider than a narrow screen."""
    require_clean(seen)


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize("name", [*SECTIONS, "waiting", "token", "member"])
def test_screenshots_are_written(name: str) -> None:
    """For people to look at."""
    require_screenshots(f"settings-{name}")
