"""The recorded payloads of the sample calls say what the hand-made table says, in LiteLLM's own words."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.gateway_expectations import (
    ESTIMATED_ROWS,
    EXPECTED_REJECTS,
    EXPECTED_ROWS,
    ExpectedReject,
    ExpectedRow,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "gateway_bodies"

PATH_BY_COLUMN: Mapping[str, tuple[str, ...]] = {
    "input_tokens": ("prompt_tokens",),
    "output_tokens": ("completion_tokens",),
    "total_tokens": ("total_tokens",),
    "cache_read_input_tokens": ("prompt_tokens_details", "cached_tokens"),
    "cache_creation_input_tokens": ("prompt_tokens_details", "cache_write_tokens"),
    "cache_creation_5m_input_tokens": (
        "prompt_tokens_details",
        "cache_creation_token_details",
        "ephemeral_5m_input_tokens",
    ),
    "cache_creation_1h_input_tokens": (
        "prompt_tokens_details",
        "cache_creation_token_details",
        "ephemeral_1h_input_tokens",
    ),
    "reasoning_tokens": ("completion_tokens_details", "reasoning_tokens"),
    "audio_input_tokens": ("prompt_tokens_details", "audio_tokens"),
    "image_input_tokens": ("prompt_tokens_details", "image_tokens"),
    "audio_output_tokens": ("completion_tokens_details", "audio_tokens"),
    "web_search_count": ("server_tool_use", "web_search_requests"),
}


def load_payload(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return payload


def follow(usage: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = usage
    for key in path:
        value = (value or {}).get(key)
    return value


@pytest.mark.parametrize("row", EXPECTED_ROWS + ESTIMATED_ROWS, ids=lambda row: row.name)
def test_gateway_reports_the_expected_counts(row: ExpectedRow) -> None:
    """Column by column, null included: LiteLLM posted what was worked out from the provider's body."""
    usage = load_payload(row.name)["metadata"]["usage_object"]
    posted = {column: follow(usage, path) for column, path in PATH_BY_COLUMN.items()}
    assert posted == {column: row.tokens[column] for column in PATH_BY_COLUMN}


@pytest.mark.parametrize("row", EXPECTED_ROWS + ESTIMATED_ROWS, ids=lambda row: row.name)
def test_gateway_price_equals_the_price_by_hand(row: ExpectedRow) -> None:
    """LiteLLM's own cost is the hand-made one, down to the rounding of its floats."""
    expected_usd = float(row.total_cost_usd or 0)
    assert load_payload(row.name)["response_cost"] == pytest.approx(expected_usd, rel=1e-12, abs=0)


@pytest.mark.parametrize("row", EXPECTED_ROWS + ESTIMATED_ROWS, ids=lambda row: row.name)
def test_gateway_names_team_and_provider(row: ExpectedRow) -> None:
    """The key's team, the provider, the outcome and the kind of transport."""
    payload = load_payload(row.name)
    assert payload["metadata"]["user_api_key_team_id"] == row.team
    assert payload["custom_llm_provider"] == row.provider
    assert payload["model"].endswith(row.model)
    assert (payload["status"] == "failure") is row.is_error
    assert (payload["stream"] is True) is row.is_stream


@pytest.mark.parametrize("reject", EXPECTED_REJECTS, ids=lambda reject: reject.name)
def test_rejected_calls_carry_no_mapped_team(reject: ExpectedReject) -> None:
    """What ends in the rejects table names no team, or one that is not mapped."""
    assert load_payload(reject.name)["metadata"]["user_api_key_team_id"] == reject.gateway_team


def test_recorded_bodies_name_no_machine() -> None:
    """Tracebacks are recorded without the folders that they were raised in."""
    texts = {file.name: file.read_text() for file in FIXTURES.glob("*.json")}
    marks = ("/home/", "/root/", "/tmp/", "/usr/", "/opt/")
    assert [name for name, text in texts.items() if any(mark in text for mark in marks)] == []
    assert len(texts) == len(EXPECTED_ROWS + ESTIMATED_ROWS + EXPECTED_REJECTS)
