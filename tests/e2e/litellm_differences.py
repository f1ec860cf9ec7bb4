"""
How LiteLLM's own cost calculation differs from ours, as rewrites of our inputs; see `test_litellm_differential.py`.

Each `Explanation` changes the price document, the counts or the tier to what LiteLLM in effect computes with. They are
tried in order, each on top of those before it, until the rewritten price equals LiteLLM's.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from posthog.llm_usage.pricing.entry import CallConditions, Entry
from posthog.llm_usage.pricing.formula import compute_bill
from posthog.llm_usage.pricing.litellm_map import Document, find_family
from posthog.llm_usage.token_usage import TokenUsage

BILLED_AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)

Counts = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One call: the map's entry, the counts, the tier; and LiteLLM's answer."""

    name: str
    provider: str
    counts: Counts
    tier: str | None
    answer: tuple[float, float] = (0.0, 0.0)

    @property
    def is_batch(self) -> bool:
        return self.tier == "batch"


@dataclass
class Inputs:
    """What our price is computed from, free to be rewritten."""

    document: Document
    counts: Counts
    tier: str | None
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Explanation:
    """
    A systematic difference.

    Attributes:
        why: Whose rule or fault it is, and what ours rests on.
        rewrite: Changes the inputs to what LiteLLM computes with, where this difference applies.
    """

    why: str
    rewrite: Callable[[Case, Inputs], None]


def list_blocks(document: Document) -> Iterator[Document]:
    """The standard prices and each service tier's."""
    yield from (document, *document.get("tiers", {}).values())


def _list_rate_sets(document: Document) -> Iterator[dict[str, float]]:
    for block in list_blocks(document):
        if "rates" in block:
            yield block["rates"]
        yield from block.get("above", {}).values()


def _charge_missing_cache_rates_as_prompt(case: Case, inputs: Inputs) -> None:
    if find_family(case.provider) == "fireworks_ai":
        return
    standard = inputs.document.get("rates", {})
    missing = [name for name in ("cache_read", "cache_write") if name not in standard]
    for rates in _list_rate_sets(inputs.document):
        for name in missing:
            if "input" in rates:
                rates.setdefault(name, rates["input"])


def _charge_missing_hour_as_five_minutes(case: Case, inputs: Inputs) -> None:
    if "cache_write_1h" in inputs.document.get("rates", {}):
        return
    for rates in _list_rate_sets(inputs.document):
        if "cache_write" in rates:
            rates["cache_write_1h"] = rates["cache_write"]


def _keep_what_a_tier_leaves_out(case: Case, inputs: Inputs) -> None:
    document, standard = inputs.document, inputs.document.get("rates", {})
    if case.is_batch or not (document.get("tiers") or document.get("above")):
        return
    image = inputs.raw.get("input_cost_per_image_token")
    if image is not None:
        standard.setdefault("input_image", image)
    for long in document.get("above", {}).values():
        for name, rate in standard.items():
            long.setdefault(name, rate)
    for tier in document.get("tiers", {}).values():
        own = tier.setdefault("rates", {})
        explicit = set(own)
        for name, rate in standard.items():
            own.setdefault(name, rate)
        for threshold in document.get("above", {}):
            block = tier.setdefault("above", {}).setdefault(threshold, {})
            for name, rate in document["above"][threshold].items():
                is_stated = _states(inputs.raw, name, threshold)
                block.setdefault(name, rate if is_stated or name not in explicit else own[name])


def _states(raw: Mapping[str, Any], name: str, threshold: str) -> bool:
    """Whether the map itself states this long-context rate."""
    return any(
        f"_above_{size}_tokens" in key and RAW_NAMES[name] == key.split("_above_" + size)[0]
        for size in (f"{int(threshold) // 1000}k", threshold)
        for key in raw
    )


RAW_NAMES: Mapping[str, str] = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "input_audio": "input_cost_per_audio_token",
    "input_image": "input_cost_per_image_token",
    "input_video": "input_cost_per_video_token",
    "output_audio": "output_cost_per_audio_token",
    "output_image": "output_cost_per_image_token",
    "output_video": "output_cost_per_video_token",
    "cache_read_audio": "cache_read_input_audio_token_cost",
    "cache_read_image": "cache_read_input_image_token_cost",
    "reasoning": "output_cost_per_reasoning_token",
    "citation": "citation_cost_per_token",
    "request": "input_cost_per_request",
}


def _price_batches_flat(case: Case, inputs: Inputs) -> None:
    if not case.is_batch:
        return
    standard = inputs.document.get("rates", {})
    batch = inputs.document.setdefault("tiers", {}).setdefault("batch", {})
    flat = batch.setdefault("rates", {})
    if "input" not in flat:
        flat |= {name: standard.get(name, 0.0) / 2 for name in ("cache_read", "cache_write")}
    for plain in ("input", "output"):
        flat.setdefault(plain, standard.get(plain, 0.0) / 2)
    for name in ("cache_read", "cache_write", "input_audio", "input_image"):
        flat.setdefault(name, flat["input"])
    above = batch.get("above", {})
    for threshold in {*above, *inputs.document.get("above", ())}:
        block = above.setdefault(threshold, {})
        for name, rate in flat.items():
            block.setdefault(name, rate)
    batch["above"] = above
    for rates in (flat, *above.values()):
        rates |= {"cache_write_1h": rates["cache_write"], "output_audio": rates["output"]}
        rates |= {"reasoning": rates["output"]}


