"""Which trace a call belongs to."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from posthog.llm_gateway.callbacks.request_context import add_request_context
from tests.unit.llm_gateway.callbacks.calls import FRESH_ID, build_properties, make_payload

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
EXPLICIT = {"x-posthog-property-$ai_trace_id": "mine"}
NAMED: dict[str, Any] = {"requester_metadata": {"session_id": "s-1"}}
GATEWAYS = "7f1f6f0e-3a52-4c3d-9f61-0a4e54d9a111"


@pytest.mark.parametrize(
    ("headers", "metadata", "gateways", "trace_id"),
    [
        pytest.param(EXPLICIT | TRACEPARENT, NAMED, GATEWAYS, "mine", id="explicit-property"),
        pytest.param(TRACEPARENT, NAMED, GATEWAYS, TRACE, id="traceparent"),
        pytest.param({}, NAMED, GATEWAYS, str(uuid5(NAMESPACE_URL, "s-1")), id="request-metadata"),
        pytest.param({}, {}, GATEWAYS, GATEWAYS, id="gateways-uuid"),
        pytest.param({}, {}, "t-9", str(uuid5(NAMESPACE_URL, "t-9")), id="gateways-name"),
        pytest.param({}, {}, "", str(FRESH_ID), id="fresh"),
        pytest.param({"traceparent": f"00-{'0' * 32}-{SPAN}-01"}, {}, "", str(FRESH_ID), id="invalid-traceparent"),
    ],
)
def test_first_named_trace_holds(
    headers: dict[str, str], metadata: dict[str, Any], gateways: str, trace_id: str
) -> None:
    """The explicit property, the traceparent, the request's metadata, the gateway's, a fresh one."""
    payload = make_payload(metadata=metadata, trace_id=gateways)
    assert build_properties(payload, headers)["$ai_trace_id"] == trace_id


def test_traceparent_names_the_parent() -> None:
    """The caller's span is this call's parent; the call's own span is the answer's id."""
    properties = build_properties(make_payload(), TRACEPARENT)
    assert (properties["$ai_parent_id"], properties["$ai_span_id"]) == (SPAN, "chatcmpl-1")


def test_span_can_be_named() -> None:
    """The caller may say which span the call is."""
    assert build_properties(make_payload(), {"x-posthog-property-$ai_span_id": "s"})["$ai_span_id"] == "s"


def test_fresh_ids_differ() -> None:
    """Each accepted call has a uuid4 of its own."""
    made = [UUID(add_request_context({}, {})["posthog_request"]["fresh_trace_id"]) for _ in range(2)]
    assert made[0] != made[1]
    assert [made_id.version for made_id in made] == [4, 4]
