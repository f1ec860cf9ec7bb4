"""How long a team's events stay, and how they go: retention, changed retention, deletion."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from posthog.clickhouse.client import query_rows, sync_execute
from posthog.llm_analytics.ingestion import Drained, drain_in_steps, drain_once
from posthog.llm_analytics.team_administration import delete_team_events, is_drain_running
from posthog.management.commands.delete_team_events import Command
from posthog.models import AuditEntry, GatewayCredential, GatewayInboxBody, RejectedEvent, Team
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events", "private_cache")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def store(setup: GatewaySetup, *calls: dict[str, Any]) -> None:
    deliver(setup, calls)
    while drain_once(now=timezone.now()).bodies:
        pass


def make_call_of(number: int, days_ago: int, team: str = "team-alpha") -> dict[str, Any]:
    started_at = timezone.now().timestamp() - days_ago * 86400
    return make_call(number, team) | {"startTime": started_at, "endTime": started_at + 1}


def list_ends(team: Team) -> list[int]:
    """Days from each event's own day until it is dropped."""
    sql = (
        "SELECT dateDiff('day', toDate(timestamp), drop_date) AS days FROM ai_events FINAL "
        "WHERE team_id = %(team_id)s ORDER BY timestamp"
    )
    return [row["days"] for row in query_rows(sql, {"team_id": team.id})]


def count_rows(team: Team) -> int:
    """Rows on disk, duplicates included."""
    rows = sync_execute("SELECT count() FROM ai_events WHERE team_id = %(team_id)s", {"team_id": team.id})
    return int(rows[0][0])


def test_event_ends_with_its_teams_retention(setup: GatewaySetup) -> None:
    """Each team's own days count from the call."""
    Team.objects.filter(id=setup.beta.id).update(retention_days=90)
    store(setup, make_call(1), make_call(2, "team-beta"))
    assert (list_ends(setup.alpha), list_ends(setup.beta)) == ([30], [90])


@pytest.mark.parametrize("days", [7, 365])
def test_stored_events_follow_a_changed_retention(setup: GatewaySetup, days: int) -> None:
    """Their numbers stay, their end moves; nothing is on disk twice, and another team is not touched."""
    store(setup, make_call(1), make_call(2), make_call(3, "team-beta"))
    before = list_ai_events(setup.alpha)
    call_command("set_team_policy", "--team", str(setup.alpha.id), "--retention-days", str(days))
    assert (list_ends(setup.alpha), list_ends(setup.beta), count_rows(setup.alpha)) == ([days, days], [30], 2)
    changed = {"retention_days", "ingested_at"}
    kept = [{name: row[name] for name in row if name not in changed} for row in list_ai_events(setup.alpha)]
    assert kept == [{name: row[name] for name in row if name not in changed} for row in before]
    store(setup, make_call(4))
    assert list_ends(setup.alpha) == [days] * 3


def test_shorter_retention_ends_what_is_older(setup: GatewaySetup) -> None:
    """An event that would be gone by now is gone."""
    store(setup, make_call_of(1, days_ago=10), make_call_of(2, days_ago=1))
    call_command("set_team_policy", "--team", str(setup.alpha.id), "--retention-days", "5")
    assert list_ends(setup.alpha) == [5]
    assert count_rows(setup.alpha) == 1


def test_event_delivered_under_two_retentions_counts_once(setup: GatewaySetup) -> None:
    """Its two rows lie in different partitions and never merge; every sum sees the newer one alone."""
    store(setup, make_call(1))
    Team.objects.filter(id=setup.alpha.id).update(retention_days=300)
    store(setup, make_call(1))
    sync_execute("OPTIMIZE TABLE ai_events FINAL")
    assert (count_rows(setup.alpha), len(list_ai_events(setup.alpha))) == (2, 1)
    assert list_ends(setup.alpha) == [300]


def test_retention_change_can_be_repeated(setup: GatewaySetup) -> None:
    """A crash halfway is mended by running it again; a third time finds nothing to do."""
    store(setup, make_call(1))
    for _ in range(2):
        call_command("set_team_policy", "--team", str(setup.alpha.id), "--retention-days", "60")
    assert (list_ends(setup.alpha), count_rows(setup.alpha)) == ([60], 1)
    entries = AuditEntry.objects.order_by("id")
    assert [entry.details for entry in entries] == [{"before": 30, "after": 60}, {"before": 60, "after": 60}]


def test_old_partitions_go_by_themselves(setup: GatewaySetup) -> None:
    """A merge drops what is past its end; nothing has to be deleted by hand."""
    store(setup, make_call_of(1, days_ago=20), make_call_of(2, days_ago=0, team="team-beta"))
    sync_execute(
        "INSERT INTO ai_events (uuid, event, timestamp, team_id, retention_days, ingested_at) "
        "SELECT generateUUIDv4(), '$ai_generation', now64(6) - toIntervalDay(100), %(team_id)s, 1, now64(6)",
        {"team_id": setup.alpha.id},
    )
    sync_execute("OPTIMIZE TABLE ai_events FINAL")
    assert (count_rows(setup.alpha), count_rows(setup.beta)) == (1, 1)


