"""Recorded usage objects of many providers, case by case: every figure equal."""

import json
from pathlib import Path
from typing import Any

import pytest

from posthog.llm_usage.normalize import normalize_usage
from posthog.llm_usage.token_usage import TokenUsage

CASES = [
    json.loads(line) for line in (Path(__file__).parents[2] / "fixtures" / "usage_cases.jsonl").read_text().splitlines()
]
STREAMS = [case for case in CASES if case.get("stream_usages")]

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


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['provider']}")
@pytest.mark.parametrize("is_api_named", [True, False], ids=["api-named", "api-missing"])
def test_every_figure_is_equal(case: dict[str, Any], is_api_named: bool) -> None:
    """Whether or not the caller knows the API."""
    expected = {name: figure or 0 for name, figure in case["expected"].items()}
    assert read_case(case, case["usage"], case["api"] if is_api_named else None) == expected


@pytest.mark.parametrize("case", STREAMS, ids=lambda case: f"{case['id']}-{case['provider']}")
def test_stream_gives_what_its_last_word_says(case: dict[str, Any]) -> None:
    """The chunks give the same figures as the merged object."""
    expected = {name: figure or 0 for name, figure in case["expected"].items()}
    assert read_case(case, case["stream_usages"], case["api"]) == expected
