"""Hypothesis strategies: consistent usages, and whatever an event's properties may hold."""

from typing import Any

from hypothesis import strategies as st

from posthog.llm_usage.token_usage import TokenUsage

WHOLE = st.integers(min_value=0, max_value=100_000)


@st.composite
def usages(draw: st.DrawFn) -> TokenUsage:
    """Parts lie inside their wholes; any part may be unreported, media and cache may overlap."""
    whole, written_by_lifetime = draw(WHOLE), [0] * 4
    read, written = draw(st.integers(0, whole)), 0
    written = draw(st.integers(0, whole - read))
    for position in range(4):
        written_by_lifetime[position] = draw(st.integers(0, written - sum(written_by_lifetime)))
    audio = draw(st.integers(0, whole))
    image = draw(st.integers(0, whole - audio))
    output = draw(WHOLE)
    spoken = draw(st.integers(0, output))
    counts: dict[str, Any] = {
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        **dict(zip(LIFETIMES, written_by_lifetime, strict=True)),
        "audio_input_tokens": audio,
        "image_input_tokens": image,
        "video_input_tokens": draw(st.integers(0, whole - audio - image)),
        "cache_read_audio_tokens": draw(st.integers(0, min(audio, read))),
        "audio_output_tokens": spoken,
        "image_output_tokens": draw(st.integers(0, output - spoken)),
        "reasoning_tokens": draw(st.integers(0, output)),
    }
    reported = draw(st.sets(st.sampled_from(sorted(counts))))
    return TokenUsage(input_tokens=whole, output_tokens=output, **{name: counts[name] for name in reported})


LIFETIMES = tuple(f"cache_creation_{lifetime}_input_tokens" for lifetime in ("5m", "30m", "1h", "12h"))

NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([10**400, -1, "1e999999", "-5", "NaN", "0.1", " 7 ", "1_000", "x", "", float("inf"), 1e308]),
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text("a:/-@0é", max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=4,
)
PRICE_PROPERTIES = (
    *("$ai_model", "$ai_provider", "$ai_base_model", "$ai_call_kind", "$ai_service_tier", "$ai_usage"),
    *("$ai_provider_usage", "$ai_gateway_response_cost", "$ai_gateway_cost_breakdown", "$ai_gateway_saved_cache_cost"),
    *("$ai_total_cost_usd", "$ai_input_cost_usd", "$ai_output_cost_usd", "$ai_request_cost_usd"),
    *("$ai_input_token_price", "$ai_output_token_price", "$ai_cache_read_token_price", "$ai_cache_write_token_price"),
    *("$ai_request_price", "$ai_web_search_price", "$ai_search_context_size", "$ai_model_parameters"),
    *("$ai_output_image_count", "$ai_input_character_count", "$ai_search_unit_count"),
)
"""Every property that `read_price_request` looks at."""
BREAKDOWN_KEYS = (
    *("input_cost", "output_cost", "cache_read_cost", "cache_creation_cost", "reasoning_cost", "tool_usage_cost"),
    *("original_cost", "guardrail_cost", "additional_costs", "vertex_location", "data_residency"),
)


def junk_properties() -> st.SearchStrategy[dict[str, Any]]:
    """Known properties with unexpected values; models and kinds that exist, so that the work goes deep."""
    known = {
        "$ai_model": st.sampled_from(["gpt-4o", "gpt-5.6", "claude-sonnet-4-5", "gpt-realtime", "none"]) | JUNK,
        "$ai_provider": st.sampled_from(["openai", "anthropic", ""]) | JUNK,
        "$ai_call_kind": st.sampled_from(["inference", "gateway_cache_hit", "read", "rejected"]) | JUNK,
        "$ai_gateway_cost_breakdown": st.dictionaries(st.sampled_from(BREAKDOWN_KEYS), NUMBERS | JUNK) | JUNK,
    }
    entries = [st.tuples(st.just(name), known.get(name, NUMBERS | JUNK)) for name in PRICE_PROPERTIES]
    return st.lists(st.one_of(entries), max_size=8).map(dict)
