"""The door for OpenTelemetry exporters: what it takes, what it answers, and what becomes of the spans."""

import gzip
import subprocess
import sys
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from prometheus_client import REGISTRY
from pytest_django import Settings

from posthog.llm_analytics.ingestion import drain_once
from posthog.models import GatewayInboxBody, Team
from tests.integration.application import ROOT, running_web
from tests.integration.factories import list_ai_events, make_gateway
from tests.integration.stored_text import list_places_of
from tests.otlp import CHAT, TRACE_ID, encode_json, encode_protobuf, make_span, read_recorded

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events", "private_cache"),
]

DOOR = "/i/v0/ai/otel"
PROTOBUF, JSON = "application/x-protobuf", "application/json"
JSON_SPAN: dict[str, Any] = {"traceId": TRACE_ID, "spanId": "0000000000000001", "attributes": CHAT}
SAID = ("High water", "What is a span?", "answer a question")
COLUMNS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "reasoning_tokens",
)


@pytest.fixture
def team() -> Team:
    return make_gateway().alpha


def now_ns() -> int:
    return int(timezone.now().timestamp()) * 1_000_000_000


def make_body(*spans: Any) -> bytes:
    """A protobuf request of spans of now: what is older than the retention would be rejected."""
    return encode_protobuf(*(spans or (make_span(start_ns=now_ns(), end_ns=now_ns() + 1),)))


def post(token: str, body: bytes, content_type: str = PROTOBUF, path: str = DOOR, **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | headers if token else headers
    return Client().generic("POST", path, body, content_type=content_type, headers=headers)


def drain() -> None:
    while drain_once(now=timezone.now()).bodies:
        pass


def count(kind: str, door: str = "i/v0/ai/otel") -> float:
    return REGISTRY.get_sample_value("captured_events_total", {"door": door, "kind": kind}) or 0


@pytest.mark.parametrize("path", [DOOR, f"{DOOR}/", f"{DOOR}/v1/traces", f"{DOOR}/v1/traces/"])
def test_each_address_stores_spans(team: Team, path: str) -> None:
    """Exporters add `/v1/traces`, or are given the whole address; committed before the answer."""
    answer = post(team.api_token, make_body(), path=path)
    assert (answer.status_code, answer["Content-Type"]) == (200, PROTOBUF)
    assert not ExportTraceServiceResponse.FromString(answer.content).HasField("partial_success")
    assert GatewayInboxBody.objects.get().source == "capture"
    drain()
    (row,) = list_ai_events(team)
    assert (row["event"], row["input_tokens"], row["output_tokens"]) == ("$ai_generation", 100, 20)
    assert (row["model"], row["provider"], row["trace_id"]) == ("gpt-4o", "openai", TRACE_ID)


def test_json_is_taken_and_answered_in_json(team: Team) -> None:
    """The other encoding of the same protocol, compressed or not."""
    body = encode_json({**JSON_SPAN, "startTimeUnixNano": str(now_ns())})
    assert post(team.api_token, body, JSON).json() == {}
    answer = post(team.api_token, gzip.compress(body), f"{JSON}; charset=utf-8", **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer["Content-Type"], answer.json()) == (200, JSON, {})
    drain()
    (row,) = list_ai_events(team)
    assert row["input_tokens"] == 100


@pytest.mark.parametrize("source", ["openai-v2", "openllmetry", "openinference"])
def test_a_recorded_export_sent_twice_counts_once(team: Team, source: str) -> None:
    """An exporter that saw no answer sends the same again."""
    team.retention_days = 3650
    team.save()
    for _ in range(2):
        assert (
            post(team.api_token, gzip.compress(read_recorded(source)), **{"Content-Encoding": "gzip"}).status_code
            == 200
        )
        drain()
    rows = list_ai_events(team)
    assert len({row["span_id"] for row in rows}) == len(rows)
    assert {row["event"] for row in rows} == {"$ai_generation", "$ai_embedding"}


@pytest.mark.parametrize("is_inner_first", [True, False])
def test_a_wrapper_in_another_export_counts_once(team: Team, is_inner_first: bool) -> None:
    """Two instrumentations told of one call, and their spans came apart: the inner one counts, whoever comes first."""
    start = now_ns() - 5_000_000_000
    outer = make_span(number=1, start_ns=start, end_ns=start + 3_000_000_000)
    inner = make_span(number=2, parent=1, start_ns=start + 1_000_000, end_ns=start + 2_900_000_000)
    for span in (inner, outer) if is_inner_first else (outer, inner):
        assert post(team.api_token, make_body(span)).status_code == 200
        drain()
    kinds = {row["span_id"]: row["call_kind"] for row in list_ai_events(team)}
    assert kinds == {outer.span_id: "client_report", inner.span_id: "inference"}


def test_spans_without_ai_are_counted_and_not_stored(team: Team) -> None:
    """An application may export all it traces; nothing is wrong with that, and nothing is said of it."""
    before = count("ai"), count("other")
    http = make_span({"http.request.method": "GET"}, number=2, name="GET /")
    assert post(team.api_token, make_body(http)).content == b""
    assert not GatewayInboxBody.objects.exists()
    assert post(team.api_token, make_body(http, make_span(start_ns=now_ns()))).status_code == 200
    assert (count("ai") - before[0], count("other") - before[1]) == (1, 2)


@pytest.mark.parametrize("encoding", [PROTOBUF, JSON])
def test_a_rejected_span_is_named_in_the_answer(team: Team, encoding: str) -> None:
    """Its neighbours are stored; the exporter learns how many are lost, and why."""
    before = count("rejected")
    broken, taken = {**JSON_SPAN, "spanId": ""}, {**JSON_SPAN, "startTimeUnixNano": now_ns()}
    if encoding == JSON:
        answer = post(team.api_token, encode_json(broken, taken), JSON).json()["partialSuccess"]
        rejected, message = answer["rejectedSpans"], answer["errorMessage"]
    else:
        body = encode_protobuf(make_span(trace_id="00" * 16), make_span(start_ns=now_ns()))
        partial = ExportTraceServiceResponse.FromString(post(team.api_token, body).content).partial_success
        rejected, message = str(partial.rejected_spans), partial.error_message
    assert rejected == "1"
    assert "hex digits" in message
    assert count("rejected") - before == 1
    drain()
    assert len(list_ai_events(team)) == 1


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        pytest.param({"Authorization": "Bearer {token}"}, DOOR, id="bearer"),
        pytest.param({"Authorization": "bearer {token}"}, DOOR, id="in lower case"),
        pytest.param({}, DOOR + "?token={token}", id="query token"),
        pytest.param({}, DOOR + "?api_key={token}", id="query api_key"),
    ],
)
def test_the_project_token_comes_in_a_header_or_the_query(team: Team, headers: dict[str, str], path: str) -> None:
    """Some exporters cannot set headers."""
    sent = {name: value.format(token=team.api_token) for name, value in headers.items()}
    assert post("", make_body(), path=path.format(token=team.api_token), **sent).status_code == 200


