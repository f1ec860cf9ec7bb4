"""
A small price list of real entries, in the shape of LiteLLM's map: what providers' price pages said in November 2026.

US dollars per token unless the key says otherwise. Tests work amounts out by hand from these figures, so that a refresh
of the shipped catalogue changes none of them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from posthog.llm_usage.pricing.catalogue import build_catalogue
from posthog.llm_usage.pricing.costs import Costs
from posthog.llm_usage.pricing.entry import CallConditions
from posthog.llm_usage.pricing.litellm_map import convert_price_map
from posthog.llm_usage.pricing.price_usage import price_usage
from posthog.llm_usage.pricing.request import PriceRequest
from posthog.llm_usage.token_usage import TokenUsage

PRICE_MAP: dict[str, dict[str, Any]] = {
    "gpt-4o": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 2.5e-06,
        "cache_read_input_token_cost": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_batches": 1.25e-06,
        "output_cost_per_token_batches": 5e-06,
        "input_cost_per_token_priority": 4.25e-06,
        "cache_read_input_token_cost_priority": 2.125e-06,
        "output_cost_per_token_priority": 1.7e-05,
    },
    "gpt-5.6": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 4e-06,
        "cache_read_input_token_cost": 4e-07,
        "cache_creation_input_token_cost": 5e-06,
        "output_cost_per_token": 2e-05,
        "input_cost_per_token_above_272k_tokens": 8e-06,
        "cache_read_input_token_cost_above_272k_tokens": 8e-07,
        "cache_creation_input_token_cost_above_272k_tokens": 1e-05,
        "output_cost_per_token_above_272k_tokens": 3e-05,
        "input_cost_per_token_flex": 2e-06,
        "cache_read_input_token_cost_flex": 2e-07,
        "cache_creation_input_token_cost_flex": 2.5e-06,
        "output_cost_per_token_flex": 1e-05,
        "input_cost_per_token_above_272k_tokens_flex": 4e-06,
        "cache_read_input_token_cost_above_272k_tokens_flex": 4e-07,
        "cache_creation_input_token_cost_above_272k_tokens_flex": 5e-06,
        "output_cost_per_token_above_272k_tokens_flex": 1.5e-05,
        "regional_processing_uplift_multiplier_eu": 1.1,
        "search_context_cost_per_query": {
            "search_context_size_low": 0.01,
            "search_context_size_medium": 0.01,
            "search_context_size_high": 0.01,
        },
    },
    "claude-sonnet-4-5": {
        "litellm_provider": "anthropic",
        "mode": "chat",
        "input_cost_per_token": 3e-06,
        "cache_read_input_token_cost": 3e-07,
        "cache_creation_input_token_cost": 3.75e-06,
        "cache_creation_input_token_cost_above_1hr": 6e-06,
        "output_cost_per_token": 1.5e-05,
        "search_context_cost_per_query": {"search_context_size_medium": 0.01},
    },
    "eu.anthropic.claude-sonnet-4-5-20250929-v1:0": {
        "litellm_provider": "bedrock_converse",
        "mode": "chat",
        "input_cost_per_token": 3.3e-06,
        "cache_read_input_token_cost": 3.3e-07,
        "cache_creation_input_token_cost": 4.125e-06,
        "cache_creation_input_token_cost_above_1hr": 6.6e-06,
        "output_cost_per_token": 1.65e-05,
        "input_cost_per_token_above_200k_tokens": 6.6e-06,
        "cache_read_input_token_cost_above_200k_tokens": 6.6e-07,
        "cache_creation_input_token_cost_above_200k_tokens": 8.25e-06,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.32e-05,
        "output_cost_per_token_above_200k_tokens": 2.475e-05,
    },
    "anthropic/claude-old": {
        "litellm_provider": "anthropic",
        "mode": "chat",
        "input_cost_per_token": 8e-06,
        "output_cost_per_token": 2.4e-05,
    },
    "gemini/gemini-2.5-pro": {
        "litellm_provider": "gemini",
        "mode": "chat",
        "input_cost_per_token": 1.25e-06,
        "cache_read_input_token_cost": 1.25e-07,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_above_200k_tokens": 2.5e-06,
        "cache_read_input_token_cost_above_200k_tokens": 2.5e-07,
        "output_cost_per_token_above_200k_tokens": 1.5e-05,
        "search_context_cost_per_query": {"search_context_size_medium": 0.035},
    },
    "gemini/gemini-2.5-flash": {
        "litellm_provider": "gemini",
        "mode": "chat",
        "input_cost_per_token": 3e-07,
        "input_cost_per_audio_token": 1e-06,
        "cache_read_input_token_cost": 3e-08,
        "cache_read_input_audio_token_cost": 1e-07,
        "output_cost_per_token": 2.5e-06,
        "output_cost_per_reasoning_token": 2.5e-06,
    },
    "gpt-realtime": {
        "litellm_provider": "openai",
        "mode": "realtime",
        "input_cost_per_token": 4e-06,
        "input_cost_per_audio_token": 3.2e-05,
        "input_cost_per_image_token": 5e-06,
        "cache_read_input_token_cost": 4e-07,
        "cache_read_input_audio_token_cost": 4e-07,
        "cache_read_input_image_token_cost": 5e-07,
        "output_cost_per_token": 1.6e-05,
        "output_cost_per_audio_token": 6.4e-05,
    },
    "gpt-image-1": {
        "litellm_provider": "openai",
        "mode": "image_generation",
        "input_cost_per_token": 5e-06,
        "input_cost_per_image_token": 1e-05,
        "output_cost_per_image_token": 4e-05,
    },
    "dall-e-3": {"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
    "whisper-1": {
        "litellm_provider": "openai",
        "mode": "audio_transcription",
        "input_cost_per_second": 0.0001,
        "output_cost_per_second": 0.0001,
    },
    "perplexity/sonar-pro": {
        "litellm_provider": "perplexity",
        "mode": "chat",
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 1.5e-05,
        "search_context_cost_per_query": {
            "search_context_size_low": 0.006,
            "search_context_size_medium": 0.01,
            "search_context_size_high": 0.014,
        },
    },
    "perplexity/sonar-deep-research": {
        "litellm_provider": "perplexity",
        "mode": "chat",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 8e-06,
        "output_cost_per_reasoning_token": 3e-06,
        "citation_cost_per_token": 2e-06,
        "input_cost_per_request": 0.005,
    },
    "dashscope/qwen-flash": {
        "litellm_provider": "dashscope",
        "mode": "chat",
        "tiered_pricing": [
            {"input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07, "range": [0, 256000.0]},
            {"input_cost_per_token": 2.5e-07, "output_cost_per_token": 2e-06, "range": [256000.0, 1000000.0]},
        ],
    },
    "deepseek-flash": {
        "litellm_provider": "deepseek",
        "mode": "chat",
        "input_cost_per_token": 3e-07,
        "cache_read_input_token_cost": 6e-09,
        "output_cost_per_token": 1.2e-06,
        "off_peak_pricing": {
            "input_cost_per_token": 1.5e-07,
            "cache_read_input_token_cost": 3e-09,
            "output_cost_per_token": 6e-07,
            "windows": [
                {"hours_utc": ["00:00-01:00", "04:00-06:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
                {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
            ],
        },
    },
    "groq/free-model": {
        "litellm_provider": "groq",
        "mode": "chat",
        "input_cost_per_token": 0.0,
        "output_cost_per_token": 0.0,
    },
    "rerank-v3.5": {"litellm_provider": "cohere", "mode": "rerank", "input_cost_per_query": 0.002},
    "command-r": {
        "litellm_provider": "cohere_chat",
        "mode": "chat",
        "input_cost_per_token": 1.5e-07,
        "output_cost_per_token": 6e-07,
    },
}
CATALOGUE = build_catalogue({"entries": convert_price_map(PRICE_MAP)})


def price(
    model: str, usage: TokenUsage, *, tier: str | None = None, at: datetime | None = None, **request: Any
) -> Costs:
    """What the call costs by the list; `request` are further fields of the `PriceRequest`."""
    conditions = CallConditions(service_tier=tier, at=at, **request.pop("conditions", {}))
    fields: dict[str, Any] = {"model": model, "conditions": conditions} | request
    return price_usage(usage, request=PriceRequest(**fields), catalogue=CATALOGUE)


def usd(text: str) -> Decimal:
    """US dollars; `0.0276` as it is worked out on paper."""
    return Decimal(text)
