"""What holds for every request body, found by looking for the one where it does not."""

import json
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.errors import InvalidBody
from posthog.llm_usage.payloads.captured_identity import is_captured
from posthog.llm_usage.payloads.otel import content, kinds, names, properties
from posthog.llm_usage.payloads.otel.decoding import Encoding, decode_spans
from posthog.llm_usage.payloads.otel.events import CapturedEvent, build_events
from posthog.llm_usage.payloads.otel.spans import Span
from tests.otlp import CHAT, TRACE_ID, encode_json, encode_protobuf, make_span, read_recorded

NAMES = sorted(
    {
        *(name for sources in names.TEXTS.values() for name in sources),
        *(name.replace("*", "0.message.content") for name in (*content.INPUTS, *content.OUTPUTS, *content.TOOLS)),
        *(*content.LEFT_OUT, *names.PROVIDERS, *names.DISTINCT_IDS, *properties.STREAM_MARKS, *CHAT),
        *(name for name, _meanings in kinds.CLASSIFIERS),
        *("error.type", "llm.invocation_parameters", "gen_ai.prompt.0", "gen_ai.prompt.0.a.b", "$ai_usage"),
    }
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
TEXTS = st.one_of(st.text(max_size=20), JSON.map(json.dumps))
VALUES = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {}, optional={"stringValue": TEXTS, "intValue": JSON, "doubleValue": JSON, "boolValue": JSON}
    ),
    st.fixed_dictionaries({"arrayValue": st.fixed_dictionaries({"values": JSON})}),
    st.fixed_dictionaries({"kvlistValue": st.fixed_dictionaries({"values": JSON})}),
)
ATTRIBUTES = st.one_of(
    JSON, st.lists(st.fixed_dictionaries({"key": st.sampled_from(NAMES), "value": VALUES}), max_size=6)
)
EVENT_NAMES = st.sampled_from([*content.MESSAGE_EVENTS, content.CHOICE_EVENT, content.DETAILS_EVENT, "exception"])
SPANS = st.fixed_dictionaries(
    {"traceId": st.just(TRACE_ID), "spanId": st.integers(1, 5).map(lambda number: f"{number:016x}")},
    optional={
        "parentSpanId": st.integers(0, 5).map(lambda number: f"{number:016x}"),
        "name": JSON,
        "startTimeUnixNano": st.one_of(JSON, st.integers(0, 2**65)),
        "endTimeUnixNano": st.one_of(JSON, st.integers(0, 2**65)),
        "status": JSON,
        "attributes": ATTRIBUTES,
        "events": st.one_of(
            JSON, st.lists(st.fixed_dictionaries({"name": EVENT_NAMES, "attributes": ATTRIBUTES}), max_size=3)
        ),
    },
)
REQUESTS = st.one_of(
    JSON.map(lambda groups: {"resourceSpans": groups}),
    st.lists(st.one_of(SPANS, JSON), max_size=4).map(
        lambda spans: {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    ),
    JSON,
)
SOURCES: tuple[bytes, ...] = tuple(map(read_recorded, ("openai-v2", "openllmetry", "openinference")))
MUTATIONS = st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4)


def read(body: bytes, encoding: Encoding) -> list[CapturedEvent]:
    """The events of a body; none where it is refused by the typed error, the only one that is caught."""
    try:
        decoded = decode_spans(body, encoding=encoding)
    except InvalidBody:
        return []
    events = build_events([span for span in decoded if isinstance(span, Span)], team_id=1)
    assert all(is_captured(event) for event in events)
    assert orjson.loads(orjson.dumps(events)) == events, "an event is plain JSON"
    return events


@settings(deadline=None, max_examples=200)
@given(body=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """No body raises anything but the typed error, in either encoding."""
    read(body, "protobuf")
    read(body, "json")


@settings(deadline=None, max_examples=200)
@given(request=REQUESTS)
def test_any_json_is_read_or_refused(request: Any) -> None:
    """Whatever stands where: wrong types, wrong depth, numbers past every limit."""
    read(json.dumps(request).encode(), "json")


@settings(deadline=None, max_examples=200)
@given(source=st.sampled_from(SOURCES), mutations=MUTATIONS)
def test_any_damage_to_a_real_request_is_read_or_refused(source: bytes, mutations: list[tuple[int, bytes]]) -> None:
    """Real exports with bytes overwritten."""
    damaged = bytearray(source)
    for place, noise in mutations:
        at = place % len(damaged)
        damaged[at : at + len(noise)] = noise
    read(bytes(damaged), "protobuf")


@settings(deadline=None, max_examples=200)
@given(
    values=st.dictionaries(
        st.sampled_from(NAMES),
        st.one_of(st.text(max_size=20), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.lists(st.integers(0, 9))),
        max_size=8,
    )
)
def test_both_encodings_make_the_same_events(values: dict[str, Any]) -> None:
    """An exporter's choice of encoding changes nothing."""
    span = make_span(values, number=2, parent=1)
    written = {"traceId": TRACE_ID, "spanId": span.span_id, "parentSpanId": span.parent_span_id, "attributes": values}
    times = {"startTimeUnixNano": span.start_ns, "endTimeUnixNano": span.end_ns}
    assert read(encode_protobuf(span), "protobuf") == read(encode_json(written | times), "json")
