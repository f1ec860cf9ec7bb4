"""A private team's words reach no disk: not the inbox, not the rejects, not a row; its numbers do."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.ingestion import drain_once
from posthog.models import AuditEntry, GatewayInboxBody, RejectedEvent, Team
from tests.captures import list_payloads
from tests.integration.factories import GatewaySetup, list_ai_events, make_call, make_gateway
from tests.integration.stored_text import list_places_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events", "private_cache"),
]

URL = "/api/llm_gateway/webhook"
MARKER = "the words of a customer"
KEY_NAMES = ("team_alias", "alias", "user_id", "org_id", "project_id", "hash")
KEPT = ("id", "litellm_call_id", "trace_id", "call_type", "status", "model", "model_group", "custom_llm_provider")


@pytest.fixture
def setup() -> GatewaySetup:
    """Team alpha is private, beta is not."""
    made = make_gateway()
    call_command("set_team_policy", "--team", str(made.alpha.id), "--private", "on")
    return made


def post(setup: GatewaySetup, body: bytes, **headers: str) -> tuple[int, int | None]:
    headers = {**setup.headers, **headers}
    answer = Client().post(URL, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json().get("events")


def drain() -> None:
    while drain_once(now=timezone.now()).bodies:
        pass


def mark(value: Any) -> Any:
    """The same shape, with the marker for every text."""
    if isinstance(value, str):
        return MARKER
    if isinstance(value, Mapping):
        return {key: mark(item) for key, item in value.items()}
    return [mark(item) for item in value] if isinstance(value, list) else value


def say_everywhere(payload: dict[str, Any], team: str | None) -> dict[str, Any]:
    """Put the marker into every text of a recorded payload but the names of the call and of its model."""
    said = {key: value if key in KEPT else mark(value) for key, value in payload.items()}
    times = {key: payload[key] for key in ("startTime", "endTime", "completionStartTime") if key in payload}
    metadata = {**mark(payload["metadata"]), "usage_object": payload["metadata"].get("usage_object")}
    metadata |= {f"user_api_key_{name}": None for name in KEY_NAMES}
    metadata |= {"user_api_key_team_id": team, "user_api_key_auth_metadata": {}, "requester_metadata": {MARKER: MARKER}}
    return said | times | {"metadata": metadata, "end_user": None, "session_id": None, "added_tomorrow": [MARKER]}


def test_nothing_that_was_said_is_stored(setup: GatewaySetup) -> None:
    """Every recorded scenario, with words wherever words can stand: in no table, before and after the drain."""
    calls = [say_everywhere(payload, "team-alpha") for payload in list_payloads()]
    assert json.dumps(calls).count(MARKER) > 1000
    status, events = post(setup, json.dumps(calls).encode())
    assert (status, events) == (202, len(calls))
    assert list_places_of(MARKER) == []
    drain()
    assert list_places_of(MARKER) == []
    assert len(list_ai_events(setup.alpha)) + RejectedEvent.objects.count() == len(calls)


def test_same_words_of_an_open_team_are_found(setup: GatewaySetup) -> None:
    """The search that finds nothing above finds them here, in the inbox and then in the row."""
    post(setup, json.dumps([make_call(1, "team-beta", messages=MARKER)]).encode())
    assert list_places_of(MARKER) == ["postgres posthog_gatewayinboxbody"]
    drain()
    assert list_places_of(MARKER) == ["clickhouse ai_events"]


def test_numbers_are_those_of_the_open_team(setup: GatewaySetup) -> None:
    """The same call, private and not: one has words, both have the same tokens and costs."""
    post(setup, json.dumps([make_call(1, "team-alpha"), make_call(1, "team-beta")]).encode())
    drain()
    (private,), (open_,) = list_ai_events(setup.alpha), list_ai_events(setup.beta)
    names = [name for name in private if name.endswith(("_tokens", "_usd", "_count")) or name in ("latency", "model")]
    assert {name: private[name] for name in names} == {name: open_[name] for name in names}
    assert (private["input_tokens"], private["input"], private["output_choices"]) == (100, None, None)
    assert "hello" in open_["input"]


def test_each_event_of_a_shared_gateway_is_treated_as_its_teams(setup: GatewaySetup) -> None:
    """An open team's words stay; those of an unknown team might be private and go."""
    calls = [make_call(n, team, messages=f"{MARKER} {n}") for n, team in enumerate(("team-alpha", "team-beta", "?"))]
    post(setup, json.dumps(calls).encode())
    assert [list_places_of(f"{MARKER} {n}") for n in range(3)] == [[], ["postgres posthog_gatewayinboxbody"], []]
    drain()
    assert [list_places_of(f"{MARKER} {n}") for n in range(3)] == [[], ["clickhouse ai_events"], []]
    assert RejectedEvent.objects.get().reason_code == "team_unknown"


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_large_body_passes_through_memory_alone(setup: GatewaySetup, settings: Settings, encoding: str) -> None:
    """Larger than what is parsed before the answer: cut and reduced event by event as it streams in."""
    settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES = 100
    body = json.dumps([make_call(number, messages=MARKER * 1000) for number in range(40)]).encode()
    sent = gzip.compress(body) if encoding else body
    assert post(setup, sent, **({"Content-Encoding": encoding} if encoding else {}))[0] == 202
    assert list_places_of(MARKER) == []
    drain()
    assert list_places_of(MARKER) == []
    assert len(list_ai_events(setup.alpha)) == 40


