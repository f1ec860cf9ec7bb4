"""One row of LiteLLM's spend log → the payload that its callback would have sent, as far as the row knows it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.payloads.private import keep_event_numbers, keep_numbers
from posthog.llm_usage.payloads.spend_log import build_payload, strip_suffix
from posthog.llm_usage.payloads.stripped import strip_content
from posthog.llm_usage.rows import Row, RowContext, build_row
from tests.factories import USAGE_OBJECT, make_payload
from tests.spend_rows import make_spend_row, make_spend_row_of


def build_event(row: dict[str, Any]) -> AiEvent:
    return build_ai_event(build_payload(row), team_id=1)


def build_table_row(event: AiEvent) -> Row:
    return build_row(event, RowContext(ingested_at=event.timestamp))


def test_a_copy_counts_what_the_original_counts() -> None:
    """Tokens, cost, names; the start to the millisecond."""
    payload = make_payload(trace_id="trace-1", metadata={"user_api_key_team_id": "team-alpha"})
    original = build_table_row(build_ai_event(payload, team_id=1))
    copy = build_table_row(build_event(make_spend_row_of(payload)))
    counts = ("input_tokens", "cache_read_input_tokens", "output_tokens", "reasoning_tokens", "total_tokens")
    names = (
        *counts,
        "total_cost_usd",
        "model",
        "provider",
        "trace_id",
        "generation_id",
        "gateway_call_id",
        "call_kind",
    )
    assert {name: copy[name] for name in names} == {name: original[name] for name in names}
    assert timedelta(0) < original["timestamp"] - copy["timestamp"] < timedelta(milliseconds=1)
    assert copy["uuid"] != original["uuid"]


def test_a_copy_says_that_it_is_one() -> None:
    """The source of the usage is the gateway all the same."""
    properties = build_event(make_spend_row()).properties
    assert properties["$ai_backfilled"] is True
    assert properties["$ai_usage_source"] == "litellm"


@pytest.mark.parametrize("keep", [keep_numbers, strip_content])
def test_a_copy_without_content_still_says_so(keep: Any) -> None:
    """Of a private team, or among the rejects."""
    event = build_ai_event(keep(build_payload(make_spend_row())), team_id=1)
    assert keep_event_numbers(event).properties["$ai_backfilled"] is True


def test_details_that_the_row_lacks_stay_unknown() -> None:
    """Older versions kept counts alone: the parts are NULL, not 0."""
    metadata = {"usage_object": None, "additional_usage_values": None}
    row = build_table_row(build_event(make_spend_row(metadata=metadata)))
    assert (row["input_tokens"], row["output_tokens"], row["total_tokens"]) == (100, 20, 120)
    assert (row["cache_read_input_tokens"], row["reasoning_tokens"]) == (None, None)


def test_details_beside_the_counts_are_read_where_there_is_no_usage_object() -> None:
    """`additional_usage_values` is the rest of the usage object."""
    row = build_table_row(build_event(make_spend_row(metadata={"usage_object": None})))
    assert (row["cache_read_input_tokens"], row["input_tokens"]) == (60, 100)


def test_a_row_without_counts_reports_none() -> None:
    """LiteLLM writes 0 where nothing was reported."""
    counts = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    metadata: dict[str, Any] = {"usage_object": {}, "additional_usage_values": {}}
    row = build_table_row(build_event(make_spend_row(**counts, call_type="aspeech", metadata=metadata)))
    assert (row["input_tokens"], row["output_tokens"], row["total_tokens"]) == (None, None, None)


def test_the_estimated_prompt_of_a_refused_call_is_no_usage() -> None:
    """LiteLLM counts it itself; the provider read nothing."""
    counts = {"prompt_tokens": 16, "completion_tokens": 0, "total_tokens": 16, "spend": 0.0}
    row = build_table_row(build_event(make_spend_row(**counts, status="failure", metadata={"usage_object": None})))
    assert (row["is_error"], row["input_tokens"], row["total_tokens"]) == (1, None, None)


def test_what_a_failure_used_midway_is_kept() -> None:
    """It was billed."""
    row = build_table_row(build_event(make_spend_row(status="failure")))
    assert (row["is_error"], row["input_tokens"], row["output_tokens"]) == (1, 100, 20)


@pytest.mark.parametrize(
    ("first_token_at", "is_stream"),
    [
        pytest.param("2026-11-24T10:00:57.100+00:00", 1, id="before the end"),
        pytest.param("2026-11-24T10:00:57.778+00:00", None, id="at the end"),
        pytest.param(None, None, id="not told"),
    ],
)
def test_a_stream_is_known_by_its_first_token(first_token_at: str | None, is_stream: int | None) -> None:
    """Otherwise the row does not say whether it was one."""
    row = build_table_row(build_event(make_spend_row(completionStartTime=first_token_at)))
    assert row["is_stream"] == is_stream


def test_a_cache_hit_is_one() -> None:
    """The row says so in words."""
    event = build_event(make_spend_row(cache_hit="True", request_id="chatcmpl-1_cache_hit1795473656.1", spend=0.0))
    assert event.properties["$ai_call_kind"] == "gateway_cache_hit"


def test_metadata_may_be_text() -> None:
    """Some versions answer the database's JSON as it lies there."""
    row = make_spend_row()
    as_text = row | {"metadata": json.dumps(row["metadata"]), "request_tags": "[]"}
    assert build_payload(as_text) == build_payload(row)


def test_the_error_is_kept_and_its_traceback_is_not() -> None:
    """Class, code and message."""
    error = {"error_class": "RateLimitError", "error_code": "429", "error_message": "slow down", "traceback": "File"}
    properties = build_event(make_spend_row(status="failure", metadata={"error_information": error})).properties
    assert (properties["$ai_error_type"], properties["$ai_http_status"]) == ("RateLimitError", "429")
    assert "traceback" not in build_payload(make_spend_row(metadata={"error_information": error}))["error_information"]


@pytest.mark.parametrize(
    ("request_id", "stripped"),
    [
        ("chatcmpl-1_cache_hit1795624754.443769", "chatcmpl-1"),
        ("batch_1_batch_cost", "batch_1"),
        ("resp_1_background_cost", "resp_1"),
        ("chatcmpl-1-attempt-2", "chatcmpl-1"),
        ("chatcmpl-cache_hit", "chatcmpl-cache_hit"),
    ],
)
def test_suffixes_of_the_books_are_no_part_of_the_id(request_id: str, stripped: str) -> None:
    """LiteLLM adds them to keep its key unique."""
    assert strip_suffix(request_id) == stripped


def test_a_usage_object_is_taken_as_it_is() -> None:
    """Verbatim, as from the callback."""
    assert build_event(make_spend_row()).properties["$ai_usage"] == USAGE_OBJECT
