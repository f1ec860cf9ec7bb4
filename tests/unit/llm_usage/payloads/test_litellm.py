"""LiteLLM's payload → AiEvent: what each field becomes, and what is never taken over."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from posthog.errors import InvalidEvent
from posthog.llm_usage.payloads.litellm import (
    build_ai_event,
    classify_call,
    find_gateway_team_id,
    find_gateway_version,
    strip_provider,
)
from posthog.llm_usage.payloads.private import keep_numbers
from posthog.llm_usage.payloads.stripped import strip_content
from tests.factories import make_payload

KEY_HASH = "2179e632e89277f18aa600491b68ad55121fd6caa045e047fdeb426088a5a5f1"


def build_properties(**overrides: Any) -> dict[str, Any]:
    return dict(build_ai_event(make_payload(**overrides), team_id=7).properties)


def test_build_ai_event_takes_time_and_team() -> None:
    """The event happened when the call began, in UTC, to the microsecond."""
    event = build_ai_event(make_payload(startTime=1795473656.777922), team_id=7)
    assert event.timestamp == datetime(2026, 11, 23, 22, 40, 56, 777922, UTC)
    assert event.team_id == 7
    assert event.event == "$ai_generation"


def test_build_ai_event_names_embeddings() -> None:
    """An embedding call is `$ai_embedding`, and its vectors are not kept."""
    event = build_ai_event(make_payload(call_type="aembedding", response={"data": [{"embedding": [0.1]}]}), team_id=7)
    assert event.event == "$ai_embedding"
    assert "$ai_output_choices" not in event.properties


def test_uuid_is_the_same_for_the_same_call() -> None:
    """Delivered twice, a call keeps its uuid, whatever else differs in the payload."""
    first, second = (build_ai_event(make_payload(response_cost=cost), team_id=7) for cost in (0.1, 0.2))
    assert first.uuid == second.uuid


@pytest.mark.parametrize(
    "difference",
    [
        pytest.param({"litellm_call_id": "other"}, id="call-id"),
        pytest.param({"id": "other"}, id="response-id"),
        pytest.param({"call_type": "aresponses"}, id="call-type"),
        pytest.param({"status": "failure"}, id="status"),
        pytest.param({"startTime": 1795473656.777923}, id="start"),
    ],
)
def test_uuid_differs_for_each_identifying_field(difference: dict[str, Any]) -> None:
    """Retries and fallbacks share the call id: any identifying field tells events apart."""
    event, other = (build_ai_event(make_payload(**fields), team_id=7) for fields in ({}, difference))
    assert event.uuid != other.uuid


def test_uuid_differs_between_teams() -> None:
    """A client can choose its call id: the same id in two teams is two calls."""
    assert build_ai_event(make_payload(), team_id=7).uuid != build_ai_event(make_payload(), team_id=8).uuid


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        pytest.param({"startTime": None}, "startTime", id="no-start"),
        pytest.param({"startTime": "yesterday"}, "startTime", id="unreadable-start"),
        pytest.param({"startTime": float("nan")}, "startTime", id="nan-start"),
        pytest.param({"litellm_call_id": "", "id": ""}, "litellm_call_id, id", id="no-id"),
    ],
)
def test_build_ai_event_refuses_an_event_without_identity(fields: dict[str, Any], named: str) -> None:
    """Without what identifies it an event could be counted twice: it is rejected by name."""
    with pytest.raises(InvalidEvent, match=named) as refused:
        build_ai_event(make_payload(**fields), team_id=7)
    assert refused.value.code == "identity_missing"


def test_start_may_be_iso_text() -> None:
    """LiteLLM's file logs may write ISO times; the uuid is that of the webhook's seconds."""
    as_text = make_payload(startTime="2026-11-23T22:40:56.777922+00:00")
    assert build_ai_event(as_text, team_id=7).uuid == build_ai_event(make_payload(), team_id=7).uuid


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        pytest.param({}, "inference", id="call"),
        pytest.param({"cache_hit": True}, "gateway_cache_hit", id="own-cache"),
        pytest.param({"call_type": "aget_responses"}, "read", id="stored-response"),
        pytest.param({"status": "failure"}, "inference", id="provider-failure"),
        pytest.param(
            {"status": "failure", "custom_llm_provider": None, "metadata": {"user_api_key_hash": "sk-raw"}},
            "rejected",
            id="failed-sign-in",
        ),
    ],
)
def test_classify_call(fields: dict[str, Any], kind: str) -> None:
    """Only work of a provider is inference."""
    assert classify_call(make_payload(**fields)) == kind


def test_team_is_the_gateways_word_only() -> None:
    """What a client wrote into the metadata never names the team."""
    spoofed = {"team_id": "theirs", "requester_metadata": {"user_api_key_team_id": "theirs"}}
    assert find_gateway_team_id(make_payload(metadata=spoofed)) is None
    assert find_gateway_team_id(make_payload(metadata={"user_api_key_team_id": "ours", **spoofed})) == "ours"


def test_rejected_key_is_never_kept() -> None:
    """On a failed sign-in the hash field can hold the raw key, and so can the message."""
    properties = build_properties(
        status="failure",
        custom_llm_provider=None,
        metadata={"user_api_key_hash": "sk-raw-key-123456"},
        error_information={"error_class": "AuthError", "error_message": "bad key sk-raw-key-123456"},
    )
    assert "sk-raw-key-123456" not in repr(properties)
    assert properties["$ai_error"] == "bad key [redacted]"


@pytest.mark.parametrize(
    ("fields", "key_hash"),
    [
        pytest.param({"error_information": {"error_code": "401", "llm_provider": ""}}, None, id="failed-sign-in"),
        pytest.param({"error_information": {"error_code": "401", "llm_provider": "openai"}}, KEY_HASH, id="provider"),
        pytest.param({"metadata": {"user_api_key_hash": KEY_HASH, "user_api_key_alias": "ci"}}, KEY_HASH, id="known"),
    ],
)
@pytest.mark.parametrize("keep", [dict, keep_numbers, strip_content])
def test_key_that_looks_like_a_hash_is_kept_if_it_was_accepted(
    keep: Callable[[Any], Any], fields: dict[str, Any], key_hash: str | None
) -> None:
    """LiteLLM names the asked model's provider on a failed sign-in, beside the raw key."""
    payload = make_payload(**{"status": "failure", "metadata": {"user_api_key_hash": KEY_HASH}} | fields)
    kept = keep(payload)
    assert build_ai_event(kept, team_id=7).properties.get("$ai_api_key_hash") == key_hash