def read_failure(answer: HttpResponse) -> tuple[int, int, str]:
    """HTTP status, gRPC code and message of a protobuf answer."""
    status = Status.FromString(answer.content)
    assert answer["Content-Type"] == PROTOBUF
    return answer.status_code, status.code, status.message


@pytest.mark.parametrize("token", ["", "phc_unknown", "phc_\x00", "x" * 5000])
def test_an_unknown_token_is_a_401(token: str) -> None:
    """An exporter gives up; nothing is stored."""
    status, code, message = read_failure(post(token, make_body()))
    assert (status, code) == (401, 16)
    assert token[:20] not in message or not token
    assert not GatewayInboxBody.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"\xff\xff", 400, 3, id="no protobuf"),
        pytest.param(b"{}", 400, 3, id="JSON that calls itself protobuf"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_400(team: Team, body: bytes, status: int, code: int) -> None:
    """It never will be: the exporter drops it, with the reason in its log."""
    assert read_failure(post(team.api_token, body))[:2] == (status, code)


def test_a_json_body_that_cannot_be_read_is_answered_in_json(team: Team) -> None:
    """A google.rpc.Status in the language of the question."""
    answer = post(team.api_token, b"[1]", JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert "resourceSpans" in answer.json()["message"]


def test_other_content_types_are_a_415(team: Team) -> None:
    """gRPC and text are not spoken here."""
    answer = post(team.api_token, make_body(), "application/grpc")
    assert answer.status_code == 415
    assert "application/x-protobuf" in answer.json()["message"]


def test_other_encodings_are_a_415(team: Team) -> None:
    """Named, so that the exporter's settings can be mended."""
    assert read_failure(post(team.api_token, make_body(), **{"Content-Encoding": "br"}))[0] == 415


def test_damaged_gzip_is_a_400(team: Team) -> None:
    """Cut short on the way."""
    body = gzip.compress(make_body())[:-12]
    assert read_failure(post(team.api_token, body, **{"Content-Encoding": "gzip"}))[0] == 400


def test_a_body_too_large_is_a_413(team: Team, settings: Settings) -> None:
    """As sent, and once it unfolds."""
    body = make_body(make_span({**CHAT, "text": "x" * 5000}))
    settings.CAPTURE_MAX_BODY_BYTES = 1000
    assert read_failure(post(team.api_token, body))[0] == 413
    settings.CAPTURE_MAX_BODY_BYTES, settings.CAPTURE_MAX_DECOMPRESSED_BYTES = 5000, 1000
    assert read_failure(post(team.api_token, gzip.compress(body), **{"Content-Encoding": "gzip"}))[0] == 413


def test_a_request_of_too_many_messages_is_a_413(team: Team) -> None:
    """Small on the wire, gigabytes once decoded."""
    million = b"\x12\x00" * 1_100_000
    scope = b"\x12" + encode_varint(len(million)) + million
    answer = post(team.api_token, b"\x0a" + encode_varint(len(scope)) + scope)
    assert read_failure(answer)[0] == 413
    assert post(team.api_token, b'{"resourceSpans": [' + b"{}," * 1_100_000 + b"{}]}", JSON).status_code == 413


def encode_varint(number: int) -> bytes:
    more = number >> 7
    return bytes([number & 127 | 128]) + encode_varint(more) if more else bytes([number])


def test_other_methods_are_a_405() -> None:
    """A person with a browser learns what the door is for."""
    answer = Client().get(DOOR)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_too_many_requests_are_a_429(team: Team, settings: Settings) -> None:
    """With the seconds to wait: exporters come again after 429."""
    settings.CAPTURE_MAX_REQUESTS_PER_MINUTE = 1
    assert post(team.api_token, make_body()).status_code == 200
    answer = post(team.api_token, make_body())
    assert read_failure(answer)[:2] == (429, 8)
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_postgres_away_is_a_503(team: Team) -> None:
    """With the seconds to wait: exporters come again after 503."""
    body = make_body()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("the connection is closed")

    with connection.execute_wrapper(fail):
        answer = post(team.api_token, body)
    assert read_failure(answer)[:2] == (503, 14)
    assert answer["Retry-After"] == "2"


@pytest.mark.parametrize("source", ["openai-v2", "openllmetry", "openinference"])
def test_of_a_private_team_only_numbers_are_kept(team: Team, source: str) -> None:
    """Nothing that was said reaches the inbox or a row; every count does, as for a team that is not private."""
    public = make_gateway().beta
    Team.objects.filter(id__in=(team.id, public.id)).update(retention_days=3650)
    Team.objects.filter(id=team.id).update(is_private=True)
    assert post(team.api_token, read_recorded(source)).status_code == 200
    assert [list_places_of(said) for said in SAID] == [[], [], []], "in the inbox"
    drain()
    assert [list_places_of(said) for said in SAID] == [[], [], []], "in the rows"
    assert post(public.api_token, read_recorded(source)).status_code == 200
    drain()
    private_counts, public_counts = (
        [[row[name] for name in COLUMNS] for row in list_ai_events(t)] for t in (team, public)
    )
    assert private_counts == public_counts
    assert any(count is not None for counts in private_counts for count in counts)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("instrumentation", ["openllmetry", "openinference"])
def test_a_real_exporter_reaches_the_row(team: Team, tmp_path: Any, instrumentation: str) -> None:
    """An instrumented client, the real exporter, the web as it is run, the worker's drain: the provider's figures."""
    with running_web(tmp_path / "web.log") as port:
        endpoint = f"http://127.0.0.1:{port}{DOOR}/v1/traces"
        command = [sys.executable, "-m", "tests.otlp_exporter", instrumentation, endpoint, team.api_token]
        exported = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert "Failed to export" not in exported.stderr
    drain()
    by_model = {row["model"]: row for row in list_ai_events(team)}
    assert [by_model["gpt-4o"][name] for name in COLUMNS] == [3564, 2053, None, 307, 0]
    assert [by_model["o3"][name] for name in COLUMNS[:2] + COLUMNS[3:]] == [2818, 1787, 1150, 887]
    assert by_model["text-embedding-3-small"]["event"] == "$ai_embedding"
    assert by_model["gpt-4o"]["total_cost_usd"] == pytest.approx(0.00941375)
