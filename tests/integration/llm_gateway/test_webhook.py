"""`POST /api/llm_gateway/webhook`: what is taken, what is refused, and with which words."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
import zstandard
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from posthog.api import body_rate
from posthog.llm_analytics.inbox import read_body
from posthog.models import GatewayInboxBody
from posthog.tasks import llm_gateway_ingestion
from tests.captures import CAPTURES, list_bodies
from tests.factories import make_payload
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_cache")]

URL = "/api/llm_gateway/webhook"


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def post(setup: GatewaySetup, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
    return Client().post(URL, body, content_type=content_type, headers={**setup.headers, **headers})


def test_body_is_committed_before_the_answer(setup: GatewaySetup) -> None:
    """202 names the batch, and the body stands in the inbox as it was sent."""
    body = json.dumps([make_payload(), make_payload(id="2")]).encode()
    answer = post(setup, body, **{"User-Agent": "litellm/1.109.1"})
    stored = GatewayInboxBody.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"batch_id": str(stored.batch_id), "events": 2})
    assert zstandard.ZstdDecompressor().decompressobj().decompress(bytes(stored.body)) == body
    assert (stored.body_bytes, stored.user_agent) == (len(body), "litellm/1.109.1")


def test_slash_at_the_end_of_the_address_is_forgiven(setup: GatewaySetup) -> None:
    """A gateway whose endpoint was typed with one loses nothing."""
    answer = Client().post(f"{URL}/", b'{"id": 1}', content_type="application/json", headers=setup.headers)
    assert (answer.status_code, answer.json()["events"]) == (202, 1)


def test_gzip_body_is_taken(setup: GatewaySetup) -> None:
    """gzip is decoded at the door."""
    answer = post(setup, gzip.compress(b'[{"id": 1}]'), **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["events"]) == (202, 1)


def test_lines_are_taken(setup: GatewaySetup) -> None:
    """One object a line is what `log_format: ndjson` sends."""
    answer = post(setup, b'{"id": 1}\n{"id": 2}\n', content_type="application/x-ndjson")
    assert (answer.status_code, answer.json()["events"]) == (202, 2)


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(b'{"id": 1}', 1, id="one-object"),
        pytest.param(b'[{"id": 1}, null, {"id": 2}]', 2, id="null-element"),
        pytest.param(b'null\n{"id": 1}\n', 1, id="null-line"),
        pytest.param(b'\xef\xbb\xbf[{"id": 1}]', 1, id="byte-order-mark"),
        pytest.param(b'[{"cost": NaN, "id": "\\ud800"}]', 1, id="what-python-writes"),
        pytest.param(b'[{"id": 1}, "text"]', 2, id="element-to-be-rejected"),
    ],
)
def test_every_shape_a_gateway_sends_is_taken(setup: GatewaySetup, body: bytes, events: int) -> None:
    """Whatever the content type says: LiteLLM calls all of them application/json."""
    answer = post(setup, body)
    assert (answer.status_code, answer.json()["events"]) == (202, events)


@pytest.mark.parametrize("name", CAPTURES)
def test_recorded_body_is_taken_as_it_came(setup: GatewaySetup, name: str) -> None:
    """Each real body is stored byte for byte."""
    bodies = list_bodies(name)
    for body in bodies:
        answer = post(setup, body, **{"User-Agent": "litellm/1.109.1"})
        assert (answer.status_code, answer.json()["events"]) == (202, len(json.loads(body)))
    stored = GatewayInboxBody.objects.order_by("id")
    assert [read_body(each) for each in stored] == bodies


def test_large_body_is_counted_by_the_worker(setup: GatewaySetup, settings: Settings) -> None:
    """Past the limit the answer does not wait for the parsing; the count is not known yet."""
    settings.LLM_GATEWAY_PARSE_AT_DOOR_BYTES = 5
    answer = post(setup, b'[{"id": 1}]')
    assert (answer.status_code, answer.json()["events"]) == (202, None)
    assert GatewayInboxBody.objects.count() == 1


@pytest.mark.parametrize("body", [b"[]", b"[null]", b"null", b"null\nnull\n"])
def test_empty_batch_is_answered_and_not_stored(setup: GatewaySetup, body: bytes) -> None:
    """No events: accepted, nothing to keep."""
    answer = post(setup, body)
    assert (answer.status_code, answer.json()) == (202, {"batch_id": None, "events": 0})
    assert not GatewayInboxBody.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "status", "code"),
    [
        pytest.param(b"not json", "application/json", "", 400, "body_not_json", id="not-json"),
        pytest.param(b"", "application/json", "", 400, "body_empty", id="empty"),
        pytest.param(b"7", "application/json", "", 400, "body_not_events", id="number"),
        pytest.param(b"[1", "application/json", "", 400, "body_not_json", id="cut-short"),
        pytest.param(b'[{"a": "\xff"}]', "application/json", "", 400, "body_not_utf8", id="not-utf-8"),
        pytest.param(b"[" * 900, "application/json", "", 400, "body_not_json", id="only-brackets"),
        pytest.param(b"not gzip", "application/json", "gzip", 400, "body_not_gzip", id="not-gzip"),
        pytest.param(gzip.compress(b"[]")[:-3], "application/json", "gzip", 400, "body_truncated", id="gzip-cut-short"),
        pytest.param(gzip.compress(b" " * 9000), "application/json", "gzip", 413, "body_too_large", id="gzip-bomb"),
        pytest.param(b"[]", "text/html", "", 415, "content_type_unknown", id="html"),
        pytest.param(b"[]", "application/json; charset=utf-16", "", 415, "charset_unknown", id="utf-16"),
        pytest.param(b"[]", "application/json", "br", 415, "encoding_unknown", id="brotli"),
        pytest.param(b"[" + b" " * 2000 + b"]", "application/json", "", 413, "body_too_large", id="large"),
    ],
)
def test_body_is_refused_by_name(
    setup: GatewaySetup,
    settings: Settings,
    body: bytes,
    content_type: str,
    encoding: str,
    status: int,
    code: str,
) -> None:
    """A refusal is a problem document that names the rule; nothing is stored."""
    settings.LLM_GATEWAY_MAX_BODY_BYTES, settings.LLM_GATEWAY_MAX_DECOMPRESSED_BYTES = 1000, 8000
    answer = post(setup, body, content_type, **({"Content-Encoding": encoding} if encoding else {}))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].partition(":")[0] in ("body", "Content-Type", "Content-Encoding")
    assert not GatewayInboxBody.objects.exists()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param("", "authorization_missing", id="none"),
        pytest.param("Basic abc", "authorization_malformed", id="basic"),
        pytest.param("Bearer sk-1234", "authorization_malformed", id="another-kind-of-token"),
        pytest.param("Bearer phg_" + "x" * 500, "authorization_malformed", id="too-long"),
        pytest.param("Bearer phg_nobody", "credential_unknown", id="unknown"),
    ],
)
def test_stranger_is_refused(header: str, code: str) -> None:
    """Without a known token nothing is read."""
    answer = Client().post(URL, b"[]", content_type="application/json", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_refusal_never_repeats_the_token(setup: GatewaySetup) -> None:
    """An answer ends up in the gateway's log."""
    setup.credential.revoked_at = timezone.now()
    setup.credential.save()
    assert setup.token not in post(setup, b"[]").content.decode()
    wrong = {"Authorization": "Bearer phg_somebody-elses-token"}
    assert "somebody" not in Client().post(URL, b"[]", content_type="application/json", headers=wrong).content.decode()