def test_accepted_key_is_named_by_alias_and_hash() -> None:
    """An accepted key's alias and hash tell who called."""
    properties = build_properties(metadata={"user_api_key_alias": "ci", "user_api_key_hash": KEY_HASH})
    assert (properties["$ai_api_key_alias"], properties["$ai_api_key_hash"]) == ("ci", KEY_HASH)


@pytest.mark.parametrize(
    ("user_agent", "version"),
    [("litellm/1.109.1", "litellm/1.109.1"), ("litellm/1.106.2 extra", "litellm/1.106.2"), ("curl/8", ""), ("", "")],
)
def test_gateway_version_comes_from_its_own_user_agent(user_agent: str, version: str) -> None:
    """Another program's name is no version of the gateway."""
    assert find_gateway_version(user_agent) == version


@pytest.mark.parametrize(
    ("model", "provider", "name"),
    [
        ("openai/gpt-4o", "openai", "gpt-4o"),
        ("bedrock/converse/anthropic.claude-v1:0", "bedrock", "anthropic.claude-v1:0"),
        ("groq/openai/gpt-oss-120b", "groq", "openai/gpt-oss-120b"),
        ("gpt-4o", "openai", "gpt-4o"),
        ("gpt-4o", None, "gpt-4o"),
    ],
)
def test_strip_provider(model: str, provider: str | None, name: str) -> None:
    """Only the gateway's own routing prefix goes."""
    assert strip_provider(model, provider) == name


def test_usage_stays_verbatim() -> None:
    """The usage object is kept as it came; the reading of it comes later."""
    usage = {"prompt_tokens": 3, "odd": {"nested": None}}
    assert build_properties(metadata={"usage_object": usage})["$ai_usage"] == usage


def test_passed_through_usage_is_found() -> None:
    """A passed-through response is text: its usage is kept as the provider's witness."""
    response = {"response": '{"usage": {"prompt_tokens": 10000, "completion_tokens": 800}}'}
    assert build_properties(response=response)["$ai_provider_usage"] == {
        "prompt_tokens": 10000,
        "completion_tokens": 800,
    }


def test_success_with_empty_error_information_is_no_error() -> None:
    """`error_information` stands beside successes with empty strings."""
    properties = build_properties(error_information={"error_class": "", "error_message": ""})
    assert properties["$ai_is_error"] is False
    assert "$ai_error" not in properties


def test_client_disconnect_is_a_cut_stream() -> None:
    """The client left: a success whose stream is incomplete."""
    error = {"error_class": "ClientDisconnected", "error_code": "499", "error_message": "gone"}
    properties = build_properties(stream=True, error_information=error)
    assert properties["$ai_stream_incomplete"] is True
    assert properties["$ai_is_error"] is False


def test_latency_and_first_token() -> None:
    """Seconds from the start; the first token only for streams, never negative."""
    times = {"startTime": 100.0, "completionStartTime": 100.25, "endTime": 101.5}
    streamed, whole = build_properties(stream=True, **times), build_properties(stream=None, **times)
    assert (streamed["$ai_latency"], streamed["$ai_time_to_first_token"]) == (1.5, 0.25)
    assert "$ai_time_to_first_token" not in whole
    assert "$ai_latency" not in build_properties(**{**times, "endTime": 99.0})


def test_images_are_replaced_by_their_size() -> None:
    """Binary content is not stored, its size is."""
    response = {"data": [{"b64_json": "QUJD" * 1000}]}
    assert build_properties(response=response)["$ai_output_choices"] == [{"b64_json": "[binary, 3000 bytes]"}]


def test_strip_content_keeps_what_counts() -> None:
    """A stripped payload still becomes the same event, with the same usage, and says nothing."""
    payload = make_payload(messages=[{"content": "secret text"}])
    stripped = strip_content(payload)
    original, kept = (build_ai_event(each, team_id=7) for each in (payload, stripped))
    assert kept.uuid == original.uuid
    assert kept.properties["$ai_usage"] == original.properties["$ai_usage"]
    assert "secret" not in repr(stripped)
