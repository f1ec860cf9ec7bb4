"""LiteLLM's key names → our documents."""

import pytest

from posthog.llm_usage.pricing.litellm_map import Document, convert_entry, convert_price_map


def convert(**entry: object) -> Document | None:
    return convert_entry({"litellm_provider": "acme", **entry})


def test_rates_tiers_and_thresholds_find_their_places() -> None:
    """One key, one rate, wherever its suffixes put it."""
    document = convert(
        input_cost_per_token=1e-06,
        cache_creation_input_token_cost_above_1hr=2e-06,
        input_cost_per_token_above_200k_tokens=3e-06,
        cache_creation_input_token_cost_above_1hr_above_200k_tokens=4e-06,
        input_cost_per_token_flex=5e-07,
        input_cost_per_token_batches=6e-07,
        input_cost_per_token_above_272k_tokens_priority=7e-06,
    )
    assert document == {
        "provider": "acme",
        "mode": "chat",
        "rates": {"input": 1e-06, "cache_write_1h": 2e-06},
        "above": {"200000": {"input": 3e-06, "cache_write_1h": 4e-06}},
        "tiers": {
            "flex": {"rates": {"input": 5e-07}},
            "batch": {"rates": {"input": 6e-07}},
            "priority": {"above": {"272000": {"input": 7e-06}}},
        },
    }


def test_ranges_become_thresholds() -> None:
    """A range begins above its start."""
    tiers = [
        {"input_cost_per_token": 3e-06, "range": [128_000.0, 256_000.0]},
        {"input_cost_per_token": 1e-06, "output_cost_per_reasoning_token": 9e-06, "range": [0, 128_000.0]},
    ]
    document = convert(tiered_pricing=tiers)
    assert document is not None
    assert document["rates"] == {"input": 1e-06, "reasoning": 9e-06}
    assert document["above"] == {"128000": {"input": 3e-06}}


def test_rate_that_repeats_its_fallback_is_left_out() -> None:
    """Reasoning at the output's rate everywhere says nothing; at one of two rates it does."""
    plain = convert(output_cost_per_token=2e-06, output_cost_per_reasoning_token=2e-06)
    assert plain is not None
    assert plain["rates"] == {"output": 2e-06}
    dearer = convert(output_cost_per_token=2e-06, output_cost_per_reasoning_token=3e-06)
    assert dearer is not None
    assert dearer["rates"] == {"output": 2e-06, "reasoning": 3e-06}


def test_extras_are_kept() -> None:
    """Units, searches, surcharges, off-peak hours."""
    document = convert(
        output_cost_per_image=0.04,
        input_cost_per_second=0,
        search_context_cost_per_query={"search_context_size_low": 0.01, "search_context_size_high": None},
        regional_processing_uplift_multiplier_eu=1.1,
        provider_specific_entry={"fast": 6.0, "other": 2},
        off_peak_pricing={"input_cost_per_token": 1e-07, "hours_utc": ["16:30-00:30"], "note": "x"},
    )
    assert document == {
        "provider": "acme",
        "mode": "chat",
        "units": {"output_images": 0.04},
        "web_search": {"low": 0.01},
        "multipliers": {"eu": 1.1, "fast": 6.0},
        "off_peak": {"rates": {"input": 1e-07}, "hours_utc": ["16:30-00:30"]},
    }


def test_only_google_charges_searches_by_the_prompt() -> None:
    """Where the map does not say `per_query`."""
    search = {"search_context_size_medium": 0.035}
    google = convert(litellm_provider="gemini", search_context_cost_per_query=search)
    assert google is not None
    assert google["web_search_per"] == "prompt"
    newer = convert(
        litellm_provider="gemini", search_context_cost_per_query=search, web_search_billing_unit="per_query"
    )
    assert newer is not None
    assert "web_search_per" not in newer


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({}, id="no price"),
        pytest.param({"input_cost_per_token": None, "output_cost_per_token": "free"}, id="no number"),
        pytest.param({"input_cost_per_token": -1, "output_cost_per_token": True}, id="no amount"),
        pytest.param({"litellm_provider": None, "input_cost_per_token": 1e-06}, id="no provider"),
    ],
)
def test_entry_without_a_price_is_left_out(entry: dict[str, object]) -> None:
    """Unknown is not free."""
    assert convert_entry({"litellm_provider": "acme", **entry}) is None


def test_stated_zero_is_a_price() -> None:
    """A free model stays in the catalogue."""
    document = convert(input_cost_per_token=0.0, output_cost_per_token=0.0)
    assert document is not None
    assert document["rates"] == {"input": 0.0, "output": 0.0}


def test_what_is_no_model_is_left_out() -> None:
    """The map's own specification, and commitments by the month."""
    price = {"litellm_provider": "bedrock", "input_cost_per_token": 1e-06}
    assert list(convert_price_map({"sample_spec": price, "bedrock/*/1-month-commitment/x": price, "x": price})) == ["x"]
