"""Each cell at its rate, no token twice; amounts worked out by hand from `price_list.py`, in millionths of a dollar."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.llm_usage.pricing.costs import ZERO
from posthog.llm_usage.pricing.formula import Bill, compute_bill
from posthog.llm_usage.pricing.rates import OUTPUT_SIDE, Rates
from posthog.llm_usage.token_usage import COUNT_COLUMNS, TokenUsage
from tests.unit.llm_usage.pricing.price_list import CATALOGUE, price, usd
from tests.unit.llm_usage.pricing.strategies import usages

CLAUDE_WRITES = {
    "input_tokens": 9116,
    "output_tokens": 800,
    "cache_read_input_tokens": 6016,
    "cache_creation_input_tokens": 3000,
}


def sum_side(bill: Bill, *, is_output: bool) -> int | Decimal:
    return sum(term.quantity for term in bill.terms if (term.rate_name in OUTPUT_SIDE) == is_output)


@pytest.mark.parametrize(
    ("model", "counts", "micro_usd"),
    [
        # 1200 × 2.50 + 340 × 10
        pytest.param("gpt-4o", {"input_tokens": 1200, "output_tokens": 340}, "6400", id="plain"),
        # 3984 × 2.50 + 6016 × 1.25 + 800 × 10
        pytest.param(
            "gpt-4o",
            {"input_tokens": 10_000, "output_tokens": 800, "cache_read_input_tokens": 6016},
            "25480",
            id="cache read",
        ),
        # 1936 × 4 + 6016 × 0.40 + 2048 × 5 + 800 × 20
        pytest.param(
            "gpt-5.6",
            {
                "input_tokens": 10_000,
                "output_tokens": 800,
                "cache_read_input_tokens": 6016,
                "cache_creation_input_tokens": 2048,
            },
            "36390.4",
            id="cache write inside the prompt",
        ),
        # 100 × 3 + 6016 × 0.30 + 3000 × 3.75 + 800 × 15
        pytest.param("claude-sonnet-4-5", CLAUDE_WRITES, "25354.8", id="writes of unknown lifetime are the shortest"),
        # 100 × 3 + 6016 × 0.30 + 2000 × 3.75 + 1000 × 6 + 800 × 15
        pytest.param(
            "claude-sonnet-4-5",
            {
                **CLAUDE_WRITES,
                "cache_creation_5m_input_tokens": 2000,
                "cache_creation_1h_input_tokens": 1000,
            },
            "27604.8",
            id="5 m and 1 h writes",
        ),
        # 100 × 3 + 6016 × 0.30 + (3000 − 1000) × 3.75 + 1000 × 6 + 800 × 15
        pytest.param(
            "claude-sonnet-4-5",
            {**CLAUDE_WRITES, "cache_creation_1h_input_tokens": 1000},
            "27604.8",
            id="1 h writes, the rest unsplit",
        ),
        # (10,000 − 3000) × 4 + (1000 + 2000) × 5: one write rate holds for every lifetime
        pytest.param(
            "gpt-5.6",
            {
                "input_tokens": 10_000,
                "cache_creation_input_tokens": 3000,
                "cache_creation_30m_input_tokens": 1000,
                "cache_creation_12h_input_tokens": 2000,
            },
            "43000",
            id="30 m and 12 h writes",
        ),
        # text: 200 × 0.30, cached 400 × 0.03; audio: 300 × 1, cached 100 × 0.10; 100 × 2.50
        pytest.param(
            "gemini/gemini-2.5-flash",
            {
                "input_tokens": 1000,
                "output_tokens": 100,
                "cache_read_input_tokens": 500,
                "audio_input_tokens": 400,
                "cache_read_audio_tokens": 100,
            },
            "632",
            id="cached audio told apart",
        ),
        # 500 × 4 + 300 × 32 + 200 × 5; 20 × 16 + 80 × 64
        pytest.param(
            "gpt-realtime",
            {
                "input_tokens": 1000,
                "output_tokens": 100,
                "audio_input_tokens": 300,
                "image_input_tokens": 200,
                "audio_output_tokens": 80,
            },
            "18040",
            id="audio and image",
        ),
        # 100 × 4 + (400 − 150) × 32 + (500 − 250) × 5 + 150 × 0.40 + 250 × 0.50
        pytest.param(
            "gpt-realtime",
            {
                "input_tokens": 1000,
                "cache_read_input_tokens": 400,
                "audio_input_tokens": 400,
                "cache_read_audio_tokens": 150,
                "image_input_tokens": 500,
                "cache_read_image_tokens": 250,
            },
            "9835",
            id="cached audio and image",
        ),
        # 50 × 5 + 10 × 10 + 4160 × 40
        pytest.param(
            "gpt-image-1",
            {
                "input_tokens": 60,
                "output_tokens": 4160,
                "image_input_tokens": 10,
                "image_output_tokens": 4160,
            },
            "166750",
            id="image model",
        ),
        # a model without an audio rate charges audio like text: 1000 × 2.50
        pytest.param("gpt-4o", {"input_tokens": 1000, "audio_input_tokens": 400}, "2500", id="no audio rate"),
        # 33 × 2 + 20,016 × 2 + (7163 − 2000) × 8 + 2000 × 3 + 5000 for the call
        pytest.param(
            "perplexity/sonar-deep-research",
            {
                "input_tokens": 33,
                "output_tokens": 7163,
                "reasoning_tokens": 2000,
                "citation_tokens": 20_016,
            },
            "92402",
            id="reasoning, citations and the call itself",
        ),
        # citations are billed only where the list says so: 100 × 3 + 10 × 15
        pytest.param(
            "perplexity/sonar-pro",
            {"input_tokens": 100, "output_tokens": 10, "citation_tokens": 999},
            "450",
            id="no citation rate",
        ),
        # Cohere invoices what it says it bills: 50 × 0.15 + 20 × 0.60
        pytest.param(
            "command-r",
            {"input_tokens": 900, "output_tokens": 21, "billed_input_tokens": 50, "billed_output_tokens": 20},
            "19.5",
            id="billed units",
        ),
    ],
)
def test_cells_are_charged_at_their_rates(model: str, counts: dict[str, Any], micro_usd: str) -> None:
    """The total is what the price list gives by hand, to the last digit."""
    costs = price(model, TokenUsage(**counts))
    assert costs.total_cost_usd == usd(micro_usd) / 1_000_000


def test_columns_are_parts_of_the_total() -> None:
    """Input and output sum to the total; cache and media are parts, never added again."""
    costs = price(
        "claude-sonnet-4-5",
        TokenUsage(
            input_tokens=9116,
            output_tokens=800,
            cache_read_input_tokens=6016,
            cache_creation_input_tokens=3000,
            cache_creation_5m_input_tokens=2000,
            cache_creation_1h_input_tokens=1000,
            web_search_count=2,
        ),
    )
    assert costs.input_cost_usd == usd("0.0156048")
    assert costs.output_cost_usd == usd("0.012")
    assert costs.cache_read_cost_usd == usd("0.0018048")
    assert costs.cache_creation_cost_usd == usd("0.0135")
    assert costs.web_search_cost_usd == usd("0.02")
    assert costs.total_cost_usd == usd("0.0476048")
    assert costs.audio_cost_usd is None


def test_savings_weigh_reads_against_writes() -> None:
    """6016 × (3 − 0.30) saved, 2000 × 0.75 and 1000 × 3 paid on top."""
    usage = TokenUsage(
        input_tokens=9116,
        cache_read_input_tokens=6016,
        cache_creation_input_tokens=3000,
        cache_creation_5m_input_tokens=2000,
        cache_creation_1h_input_tokens=1000,
    )
    assert price("claude-sonnet-4-5", usage).saved_cache_cost_usd == usd("0.0117432")


def test_cached_audio_saves_against_audio() -> None:
    """100 × (1 − 0.10): what the tokens would have cost uncached is the audio rate."""
    usage = TokenUsage(
        input_tokens=100, cache_read_input_tokens=100, audio_input_tokens=100, cache_read_audio_tokens=100
    )
    assert price("gemini/gemini-2.5-flash", usage).saved_cache_cost_usd == usd("0.00009")


def test_nothing_cached_reported_saves_nothing_known() -> None:
    """No report of the cache: NULL. A reported zero: 0."""
    assert price("gpt-4o", TokenUsage(input_tokens=10)).saved_cache_cost_usd is None
    assert price("gpt-4o", TokenUsage(input_tokens=10, cache_read_input_tokens=0)).saved_cache_cost_usd == 0


@pytest.mark.parametrize(
    ("size", "micro_usd"),
    [("low", "6000"), ("medium", "10000"), ("high", "14000"), ("unheard of", "10000")],
)
def test_search_is_charged_by_context_size(size: str, micro_usd: str) -> None:
    """
    Perplexity charges the request at its size's rate, whatever it searched; an unknown size as medium, the default.
    """
    usage = TokenUsage(input_tokens=0, output_tokens=0, web_search_count=3)
    costs = price("perplexity/sonar-pro", usage, search_context_size=size)
    assert costs.web_search_cost_usd == usd(micro_usd) / 1_000_000


def test_google_charges_a_grounded_prompt_once() -> None:
    """Three queries of one prompt cost 0.035."""
    costs = price("gemini/gemini-2.5-pro", TokenUsage(input_tokens=0, web_search_count=3), provider="gemini")
    assert costs.web_search_cost_usd == usd("0.035")


@pytest.mark.parametrize(
    ("model", "quantities", "amount"),
    [
        pytest.param("dall-e-3", {"output_images": 2}, "0.08", id="images"),
        pytest.param("whisper-1", {"seconds": Decimal("9.5")}, "0.00095", id="seconds, charged once"),
        pytest.param("rerank-v3.5", {"queries": 3}, "0.006", id="queries"),
    ],
)
def test_units_are_charged_where_no_token_is(model: str, quantities: dict[str, Any], amount: str) -> None:
    """Images, seconds and queries have rates of their own."""
    assert price(model, TokenUsage(), quantities=quantities).total_cost_usd == usd(amount)


def test_units_are_not_charged_beside_tokens() -> None:
    """A call is billed by token or by unit, never both: 1000 × 2.50."""
    costs = price("gpt-4o", TokenUsage(input_tokens=1000), quantities={"output_images": 2})
    assert costs.total_cost_usd == usd("0.0025")


@pytest.mark.parametrize(
    ("counts", "is_assumed"),
    [
        pytest.param({"input_tokens": 1000, "audio_input_tokens": 400, "cache_read_input_tokens": 500}, True, id="any"),
        pytest.param({"input_tokens": 1000, "audio_input_tokens": 500, "cache_read_input_tokens": 500}, True, id="all"),
        pytest.param(
            {"input_tokens": 500, "audio_input_tokens": 500, "cache_read_input_tokens": 200}, False, id="only audio"
        ),
        pytest.param({"input_tokens": 1000, "audio_input_tokens": 400, "cache_read_input_tokens": 0}, False, id="none"),
        pytest.param({"input_tokens": 1000, "audio_input_tokens": 0, "cache_read_input_tokens": 500}, False, id="text"),
    ],
)
def test_untold_cached_audio_is_assumed(counts: dict[str, Any], is_assumed: bool) -> None:
    """Where the cached tokens could be either, and cost differently, the price is flagged."""
    costs = price("gemini/gemini-2.5-flash", TokenUsage(**counts))
    assert ("price_assumed" in costs.flags) == is_assumed


def test_used_without_a_rate_is_unpriced() -> None:
    """A side without a rate is unknown, unless nothing of it was used."""
    bill = compute_bill(TokenUsage(input_tokens=5, output_tokens=7), Rates(input=Decimal(1)))
    assert bill.unpriced == {"output_cost_usd"}
    bill = compute_bill(TokenUsage(input_tokens=5, output_tokens=0), Rates(input=Decimal(1)))
    assert (bill.unpriced, bill.terms[-1].amount_usd) == (set(), ZERO)


@pytest.mark.parametrize("model", ["gpt-realtime", "claude-sonnet-4-5", "gemini/gemini-2.5-flash", "gpt-4o"])
@settings(max_examples=50, deadline=None)
@given(usage=usages())
def test_cells_sum_to_their_side(model: str, usage: TokenUsage) -> None:
    """No token is charged twice, none is forgotten."""
    bill = compute_bill(usage, CATALOGUE.entries[model].resolve(usage.input_tokens))
    assert sum_side(bill, is_output=False) == usage.input_tokens
    assert sum_side(bill, is_output=True) == usage.output_tokens
    assert all(term.quantity >= 0 for term in bill.terms)


@settings(max_examples=50, deadline=None)
@given(usage=usages(), factor=st.integers(min_value=1, max_value=1000))
def test_cost_is_linear_below_thresholds(usage: TokenUsage, factor: int) -> None:
    """k times the tokens cost exactly k times as much, in every column."""
    scaled = scale(usage, factor)
    one, many = price("gpt-realtime", usage), price("gpt-realtime", scaled)
    assert many.total_cost_usd == (one.total_cost_usd or ZERO) * factor
    assert many.input_cost_usd == (one.input_cost_usd or ZERO) * factor
    assert many.saved_cache_cost_usd == (
        None if one.saved_cache_cost_usd is None else one.saved_cache_cost_usd * factor
    )


def scale(usage: TokenUsage, factor: int) -> TokenUsage:
    counts = {name: getattr(usage, name) for name in (*COUNT_COLUMNS, "cache_read_audio_tokens")}
    scaled: dict[str, Any] = {name: count * factor for name, count in counts.items() if count is not None}
    return TokenUsage(**scaled)


@settings(max_examples=50, deadline=None)
@given(usage=usages())
def test_sides_sum_to_the_total(usage: TokenUsage) -> None:
    """The total is input plus output, exactly, and the sum of the formula's lines; parts never exceed their side."""
    costs = price("claude-sonnet-4-5", usage)
    assert costs.total_cost_usd == (costs.input_cost_usd or ZERO) + (costs.output_cost_usd or ZERO)
    assert costs.total_cost_usd == sum(term.amount_usd for term in costs.terms)
    cached = (costs.cache_read_cost_usd or ZERO) + (costs.cache_creation_cost_usd or ZERO)
    assert cached <= (costs.input_cost_usd or ZERO)
