"""
One event's numbers: the usage chosen among its witnesses, its costs, and every integrity flag.

The gateway's usage object is read first. Where it holds nothing but zeros and the provider's own usage stands in
the response, the provider's is read instead and the disagreement flagged. Events of SDKs are read from their
`$ai_*` properties.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.call_flags import GATEWAY_SOURCE, list_call_flags
from posthog.llm_usage.integrity import WITNESS_MISMATCH
from posthog.llm_usage.normalize import RULES_VERSION, normalize_usage
from posthog.llm_usage.payloads.fields import find_object, find_text
from posthog.llm_usage.pricing.catalogue import load_catalogue
from posthog.llm_usage.pricing.costs import Costs
from posthog.llm_usage.pricing.custom import TeamPrices
from posthog.llm_usage.pricing.price_usage import price_usage
from posthog.llm_usage.pricing.request import NO_PRICES, PriceRequest, read_price_request
from posthog.llm_usage.readings.otel import WORDS as OTEL_WORDS
from posthog.llm_usage.readings.posthog_sdk import EXCLUSIVE, RAW_USAGE
from posthog.llm_usage.readings.posthog_sdk import WORDS as SDK_WORDS
from posthog.llm_usage.token_usage import TokenUsage

TOKEN_PROPERTIES = frozenset({*SDK_WORDS, *OTEL_WORDS, EXCLUSIVE, RAW_USAGE})
"""The properties that counts are read from, and that say how."""

__all__ = ["GATEWAY_SOURCE", "RULES_VERSION", "AccountedEvent", "account_event"]


class AccountedEvent(NamedTuple):
    """
    Name the fields.

    Attributes:
        usage_raw: The usage that was read, as received; None where the event carries none.
        flags: Every integrity flag of the row, sorted, without repeats.
        rules_version: The rules that read the usage.
    """

    usage: TokenUsage
    costs: Costs
    usage_raw: Mapping[str, Any] | None
    flags: tuple[str, ...]
    rules_version: str = RULES_VERSION


class CountedEvent(NamedTuple):
    """
    An event that has no price yet.

    Attributes:
        usage_raw: As `AccountedEvent`.
        flags: Of the choice among the witnesses and, once it was checked, of the call; not the usage's own.
    """

    usage: TokenUsage
    usage_raw: Mapping[str, Any] | None
    flags: set[str]


def account_event(event: AiEvent, *, team_prices: TeamPrices = NO_PRICES) -> AccountedEvent:
    """Read, check and price one event; pure, and never raises for anything that an event can hold."""
    request = read_price_request(event.properties, at=event.timestamp, team_prices=team_prices)
    return price_event(check_event(event, count_event(event)), request)


def count_event(event: AiEvent) -> CountedEvent:
    """Read one event's usage."""
    return CountedEvent(*_read_usage(event.properties))


def check_event(event: AiEvent, counted: CountedEvent) -> CountedEvent:
    """Hold its counts against everything else that the event says."""
    usage, usage_raw, flags = counted
    return CountedEvent(usage, usage_raw, flags | list_call_flags(event, usage))


def price_event(counted: CountedEvent, request: PriceRequest) -> AccountedEvent:
    """Price what was counted."""
    usage = counted.usage
    costs = price_usage(usage, request=request, catalogue=load_catalogue())
    flags = counted.flags.union(usage.flags, costs.flags)
    return AccountedEvent(usage, costs, counted.usage_raw, tuple(sorted(flags)) if flags else ())


def _read_usage(properties: Mapping[str, Any]) -> tuple[TokenUsage, Mapping[str, Any] | None, set[str]]:
    """Read the event's usage: the counts, what they were read from, and the flags of the choice."""
    provider, model = find_text(properties, "$ai_provider"), find_text(properties, "$ai_model")
    if properties.get("$ai_usage_source") == GATEWAY_SOURCE:
        return _read_gateway_usage(properties, provider, model)
    picked = _pick_token_properties(properties)
    usage = normalize_usage(provider=provider, api="posthog", model=model, usage=properties if picked else None)
    return usage, picked, set()


def _read_gateway_usage(
    properties: Mapping[str, Any], provider: str | None, model: str | None
) -> tuple[TokenUsage, Mapping[str, Any] | None, set[str]]:
    reported = find_object(properties, "$ai_usage")
    answered = find_object(properties, "$ai_provider_usage")
    usage = normalize_usage(provider=provider, api="litellm", model=model, usage=reported)
    if answered and not (usage.input_tokens or usage.output_tokens):
        recovered = normalize_usage(provider=provider, api=None, model=model, usage=answered)
        if recovered.input_tokens or recovered.output_tokens:
            return recovered, answered, {WITNESS_MISMATCH}
    return usage, reported or None, set()


def _pick_token_properties(properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The properties that the counts were read from; None where the event carries none."""
    picked = {name: value for name, value in properties.items() if name in TOKEN_PROPERTIES and value is not None}
    return picked or None