def _ignore_the_tier(case: Case, inputs: Inputs) -> None:
    is_ignored = not case.is_batch and case.provider in {
        "fireworks_ai",
        "dashscope",
        "perplexity",
        "xai",
        "deepseek",
        "tencent",
    }
    inputs.tier = None if is_ignored else inputs.tier


def _cross_at_the_threshold(case: Case, inputs: Inputs) -> None:
    if case.provider != "xai":
        return
    for block in list_blocks(inputs.document):
        if "above" in block:
            block["above"] = {str(int(threshold) - 1): rates for threshold, rates in block["above"].items()}


def _charge_nothing_for_the_unknown(case: Case, inputs: Inputs) -> None:
    rates = inputs.document.setdefault("rates", {})
    rates.setdefault("input", 0.0)
    rates.setdefault("output", 0.0)


def _charge_cached_as_prompt(case: Case, inputs: Inputs) -> None:
    if case.provider != "perplexity" or case.is_batch:
        return
    inputs.document.pop("above", None)
    rates = inputs.document["rates"]
    rates |= dict.fromkeys(("cache_read", "cache_write", "cache_write_1h"), rates["input"])


EXPLANATIONS: Mapping[str, Explanation] = {
    "unknown price is free": Explanation(
        "Theirs: a model priced by the character or the second costs 0.0 for tokens. Ours: unknown is NULL.",
        _charge_nothing_for_the_unknown,
    ),
    "tier ignored": Explanation(
        "Theirs: these providers' calculators are not passed the service tier.", _ignore_the_tier
    ),
    "threshold inclusive": Explanation(
        "Ours: context tiers apply strictly above the threshold (contract, section 4). They make xAI's inclusive.",
        _cross_at_the_threshold,
    ),
    "Perplexity's cache": Explanation(
        "Theirs: Perplexity's calculator knows neither cache rates nor context tiers, though the map has them.",
        _charge_cached_as_prompt,
    ),
    "batch": Explanation(
        "Theirs: a batch has no hourly writes, reasoning or output audio of their own; cached tokens without a batch "
        "rate cost as much as fresh ones; long prompts do not cost more unless the batch rates say so; a missing "
        "plain rate is half. Ours: what the batch leaves out moves with the plain rate, flagged price_assumed.",
        _price_batches_flat,
    ),
    "part rate missing in a tier": Explanation(
        "Theirs: a rate that a tier or a long-context block leaves out stays at the standard price. Ours: it moves "
        "with the plain rate of its side, flagged price_assumed: tiers apply to every component.",
        _keep_what_a_tier_leaves_out,
    ),
    "cache rate missing": Explanation(
        "Ours: 0.1×/1.25× for Claude, 0.5×/1× for others, flagged price_assumed (contract, section 4). "
        "Theirs: the prompt rate.",
        _charge_missing_cache_rates_as_prompt,
    ),
    "1 h rate missing": Explanation(
        "Ours: 2× the prompt rate for Claude, flagged price_assumed. Theirs: the 5-minute rate.",
        _charge_missing_hour_as_five_minutes,
    ),
}


def compute_ours(inputs: Inputs, name: str) -> tuple[Decimal, Decimal] | None:
    """Our input and output cost; None where we say that a price is unknown."""
    conditions = CallConditions(service_tier=inputs.tier, at=BILLED_AT)
    rates = Entry(name, inputs.document).resolve(inputs.counts["input_tokens"], conditions)
    bill = compute_bill(TokenUsage(**inputs.counts), rates)
    if bill.unpriced:
        return None
    return bill.sums["input_cost_usd"], bill.sums["output_cost_usd"]


def is_equal(ours: tuple[Decimal, Decimal] | None, theirs: tuple[float, float]) -> bool:
    """Equal but for the rounding of binary floats."""
    if ours is None:
        return False
    return all(abs(float(own) - their) <= 1e-9 * abs(their) + 1e-15 for own, their in zip(ours, theirs, strict=True))


def find_explanations(case: Case, document: Document, raw: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The explanations that it takes, none to spare; () where both agree, None where nothing explains a difference."""
    needed: list[str] = []
    for name in ("", *EXPLANATIONS):
        needed += [name] if name else []
        if is_equal(_rewrite_and_price(case, document, raw, needed), case.answer):
            break
    else:
        return None
    for name in tuple(needed):
        fewer = [other for other in needed if other != name]
        if is_equal(_rewrite_and_price(case, document, raw, fewer), case.answer):
            needed = fewer
    return tuple(needed)


def _rewrite_and_price(
    case: Case, document: Document, raw: Mapping[str, Any], names: Iterable[str]
) -> tuple[Decimal, Decimal] | None:
    inputs = Inputs(copy.deepcopy(document), dict(case.counts), case.tier, raw)
    for name in names:
        EXPLANATIONS[name].rewrite(case, inputs)
    return compute_ours(inputs, case.name)
