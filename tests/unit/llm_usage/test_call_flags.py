"""The flags that an event raises beyond what its counts say of themselves."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from posthog.llm_usage import integrity
from posthog.llm_usage.accounting import account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.litellm import build_ai_event
from tests.factories import make_payload


def make_event(event: str = "$ai_generation", **properties: Any) -> AiEvent:
    """An SDK's event; keywords are properties without their `$ai_`."""
    return AiEvent(
        uuid=UUID(int=1),
        event=event,
        timestamp=datetime(2026, 11, 1, tzinfo=UTC),
        team_id=1,
        distinct_id="",
        properties={"$ai_model": "gpt-4o"} | {f"$ai_{name}": value for name, value in properties.items()},
    )


def list_flags(event: AiEvent) -> set[str]:
    """Without the flags about prices."""
    return set(account_event(event).flags) - {"unpriced_model", "price_assumed", "cost_mismatch"}


def list_payload_flags(usage: dict[str, Any] | None = None, **overrides: Any) -> set[str]:
    """The flags of a gateway's call; `usage` replaces the usage object and what stands at the top of the payload."""
    if usage is not None:
        counts = {name: usage.get(name, 0) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
        overrides = counts | {"metadata": {"usage_object": usage}} | overrides
    return list_flags(build_ai_event(make_payload(**overrides), team_id=1))


@pytest.mark.parametrize(
    ("event", "flags"),
    [
        pytest.param(make_event(), {integrity.USAGE_MISSING_ON_SUCCESS}, id="generation"),
        pytest.param(make_event("$ai_embedding"), {integrity.USAGE_MISSING_ON_SUCCESS}, id="embedding"),
        pytest.param(make_event(stream=True), {integrity.STREAM_WITHOUT_USAGE}, id="stream"),
        pytest.param(make_event(input_tokens=1), set(), id="counted"),
        pytest.param(make_event(is_error=True), set(), id="error"),
        pytest.param(make_event(is_error="true"), set(), id="error-as-text"),
        pytest.param(make_event(gateway_call_type={}), set(), id="call-type-is-no-text"),
        pytest.param(make_event("$ai_span"), set(), id="span"),
        pytest.param(make_event("$ai_trace"), set(), id="trace"),
        pytest.param(
            make_event(input_tokens=1, stream_incomplete=True),
            {integrity.STREAM_INCOMPLETE},
            id="sdk-stream-broken-off",
        ),
    ],
)
def test_success_without_usage_is_flagged(event: AiEvent, flags: set[str]) -> None:
    """Where tokens are due."""
    assert list_flags(event) == flags


@pytest.mark.parametrize(
    ("overrides", "flags"),
    [
        pytest.param({}, {integrity.USAGE_MISSING_ON_SUCCESS}, id="chat"),
        pytest.param({"call_type": "aembedding"}, {integrity.USAGE_MISSING_ON_SUCCESS}, id="embedding"),
        pytest.param({"stream": True}, {integrity.STREAM_WITHOUT_USAGE}, id="stream"),
        pytest.param({"call_type": "aspeech"}, set(), id="speech-has-no-tokens"),
        pytest.param({"call_type": "arerank"}, set(), id="reranking-has-no-tokens"),
        pytest.param({"status": "failure"}, set(), id="failure"),
        pytest.param({"cache_hit": True}, set(), id="gateways-cache"),
        pytest.param({"call_type": "aget_responses"}, set(), id="read-again"),
        pytest.param({"call_type": "pass_through_endpoint"}, set(), id="pass-through-of-who-knows-what"),
    ],
)
def test_gateway_success_without_usage_is_flagged(overrides: dict[str, Any], flags: set[str]) -> None:
    """By the kind of call."""
    assert list_payload_flags({}, **overrides) == flags


def test_zeros_of_a_passed_through_call_are_missing_usage() -> None:
    """LiteLLM made a usage object of nothing."""
    zeros = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    assert list_payload_flags(zeros, call_type="pass_through_endpoint") == {integrity.USAGE_MISSING_ON_SUCCESS}


def make_assembled(**details: Any) -> dict[str, Any]:
    """A usage object whose details LiteLLM put together itself."""
    return {
        "prompt_tokens": 16,
        "completion_tokens": 18,
        "total_tokens": 34,
        "prompt_tokens_details": None,
        "completion_tokens_details": {"reasoning_tokens": 0, "text_tokens": 18} | details,
    }


@pytest.mark.parametrize(
    ("provider", "overrides", "flags"),
    [
        pytest.param("openai", {}, {integrity.USAGE_ESTIMATED}, id="openai-always-sends-details"),
        pytest.param("azure", {}, {integrity.USAGE_ESTIMATED}, id="azure-too"),
        pytest.param("hosted_vllm", {}, {integrity.REASONING_ESTIMATED}, id="others-may-not"),
        pytest.param("openai", {"stream": None}, set(), id="no-stream"),
        pytest.param("anthropic", {}, set(), id="claude-without-thinking"),
    ],
)
def test_details_of_the_gateways_own_are_flagged(provider: str, overrides: dict[str, Any], flags: set[str]) -> None:
    """On streams they show that the counts, or at least the reasoning, are no provider's."""
    assert list_payload_flags(make_assembled(), custom_llm_provider=provider, **{"stream": True} | overrides) == flags


@pytest.mark.parametrize("own", [{"audio_tokens": 0}, {"accepted_prediction_tokens": 0}, {"reasoning_tokens": 4}])
def test_providers_own_details_are_trusted(own: dict[str, int]) -> None:
    """What only a provider can say is there."""
    assert list_payload_flags(make_assembled(**own), stream=True) == set()


@pytest.mark.parametrize(
    ("provider", "model", "flags"),
    [
        ("anthropic", "claude-sonnet-4-5", {integrity.REASONING_ESTIMATED}),
        ("bedrock", "bedrock/converse/anthropic.claude-sonnet-4-5-v1:0", {integrity.REASONING_ESTIMATED}),
        ("vertex_ai", "vertex_ai/claude-sonnet-4-5", {integrity.REASONING_ESTIMATED}),
        ("bedrock", "bedrock/converse/amazon.nova-pro-v1:0", set()),
        ("openrouter", "openrouter/anthropic/claude-sonnet-4.5", set()),
        ("openai", "openai/o3", set()),
    ],
)
def test_reasoning_of_claude_is_the_gateways_estimate(provider: str, model: str, flags: set[str]) -> None:
    """Unless the provider's own usage says otherwise."""
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 80,
        "total_tokens": 180,
        "completion_tokens_details": {"reasoning_tokens": 21, "text_tokens": 59},
    }
    assert list_payload_flags(usage, custom_llm_provider=provider, model=model) == flags


