"""The price that a recorded gateway looked up, priced by us: both figures for the call are one."""

import json
from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_usage.normalize import normalize_usage
from posthog.llm_usage.pricing.catalogue import build_catalogue
from posthog.llm_usage.pricing.litellm_map import convert_price_map
from posthog.llm_usage.pricing.price_usage import price_usage
from posthog.llm_usage.pricing.request import PriceRequest
from tests.unit.llm_usage.captures.reading import CAPTURES


def read_payload(name: str) -> dict[str, Any]:
    capture = json.loads((CAPTURES / f"{name}.json").read_text())
    payload: dict[str, Any] = json.loads(capture["webhook"][0]["body"])[0]
    return payload


@pytest.mark.parametrize(
    ("name", "micro_usd"),
    [
        # 1936 × 4 + 6016 × 0.40 + 1024 × 5 (30 minutes) + 1024 × 10 (12 hours) + 800 × 20
        pytest.param("openai_responses_gpt5.6_nonstream", "41510.4", id="12-hour-writes"),
        # 100 × 3 + 6016 × 0.30 + 2000 × 3.75 (5 minutes) + 1000 × 6 (1 hour) + 800 × 15
        pytest.param("anthropic_chat_cache5m1h_nonstream", "27604.8", id="1-hour-writes"),
        # 3984 × 2.50 + 6016 × 1.25 + 800 × 10
        pytest.param("openai_chat_gpt4o_cached_nonstream", "25480", id="reads"),
    ],
)
def test_captured_entry_prices_the_captured_call(name: str, micro_usd: str) -> None:
    """Every lifetime of a cache write at its own rate, as LiteLLM 1.109.1's map names them."""
    payload = read_payload(name)
    stated = payload["model_map_information"]["model_map_value"]
    entry = {key: value for key, value in stated.items() if value is not None}
    provider, model = payload["custom_llm_provider"], entry["key"]
    entries = convert_price_map({model: entry})
    catalogue = build_catalogue({"sources": {}, "entries": entries})
    usage = normalize_usage(provider=provider, api="litellm", model=model, usage=payload["metadata"]["usage_object"])
    costs = price_usage(usage, request=PriceRequest(model=model, provider=provider), catalogue=catalogue)
    assert costs.total_cost_usd == Decimal(micro_usd) / 1_000_000
    assert payload["response_cost"] == pytest.approx(float(Decimal(micro_usd) / 1_000_000), rel=1e-12)
