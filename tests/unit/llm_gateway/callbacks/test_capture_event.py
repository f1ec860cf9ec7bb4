"""One call → one event: every count as it was reported, and nothing that was not."""

from typing import Any

import pytest

from tests.unit.llm_gateway.callbacks.calls import build_event, build_properties, make_payload

PLAIN = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
COUNTS = (
    pytest.param("$ai_input_tokens", ("prompt_tokens",), id="input"),
    pytest.param("$ai_output_tokens", ("completion_tokens",), id="output"),
    pytest.param("$ai_total_tokens", ("total_tokens",), id="total"),
    pytest.param("$ai_cache_read_input_tokens", ("prompt_tokens_details", "cached_tokens"), id="cache-read"),
    pytest.param("$ai_cache_read_input_tokens", ("cache_read_input_tokens",), id="cache-read-at-top"),
    pytest.param("$ai_cache_creation_input_tokens", ("prompt_tokens_details", "cache_creation_tokens"), id="creation"),
    pytest.param("$ai_cache_creation_input_tokens", ("cache_creation_input_tokens",), id="creation-at-top"),
    pytest.param("$ai_reasoning_tokens", ("completion_tokens_details", "reasoning_tokens"), id="reasoning"),
    *(
        pytest.param(
            f"$ai_cache_creation_{ttl}_input_tokens",
            ("prompt_tokens_details", "cache_creation_token_details", f"ephemeral_{ttl}_input_tokens"),
            id=f"creation-{ttl}",
        )
        for ttl in ("5m", "30m", "1h", "12h")
    ),
)


def make_usage(path: tuple[str, ...], count: int | None) -> dict[str, Any]:
    """A plain usage object with one count in its place, or with null there."""
    placed: Any = count
    for key in reversed(path):
        placed = {key: placed}
    return {**PLAIN, **placed}


@pytest.mark.parametrize(("name", "path"), COUNTS)
@pytest.mark.parametrize("count", [pytest.param(7, id="present"), pytest.param(0, id="zero")])
def test_reported_count_is_sent(name: str, path: tuple[str, ...], count: int) -> None:
    """A count that the usage object reports is sent as reported; zero is a measurement."""
    properties = build_properties(make_payload(usage=make_usage(path, count)))
    assert (properties[name], type(properties[name])) == (count, int)


@pytest.mark.parametrize(("name", "path"), COUNTS)
def test_absent_count_is_not_sent(name: str, path: tuple[str, ...]) -> None:
    """Where the usage object holds null there is no property, neither 0 nor null."""
    assert name not in build_properties(make_payload(usage=make_usage(path, None)))


@pytest.mark.parametrize(("name", "path"), COUNTS)
def test_count_that_is_not_mentioned_is_not_sent(name: str, path: tuple[str, ...]) -> None:
    """Where the usage object has no such key there is no property either."""
    usage = {key: count for key, count in PLAIN.items() if key != path[0]}
    assert name not in build_properties(make_payload(usage=usage))


def test_cache_is_said_to_be_part_of_input() -> None:
    """LiteLLM's prompt tokens include the cache; without the word PostHog would add it again for Claude."""
    assert build_properties(make_payload(usage=PLAIN))["$ai_cache_reporting_exclusive"] is False


def test_call_without_usage_carries_no_counts() -> None:
    """No usage object, no token properties; the top-level zeros of the gateway are none."""
    properties = build_properties(make_payload(prompt_tokens=0, completion_tokens=0, total_tokens=0))
    assert [name for name in properties if name.endswith("_tokens")] == []
    assert "$ai_cache_reporting_exclusive" not in properties


def test_call_is_described() -> None:
    """Model, provider, content, times and who."""
    event = build_event(make_payload(usage=PLAIN, stream=True))
    expected = {
        "$ai_model": "gpt-4o",
        "$ai_provider": "openai",
        "$ai_input": [{"role": "user", "content": "When is high water?"}],
        "$ai_output_choices": [{"message": {"role": "assistant", "content": "At noon."}}],
        "$ai_latency": 2.0,
        "$ai_time_to_first_token": 0.5,
        "$ai_stream": True,
        "$ai_is_error": False,
        "$ai_product": "search",
        "$ai_span_id": "chatcmpl-1",
    }
    assert {name: event["properties"][name] for name in expected} == expected
    assert (event["event"], event["distinct_id"]) == ("$ai_generation", "user-alpha")
    assert event["timestamp"].endswith("+00:00")


