"""
Our prices against LiteLLM's own calculation, for every chat model of its price map, over random usages.

Both sides read the same price map (the one inside the gateway's environment), so that what differs is the
calculation. A case that differs must be explained (`litellm_differences.py`): with our inputs rewritten to what LiteLLM
in effect computes with, the price must equal LiteLLM's to the last digit. Cases that no explanation settles fail the
test, and so does an explanation that settles nothing.
"""

import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from posthog.llm_usage.pricing.catalogue import build_catalogue
from posthog.llm_usage.pricing.litellm_map import Document, convert_price_map
from posthog.llm_usage.pricing.names import SELF_HOSTED
from tests.e2e.litellm_differences import BILLED_AT, EXPLANATIONS, Case, Counts, find_explanations, list_blocks

REPOSITORY = Path(__file__).parents[2]
GATEWAY_PYTHON = Path(os.environ.get("GATEWAY_PYTHON", REPOSITORY / ".local" / "env" / "gateway" / "bin" / "python"))
PRICE_MAP = "litellm/model_prices_and_context_window_backup.json"
USAGES_PER_MODEL = 8
SEED = 20260801

EQUAL = "equal"
SELF_HOSTED_RULE = "Ours: a self-hosted model has no list price: NULL. Theirs: 0.0."


@dataclass(frozen=True)
class Draw:
    """Draws random usages; the same seed draws the same."""

    random: random.Random

    def counts(self, kind: int, thresholds: list[int]) -> Counts:
        """Counts of one of eight kinds; every other one on or about a context threshold."""
        whole = self.random.randint(1, 60_000)
        if thresholds and kind % 2:
            whole = self.random.choice(thresholds) + self.random.choice((0, 1, self.random.randint(1, 50_000)))
        output, left = self.random.randint(0, 8_000), whole
        parts = [self.random.randint(0, left * 2 // 7) for _ in range(3)]
        counts: Counts = {"input_tokens": whole, "output_tokens": output}
        if kind in {1, 2, 3, 6}:
            counts["cache_read_input_tokens"] = parts[0]
        if kind in {2, 3, 6}:
            counts["cache_creation_input_tokens"] = parts[1]
        if kind in {3, 6}:
            counts["cache_creation_5m_input_tokens"] = parts[1] // 3
            counts["cache_creation_1h_input_tokens"] = parts[1] - parts[1] // 3
        if kind in {4, 6}:
            counts["reasoning_tokens"] = self.random.randint(0, output)
        if kind == 5:
            counts |= {"audio_input_tokens": parts[2], "audio_output_tokens": self.random.randint(0, output)}
        if kind == 7:
            counts["image_input_tokens"] = parts[2]
        return counts


def list_cases(price_map: Mapping[str, Mapping[str, Any]], documents: Mapping[str, Document]) -> list[Case]:
    """Random calls of every chat model that has a price."""
    draw, cases = Draw(random.Random(SEED)), []
    for name, raw in price_map.items():
        if raw.get("mode") != "chat" or name not in documents:
            continue
        thresholds = sorted({int(size) for block in list_blocks(documents[name]) for size in block.get("above", ())})
        tiers = [None, None, *documents[name].get("tiers", ())]
        provider = _find_provider(raw["litellm_provider"])
        for kind in range(USAGES_PER_MODEL):
            cases.append(Case(name, provider, draw.counts(kind, thresholds), draw.random.choice(tiers)))
    return cases


def _find_provider(provider: str) -> str:
    """The provider as LiteLLM's routing calls it."""
    if provider.startswith("vertex_ai"):
        return "vertex_ai"
    return {"bedrock_converse": "bedrock"}.get(provider, provider)


def build_litellm_usage(counts: Counts) -> dict[str, Any]:
    """The same counts in the shape of LiteLLM's `Usage`."""
    prompt = {
        "cached_tokens": counts.get("cache_read_input_tokens"),
        "cache_creation_tokens": counts.get("cache_creation_input_tokens"),
        "audio_tokens": counts.get("audio_input_tokens"),
        "image_tokens": counts.get("image_input_tokens"),
    }
    if "cache_creation_1h_input_tokens" in counts:
        prompt["cache_creation_token_details"] = {
            "ephemeral_5m_input_tokens": counts["cache_creation_5m_input_tokens"],
            "ephemeral_1h_input_tokens": counts["cache_creation_1h_input_tokens"],
        }
    completion = {
        "reasoning_tokens": counts.get("reasoning_tokens"),
        "audio_tokens": counts.get("audio_output_tokens"),
    }
    prompt = {name: value for name, value in prompt.items() if value is not None}
    completion = {name: value for name, value in completion.items() if value is not None}
    return {
        "prompt_tokens": counts["input_tokens"],
        "completion_tokens": counts["output_tokens"],
        "total_tokens": counts["input_tokens"] + counts["output_tokens"],
        **({"prompt_tokens_details": prompt} if prompt else {}),
        **({"completion_tokens_details": completion} if completion else {}),
    }


def ask_litellm(cases: list[Case]) -> list[Case]:
    """LiteLLM's answer to every case; all must have one."""
    lines = [json.dumps({"billed_at": BILLED_AT.isoformat()})]
    for case in cases:
        question = {
            "model": case.name,
            "provider": case.provider,
            "usage": build_litellm_usage(case.counts),
            "service_tier": None if case.is_batch else case.tier,
            "call_type": "retrieve_batch" if case.is_batch else "completion",
        }
        lines.append(json.dumps(question))
    done = subprocess.run(
        [str(GATEWAY_PYTHON), str(Path(__file__).with_name("litellm_costs.py"))],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [(case.name, answer) for case, answer in zip(cases, answers, strict=True) if isinstance(answer, dict)]
    assert errors == []
    return [replace(case, answer=tuple(answer)) for case, answer in zip(cases, answers, strict=True)]


@pytest.fixture(scope="module")
def price_map() -> dict[str, Any]:
    """The price map inside the gateway's environment."""
    found = list(GATEWAY_PYTHON.parent.parent.glob(f"lib/python3*/site-packages/{PRICE_MAP}"))
    assert found, f"no litellm beside {GATEWAY_PYTHON}; bin/test installs it"
    loaded: dict[str, Any] = json.loads(found[0].read_bytes())
    return loaded


def test_price_differs_from_litellm_only_where_explained(price_map: dict[str, Any]) -> None:
    """Every difference to LiteLLM's own calculation is one of the listed rules or faults."""
    documents = convert_price_map(price_map)
    catalogue = build_catalogue({"entries": documents})
    tally: Counter[str] = Counter()
    unexplained = []
    for case in ask_litellm(list_cases(price_map, documents)):
        found = catalogue.find(case.provider, case.name)
        if found is None and case.provider in SELF_HOSTED and case.answer == (0.0, 0.0):
            tally[SELF_HOSTED_RULE] += 1
            continue
        assert found is not None, case.name
        explanations = find_explanations(case, dict(found[0].document), price_map[found[0].name])
        if explanations is None:
            unexplained.append((case, found[0].name))
        else:
            tally.update(explanations or (EQUAL,))
    assert unexplained[:10] == []
    assert tally.keys() == {EQUAL, SELF_HOSTED_RULE, *EXPLANATIONS}
    assert tally[EQUAL] > sum(tally.values()) / 2
