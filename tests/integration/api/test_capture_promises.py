"""What is promised of a gateway's events holds of captured ones: privacy, rejects, replay, deletion, crashes."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from posthog.llm_analytics import row_batches
from posthog.llm_analytics.capture_intake import store_captured_events
from posthog.llm_analytics.gateway_bodies import prepare_event
from posthog.llm_analytics.ingestion import Drained, drain_in_steps, drain_once
from posthog.llm_analytics.rejected_content import open_content
from posthog.llm_analytics.renormalization import Scope, renormalize
from posthog.llm_analytics.replay import Replay, find_rejects, replay_rejects
from posthog.llm_analytics.team_administration import delete_team_events
from posthog.models import GatewayInboxBody, InboxSource, RejectedEvent, Team
from tests.captured_events import make_captured
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway
from tests.integration.stored_text import list_places_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events", "private_cache"),
]

MARKER = "the words of a customer"
SAID = {"$ai_input": MARKER, "$ai_output_choices": [MARKER], "$ai_error": MARKER, "anything": MARKER, MARKER: 1}


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def capture(team: Team, *events: Any, at: datetime | None = None) -> None:
    store_captured_events(team, events, received_at=at or timezone.now())


def drain() -> None:
    while drain_once(now=timezone.now()).bodies:
        pass


def replay() -> Replay:
    return replay_rejects(find_rejects(), actor="test", now=timezone.now())


def test_nothing_that_was_said_is_stored_of_a_private_team(setup: GatewaySetup) -> None:
    """Neither in the inbox nor in the row nor in a reject; the numbers are those of an open team."""
    Team.objects.filter(id=setup.alpha.id).update(is_private=True)
    events: list[Any] = [
        make_captured(1, properties=SAID),
        make_captured(2, properties=SAID) | {"timestamp": "1970-01-02"},
    ]
    events += [MARKER, {"event": MARKER}, {MARKER: MARKER}, make_captured(3) | {"properties": MARKER}]
    for team in (Team.objects.get(id=setup.alpha.id), setup.beta):
        body = {"api_key": team.api_token, "batch": events if team != setup.beta else [make_captured(1)]}
        assert Client().post("/batch/", json.dumps(body), content_type="application/json").status_code == 200
        assert list_places_of(MARKER) == []
    drain()
    assert list_places_of(MARKER) == []
    (private,), (open_,) = list_ai_events(setup.alpha), list_ai_events(setup.beta)
    names = [name for name in private if name.endswith(("_tokens", "_usd", "_count")) or name in ("latency", "model")]
    assert {name: private[name] for name in names} == {name: open_[name] for name in names}
    assert RejectedEvent.objects.filter(team=setup.alpha).count() == 4


def test_words_of_an_open_team_are_found(setup: GatewaySetup) -> None:
    """The search that finds nothing above finds them here."""
    capture(setup.alpha, make_captured(1, properties=SAID))
    assert list_places_of(MARKER) == ["postgres posthog_gatewayinboxbody"]
    drain()
    assert list_places_of(MARKER) == ["clickhouse ai_events"]


def test_words_that_arrived_before_go_no_further(setup: GatewaySetup) -> None:
    """Made private while a body waits, or while a reject does."""
    capture(setup.alpha, make_captured(1, properties=SAID))
    Team.objects.filter(id=setup.alpha.id).update(is_private=True)
    drain()
    assert list_places_of(MARKER) == []
    assert len(list_ai_events(setup.alpha)) == 1


def reject_one(setup: GatewaySetup) -> RejectedEvent:
    """An event of before the team's retention."""
    then = timezone.now() - timedelta(days=40)
    capture(setup.alpha, make_captured(1, timestamp=then.isoformat(), properties={"$ai_input": MARKER}))
    drain()
    return RejectedEvent.objects.get()


def test_stripped_reject_keeps_numbers_and_can_be_replayed(setup: GatewaySetup) -> None:
    """Once the cause is mended: the same uuid, the same counts, nothing that was said."""
    rejected = reject_one(setup)
    assert (rejected.source, rejected.team, rejected.credential) == (InboxSource.CAPTURE, setup.alpha, None)
    assert (rejected.reason_code, rejected.event_format) == ("past_retention", "stripped")
    assert rejected.reason.startswith("timestamp: ")
    assert MARKER.encode() not in (open_content(rejected) or b"")
    Team.objects.update(retention_days=90)
    assert [replay(), replay()] == [Replay(sent=1), Replay(waiting=1)]
    drain()
    (row,) = list_ai_events(setup.alpha)
    assert (str(row["uuid"]), row["input_tokens"], row["input"]) == (make_captured(1)["uuid"], 100, None)
    assert RejectedEvent.objects.get().replayed_at is not None