def test_embedding_is_an_embedding() -> None:
    """An embedding has its own event and no output."""
    event = build_event(make_payload(usage={"prompt_tokens": 8, "total_tokens": 8}, call_type="aembedding"))
    assert event["event"] == "$ai_embedding"
    assert "$ai_output_choices" not in event["properties"]
    assert "$ai_output_tokens" not in event["properties"]


def test_cost_components_are_the_gateways() -> None:
    """Total and parts as the gateway booked them."""
    breakdown = {"input_cost": 0.25, "output_cost": 0.5, "total_cost": 0.75}
    properties = build_properties(make_payload(usage=PLAIN, response_cost=0.75, cost_breakdown=breakdown))
    names = ("$ai_total_cost_usd", "$ai_input_cost_usd", "$ai_output_cost_usd")
    assert [properties[name] for name in names] == [0.75, 0.25, 0.5]


def test_unknown_cost_is_not_sent() -> None:
    """LiteLLM books 0 for a model whose price it does not know: no cost, rather than free."""
    properties = build_properties(make_payload(usage=PLAIN, response_cost=0.0))
    assert [name for name in properties if name.endswith("_cost_usd")] == []


FAILURE: dict[str, Any] = {
    "status": "failure",
    "response": {},
    "response_cost": 0.0,
    "error_str": "RateLimitError: slow down",
    "error_information": {"error_class": "RateLimitError", "error_code": "429", "error_message": "slow down"},
}


def test_failure_carries_the_error_and_no_numbers() -> None:
    """What failed, and no tokens or cost that nobody measured."""
    properties = build_properties(make_payload(**FAILURE, prompt_tokens=0, completion_tokens=0, total_tokens=0))
    assert properties["$ai_is_error"] is True
    assert (properties["$ai_error"], properties["$ai_http_status"]) == ("slow down", "429")
    assert [name for name in properties if name.endswith(("_tokens", "_cost_usd"))] == []


def test_partial_usage_of_a_failure_is_kept_and_marked() -> None:
    """A stream that broke off has been paid for as far as it came."""
    properties = build_properties(make_payload(**FAILURE, usage=PLAIN, prompt_tokens=100, completion_tokens=20))
    assert (properties["$ai_input_tokens"], properties["$ai_output_tokens"]) == (100, 20)
    assert properties["$ai_stream_incomplete"] is True


def test_groups_and_billing_come_from_the_key() -> None:
    """The key's administrator says which groups a call belongs to and whether it is billed."""
    key = {"product": "search", "billable": False, "groups": {"organization": "org-1"}}
    properties = build_properties(make_payload(metadata={"user_api_key_auth_metadata": key}))
    assert properties["$groups"] == {"organization": "org-1"}
    assert properties["$ai_billable"] is False


def test_call_of_nobody_makes_no_person() -> None:
    """Without user or end user the trace stands in, and PostHog makes no profile of it."""
    event = build_event(make_payload(metadata={"user_api_key_user_id": None}))
    assert event["distinct_id"] == event["properties"]["$ai_trace_id"]
    assert event["properties"]["$process_person_profile"] is False


def test_binary_gives_way_to_its_size() -> None:
    """An image in a message is named by type and size."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 4000}}
    properties = build_properties(make_payload(messages=[{"role": "user", "content": [image]}]))
    assert properties["$ai_input"][0]["content"][0]["image_url"]["url"] == "[image/png, 3000 bytes]"


def test_same_call_is_the_same_event() -> None:
    """An event that is sent again has the uuid that it had."""
    assert build_event(make_payload(usage=PLAIN)) == build_event(make_payload(usage=PLAIN))