def test_lines_and_unreadable_elements_are_reduced_too(setup: GatewaySetup) -> None:
    """What cannot be parsed cannot be reduced: only its error's code is stored."""
    lines = [json.dumps(make_call(1, messages=MARKER)), f'{{"{MARKER}": tru}}', json.dumps(make_call(2))]
    assert post(setup, "\n".join(lines).encode()) == (202, 3)
    assert list_places_of(MARKER) == []
    drain()
    assert (len(list_ai_events(setup.alpha)), RejectedEvent.objects.count()) == (2, 1)
    assert list_places_of(MARKER) == []


def test_encrypted_rejects_of_a_private_team_have_no_words_either(setup: GatewaySetup, settings: Settings) -> None:
    """Encryption is no excuse: the words never came this far."""
    settings.LLM_GATEWAY_REJECT_CONTENT = "encrypted"
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    post(setup, json.dumps([make_call(1, messages=MARKER) | {"startTime": None}]).encode())
    drain()
    call_command("replay_rejected", "--all")
    body = GatewayInboxBody.objects.get()
    assert list_places_of(MARKER) == []
    assert body.rejected_event is not None


def test_words_that_arrived_before_go_no_further(setup: GatewaySetup) -> None:
    """Made private while a body waits: the worker reduces what the door did not have to."""
    Team.objects.update(is_private=False)
    post(setup, json.dumps([make_call(1, messages=MARKER)]).encode())
    Team.objects.filter(id=setup.alpha.id).update(is_private=True)
    drain()
    assert list_places_of(MARKER) == []
    assert len(list_ai_events(setup.alpha)) == 1


def test_replay_and_import_are_doors_too(setup: GatewaySetup, settings: Settings, tmp_path: Path) -> None:
    """Kept whole while the team was open, or written to a file by the gateway: on the way in the words are removed."""
    settings.LLM_GATEWAY_REJECT_CONTENT = "encrypted"
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    Team.objects.update(is_private=False)
    post(setup, json.dumps([make_call(1, "team-omega", messages=MARKER)]).encode())
    drain()
    Team.objects.filter(id=setup.alpha.id).update(is_private=True)
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(make_call(2, messages=MARKER)))
    call_command("replay_rejected", "--all")
    call_command("import_gateway_log", "--credential", str(setup.credential.pk), str(log))
    assert GatewayInboxBody.objects.count() == 2
    assert list_places_of(MARKER) == []
    drain()
    assert len(list_ai_events(setup.alpha)) == 1


def test_body_of_words_alone_is_refused(setup: GatewaySetup) -> None:
    """The same answers as for an open team: 400 where nothing can be read, 202 where there is nothing."""
    assert post(setup, MARKER.encode())[0] == 400
    assert post(setup, b'[{"a": ')[0] == 400
    assert post(setup, b"[]") == (202, 0)
    assert not GatewayInboxBody.objects.exists()


def test_privacy_is_on_record(setup: GatewaySetup) -> None:
    """Who closed it, and what it was before."""
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.team, entry.details) == (
        "team_privacy_changed",
        setup.alpha,
        {"before": False, "after": True},
    )


@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_databases_has_the_words(setup: GatewaySetup) -> None:
    """Tables, write-ahead log and parts on disk, byte for byte; an open team's name proves that the search works."""
    setup.beta.name = "found in the files"
    setup.beta.save()
    post(setup, json.dumps([make_call(n, messages=f"{MARKER} {n}") for n in range(20)]).encode())
    drain()
    sync_execute("OPTIMIZE TABLE ai_events FINAL")
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
    assert list_files_with(folder, b"found in the files")
    assert list_files_with(folder, MARKER.encode()) == []
    assert list_files_with(folder.parent / "clickhouse", MARKER.encode()) == []


def list_files_with(folder: Path, text: bytes) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]
