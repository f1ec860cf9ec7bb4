"""`alerts/`: what a team sees of what is wrong, and what its administrators do with it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from posthog.llm_integrity.findings import CheckName, Subject
from posthog.models import AccountingAlert, AuditEntry, Team, User
from tests.integration.alerts.stored_alerts import open_alert
from tests.integration.api.llm_analytics.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]


def open_team_alert(world: World, team: Team) -> AccountingAlert:
    return open_alert(world.ours, subject=Subject(team_id=team.id), check_name=CheckName.SOURCE_SILENT, figure="")


def test_alert_explains_itself(world: World) -> None:
    """In words, with its figures and calls that show it."""
    opened = open_alert(world.ours)
    (alert,) = world.get("alerts/")["alerts"]
    assert (alert["id"], alert["check"], alert["state"], alert["severity"]) == (
        str(opened.id), "flag_share", "open", "critical",
    )  # fmt: skip
    assert alert["text"]["title"].startswith("Too many calls of gpt-4o of openai")
    assert alert["text"]["runbook"] == "docs/runbook.md#flag_share"
    assert (alert["seen"], alert["usual"], alert["calls"]) == (0.5, 0.0, 60)
    assert alert["events"] == ["00000000-0000-4000-8000-000000000001"]
    assert alert["subject"] == {
        "gateway": "main", "provider": "openai", "model": "gpt-4o", "is_stream": False, "team_id": None,
    }  # fmt: skip


def test_alerts_are_listed_by_state_page_by_page(world: World) -> None:
    """The newest first."""
    for number in range(3):
        open_alert(world.ours, figure=f"flag_{number}")
    resolved = open_alert(world.ours, figure="old", state="resolved", resolved_at=timezone.now())
    first = world.get("alerts/", limit=2)
    second = world.get("alerts/", limit=2, cursor=first["next_cursor"])
    listed = [alert["figure"] for page in (first, second) for alert in page["alerts"]]
    assert (sorted(listed), second["next_cursor"]) == (["flag_0", "flag_1", "flag_2"], None)
    assert [alert["id"] for alert in world.get("alerts/", state="resolved")["alerts"]] == [str(resolved.id)]
    assert len(world.get("alerts/", state="any", check="flag_share")["alerts"]) == 4
    assert world.get("alerts/", state="any", check="clock_skewed")["alerts"] == []


def test_team_sees_its_own_and_its_gateways_alerts(world: World) -> None:
    """Not those of a team beside it, nor another organization's."""
    shared, own = open_alert(world.ours), open_team_alert(world, world.ours.alpha)
    beside = open_team_alert(world, world.ours.beta)
    theirs = open_alert(world.theirs)
    seen = {alert["id"] for alert in world.get("alerts/")["alerts"]}
    assert seen == {str(shared.id), str(own.id)}
    for hidden in (beside, theirs):
        assert world.get(f"alerts/{hidden.id}/", status=404)["code"] == "alert_unknown"


def test_acts_are_in_the_history_and_in_the_audit(world: World) -> None:
    """With who did them."""
    path = f"alerts/{open_alert(world.ours).id}/"
    owned = world.post(f"{path}own/")
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    muted = world.post(f"{path}mute/", {"until": until})
    accepted = world.post(f"{path}accept/")
    assert owned["owner"].startswith("owner-")
    assert muted["muted_until"] is not None
    assert (accepted["state"], accepted["owner"]) == ("accepted", owned["owner"])
    history = [(change["kind"], change["actor"]) for change in world.get(path)["changes"]]
    assert history == [("opened", ""), *((kind, owned["owner"]) for kind in ("owned", "muted", "accepted"))]
    assert AuditEntry.objects.filter(action__startswith="accounting_alert_", actor=owned["owner"]).count() == 3


def test_owner_may_be_a_colleague_or_nobody(world: World) -> None:
    """Never a stranger, nor somebody unknown."""
    path = f"alerts/{open_alert(world.ours).id}/own/"
    member = world.post(path)["owner"]
    assert world.post(path, {"email": member.upper()})["owner"] == member
    assert world.post(path, {"email": None})["owner"] is None
    strangers = User.objects.filter(memberships__organization=world.theirs.gateway.organization)
    for email in (strangers.get().email, "nobody@example.com"):
        problem = world.post(path, {"email": email}, status=400)
        assert problem["errors"][0]["parameter"] == "email"


def test_what_an_act_cannot_do_is_a_problem(world: World) -> None:
    """400 for what was given, 409 for the state that it is in."""
    path = f"alerts/{open_alert(world.ours).id}/"
    assert world.post(f"{path}mute/", {"until": "2020-01-01T00:00:00Z"}, status=400)["code"] == "parameter_invalid"
    world.post(f"{path}accept/")
    assert world.post(f"{path}accept/", status=409)["code"] == "alert_not_open"


def test_members_read_and_do_not_act(world: World) -> None:
    """As everywhere in this API."""
    url = world.url(f"alerts/{open_alert(world.ours).id}/accept/")
    answer = world.member.post(url, json.dumps({}), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "administrator_needed")
