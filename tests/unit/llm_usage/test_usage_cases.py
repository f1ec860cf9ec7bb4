"""
Recorded usage objects of many providers, case by case: every figure equal.

`usage_cases.jsonl` came with the contract; `collected_usage_cases.jsonl` was collected for these tests from API
references and from the tests and issues of public projects, the `note` names which. All counts are multiplied by a
factor per case; what a case expects follows from its source or from the provider's own documentation.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from posthog.llm_usage.normalize import normalize_usage
from posthog.llm_usage.token_usage import TokenUsage

FIXTURES = Path(__file__).parents[2] / "fixtures"


def load_cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / name).read_text().splitlines()]


CASES = load_cases("usage_cases.jsonl")
COLLECTED = load_cases("collected_usage_cases.jsonl")
ALL_CASES = [*CASES, *COLLECTED]
STREAMS = [case for case in ALL_CASES if case.get("stream_usages")]
WRONG_APIS = ("anthropic_messages", "openai_chat", "openai_realtime", "posthog")

COLUMNS = {
    "input_total": "input_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write": "cache_creation_input_tokens",
    "cache_write_5m": "cache_creation_5m_input_tokens",
    "cache_write_1h": "cache_creation_1h_input_tokens",
    "output_total": "output_tokens",
    "reasoning": "reasoning_tokens",
    "total": "total_tokens",
    "audio_input": "audio_input_tokens",
    "audio_output": "audio_output_tokens",
    "image_input": "image_input_tokens",
    "image_output": "image_output_tokens",
    "video_input": "video_input_tokens",
    "tool_prompt": "tool_prompt_tokens",
    "web_search": "web_search_count",
}


def list_figures(usage: TokenUsage) -> dict[str, int]:
    """The case's figures; the sources do not tell null from 0, so neither does the comparison."""
    figures = {name: getattr(usage, column) or 0 for name, column in COLUMNS.items()}
    cached = figures["cache_read"] + figures["cache_write"]
    figures["input_uncached"] = figures["input_total"] - cached
    figures["output_visible"] = figures["output_total"] - figures["reasoning"]
    return figures


def read_case(case: dict[str, Any], usage: Any, api: str | None) -> dict[str, int]:
    """Only the figures that the case names."""
    read = list_figures(normalize_usage(provider=case["provider"], api=api, model=case["model"], usage=usage))
    return {name: read[name] for name in case["expected"]}


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: f"{case['id']}-{case['provider']}")
def test_every_figure_is_equal(case: dict[str, Any]) -> None:
    """Whether the caller knows the API, does not, or names another."""
    expected = {name: figure or 0 for name, figure in case["expected"].items()}
    for api in (case["api"], None, *WRONG_APIS):
        assert (api, read_case(case, case["usage"], api)) == (api, expected)


@pytest.mark.parametrize("case", COLLECTED, ids=lambda case: f"{case['id']}-{case['provider']}")
def test_null_is_null_and_zero_is_zero(case: dict[str, Any]) -> None:
    """The collected cases know what was not reported from what was reported as zero."""
    usage = normalize_usage(provider=case["provider"], api=case["api"], model=case["model"], usage=case["usage"])
    figures = {name: getattr(usage, column) for name, column in COLUMNS.items()}
    assert figures == {name: case["expected"][name] for name in COLUMNS}


@pytest.mark.parametrize("case", STREAMS, ids=lambda case: f"{case['id']}-{case['provider']}")
def test_stream_gives_what_its_last_word_says(case: dict[str, Any]) -> None:
    """The chunks give the same figures as the merged object."""
    expected = {name: figure or 0 for name, figure in case["expected"].items()}
    for api in (case["api"], None, *WRONG_APIS[:2], "posthog"):
        assert (api, read_case(case, case["stream_usages"], api)) == (api, expected)
