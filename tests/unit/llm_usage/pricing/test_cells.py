"""How counts are cut into cells: each token in one cell, before any price is known."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.llm_usage.pricing.cells import INPUT, OUTPUT, cut
from posthog.llm_usage.token_usage import TokenUsage
from tests.unit.llm_usage.pricing.strategies import usages


def cut_side(side: str, *, is_reasoning_apart: bool = False, **counts: Any) -> dict[str, Any]:
    """The cells of one side, by the name of their rate."""
    sides, _ = cut(TokenUsage(**counts), is_reasoning_apart=is_reasoning_apart)
    return dict(dict(sides)[side])


@pytest.mark.parametrize(
    ("writes", "cells"),
    [
        pytest.param({"": None}, {}, id="none reported"),
        pytest.param({"": 0}, {"cache_write": 0}, id="none written"),
        pytest.param({"": 30}, {"cache_write": 30}, id="no lifetimes"),
        pytest.param({"": 30, "_5m": 30}, {"cache_write": 30}, id="all for five minutes"),
        pytest.param({"": 30, "_1h": 30}, {"cache_write_1h": 30}, id="all for an hour"),
        pytest.param({"": 30, "_5m": 20, "_1h": 10}, {"cache_write": 20, "cache_write_1h": 10}, id="both"),
        pytest.param({"": 30, "_1h": 10}, {"cache_write": 20, "cache_write_1h": 10}, id="the rest is the shortest"),
        pytest.param({"_5m": 20, "_1h": 10}, {"cache_write": 20, "cache_write_1h": 10}, id="lifetimes alone"),
        pytest.param({"": 30, "_30m": 10, "_12h": 20}, {"cache_write_30m": 10, "cache_write_12h": 20}, id="longer"),
        pytest.param({"": 5, "_1h": 10}, {"cache_write_1h": 10}, id="lifetimes exceed the whole (flagged)"),
    ],
)
def test_writes_are_cut_by_lifetime(writes: dict[str, Any], cells: dict[str, int]) -> None:
    """The plain input is what is left."""
    counts = {f"cache_creation{lifetime}_input_tokens": tokens for lifetime, tokens in writes.items()}
    cut_input = cut_side(INPUT, input_tokens=100, **counts)
    assert cut_input == {"input": 100 - sum(cells.values()), **cells}


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        pytest.param(
            {"audio_input_tokens": 40, "cache_read_input_tokens": 50, "cache_read_audio_tokens": 10},
            {"input_audio": 30, "cache_read_audio": 10, "cache_read": 40, "input": 20},
            id="told apart",
        ),
        pytest.param(
            {"audio_input_tokens": 40, "cache_read_input_tokens": 50},
            {"input_audio": 40, "cache_read": 50, "input": 10},
            id="untold: the smallest overlap",
        ),
        pytest.param(
            {"audio_input_tokens": 70, "cache_read_input_tokens": 50},
            {"input_audio": 50, "cache_read_audio": 20, "cache_read": 30, "input": 0},
            id="untold: more than what is fresh",
        ),
        pytest.param(
            {"audio_input_tokens": 30, "image_input_tokens": 20, "video_input_tokens": 10},
            {"input_audio": 30, "input_image": 20, "input_video": 10, "input": 40},
            id="all media",
        ),
        pytest.param({"audio_input_tokens": 0}, {"input_audio": 0, "input": 100}, id="a reported zero is a cell"),
    ],
)
def test_media_are_cut_from_fresh_and_cached(counts: dict[str, Any], cells: dict[str, int]) -> None:
    """Of a prompt of 100."""
    assert cut_side(INPUT, input_tokens=100, **counts) == cells


def test_reasoning_is_a_cell_only_with_a_rate_of_its_own() -> None:
    """Else it is plain output."""
    counts: dict[str, Any] = {"output_tokens": 10, "reasoning_tokens": 4, "audio_output_tokens": 3}
    assert cut_side(OUTPUT, **counts) == {"output_audio": 3, "output": 7}
    assert cut_side(OUTPUT, is_reasoning_apart=True, **counts) == {"output_audio": 3, "reasoning": 4, "output": 3}


def test_invoiced_units_are_the_cells() -> None:
    """Whatever was read and written beside them."""
    usage = TokenUsage(input_tokens=900, output_tokens=21, billed_input_tokens=50)
    assert cut(usage, is_reasoning_apart=False)[0] == [(INPUT, [("input", 50)])]


def test_unreported_side_has_no_cells() -> None:
    """An embedding writes nothing, and nothing is said about it."""
    assert [side for side, _ in cut(TokenUsage(input_tokens=5), is_reasoning_apart=False)[0]] == [INPUT]


@settings(max_examples=100, deadline=None)
@given(usage=usages(), is_reasoning_apart=st.booleans())
def test_cells_sum_to_their_side(usage: TokenUsage, *, is_reasoning_apart: bool) -> None:
    """No token is cut twice, none is forgotten, none is negative."""
    sides, _ = cut(usage, is_reasoning_apart=is_reasoning_apart)
    for side, whole in ((INPUT, usage.input_tokens), (OUTPUT, usage.output_tokens)):
        tokens = [tokens for _, tokens in dict(sides)[side]]
        assert sum(tokens) == whole
        assert min(tokens) >= 0
