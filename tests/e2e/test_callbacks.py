"""The PostHog and Prometheus callbacks in a real LiteLLM proxy, beside the shipper: the same calls, the same counts."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from posthog.llm_usage.accounting import account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.e2e.callback_gateway import API_KEY, CallbackGateway
from tests.e2e.capture_sink import CaptureSink
from tests.e2e.outage_receiver import OutageReceiver
from tests.e2e.shipper_gateway import SHIPPER

REPOSITORY = Path(__file__).parents[2]
GATEWAY_PYTHON = Path(os.environ.get("GATEWAY_PYTHON", REPOSITORY / ".local" / "env" / "gateway" / "bin" / "python"))
DEADLINE_S = 60.0
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADERS = {
    "traceparent": f"00-{TRACE}-{SPAN}-01",
    "x-posthog-property-plan": "pro",
    "x-posthog-property-product": "forged",
    "x-posthog-flag-new-ui": "true",
}


class Calls(NamedTuple):
    """What each side got of the calls that were made."""

    gateway: CallbackGateway
    sink: CaptureSink
    payloads: dict[str, dict[str, Any]]
    events: dict[str, dict[str, Any]]


def wait_until(is_so: Callable[[], bool], gateway: CallbackGateway) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, gateway.log[-3000:]
        time.sleep(0.05)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    """A whole call with headers, a streamed one, and one that the provider refuses: seen by webhook and capture API."""
    folder = tmp_path_factory.mktemp("gateway")
    with (
        OutageReceiver() as receiver,
        CaptureSink() as sink,
        CallbackGateway(GATEWAY_PYTHON, folder, receiver=receiver, sink=sink) as gateway,
    ):
        gateway.start()
        assert gateway.call(headers=HEADERS) == httpx.codes.OK
        assert gateway.call(model="claude-sonnet-4-6", is_streamed=True) == httpx.codes.OK
        assert gateway.call(model="claude-opus-5") >= httpx.codes.INTERNAL_SERVER_ERROR
        wait_until(lambda: len(sink.events) >= 3 and len(receiver.payloads[SHIPPER]) >= 3, gateway)
        yield Calls(
            gateway,
            sink,
            {payload["litellm_call_id"]: payload for payload in receiver.payloads[SHIPPER]},
            {event["properties"]["$ai_gateway_call_id"]: event for event in sink.events},
        )


def account_sdk_event(event: dict[str, Any]) -> dict[str, int | None]:
    usage = account_event(
        AiEvent(
            uuid=UUID(event["uuid"]),
            event=event["event"],
            timestamp=datetime.fromisoformat(event["timestamp"]),
            team_id=1,
            distinct_id=event["distinct_id"],
            properties=event["properties"],
        )
    ).usage
    return {column: getattr(usage, column) for column in COUNT_COLUMNS}


def test_each_call_is_one_event_with_the_webhooks_counts(calls: Calls) -> None:
    """Once each, to /batch/ with the project's key, and column by column what the webhook got."""
    assert {(path, body["api_key"]) for path, body in calls.sink.bodies} == {("/batch/", API_KEY)}
    assert len(calls.sink.events) == len(calls.events) == 3
    assert calls.events.keys() == calls.payloads.keys()
    for call_id, payload in calls.payloads.items():
        usage = account_event(build_ai_event(payload, team_id=1)).usage
        assert (usage.input_tokens is None) == (payload["status"] == "failure")
        assert account_sdk_event(calls.events[call_id]) == {name: getattr(usage, name) for name in COUNT_COLUMNS}


def test_headers_reach_the_event(calls: Calls) -> None:
    """The trace, the caller's property and flag; not the product that the caller made up."""
    (properties,) = (
        event["properties"] for event in calls.events.values() if event["properties"]["$ai_trace_id"] == TRACE
    )
    assert (properties["$ai_parent_id"], properties["plan"]) == (SPAN, "pro")
    assert properties["$feature/new-ui"] is True
    assert "product" not in properties


def test_refused_call_carries_its_error_and_no_numbers(calls: Calls) -> None:
    """The provider's 529 is an event too."""
    (properties,) = (event["properties"] for event in calls.events.values() if event["properties"]["$ai_is_error"])
    assert properties["$ai_model"] == "claude-opus-5"
    assert properties["$ai_error"]
    assert [name for name in properties if name.endswith(("_tokens", "_cost_usd"))] == []


def read_samples(gateway: CallbackGateway) -> list[Sample]:
    families = text_string_to_metric_families(gateway.read_metrics())
    return [sample for family in families for sample in family.samples]


def sum_samples(samples: list[Sample], name: str) -> float:
    return sum(sample.value for sample in samples if sample.name == f"posthog_llm_{name}")


def test_prometheus_counts_the_same_tokens(calls: Calls) -> None:
    """`/metrics` of the proxy sums what the events say."""
    wait_until(lambda: sum_samples(read_samples(calls.gateway), "latency_seconds_count") == 3, calls.gateway)
    samples = read_samples(calls.gateway)
    properties = [event["properties"] for event in calls.events.values()]
    for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "total_cost_usd"):
        total = sum_samples(samples, f"{name}_total")
        assert total == pytest.approx(sum(each.get(f"$ai_{name}", 0) for each in properties))
        assert total > 0
    assert sum_samples(samples, "requests_total") == 3
    assert sum_samples(samples, "callback_errors_total") == 0
