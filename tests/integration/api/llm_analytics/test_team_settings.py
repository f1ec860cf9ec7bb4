"""`settings/`: read by members, changed by administrators; each change has its audit entry."""

import json
from typing import Any

import pytest

from posthog.models import AuditEntry, Organization, Team
from tests.integration.api.llm_analytics.world import World, call_at
from tests.integration.factories import list_ai_events

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]


def change(world: World, body: dict[str, Any], *, status: int = 200) -> Any:
    """Change as the owner; the answer's JSON."""
    answer = world.owner.patch(world.url("settings/"), json.dumps(body), content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_settings_are_told_as_they_are(world: World) -> None:
    """To members, too."""
    expected = {"retention_days": 3650, "is_private": False, "report_timezone": "UTC"}
    assert world.get("settings/") == expected


def test_each_change_is_kept_and_on_record(world: World) -> None:
    """With the values before and after; what is left out stays."""
    told = change(world, {"retention_days": 90, "is_private": True, "report_timezone": "Asia/Kolkata"})
    assert told == {"retention_days": 90, "is_private": True, "report_timezone": "Asia/Kolkata"}
    assert change(world, {}) == told
    stored = Team.objects.get(id=world.team.id)
    assert (stored.retention_days, stored.is_private) == (90, True)
    assert Organization.objects.get(id=stored.organization_id).report_timezone == "Asia/Kolkata"
    entries = {entry.action: (entry.details, entry.actor[:6]) for entry in AuditEntry.objects.all()}
    assert entries == {
        "report_timezone_changed": ({"before": "UTC", "after": "Asia/Kolkata"}, "owner-"),
        "team_privacy_changed": ({"before": False, "after": True}, "owner-"),
        "team_retention_changed": ({"before": 3650, "after": 90}, "owner-"),
    }


def test_stored_events_follow_the_retention(world: World) -> None:
    """As with the command."""
    world.send(call_at("2026-11-01T10:00:00", 1))
    change(world, {"retention_days": 400})
    assert [event["retention_days"] for event in list_ai_events(world.team)] == [400]


@pytest.mark.parametrize(
    ("body", "parameter", "rule"),
    [
        pytest.param({"retention_days": 0}, "retention_days", "greater than or equal to 1", id="no-day"),
        pytest.param({"retention_days": 40_000}, "retention_days", "less than or equal to 32767", id="too-many-days"),
        pytest.param({"is_private": "perhaps"}, "is_private", "true or false", id="no-boolean"),
        pytest.param({"report_timezone": "Mars/Olympus"}, "report_timezone", "such as Europe/Berlin", id="no-zone"),
        pytest.param({"report_timezone": "Asia/Kathmandu"}, "report_timezone", "whole or half hours", id="quarters"),
        pytest.param({"retention": 3}, "retention", "is no parameter of this resource", id="unknown"),
    ],
)
def test_what_breaks_a_rule_is_named_and_changes_nothing(
    world: World, body: dict[str, Any], parameter: str, rule: str
) -> None:
    """Nor does what stands beside it."""
    problem = change(world, {"is_private": True, **body}, status=400)
    (error,) = problem["errors"]
    assert error["parameter"] == parameter
    assert rule in error["detail"]
    assert not AuditEntry.objects.exists()
