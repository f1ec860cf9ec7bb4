"""Calls that were back-filled from the gateway's books, and their own events that come after all, in any order."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from posthog.llm_analytics.ai_event_store import insert_rows
from posthog.llm_analytics.backfill import Backfill, InboxBusy
from posthog.llm_analytics.completeness import count_missing, measure_completeness
from posthog.llm_analytics.credential_administration import revoke_credential
from posthog.llm_analytics.gateway_reconciliation import find_access
from posthog.llm_analytics.ingestion import Drained, drain_in_steps, drain_once
from posthog.llm_analytics.reconciliation import LoggedCall, parse_logged_call
from posthog.llm_analytics.renormalization import Scope, renormalize
from posthog.llm_analytics.team_administration import delete_team_events, set_privacy
from posthog.management.commands.reconcile_gateway import choose_credential
from posthog.models import AuditEntry, BackfilledCall, Gateway, GatewayCredential, GatewayInboxBody, RejectedEvent, Team
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway
from tests.spend_log_api import SpendLogApi
from tests.spend_rows import make_spend_row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup(ai_events: str) -> GatewaySetup:
    return make_gateway()


@pytest.fixture
def api(setup: GatewaySetup, settings: Settings) -> Iterator[SpendLogApi]:
    """The gateway's API, its address known."""
    with SpendLogApi([]) as api:
        setup.gateway.base_url = api.url
        setup.gateway.save()
        settings.LLM_GATEWAY_ADMIN_KEY = api.key
        yield api


def make_lost(number: int, **fields: Any) -> dict[str, Any]:
    """An event with a call id of its own that began between two milliseconds, as most do."""
    call = make_call(number, **{"litellm_call_id": f"c{number}", "trace_id": f"t{number}", **fields})
    return call | {"startTime": call["startTime"] + 0.456789}


def log(payload: dict[str, Any], **fields: Any) -> LoggedCall:
    """The call as the gateway's books have it."""
    call = parse_logged_call(make_spend_row_of(payload, **fields))
    assert call is not None
    return call


def fill(setup: GatewaySetup, *payloads: dict[str, Any], timeout_s: float = 5) -> list[LoggedCall]:
    backfill = Backfill(setup.credential, now=timezone.now())
    return backfill.fill(list(backfill.list_fillable(map(log, payloads))), timeout_s=timeout_s)


def drain() -> None:
    while drain_once(now=datetime.now(UTC)).bodies:
        pass


def count(setup: GatewaySetup) -> tuple[int, int]:
    """Calls and tokens as every sum reads them."""
    rows = [row for row in list_ai_events(setup.alpha) if row["call_kind"] == "inference"]
    return len(rows), sum(row["total_tokens"] for row in rows)


