"""Rejected events: how much of them is kept, and what trying them again does."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from posthog.llm_analytics import row_batches
from posthog.llm_analytics.gateway_bodies import prepare_event, read_element
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.rejected_content import open_content
from posthog.llm_analytics.replay import Replay, find_rejects, replay_rejects
from posthog.llm_analytics.usage_report import build_usage_reports
from posthog.models import AuditEntry, GatewayInboxBody, GatewayTeam, RejectedEvent
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def reject(setup: GatewaySetup, *numbers: int, team: str = "team-omega") -> list[RejectedEvent]:
    """Deliver calls of a team that nobody mapped."""
    deliver(setup, [make_call(number, team) for number in numbers])
    drain_once(now=timezone.now())
    return list(RejectedEvent.objects.order_by("id"))


def map_omega(setup: GatewaySetup) -> None:
    GatewayTeam.objects.create(gateway=setup.gateway, gateway_team_id="team-omega", team=setup.beta)


def replay(**conditions: Any) -> Replay:
    return replay_rejects(find_rejects(**conditions), actor="test", now=timezone.now())


def test_replayed_event_becomes_its_row(setup: GatewaySetup) -> None:
    """Once its team is mapped, the event is stored as if it had been from the start, and the reject says when."""
    (rejected,) = reject(setup, 1)
    map_omega(setup)
    assert replay() == Replay(sent=1)
    assert RejectedEvent.objects.get().replayed_at is None
    assert drain_once(now=timezone.now()).rows == 1
    (row,) = list_ai_events(setup.beta)
    assert (row["input_tokens"], row["ingested_at"]) == (100, rejected.received_at)
    assert RejectedEvent.objects.get().replayed_at is not None
    assert replay() == Replay()


def test_event_that_is_rejected_again_stays_with_its_new_reason(setup: GatewaySetup) -> None:
    """One event is one reject, however often it is tried."""
    (rejected,) = reject(setup, 1)
    setup.beta.retention_days = 1
    setup.beta.save()
    map_omega(setup)
    RejectedEvent.objects.update(received_at=timezone.now() + timedelta(days=9))
    replay()
    drain_once(now=timezone.now())
    again = RejectedEvent.objects.get()
    assert (again.id, again.reason_code, again.replayed_at) == (rejected.id, "past_retention", None)
    assert again.team == setup.beta
    assert again.rejected_at > rejected.rejected_at
    assert replay() == Replay(sent=1)


def test_reject_is_not_sent_twice(setup: GatewaySetup) -> None:
    """While it waits in the inbox, a second replay leaves it alone."""
    reject(setup, 1, 2)
    assert [replay(), replay()] == [Replay(sent=2), Replay(waiting=2)]
    assert GatewayInboxBody.objects.count() == 2


def test_replay_changes_no_sum_when_the_event_came_again_meanwhile(setup: GatewaySetup) -> None:
    """The gateway's own repetition and the replay are one event."""
    reject(setup, 1)
    map_omega(setup)
    deliver(setup, [make_call(1, "team-omega")])
    replay()
    drain_once(now=timezone.now())
    assert len(list_ai_events(setup.beta)) == 1


def test_replayed_reject_counts_no_more_in_the_report(setup: GatewaySetup) -> None:
    """A day's report shows what is still missing."""
    RejectedEvent.objects.all().delete()
    deliver(setup, [make_call(1) | {"startTime": None}])
    drain_once(now=timezone.now())
    today = timezone.now().date()
    rejected = [build_usage_reports(today, team_ids=[setup.alpha.id])[0].rejected_events]
    RejectedEvent.objects.update(replayed_at=timezone.now())
    rejected.append(build_usage_reports(today, team_ids=[setup.alpha.id])[0].rejected_events)
    assert rejected == [1, 0]


def test_stripped_reject_has_nothing_that_was_said(setup: GatewaySetup) -> None:
    """Its numbers and names are enough to store it later; of an element that is no event nothing is kept."""
    deliver(setup, [make_call(1, "team-omega"), "hello"])
    drain_once(now=timezone.now())
    call, text = RejectedEvent.objects.order_by("position")
    kept = open_content(call) or b""
    assert b"team-omega" in kept
    assert b"hello" not in kept
    assert (call.event_format, text.event_format, text.event) == ("stripped", "nothing", None)
    assert replay() == Replay(sent=1, not_kept=1)


def test_encrypted_reject_is_whole_and_unreadable_in_the_database(setup: GatewaySetup, settings: Settings) -> None:
    """The row of the replay has the messages; Postgres never shows them."""
    settings.LLM_GATEWAY_REJECT_CONTENT = "encrypted"
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    (rejected,) = reject(setup, 1)
    assert rejected.event_format == "encrypted"
    assert b"hello" in (open_content(rejected) or b"")
    assert bytes(rejected.event or b"").startswith(b"gAAAA")  # Fernet's version and time
    map_omega(setup)
    replay()
    drain_once(now=timezone.now())
    assert "hello" in list_ai_events(setup.beta)[0]["input"]


