"""Names, times and errors of a span under the names of an SDK's event, beside the attributes as they came."""

from typing import Any

import pytest

from posthog.llm_usage.payloads.otel.events import build_events
from posthog.llm_usage.payloads.otel.spans import SpanEvent
from tests.otlp import CHAT, START_NS, make_span


def build(attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    (event,) = build_events([make_span({**CHAT, **attributes}, **fields)], team_id=1)
    return event


def properties_of(attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    properties: dict[str, Any] = build(attributes, **fields)["properties"]
    return properties


def test_attributes_stay_verbatim() -> None:
    """The counts are read from what was sent, and what was sent is the evidence."""
    assert (
        properties_of({"gen_ai.usage.input_tokens": "9", "my.own": [1]}).items()
        >= {
            "gen_ai.usage.input_tokens": "9",
            "my.own": [1],
            "gen_ai.usage.output_tokens": 20,
        }.items()
    )


@pytest.mark.parametrize(
    ("attributes", "model"),
    [
        pytest.param({"gen_ai.response.model": "gpt-4o-2024-08-06"}, "gpt-4o-2024-08-06", id="answered before asked"),
        pytest.param({}, "gpt-4o", id="asked"),
        pytest.param({"gen_ai.request.model": None, "llm.model_name": "o3"}, "o3", id="OpenInference"),
        pytest.param(
            {"gen_ai.request.model": None, "llm.invocation_parameters": '{"model": "o3"}'}, "o3", id="in the parameters"
        ),
        pytest.param({"gen_ai.request.model": None, "ai.model.id": "o3"}, "o3", id="AI SDK"),
    ],
)
def test_the_model_is_the_one_that_answered(attributes: dict[str, Any], model: str) -> None:
    """The model asked for stands in where nobody says who answered."""
    assert properties_of(attributes)["$ai_model"] == model


@pytest.mark.parametrize(
    ("attributes", "provider"),
    [
        pytest.param({"gen_ai.system": "az.ai.openai"}, "openai", id="today's name before the older"),
        pytest.param({"gen_ai.provider.name": None, "gen_ai.system": "anthropic"}, "anthropic", id="the older name"),
        pytest.param({"gen_ai.provider.name": None, "llm.system": "openai"}, "openai", id="OpenInference"),
        pytest.param(
            {"ai.operationId": "ai.x.doGenerate", "gen_ai.provider.name": "openai.chat"}, "openai", id="AI SDK"
        ),
        pytest.param(
            {"ai.operationId": "ai.x.doGenerate", "gen_ai.provider.name": "google.vertex.chat"},
            "google-vertex",
            id="AI SDK on Vertex",
        ),
    ],
)
def test_the_provider_has_had_several_names(attributes: dict[str, Any], provider: str) -> None:
    """The surest name wins."""
    assert properties_of(attributes)["$ai_provider"] == provider


@pytest.mark.parametrize(
    ("attributes", "resource", "distinct_id"),
    [
        pytest.param({"user.id": "ada"}, {"user.id": "service"}, "ada", id="span before resource"),
        pytest.param({"posthog.distinct_id": "p", "user.id": "ada"}, {}, "p", id="PostHog's own first"),
        pytest.param({}, {"posthog.distinct_id": "p"}, "p", id="resource"),
        pytest.param({}, {}, "", id="nobody"),
    ],
)
def test_the_person_is_the_one_named(attributes: dict[str, Any], resource: dict[str, Any], distinct_id: str) -> None:
    """Nobody is nobody: a made-up person would be counted as one."""
    assert build(attributes, resource=resource)["distinct_id"] == distinct_id


def test_ids_and_the_trace_come_from_the_span() -> None:
    """Attributes cannot say otherwise."""
    properties = properties_of({"$ai_trace_id": "forged"}, number=2, parent=1)
    assert properties["$ai_trace_id"] == make_span().trace_id
    assert (properties["$ai_span_id"], properties["$ai_parent_id"]) == ("0000000000000002", "0000000000000001")


def test_a_span_is_one_event_however_often_it_is_exported() -> None:
    """The uuid follows from team, trace and span, and from nothing that may differ."""
    first, again = build({}), build({"retry": 1}, name="other", end_ns=None)
    assert first["uuid"] == again["uuid"]
    assert first["uuid"] != build({}, number=2)["uuid"]
    assert first["uuid"] != build({}, trace_id="a" * 32)["uuid"]
    assert first["uuid"] != build_events([make_span()], team_id=2)[0]["uuid"]


def test_the_moment_is_the_spans_start() -> None:
    """To the microsecond, as the column has it."""
    assert build({}, start_ns=START_NS + 123_456_789)["timestamp"] == "2026-11-23T22:40:56.123456+00:00"


def test_a_span_without_times_leaves_its_moment_open() -> None:
    """The door takes its arrival; a span that only ended happened then."""
    assert "timestamp" not in build({}, start_ns=None, end_ns=None)
    assert build({}, start_ns=None)["timestamp"] == "2026-11-23T22:40:58+00:00"


@pytest.mark.parametrize(
    ("fields", "latency"),
    [
        pytest.param({}, 2.0, id="both clocks"),
        pytest.param({"end_ns": None}, None, id="no end"),
        pytest.param({"end_ns": START_NS - 1}, None, id="backwards"),
    ],
)
def test_latency_is_measured_or_unknown(fields: dict[str, Any], latency: float | None) -> None:
    """A clock that ran backwards measures nothing."""
    assert properties_of({}, **fields).get("$ai_latency") == latency


@pytest.mark.parametrize(
    ("attributes", "events", "seconds"),
    [
        pytest.param({"gen_ai.response.time_to_first_chunk": 0.25}, (), 0.25, id="today, in seconds"),
        pytest.param({"ai.response.msToFirstChunk": 250}, (), 0.25, id="AI SDK, in milliseconds"),
        pytest.param({}, ("gen_ai.content.completion.chunk", "llm.content.completion.chunk"), 0.25, id="OpenLLMetry"),
        pytest.param({}, ("First Token Stream Event",), 0.25, id="OpenInference"),
        pytest.param({}, ("exception",), None, id="another event"),
        pytest.param({"gen_ai.server.time_to_first_token": 250}, (), None, id="an attribute without a known unit"),
    ],
)
def test_time_to_first_token(attributes: dict[str, Any], events: tuple[str, ...], seconds: float | None) -> None:
    """Where the unit is certain; the first of several chunks is meant."""
    happened = [
        SpanEvent(name=name, time_ns=START_NS + 250_000_000 + place, attributes={}) for place, name in enumerate(events)
    ]
    found = properties_of(attributes, events=tuple(reversed(happened))).get("$ai_time_to_first_token")
    assert found == seconds


@pytest.mark.parametrize(
    ("scope", "attributes", "seconds"),
    [
        pytest.param("openlit.otel.tracing", {"gen_ai.request.is_stream": True}, 250.0, id="OpenLIT, in seconds"),
        pytest.param("openlit.otel.tracing", {"gen_ai.request.is_stream": False}, None, id="OpenLIT, no stream"),
        pytest.param("strands.telemetry.tracer", {}, 0.25, id="Strands, in milliseconds"),
        pytest.param("my-own-tracer", {"gen_ai.request.is_stream": True}, None, id="nobody knows"),
    ],
)
def test_time_to_first_token_is_in_the_instrumentations_unit(
    scope: str, attributes: dict[str, Any], seconds: float | None
) -> None:
    """One name, three units: who wrote it decides."""
    written = attributes | {"gen_ai.server.time_to_first_token": 250}
    assert properties_of(written, scope_name=scope).get("$ai_time_to_first_token") == seconds


@pytest.mark.parametrize(
    ("attributes", "is_stream"),
    [
        pytest.param({"gen_ai.request.stream": True}, True, id="today"),
        pytest.param({"llm.is_streaming": False}, False, id="OpenLLMetry"),
        pytest.param({"ai.operationId": "ai.streamText.doStream"}, True, id="AI SDK stream"),
        pytest.param({"ai.operationId": "ai.generateText.doGenerate"}, False, id="AI SDK"),
        pytest.param({"llm.invocation_parameters": '{"stream": true}'}, True, id="OpenInference"),
        pytest.param({}, None, id="nobody says"),
    ],
)
def test_a_stream_is_known_where_somebody_says_so(attributes: dict[str, Any], is_stream: bool | None) -> None:
    """Silence is not a no."""
    assert properties_of(attributes).get("$ai_stream") is is_stream


def test_an_error_has_type_message_and_status() -> None:
    """The status of the span says that it failed, its events say how; keys are redacted."""
    raised = SpanEvent(
        name="exception",
        time_ns=None,
        attributes={"exception.type": "AuthError", "exception.message": "bad sk-abcdefgh"},
    )
    properties = properties_of({"http.response.status_code": 401}, status_code=2, events=(raised,))
    assert properties["$ai_is_error"] is True
    assert properties["$ai_error"] == "bad [redacted]"
    assert (properties["$ai_error_type"], properties["$ai_http_status"]) == ("AuthError", "401")


def test_an_exception_that_was_handled_is_no_error() -> None:
    """An exception on the way does not make the call a failure."""
    raised = SpanEvent(name="exception", time_ns=None, attributes={"exception.type": "Retry"})
    assert properties_of({}, events=(raised,))["$ai_is_error"] is False


def test_parameters_leave_out_model_and_messages() -> None:
    """What was asked for beside them, the service tier among it, for it decides the price."""
    attributes = {
        "gen_ai.request.temperature": 0.5,
        "gen_ai.openai.request.service_tier": "flex",
        "llm.invocation_parameters": '{"max_tokens": 9, "messages": [1]}',
    }
    expected = {"temperature": 0.5, "service_tier": "flex", "max_tokens": 9}
    assert properties_of(attributes)["$ai_model_parameters"] == expected


@pytest.mark.parametrize(
    ("scope", "attributes", "framework"),
    [
        pytest.param("openinference.instrumentation.langchain", {}, "langchain", id="by the instrumentation"),
        pytest.param("ai", {"ai.operationId": "ai.generateText.doGenerate"}, "vercel", id="AI SDK"),
        pytest.param("opentelemetry.instrumentation.openai_v2", {}, None, id="a client is no framework"),
    ],
)
def test_the_framework_is_the_one_watched(scope: str, attributes: dict[str, Any], framework: str | None) -> None:
    """Found in the name of the instrumentation."""
    assert properties_of(attributes, scope_name=scope).get("$ai_framework") == framework


def test_what_the_sdk_says_of_the_machine_is_left_out() -> None:
    """Hosts and processes are on every span; what the application says of itself stays."""
    resource = {"host.name": "h", "process.pid": 1, "telemetry.sdk.name": "o", "service.name": "s", "team": "search"}
    properties = properties_of({}, resource=resource)
    assert {name: properties.get(name) for name in resource} == {
        "host.name": None,
        "process.pid": None,
        "telemetry.sdk.name": None,
        "service.name": "s",
        "team": "search",
    }