def run(**options: Any) -> tuple[int, str]:
    """The command's exit code and output, over the last three hours."""
    out = io.StringIO()
    options = {"lag_s": 0, "start": timezone.now() - timedelta(hours=3), **options}
    try:
        call_command("reconcile_gateway", gateway="main", stdout=out, **options)
    except SystemExit as exit_:
        return int(str(exit_.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_copy_becomes_a_row(setup: GatewaySetup) -> None:
    """Down the path of all events, flagged."""
    assert len(fill(setup, make_lost(1))) == 1
    drain()
    (row,) = list_ai_events(setup.alpha)
    assert (row["total_tokens"], json.loads(row["properties"])["$ai_backfilled"]) == (120, True)


@pytest.mark.parametrize("is_copy_first", [True, False])
def test_the_own_event_counts_instead_of_its_copy(setup: GatewaySetup, is_copy_first: bool) -> None:
    """Whichever of the two is drained first."""
    original = make_lost(1)
    fill(setup, original)
    if is_copy_first:
        drain()
    GatewayInboxBody.objects.update(available_at=timezone.now() + timedelta(hours=1))
    deliver(setup, [original])
    drain()
    GatewayInboxBody.objects.update(available_at=timezone.now() - timedelta(hours=1))
    drain()
    assert count(setup) == (1, 120)
    (row,) = [row for row in list_ai_events(setup.alpha) if row["call_kind"] == "inference"]
    assert "$ai_backfilled" not in json.loads(row["properties"])


def test_an_event_of_a_whole_millisecond_replaces_its_copy(setup: GatewaySetup) -> None:
    """Both have one uuid then, and nothing has to be superseded."""
    original = make_lost(1)
    original["startTime"] = int(original["startTime"])
    fill(setup, original)
    drain()
    deliver(setup, [original])
    drain()
    (row,) = list_ai_events(setup.alpha)
    assert "$ai_backfilled" not in json.loads(row["properties"])


def test_a_superseded_copy_says_by_what(setup: GatewaySetup) -> None:
    """It stays as evidence and counts as nothing: no tokens, no cost, none of upstream's event names."""
    fill(setup, make_lost(1))
    drain()
    deliver(setup, [make_lost(1)])
    drain()
    original, copy = sorted(list_ai_events(setup.alpha), key=lambda row: str(row["call_kind"]))
    assert (copy["event"], copy["call_kind"]) == ("$ai_superseded", "superseded")
    assert (copy["total_tokens"], copy["total_cost_usd"], copy["usage_raw"]) == (None, None, None)
    assert copy["integrity_flags"] == []
    assert json.loads(copy["properties"])["$ai_superseded_by"] == str(original["uuid"])


def test_copies_and_events_that_repeat_change_nothing(setup: GatewaySetup) -> None:
    """Filled twice, its own event delivered twice, filled again."""
    original = make_lost(1)
    for _ in range(2):
        fill(setup, original)
        drain()
    for _ in range(2):
        deliver(setup, [original])
        drain()
    fill(setup, original)
    drain()
    assert count(setup) == (1, 120)


def test_a_superseded_copy_is_not_revived_by_new_rules(setup: GatewaySetup) -> None:
    """A copy that was derived again, whose event waited in the inbox meanwhile, still gives way."""
    fill(setup, make_lost(1))
    drain()
    deliver(setup, [make_lost(1)])
    day = datetime.fromtimestamp(make_lost(1)["startTime"], UTC).date()
    rewrite_copy(setup)
    drain()
    assert count(setup) == (1, 120)
    list(renormalize(Scope(start=day, end=day + timedelta(days=1)), clock=timezone.now))
    assert count(setup) == (1, 120)


def rewrite_copy(setup: GatewaySetup) -> None:
    """Store the copy again as a re-derivation does: a version of this moment."""
    (copy,) = list_ai_events(setup.alpha)
    insert_rows([copy | {"ingested_at": timezone.now()}], deduplication_token="rewritten")


def test_other_calls_supersede_nothing(setup: GatewaySetup) -> None:
    """Not the call that shares the call id and has another response, not another gateway's."""
    fill(setup, make_lost(1))
    drain()
    deliver(setup, [make_lost(2, litellm_call_id="c1")])
    other = make_gateway()
    deliver(other, [make_lost(1)])
    drain()
    assert count(setup) == (2, 240)
    assert count(other) == (1, 120)


def test_a_crash_between_the_insert_and_the_end_supersedes_again(setup: GatewaySetup) -> None:
    """The drain that follows writes the same rows."""
    fill(setup, make_lost(1))
    drain()
    deliver(setup, [make_lost(1)])
    steps = drain_in_steps(Drained(), now=datetime.now(UTC))
    while next(steps) != "inserted":
        pass
    del steps
    GatewayInboxBody.objects.update(claimed_at=None, attempts=0)
    drain()
    assert count(setup) == (1, 120)


def test_what_waits_in_the_inbox_is_not_back_filled(setup: GatewaySetup) -> None:
    """It may be the missing event: the back-fill gives up, and nothing is in the inbox but what was there."""
    deliver(setup, [make_lost(1)])
    with pytest.raises(InboxBusy, match="1 bodies still wait"):
        fill(setup, make_lost(1), timeout_s=0.01)
    assert GatewayInboxBody.objects.count() == 1
    drain()
    assert count(setup) == (1, 120)


def test_an_event_that_came_meanwhile_is_not_back_filled(setup: GatewaySetup) -> None:
    """It was missing when the books were compared, and is here when the copy would be made."""
    deliver(setup, [make_lost(1)])
    drain()
    assert fill(setup, make_lost(1), make_lost(2)) == [log(make_lost(2))]


def test_a_call_of_no_team_of_ours_is_told(api: SpendLogApi) -> None:
    """It would be a reject: map its team, then run again."""
    api.rows = [make_spend_row_of(make_lost(1, team="nobody's"))]
    code, text = run()
    assert code == 1
    assert "missing: r1, " in text
    assert "cannot be back-filled: team_unknown" in text
    assert GatewayInboxBody.objects.count() == 0


def test_a_reject_is_not_missing(setup: GatewaySetup, api: SpendLogApi) -> None:
    """It was received, and is here with its reason."""
    payload = make_lost(1, team="nobody's")
    deliver(setup, [payload])
    drain()
    api.rows = [make_spend_row_of(payload)]
    assert RejectedEvent.objects.count() == 1
    assert run()[0] == 0


def test_deleted_events_do_not_come_back(setup: GatewaySetup, api: SpendLogApi) -> None:
    """Neither do those that are past their team's retention."""
    Team.objects.filter(id=setup.beta.id).update(retention_days=1)
    old = make_lost(2, team="team-beta") | {"startTime": make_lost(2)["startTime"] - 86400}
    api.rows = [make_spend_row_of(make_lost(1)), make_spend_row_of(old)]
    delete_team_events(setup.alpha, actor="test", now=timezone.now())
    code, text = run(start=timezone.now() - timedelta(days=2), format="json")
    report = json.loads(text)
    assert (code, report["missing"], report["filled"], report["not_kept"]) == (0, 0, 0, 2)


def test_a_private_teams_copy_holds_numbers_alone(setup: GatewaySetup) -> None:
    """The books may repeat what was said, in an error."""
    set_privacy(setup.alpha, is_private=True, actor="test")
    payload = make_lost(1)
    error = {"error_class": "Timeout", "error_message": "said in confidence"}
    call = log(payload, status="failure", metadata={"error_information": error})
    backfill = Backfill(setup.credential, now=timezone.now())
    backfill.fill(list(backfill.list_fillable([call])), timeout_s=5)
    drain()
    (stored,) = list_ai_events(setup.alpha)
    assert (stored["total_tokens"], stored["error"]) == (120, None)
    assert "confidence" not in stored["properties"]


def test_the_command_back_fills_and_tells(setup: GatewaySetup, api: SpendLogApi) -> None:
    """Per hour and by id; afterwards nothing is missing, and exit code 0 says so."""
    received, lost = make_lost(1), make_lost(2)
    deliver(setup, [received])
    drain()
    api.rows = [make_spend_row_of(received), make_spend_row_of(lost)]
    code, text = run()
    assert code == 0
    assert text.startswith("main: 50.0000 % of 2 calls in its spend log\n")
    assert "  back-filled: r2, " in text
    assert "  1 calls are in the inbox; a running worker turns them into rows" in text
    drain()
    assert run()[1].startswith("main: 100.0000 % of 2 calls in its spend log\n")


def test_a_back_filled_call_is_missing_no_longer(setup: GatewaySetup, api: SpendLogApi) -> None:
    """Its shipper's number never came, and its row is held; should it come after all, it is one that was received."""
    calls = [make_numbered(number) for number in (1, 2, 3)]
    deliver(setup, [calls[0], calls[2]])
    drain()
    assert measure(setup) == (2, 0, 1)
    api.rows = [make_spend_row_of(call) for call in calls]
    assert run()[0] == 0
    assert measure(setup) == (2, 0, 1), "a record without its row proves nothing"
    drain()
    assert measure(setup) == (2, 1, 0)
    deliver(setup, [calls[1]])
    drain()
    assert (measure(setup), count(setup)) == ((3, 0, 0), (3, 360))


def test_a_back_filled_call_fills_one_hole(setup: GatewaySetup, api: SpendLogApi) -> None:
    """Two numbers are missing, of one the gateway's books know nothing."""
    deliver(setup, [make_numbered(1), make_numbered(4)])
    api.rows = [make_spend_row_of(make_lost(2))]
    drain()
    run()
    drain()
    assert measure(setup) == (2, 1, 1)


def make_numbered(number: int) -> dict[str, Any]:
    """As the durable shipper sends it."""
    call = make_lost(number)
    accepted_at = datetime.fromtimestamp(call["endTime"], UTC).isoformat()
    return call | {"posthog_shipper": {"id": "lane-1", "sequence": number, "accepted_at": accepted_at}}


def measure(setup: GatewaySetup) -> tuple[int, int, int]:
    """Events received, back-filled and missing in the last hours; answers count the same as missing."""
    span = {"start": timezone.now() - timedelta(hours=4), "end": timezone.now()}
    found = measure_completeness(setup.gateway, **span)
    assert count_missing(setup.gateway, **span) == found.missing
    assert [
        sum(counts) for counts in zip(*((h.received, h.backfilled, h.missing) for h in found.hours), strict=True)
    ] == [
        found.received,
        found.backfilled,
        found.missing,
    ]
    return found.received, found.backfilled, found.missing


def test_a_dry_run_fails_where_something_is_missing(setup: GatewaySetup, api: SpendLogApi) -> None:
    """For cron; and it tells where a waiting body may still hold it."""
    api.rows = [make_spend_row_of(make_lost(1))]
    deliver(setup, [make_lost(2)])
    code, text = run(dry_run=True)
    assert code == 1
    assert text.startswith("main: 0.0000 % of 1 calls in its spend log; bodies wait in the inbox")
    assert (GatewayInboxBody.objects.count(), BackfilledCall.objects.count()) == (1, 0)


def test_an_empty_spend_log_has_no_completeness(api: SpendLogApi) -> None:
    """Unknown is not 100 %."""
    assert run() == (0, "main: no call in the gateway's spend log in this time\n")


def test_the_gateways_own_credential_is_taken(setup: GatewaySetup) -> None:
    """Not a team's, not a revoked one; where several could be meant, one must be named."""
    team_credential, _ = GatewayCredential.objects.create_with_token(
        gateway=setup.gateway, label="team", team=setup.beta
    )
    assert choose_credential(setup.gateway, "") == setup.credential
    assert choose_credential(setup.gateway, str(team_credential.pk)) == team_credential
    revoke_credential(setup.credential, actor="test", now=timezone.now())
    assert choose_credential(setup.gateway, "") == team_credential
    revoke_credential(team_credential, actor="test", now=timezone.now())
    with pytest.raises(CommandError, match="main has no open ones; name one"):
        choose_credential(setup.gateway, "")
    with pytest.raises(CommandError, match="has no credential '77777'"):
        choose_credential(setup.gateway, "77777")


def test_the_gateways_address_and_key_are_stored(
    setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """The key encrypted, before the environment's; both in the record of acts, the key not among it."""
    settings.LLM_GATEWAY_ADMIN_KEY = "sk-of-the-environment"
    monkeypatch.setattr("sys.stdin", io.StringIO("sk-stored\n"))
    set_access("https://llm.example.com/", admin_key_stdin=True)
    gateway = Gateway.objects.get(id=setup.gateway.id)
    assert b"sk-stored" not in bytes(gateway.admin_key or b"")
    access = find_access(gateway, default_key=settings.LLM_GATEWAY_ADMIN_KEY)
    assert (access.base_url, access.admin_key) == ("https://llm.example.com", "sk-stored")
    entry = AuditEntry.objects.get(action="gateway_access_changed")
    assert entry.details == {"base_url": "https://llm.example.com", "has_admin_key": True}
    set_access("https://llm.example.com", forget_admin_key=True)
    gateway.refresh_from_db()
    assert find_access(gateway, default_key="sk-of-the-environment").admin_key == "sk-of-the-environment"


@pytest.mark.parametrize("url", ["llm.example.com", "ftp://llm", "https://", "https://u:p@llm", "https://llm?x=1"])
def test_a_gateways_address_is_http(setup: GatewaySetup, url: str) -> None:
    """And holds no password."""
    with pytest.raises(CommandError, match="--url: expected"):
        set_access(url)


def set_access(url: str, **options: Any) -> None:
    call_command("set_gateway_access", gateway="main", url=url, stdout=io.StringIO(), **options)
