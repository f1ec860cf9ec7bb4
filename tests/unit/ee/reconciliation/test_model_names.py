"""Dated snapshots and their alias are one model; everything else is another."""

import pytest

from ee.reconciliation.model_names import LONGEST_NAME, pool_model


@pytest.mark.parametrize(
    ("provider", "model", "pooled"),
    [
        pytest.param("openai", "gpt-4o-2024-08-06", "gpt-4o", id="snapshot"),
        pytest.param("openai", "GPT-4o ", "gpt-4o", id="alias"),
        pytest.param("openai", "openai/gpt-4o", "gpt-4o", id="provider"),
        pytest.param("openai", "gpt-4-0613", "gpt-4", id="month-and-day"),
        pytest.param("openai", "gpt-4o-mini", "gpt-4o-mini", id="another"),
        pytest.param("openai", "ft:gpt-4o-2024-08-06:org::id", "ft:gpt-4o-2024-08-06:org::id", id="fine-tune"),
        pytest.param("anthropic", "claude-3-5-sonnet-20241022", "claude-3-5-sonnet", id="compact-date"),
        pytest.param("anthropic", "claude-3-5-sonnet-latest", "claude-3-5-sonnet", id="latest"),
        pytest.param("openrouter", "openrouter/openai/gpt-4.1", "openai/gpt-4.1", id="vendor-stays"),
        pytest.param("openrouter", "openai/gpt-4.1-2025-04-14:free", "openai/gpt-4.1:free", id="variant-stays"),
        pytest.param("openai", "", "", id="none"),
        pytest.param("openai", "a\x00b", "ab", id="what-postgres-refuses"),
    ],
)
def test_pooled_name(provider: str, model: str, pooled: str) -> None:
    """The one rule of both sides; applied twice it changes nothing."""
    assert pool_model(provider, model) == pooled
    assert pool_model(provider, pooled) == pooled


def test_long_name_is_cut() -> None:
    """As long as the history keeps it."""
    assert len(pool_model("openai", "x" * 1000)) == LONGEST_NAME