def test_thinking_that_the_provider_counted_is_no_estimate() -> None:
    """A passed-through body has the provider's own count."""
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 80,
        "total_tokens": 180,
        "completion_tokens_details": {"reasoning_tokens": 21},
    }
    own = {"input_tokens": 100, "output_tokens": 80, "output_tokens_details": {"thinking_tokens": 21}}
    assert list_payload_flags(usage, custom_llm_provider="anthropic", response={"usage": own}) == set()


@pytest.mark.parametrize("provider", ["moonshot", "perplexity", "xai"])
def test_extras_that_a_stream_lost_are_flagged(provider: str) -> None:
    """What the provider always reports is gone; without streaming it is there."""
    plain = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    assert list_payload_flags(plain, custom_llm_provider=provider, stream=True) == {integrity.STREAM_INCOMPLETE}
    assert list_payload_flags(plain, custom_llm_provider=provider) == set()


def test_extras_that_a_stream_kept_are_not_flagged() -> None:
    """A newer gateway may keep them."""
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "cached_tokens": 60}
    assert list_payload_flags(usage, custom_llm_provider="moonshot", stream=True) == set()


@pytest.mark.parametrize(
    ("overrides", "flags"),
    [
        pytest.param(
            {"error_information": {"error_code": "499", "error_class": "ClientDisconnected"}},
            {integrity.STREAM_INCOMPLETE},
            id="client-left",
        ),
        pytest.param({"status": "failure"}, {integrity.STREAM_INCOMPLETE}, id="provider-failed-midway"),
        pytest.param(
            {"response": {"choices": [{"message": {"content": ""}}]}}, {integrity.STREAM_INCOMPLETE}, id="silent"
        ),
        pytest.param({"response": {"choices": [{"message": {"content": "hi"}}]}}, set(), id="whole"),
        pytest.param({"response": {"choices": [{"message": {"tool_calls": [{}]}}]}}, set(), id="tool-call"),
        pytest.param({"response": None}, set(), id="content-left-out"),
    ],
)
def test_stream_that_broke_off_is_flagged(overrides: dict[str, Any], flags: set[str]) -> None:
    """Its counts are partial or estimated, and kept."""
    assert list_payload_flags(**{"stream": True} | overrides) == flags


@pytest.mark.parametrize(
    ("overrides", "flags"),
    [
        pytest.param({"prompt_tokens": 99}, {integrity.WITNESS_MISMATCH}, id="top-level-counts"),
        pytest.param({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, set(), id="top-level-zeros"),
        pytest.param(
            {"response": {"usage": {"prompt_tokens": 100, "completion_tokens": 21, "total_tokens": 121}}},
            {integrity.WITNESS_MISMATCH},
            id="providers-usage",
        ),
        pytest.param(
            {"response": {"usage": {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}}},
            set(),
            id="providers-usage-in-its-own-shape",
        ),
    ],
)
def test_witnesses_that_disagree_are_flagged(overrides: dict[str, Any], flags: set[str]) -> None:
    """The usage object, the counts at the top, the provider's usage in the response."""
    assert list_payload_flags(**overrides) == flags