def test_encrypted_reject_is_whole(setup: GatewaySetup, settings: Settings) -> None:
    """Its row has the messages; of a team that is private by now it has none."""
    settings.LLM_GATEWAY_REJECT_CONTENT = "encrypted"
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    reject_one(setup)
    Team.objects.update(retention_days=90)
    replay()
    drain()
    assert list_ai_events(setup.alpha)[0]["input"] == MARKER
    RejectedEvent.objects.update(replayed_at=None)
    Team.objects.update(is_private=True)
    replay()
    assert list_places_of(MARKER) == ["clickhouse ai_events"]


def test_reject_without_its_team_is_nobodys(setup: GatewaySetup) -> None:
    """The token named it; a replay has nobody to give the event to."""
    reject_one(setup)
    RejectedEvent.objects.update(team=None)
    assert replay() == Replay(ownerless=1)


def test_deletion_takes_rows_rejects_and_waiting_bodies(setup: GatewaySetup) -> None:
    """And a body that a drain holds already adds nothing."""
    reject_one(setup)
    capture(setup.alpha, make_captured(2))
    drain()
    capture(setup.alpha, make_captured(3))
    GatewayInboxBody.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    capture(setup.alpha, make_captured(4))
    deleted = delete_team_events(setup.alpha, actor="test", now=timezone.now())
    assert (deleted.events, deleted.rejects, deleted.waiting_bodies) == (1, 1, 1)
    drain()
    assert list_ai_events(setup.alpha) == []


def test_body_has_one_owner(setup: GatewaySetup) -> None:
    """A gateway's credential or a token's team, as its source says."""
    owners: list[dict[str, Any]] = [
        {"source": "capture"},
        {"source": "capture", "credential": setup.credential},
        {"source": "gateway", "team": setup.alpha},
        {"source": "capture", "credential": setup.credential, "team": setup.alpha},
    ]
    for owner in owners:
        with pytest.raises(IntegrityError), transaction.atomic():
            GatewayInboxBody.objects.create(body=b"", body_bytes=0, **owner)


def test_event_at_fault_is_alone_in_the_rejects(
    setup: GatewaySetup, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that breaks every drain is halved, captured or not."""
    settings.LLM_GATEWAY_MAX_ATTEMPTS = 1

    def read_or_fail(element: Any, *others: Any) -> Any:
        if isinstance(element, dict) and "poison" in element.get("properties", {}):
            raise MemoryError
        return prepare_event(element, *others)

    monkeypatch.setattr(row_batches, "prepare_event", read_or_fail)
    events = [make_captured(number) for number in range(5)]
    events[3]["properties"]["poison"] = True
    capture(setup.alpha, *events)
    now = timezone.now()
    for hour in range(40):
        try:
            drain_once(now=now + timedelta(hours=hour))
        except MemoryError:
            continue
    rejected = RejectedEvent.objects.get()
    assert (rejected.reason_code, rejected.position, rejected.team) == ("event_unprocessable", 3, setup.alpha)
    assert len(list_ai_events(setup.alpha)) == 4


def test_crash_between_insert_and_settlement_counts_once(setup: GatewaySetup) -> None:
    """What is written again has the same uuid and the same moment."""
    capture(setup.alpha, make_captured(1))
    steps = drain_in_steps(Drained(), now=timezone.now())
    while next(steps) != "inserted":
        pass
    del steps
    GatewayInboxBody.objects.update(claimed_at=None, attempts=0)
    drain()
    assert len(list_ai_events(setup.alpha)) == 1


def test_both_sources_share_a_drain(setup: GatewaySetup) -> None:
    """A gateway's body and captured ones of two teams, in one INSERT."""
    deliver(setup, [make_call(1)])
    capture(setup.alpha, make_captured(1))
    capture(setup.beta, make_captured(2))
    assert drain_once(now=timezone.now()).bodies == 3
    assert (len(list_ai_events(setup.alpha)), len(list_ai_events(setup.beta))) == (2, 1)


def test_rules_of_today_leave_a_captured_row_alone(setup: GatewaySetup) -> None:
    """Derived again from its own evidence it is the same, linked or not."""
    capture(setup.alpha, make_captured(1, properties={"$ai_gateway": "claimed"}))
    deliver(setup, [make_call(1)])
    started_at = datetime.fromtimestamp(make_call(1)["startTime"], tz=timezone.now().tzinfo)
    capture(setup.alpha, make_captured(2, timestamp=started_at.isoformat(), properties={"$ai_response_id": "r1"}))
    drain()
    kinds = sorted(row["call_kind"] for row in list_ai_events(setup.alpha))
    assert kinds == ["client_report", "inference", "inference"]
    scope = Scope(start=started_at.date() - timedelta(days=1), end=started_at.date() + timedelta(days=2))
    assert [change for page in renormalize(scope, clock=timezone.now) for change in page.changes] == []


def test_retention_is_that_of_the_team(setup: GatewaySetup, tmp_path: Path) -> None:
    """As for every row."""
    call_command("set_team_policy", "--team", str(setup.alpha.id), "--retention-days", "7")
    capture(Team.objects.get(id=setup.alpha.id), make_captured(1))
    drain()
    assert list_ai_events(setup.alpha)[0]["retention_days"] == 7