def test_deletion_leaves_no_row(setup: GatewaySetup, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows, rejects and waiting bodies of the team go; another team's stay; what comes later is stored."""
    store(setup, make_call(1), make_call(2), make_call(3, "team-beta"), make_call(4) | {"startTime": None})
    assert RejectedEvent.objects.get().team == setup.alpha
    own, _ = GatewayCredential.objects.create_with_token(gateway=setup.gateway, label="own", team=setup.alpha)
    deliver(setup, [make_call(5)])
    GatewayInboxBody.objects.update(credential=own)
    call_command("delete_team_events", "--team", str(setup.alpha.id), "--yes")
    said = capsys.readouterr().out
    assert "2 rows, 1 rejects and 1 waiting bodies deleted; 0 rows left" in said
    assert (count_rows(setup.alpha), count_rows(setup.beta), RejectedEvent.objects.count()) == (0, 1, 0)
    store(setup, make_call(6))
    assert count_rows(setup.alpha) == 1
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.team, entry.details["events"]) == ("team_events_deleted", setup.alpha, 2)


def test_delivery_that_waited_adds_nothing_behind_the_deletions_back(setup: GatewaySetup) -> None:
    """A shared gateway's body has other teams' events: it stays, and only theirs are stored."""
    deliver(setup, [make_call(1), make_call(2, "team-beta")])
    delete_team_events(setup.alpha, actor="test", now=timezone.now())
    assert GatewayInboxBody.objects.count() == 1
    assert drain_once(now=timezone.now()).rows == 1
    assert (count_rows(setup.alpha), count_rows(setup.beta), RejectedEvent.objects.count()) == (0, 1, 0)


def test_drain_that_had_begun_leaves_nothing_either(
    setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It read the teams before the deletion, and writes its row and its reject behind it."""
    deliver(setup, [make_call(1), make_call(2) | {"startTime": None}, make_call(3, "team-beta")])
    drain = drain_in_steps(Drained(), now=timezone.now())
    assert [next(drain), next(drain)] == ["claimed", "built"]

    def finish_and_look(*, begun_before: datetime) -> bool:
        assert is_drain_running(begun_before=begun_before)
        assert list(drain) == ["inserted", "settled"]
        assert (count_rows(setup.alpha), RejectedEvent.objects.count()) == (1, 1)
        return is_drain_running(begun_before=begun_before)

    monkeypatch.setattr(f"{Command.__module__}.is_drain_running", finish_and_look)
    call_command("delete_team_events", "--team", str(setup.alpha.id), "--yes")
    assert "1 rejects and 0 waiting bodies deleted; 0 rows left" in capsys.readouterr().out
    assert (count_rows(setup.alpha), count_rows(setup.beta), RejectedEvent.objects.count()) == (0, 1, 0)


def test_every_table_with_a_teams_rows_is_emptied(setup: GatewaySetup) -> None:
    """A table that is added for sums of events loses them, too, without being told of here."""
    sync_execute("CREATE TABLE made_later (team_id Int64, tokens Int64) ENGINE = SummingMergeTree ORDER BY team_id")
    try:
        sync_execute("INSERT INTO made_later SELECT number, 1 FROM numbers(%(rows)s)", {"rows": setup.beta.id + 1})
        delete_team_events(setup.alpha, actor="test", now=timezone.now())
        left = sync_execute("SELECT count(), countIf(team_id = %(id)s) FROM made_later", {"id": setup.alpha.id})
    finally:
        sync_execute("DROP TABLE made_later SYNC")
    assert left == [(setup.beta.id, 0)]


def test_deletion_asks_first(setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything but the team's name is a no."""
    store(setup, make_call(1))
    monkeypatch.setattr("builtins.input", lambda prompt: "yes")
    with pytest.raises(CommandError, match="nothing was deleted"):
        call_command("delete_team_events", "--team", str(setup.alpha.id))
    assert count_rows(setup.alpha) == 1


def test_policy_command_needs_something_to_do(setup: GatewaySetup) -> None:
    """And keeps to what the column can hold."""
    for options in ([], ["--retention-days", "0"], ["--retention-days", "40000"]):
        with pytest.raises(CommandError, match="expected"):
            call_command("set_team_policy", "--team", str(setup.alpha.id), *options)


def test_audit_is_listed_newest_first(setup: GatewaySetup, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object a line; a team's alone where one is asked for."""
    for team, privacy in ((setup.alpha, "on"), (setup.beta, "on"), (setup.alpha, "off")):
        call_command("set_team_policy", "--team", str(team.id), "--private", privacy)
    capsys.readouterr()
    call_command("list_audit_entries", "--team", str(setup.alpha.id))
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [entry["details"]["after"] for entry in entries] == [False, True]
    assert datetime.fromisoformat(entries[0]["at"]) - datetime.now(UTC) < timedelta(minutes=5)
    assert {entry["action"] for entry in entries} == {"team_privacy_changed"}


def test_events_of_a_deleted_teams_credential_are_refused(setup: GatewaySetup) -> None:
    """With the team its own credentials go: nobody can write for it any more."""
    own, token = GatewayCredential.objects.create_with_token(gateway=setup.gateway, label="own", team=setup.alpha)
    setup.alpha.delete()
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().post("/api/llm_gateway/webhook", b"[]", content_type="application/json", headers=headers)
    assert answer.status_code == 401
    assert not GatewayCredential.objects.filter(pk=own.pk).exists()
