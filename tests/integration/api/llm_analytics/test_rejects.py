"""`rejects/`: the list, one, and trying them again until their rows are stored."""

from typing import Any

import pytest
from django.utils import timezone

from posthog.llm_analytics.ingestion import drain_once
from posthog.models import AuditEntry, GatewayTeam, RejectedEvent
from tests.integration.api.llm_analytics.world import World, call_at

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-01", "end": "2026-11-02", "timezone": "UTC"}
FUTURE = "2099-01-01T00:00:00"


def reject_some(world: World, count: int = 3) -> None:
    """Calls from a far future, which become no rows."""
    world.send(*(call_at(FUTURE, number) for number in range(count)))


def test_rejects_are_listed_page_by_page(world: World) -> None:
    """The newest first, each once, with their counts by reason."""
    reject_some(world, 5)
    first = world.get("rejects/", limit=3)
    rest = world.get("rejects/", limit=3, cursor=first["next_cursor"])
    ids = [reject["id"] for reject in first["rejects"] + rest["rejects"]]
    assert (ids, rest["next_cursor"]) == (sorted(ids, reverse=True), None)
    assert len(set(ids)) == 5
    assert first["open_counts"] == [{"reason_code": "timestamp_out_of_range", "rejects": 5, "gateway": None}]


def test_one_reject_tells_numbers_and_names_but_nothing_said(world: World) -> None:
    """What was kept of it without what was said; why it is no row."""
    reject_some(world, 1)
    (line,) = world.get("rejects/")["rejects"]
    reject = world.get(f"rejects/{line['id']}/")
    assert (reject["reason_code"], reject["gateway"], reject["event_format"]) == (
        "timestamp_out_of_range",
        "main",
        "stripped",
    )
    assert reject["event"]["model"] == "openai/gpt-4o"
    assert "hello" not in str(reject)


def test_rejects_say_that_answers_are_not_complete(world: World) -> None:
    """Where their team is known, and where it is nobody's."""
    reject_some(world, 2)
    world.send(call_at("2026-11-01T10:00:00", 9, team="team-omega"))
    today = timezone.now().date().isoformat()
    answer = world.get("overview/", start="2026-11-01", end=today, timezone="UTC")
    reasons = {reason["code"]: reason["count"] for reason in answer["completeness"]["reasons"]}
    assert (reasons["events_rejected"], reasons["events_unattributed"]) == (2, 1)


def test_unattributed_rejects_are_counted_and_replayed_to_whose_they_are(world: World) -> None:
    """Once the gateway's id is mapped, their calls are the team's; the act is in the audit."""
    world.send(call_at("2026-11-01T10:00:00", 1, team="team-omega"))
    counts = world.get("rejects/")["open_counts"]
    assert counts == [{"reason_code": "team_unknown", "rejects": 1, "gateway": "main"}]
    GatewayTeam.objects.create(gateway=world.ours.gateway, gateway_team_id="team-omega", team=world.team)
    sent = world.post("rejects/replay/", {"is_unattributed": True, "reason_code": "team_unknown"})
    assert sent == {"sent": 1, "waiting": 0, "not_kept": 0, "ownerless": 0}
    drain_once(now=timezone.now())
    assert world.get("overview/", RANGE)["current"]["calls"] == 1
    entry = AuditEntry.objects.get(action="rejects_replayed")
    assert (entry.team_id, entry.details) == (world.team.id, {"sent": 1})


def test_one_reject_is_replayed_alone(world: World) -> None:
    """The others stay; sent twice, it waits once."""
    reject_some(world, 2)
    first, second = world.get("rejects/")["rejects"]
    assert world.post(f"rejects/{first['id']}/replay/")["sent"] == 1
    assert world.post(f"rejects/{first['id']}/replay/")["waiting"] == 1
    waiting = RejectedEvent.objects.filter(replay__isnull=False)
    assert list(waiting.values_list("id", flat=True)) == [first["id"]]
    assert second["id"] != first["id"]


@pytest.mark.parametrize(
    ("state", "count"), [("open", 1), ("replayed", 1), ("any", 2)], ids=["open", "replayed", "any"]
)
def test_state_chooses(world: World, state: str, count: int) -> None:
    """Open ones are shown unless others are asked for."""
    reject_some(world, 2)
    replayed: Any = RejectedEvent.objects.order_by("id").first()
    RejectedEvent.objects.filter(id=replayed.id).update(replayed_at=timezone.now())
    assert len(world.get("rejects/", state=state)["rejects"]) == count


def test_event_that_is_kept_whole_is_not_shown(world: World) -> None:
    """Encrypted content is for replay alone."""
    reject_some(world, 1)
    RejectedEvent.objects.update(event_format=RejectedEvent.Format.ENCRYPTED)
    (line,) = world.get("rejects/")["rejects"]
    assert world.get(f"rejects/{line['id']}/")["event"] is None