def test_stranger_cannot_make_the_server_read(setup: GatewaySetup) -> None:
    """Who may not come in is refused before the body is looked at."""
    answer = post(setup, b"x" * 100_000, "text/html", Authorization="Bearer phg_nobody")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("field", "code"),
    [("revoked_at", "credential_revoked"), ("expires_at", "credential_expired")],
)
def test_closed_credential_is_refused(setup: GatewaySetup, field: str, code: str) -> None:
    """A revoked or expired token is known, and shut out."""
    setattr(setup.credential, field, timezone.now() - timedelta(seconds=1))
    setup.credential.save()
    answer = post(setup, b"[]")
    assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_unknown_host_name_is_answered_with_the_setting(setup: GatewaySetup) -> None:
    """A gateway inside the cluster often uses a name that nobody thought of."""
    answer = post(setup, b"[]", Host="posthog-web:8000")
    assert (answer.status_code, answer.json()["code"]) == (400, "host_not_allowed")
    assert "ALLOWED_HOSTS" in answer.json()["detail"]


def test_only_post_is_allowed() -> None:
    """The door has one way in."""
    answer = Client().get(URL)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["code"] == "method_not_allowed"


def test_body_is_taken_when_the_broker_is_away(
    setup: GatewaySetup, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doorbell is a courtesy: without Redis the body is still committed."""
    monkeypatch.setattr(body_rate, "_cache_away_until_s", 0.0)
    monkeypatch.setattr(llm_gateway_ingestion, "_broker_away_until_s", 0.0)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert post(setup, b'[{"id": 1}]').status_code == 202
    assert GatewayInboxBody.objects.count() == 1
