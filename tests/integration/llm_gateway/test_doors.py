"""Who comes in at the webhook, how often and how much: rotation, signatures, rates, limits, each with its answer."""

import gzip
import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from posthog.api import body_rate
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_gateway.signature import sign_body
from posthog.models import AuditEntry, GatewayCredential, GatewayInboxBody, RejectedEvent, Team
from stack.application import KEEP_ALIVE_S
from tests.integration.application import running_web
from tests.integration.factories import GatewaySetup, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_cache")]

URL = "/api/llm_gateway/webhook"
GATEWAY_TIMEOUT_S = 10
"""What README recommends for LiteLLM."""


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def post(token: str, body: bytes = b'[{"id": "1"}]', **headers: str) -> tuple[int, str]:
    """Status and code, '' where the body was taken."""
    headers = {"Authorization": f"Bearer {token}", **headers}
    answer = Client().post(URL, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json().get("code", "")


def rotate(setup: GatewaySetup, capsys: pytest.CaptureFixture[str], overlap_hours: float) -> str:
    call_command("rotate_gateway_credential", str(setup.credential.pk), f"--overlap-hours={overlap_hours}")
    return capsys.readouterr().out.strip()


def test_new_token_opens_at_once_and_the_old_for_a_while(
    setup: GatewaySetup, capsys: pytest.CaptureFixture[str]
) -> None:
    """No call is lost while a gateway is given its new token; when the overlap is over, the old one is refused."""
    token = rotate(setup, capsys, 24)
    assert [post(token), post(setup.token)] == [(202, ""), (202, "")]
    GatewayCredential.objects.update(previous_valid_until=timezone.now())
    assert [post(token), post(setup.token)] == [(202, ""), (403, "credential_rotated")]


def test_second_rotation_ends_the_token_before_the_old_one(
    setup: GatewaySetup, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two tokens open at most."""
    second, third = rotate(setup, capsys, 1), rotate(setup, capsys, 1)
    assert [post(token)[0] for token in (setup.token, second, third)] == [401, 202, 202]


def test_revocation_closes_every_token(setup: GatewaySetup, capsys: pytest.CaptureFixture[str]) -> None:
    """The old one in its overlap, too; and what is revoked is not rotated back to life."""
    token = rotate(setup, capsys, 1)
    call_command("revoke_gateway_credential", str(setup.credential.pk))
    assert [post(token), post(setup.token)] == [(403, "credential_revoked")] * 2
    with pytest.raises(CommandError, match="revoked"):
        rotate(setup, capsys, 1)


def test_list_shows_use_and_state_and_no_token(setup: GatewaySetup, capsys: pytest.CaptureFixture[str]) -> None:
    """Last use to the minute, rotation and signature; never more of a token than its start."""
    post(setup.token)
    token = rotate(setup, capsys, 1)
    call_command("list_gateway_credentials", "--gateway", setup.gateway.name)
    listed = capsys.readouterr().out
    header, line = (text.split("\t") for text in listed.splitlines())
    cells = dict(zip(header, line, strict=True))
    setup.credential.refresh_from_db()
    assert cells["last used"] == f"{setup.credential.last_used_at:%Y-%m-%d %H:%M} UTC"
    assert (cells["state"], cells["team"], cells["signature"]) == ("open", "by mapping", "off")
    assert cells["old token until"] == f"{setup.credential.previous_valid_until:%Y-%m-%d %H:%M} UTC"
    assert token not in listed
    assert setup.token not in listed


def test_required_signature_opens_and_its_absence_does_not(
    setup: GatewaySetup, capsys: pytest.CaptureFixture[str]
) -> None:
    """The secret is shown once; the body as sent is signed, gzip included; nothing unsigned is stored."""
    call_command("set_gateway_credential", str(setup.credential.pk), "--signature", "required")
    secret = capsys.readouterr().out.strip()
    body = gzip.compress(b'[{"id": "1"}]')
    signed = sign_body(body, secret=secret, timestamp=int(time.time())) | {"Content-Encoding": "gzip"}
    assert post(setup.token, body, **signed) == (202, "")
    assert post(setup.token) == (401, "signature_missing")
    assert post(setup.token, gzip.compress(b"[{}]"), **signed) == (401, "signature_mismatch")
    assert GatewayInboxBody.objects.count() == 1
    assert secret.encode() not in bytes(GatewayCredential.objects.get().signing_secret or b"")
    call_command("set_gateway_credential", str(setup.credential.pk), "--signature", "off")
    assert post(setup.token) == (202, "")


def test_wrong_optional_signature_is_refused(setup: GatewaySetup, capsys: pytest.CaptureFixture[str]) -> None:
    """Unsigned comes in, wrongly signed does not."""
    call_command("set_gateway_credential", str(setup.credential.pk), "--signature", "optional")
    wrong = sign_body(b'[{"id": "1"}]', secret="guessed", timestamp=int(time.time()))
    assert [post(setup.token), post(setup.token, b'[{"id": "1"}]', **wrong)] == [(202, ""), (401, "signature_mismatch")]


def test_too_many_bodies_come_again_in_the_next_minute(setup: GatewaySetup, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with the seconds to wait, for 429 would make the gateway drop them; the next minute counts anew."""
    call_command("set_gateway_credential", str(setup.credential.pk), "--bodies-per-minute", "2")
    monkeypatch.setattr("posthog.api.llm_gateway_webhook.time.time", lambda: 6_000_010.5)
    assert [post(setup.token)[0] for _ in range(3)] == [202, 202, 503]
    headers = {"Authorization": f"Bearer {setup.token}"}
    answer = Client().post(URL, b"[]", content_type="application/json", headers=headers)
    assert (answer["Retry-After"], answer.json()["code"]) == ("50", "rate_exceeded")
    monkeypatch.setattr("posthog.api.llm_gateway_webhook.time.time", lambda: 6_000_060.0)
    assert post(setup.token) == (202, "")


def test_rate_is_each_credentials_own(setup: GatewaySetup, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One gateway that runs wild takes nothing from another; 0 lifts the instance's limit."""
    settings.LLM_GATEWAY_MAX_BODIES_PER_MINUTE = 1
    other = make_gateway()
    call_command("set_gateway_credential", str(other.credential.pk), "--bodies-per-minute", "0")
    monkeypatch.setattr("posthog.api.llm_gateway_webhook.time.time", lambda: 6_000_010.5)
    assert [post(setup.token)[0] for _ in range(2)] == [202, 503]
    assert [post(other.token)[0] for _ in range(4)] == [202] * 4


def test_nothing_is_limited_while_the_cache_is_away(
    setup: GatewaySetup, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost event is worse than one too many."""
    settings.LLM_GATEWAY_MAX_BODIES_PER_MINUTE = 1
    backend = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": backend}
    monkeypatch.setattr(body_rate, "_cache_away_until_s", 0.0)
    assert [post(setup.token)[0] for _ in range(3)] == [202] * 3
    monkeypatch.setattr(body_rate, "_cache_away_until_s", 0.0)


@pytest.mark.parametrize("parsed_bytes", [1000, 5], ids=["parsed", "too-large-to-parse"])
@pytest.mark.parametrize(
    ("event", "joint", "ends"),
    [
        pytest.param(b"{}", b", ", b"[]", id="array"),
        pytest.param(b'{"a": [1, {}, "},{"]}', b",\n", b"[]", id="nested-array"),
        pytest.param(b'{"a": [1, 2, 3]}', b"\n", b"  ", id="lines"),
    ],
)
def test_too_many_events_are_refused(
    setup: GatewaySetup, settings: Settings, parsed_bytes: int, event: bytes, joint: bytes, ends: bytes
) -> None:
    """Whether or not the body is parsed before the answer: as many as the limit are taken, one more is 413."""
    settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY, settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES = 3, parsed_bytes
    bodies = [ends[:1] + joint.join([event] * n + [b"null"]) + ends[1:] for n in (3, 4)]
    assert [post(setup.token, body) for body in bodies] == [(202, ""), (413, "too_many_events")]


def test_elements_that_are_no_events_count(setup: GatewaySetup, settings: Settings) -> None:
    """Each would be a reject: a large body of nothing but numbers must not become millions of them."""
    settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY, settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES = 3, 5
    assert post(setup.token, b"[7, 7, 7, 7]") == (413, "too_many_events")
    assert post(setup.token, b"7\n7\n7\n7") == (413, "too_many_events")


@pytest.mark.parametrize("is_private", [False, True])
def test_large_body_of_nothing_is_not_read_to_its_end(
    setup: GatewaySetup, settings: Settings, is_private: bool
) -> None:
    """Half a gigabyte of `null` is a small body under gzip: beside the events no more of them than of these."""
    Team.objects.filter(id=setup.alpha.id).update(is_private=is_private)
    settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY, settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES = 3, 5
    assert post(setup.token, b"[null, null, null, {}]") == (202, "")
    assert post(setup.token, b"[null, null, null, null]") == (413, "too_many_events")


def test_gzip_bomb_is_refused_as_it_unfolds(setup: GatewaySetup) -> None:
    """A gigabyte of blanks in a megabyte: 413 at the limit, and never more than a chunk of it in memory."""
    bomb = gzip.compress(b"[" + b" " * 600_000_000 + b"]", compresslevel=1)
    assert len(bomb) < 10_000_000
    assert post(setup.token, bomb, **{"Content-Encoding": "gzip"}) == (413, "body_too_large")
    assert not GatewayInboxBody.objects.exists()


@pytest.mark.clickhouse
@pytest.mark.usefixtures("ai_events")
class TestDocumentedAnswers:
    """What becomes of unusual but honest deliveries."""

    def drain(self) -> int:
        rows = 0
        while (drained := drain_once(now=timezone.now())).bodies:
            rows += drained.rows
        return rows

    def test_event_of_5_mb_is_stored(self, setup: GatewaySetup) -> None:
        """Larger than what is parsed at the door: taken, and stored whole by the worker."""
        words = "words " * 850_000
        call = make_call(1, messages=[{"role": "user", "content": words}])
        assert post(setup.token, json.dumps([call]).encode()) == (202, "")
        assert self.drain() == 1
        assert words in list_ai_events(setup.alpha)[0]["input"]

    def test_body_of_60_mb_is_stored(self, setup: GatewaySetup) -> None:
        """Twelve events of 5 MB: taken in one request, written in several inserts, each counted once."""
        calls = [make_call(n, messages=[{"role": "user", "content": "words " * 850_000}]) for n in range(12)]
        body = json.dumps(calls).encode()
        assert len(body) > 60_000_000
        assert post(setup.token, body) == (202, "")
        assert self.drain() == 12
        assert sum(row["input_tokens"] for row in list_ai_events(setup.alpha)) == 1200

    def test_ten_thousand_events_in_one_body_are_stored(self, setup: GatewaySetup) -> None:
        """One request, one drain."""
        calls = [make_call(1) | {"id": f"r{n}"} for n in range(10_000)]
        assert post(setup.token, json.dumps(calls).encode()) == (202, "")
        assert self.drain() == 10_000
        assert len(list_ai_events(setup.alpha)) == 10_000

    @pytest.mark.parametrize("started_at", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
    def test_event_of_another_age_is_rejected(self, setup: GatewaySetup, started_at: str) -> None:
        """The body is taken; the event is a reject, its neighbour a row."""
        body = json.dumps([make_call(1), make_call(2) | {"startTime": started_at}]).encode()
        assert post(setup.token, body) == (202, "")
        assert self.drain() == 1
        assert RejectedEvent.objects.get().reason_code == "timestamp_out_of_range"

    def test_empty_batch_is_taken_and_nothing_stored(self, setup: GatewaySetup) -> None:
        """No events are no error."""
        assert [post(setup.token, body) for body in (b"[]", b"[null, null]")] == [(202, ""), (202, "")]
        assert not GatewayInboxBody.objects.exists()

    def test_elements_that_cannot_be_read_cost_themselves(self, setup: GatewaySetup) -> None:
        """Bad UTF-8, broken JSON or endless nesting in one element of an array leaves its neighbours."""
        deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
        good = [json.dumps(make_call(number)).encode() for number in (1, 2)]
        body = b",".join([good[0], b'{"b": "\xff"}', b'{"c": tru}', deep, b"7", good[1]])
        assert post(setup.token, b"[" + body + b"]") == (202, "")
        assert self.drain() == 2
        codes = [reject.reason_code for reject in RejectedEvent.objects.order_by("position")]
        assert codes == ["event_not_utf8", "event_not_json", "event_too_deep", "event_not_object"]

    @pytest.mark.parametrize("parsed_bytes", [100_000, 5], ids=["parsed-at-door", "by-the-worker"])
    def test_event_deeper_than_the_limit_costs_itself(
        self, setup: GatewaySetup, settings: Settings, parsed_bytes: int
    ) -> None:
        """The body is taken; the event is a reject that names the limit, one at the limit is a row."""
        settings.LLM_GATEWAY_MAX_JSON_DEPTH, settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES = 20, parsed_bytes
        at_limit = make_call(1) | {"deep": json.loads("[" * 19 + "]" * 19)}
        deeper = make_call(2) | {"deep": json.loads("[" * 20 + "]" * 20)}
        assert post(setup.token, json.dumps([at_limit, deeper]).encode()) == (202, "")
        assert self.drain() == 1
        reject = RejectedEvent.objects.get()
        assert (reject.reason_code, reject.reason) == ("event_too_deep", "element 1: nested deeper than 20 levels")

    def test_body_of_events_too_deep_is_refused(self, setup: GatewaySetup, settings: Settings) -> None:
        """With nothing else in it there is nothing to keep: 400."""
        settings.LLM_GATEWAY_MAX_JSON_DEPTH = 20
        deeper = make_call(1) | {"deep": json.loads("[" * 20 + "]" * 20)}
        bodies = [json.dumps(deeper), json.dumps([deeper]), json.dumps(deeper) + "\n" + json.dumps(deeper)]
        assert [post(setup.token, body.encode()) for body in bodies] == [(400, "body_too_deep")] * 3
        assert not GatewayInboxBody.objects.exists()


@contextmanager
def listening_and_silent() -> Iterator[int]:
    """A server that lets connections come in and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def ask_web(port: int, token: str) -> tuple[int, dict[str, Any]]:
    """Post as a gateway does, that gives up after GATEWAY_TIMEOUT_S."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GATEWAY_TIMEOUT_S)
    with closing(connection):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", URL, b"[]", headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.django_db(transaction=True)
def test_postgres_that_does_not_answer_costs_little_time(tmp_path: Path) -> None:
    """503 before the gateway gives up waiting, although the server takes the connection and is silent."""
    with listening_and_silent() as silent:
        url = f"postgres://nobody@127.0.0.1:{silent}/none"
        with running_web(tmp_path / "web.log", DATABASE_URL=url) as port:
            status, problem = ask_web(port, "phg_somebody")
    assert (status, problem["code"]) == (503, "store_unavailable")


def test_connections_outlive_a_gateways_pauses() -> None:
    """LiteLLM sends every few seconds over one connection: ours stay open for more than 30."""
    assert KEEP_ALIVE_S > 30


def test_every_act_on_a_credential_is_on_record(setup: GatewaySetup, capsys: pytest.CaptureFixture[str]) -> None:
    """Who, what, when, to what; no token and no secret among the details."""
    call_command("create_gateway_credential", "--team", str(setup.alpha.id), "--label", "proxy")
    secrets = [capsys.readouterr().out.strip(), rotate(setup, capsys, 1)]
    for signature in ("required", "off"):
        call_command("set_gateway_credential", str(setup.credential.pk), "--signature", signature)
    secrets.append(capsys.readouterr().out.strip())
    call_command("set_gateway_credential", str(setup.credential.pk), "--bodies-per-minute", "7")
    for _ in range(2):
        call_command("revoke_gateway_credential", str(setup.credential.pk))
    entries = list(AuditEntry.objects.order_by("id"))
    assert [entry.action for entry in entries] == [
        "credential_created",
        "credential_rotated",
        "credential_signing_changed",
        "credential_signing_changed",
        "credential_rate_changed",
        "credential_revoked",
    ]
    assert {entry.target for entry in entries[1:]} == {f"credential {setup.credential.pk}"}
    assert {entry.actor.partition(":")[0] for entry in entries} == {"cli"}
    assert {entry.organization for entry in entries} == {setup.gateway.organization}
    assert timezone.now() - entries[0].at < timedelta(minutes=5)
    written = json.dumps([entry.details for entry in entries])
    assert not any(secret in written for secret in secrets)