def test_encrypted_reject_has_what_nobody_reads(setup: GatewaySetup, settings: Settings) -> None:
    """The entry of the price map is not decoded, whether it is new or was seen before, and is kept as it came."""
    settings.LLM_GATEWAY_REJECT_CONTENT = "encrypted"
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    information = {"model_map_key": "gpt-4o", "model_map_value": {"key": "gpt-4o", "mode": "chat"}}
    calls = [make_call(number, "team-omega", model_map_information=information) for number in (1, 2)]
    deliver(setup, calls)
    drain_once(now=timezone.now())
    kept = [open_content(rejected) or b"" for rejected in RejectedEvent.objects.order_by("position")]
    assert [json.loads(text) for text in kept] == json.loads(json.dumps(calls))


def test_key_of_a_call_that_was_turned_away_is_not_kept(setup: GatewaySetup, settings: Settings) -> None:
    """The gateway puts the raw key where an accepted one's hash stands: encrypted or not, it goes."""
    settings.LLM_GATEWAY_REJECT_CONTENT = "encrypted"
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    call = make_call(1, None, status="failure", custom_llm_provider=None)
    deliver(setup, [call | {"metadata": {"user_api_key_hash": "sk-the-raw-key"}}])
    drain_once(now=timezone.now())
    kept = open_content(RejectedEvent.objects.get()) or b""
    assert b"litellm_call_id" in kept
    assert b"sk-the-raw-key" not in kept


def test_rotated_key_still_opens(setup: GatewaySetup, settings: Settings) -> None:
    """A new key in front encrypts, the old behind it decrypts; without it the reject stays, and says so."""
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.LLM_GATEWAY_REJECT_CONTENT = "encrypted"
    settings.ENCRYPTION_KEYS = [old]
    (rejected,) = reject(setup, 1)
    settings.ENCRYPTION_KEYS = [new, old]
    assert open_content(rejected) is not None
    settings.ENCRYPTION_KEYS = [new]
    assert replay() == Replay(not_kept=1)
    assert RejectedEvent.objects.count() == 1


def test_reject_without_its_credential_is_nobodys(setup: GatewaySetup) -> None:
    """The credential said whose the event may be; without it nobody can."""
    reject(setup, 1)
    setup.credential.delete()
    assert replay() == Replay(ownerless=1)


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        pytest.param(["--all"], 3, id="all"),
        pytest.param(["--reason", "team_unknown"], 2, id="by-reason"),
        pytest.param(["--reason", "identity_missing", "--team", "{alpha}"], 1, id="by-reason-and-team"),
        pytest.param(["--id", "{first}"], 1, id="one"),
        pytest.param(["--id", "{first}", "--id", "{last}"], 2, id="two"),
    ],
)
def test_command_replays_what_it_is_asked_for(
    setup: GatewaySetup, capsys: pytest.CaptureFixture[str], options: list[str], sent: int
) -> None:
    """One by one, by reason, by team, or all; a dry run sends nothing."""
    deliver(setup, [make_call(4) | {"startTime": None}])
    rejected = reject(setup, 1, 2)
    words = {"alpha": setup.alpha.id, "first": rejected[0].id, "last": rejected[-1].id}
    arguments = [option.format(**words) for option in options]
    call_command("replay_rejected", *arguments, "--dry-run")
    assert capsys.readouterr().out == f"{sent} would be sent to the inbox\n"
    assert (GatewayInboxBody.objects.count(), AuditEntry.objects.count()) == (0, 0)
    call_command("replay_rejected", *arguments)
    assert capsys.readouterr().out == f"{sent} sent to the inbox\n"
    assert GatewayInboxBody.objects.count() == sent
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.details["sent"]) == ("rejects_replayed", sent)


def test_command_asks_for_a_choice() -> None:
    """Nothing named is not all."""
    with pytest.raises(CommandError, match="--all"):
        call_command("replay_rejected")


def test_refused_row_can_be_replayed(setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ClickHouse did not take is kept like any other reject, found again by its place in the body."""

    def spoil(element: Any, source: Any, position: int) -> Any:
        if position != 1:
            return prepare_event(element, source, position)
        row = read_element(element, source, position)
        assert isinstance(row, dict)
        return row | {"latency": "no number"}

    with monkeypatch.context() as patched:
        patched.setattr(row_batches, "prepare_event", spoil)
        deliver(setup, [make_call(1), make_call(2), make_call(3)])
        assert drain_once(now=timezone.now()).rows == 2
    rejected = RejectedEvent.objects.get()
    assert (rejected.reason_code, rejected.position, rejected.team) == ("row_refused", 1, setup.alpha)
    replay()
    drain_once(now=timezone.now())
    assert len(list_ai_events(setup.alpha)) == 3
