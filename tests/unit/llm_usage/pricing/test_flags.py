"""The flags about prices, each a rule."""

import pytest

from posthog.llm_usage.pricing.flags import is_cost_mismatch, is_price_assumed, is_unpriced_model
from posthog.llm_usage.token_usage import TokenUsage
from tests.unit.llm_usage.pricing.price_list import usd


@pytest.mark.parametrize(
    ("witnessed", "own", "is_mismatch"),
    [
        pytest.param("1", "1.01", False, id="one per cent"),
        pytest.param("1", "1.0101", True, id="over one per cent"),
        pytest.param("1", "0.9899", True, id="below"),
        pytest.param("0.000001", "0.000002", False, id="a millionth of a dollar"),
        pytest.param("0.000001", "0.0000021", True, id="over a millionth"),
        pytest.param("0", "0.1", True, id="free by one witness"),
    ],
)
def test_cost_mismatch_needs_both_differences(witnessed: str, own: str, *, is_mismatch: bool) -> None:
    """Over 1 % and over 1e-6 US dollars."""
    assert is_cost_mismatch(usd(witnessed), usd(own)) == is_mismatch


def test_one_witness_cannot_contradict_itself() -> None:
    """An unknown figure is no difference."""
    assert not is_cost_mismatch(None, usd("1"))
    assert not is_cost_mismatch(usd("1"), None)


@pytest.mark.parametrize(
    ("usage", "total", "is_unpriced"),
    [
        pytest.param(TokenUsage(input_tokens=0), None, True, id="a count"),
        pytest.param(TokenUsage(total_tokens=5), None, True, id="a total"),
        pytest.param(TokenUsage(), None, False, id="nothing used"),
        pytest.param(TokenUsage(input_tokens=5), "0", False, id="free"),
    ],
)
def test_unpriced_needs_usage(usage: TokenUsage, total: str | None, *, is_unpriced: bool) -> None:
    """No price for nothing is no finding; a price of zero is one."""
    total_cost_usd = None if total is None else usd(total)
    assert is_unpriced_model(usage, has_quantities=False, total_cost_usd=total_cost_usd) == is_unpriced


def test_quantities_are_usage() -> None:
    """Images without a price are unpriced, though no token was counted."""
    assert is_unpriced_model(TokenUsage(), has_quantities=True, total_cost_usd=None)


def test_assumption_counts_only_in_our_own_figure() -> None:
    """A given figure rests on nobody's assumption."""
    assert is_price_assumed(is_assumed=True, source="catalogue")
    assert not is_price_assumed(is_assumed=True, source="gateway")
    assert not is_price_assumed(is_assumed=False, source="catalogue")
