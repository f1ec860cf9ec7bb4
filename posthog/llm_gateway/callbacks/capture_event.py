"""
A spooled payload → the `$ai_generation` or `$ai_embedding` that PostHog's capture API takes.

The event and its counts are made by the server's own functions (`build_ai_event`, `account_event`), so a call reads
the same whether it came by the webhook or from here. A count that was not reported has no property; a reported 0 has.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from posthog.llm_gateway.callbacks.caller_properties import read_caller_properties, read_feature_flags
from posthog.llm_gateway.callbacks.request_context import find_request_context
from posthog.llm_gateway.callbacks.trace_ids import find_trace_properties
from posthog.llm_usage.accounting import AccountedEvent, account_event
from posthog.llm_usage.payloads.fields import JsonObject, find_object
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.readings.posthog_sdk import EXCLUSIVE
from posthog.llm_usage.token_usage import COUNT_COLUMNS

NO_TEAM = 0
"""PostHog finds the team by the project's key; the uuid needs a number that stays the same."""
CACHED_MODALITIES = ("cache_read_audio_tokens", "cache_read_image_tokens")
NAMES_OF_COUNTS = {
    column: f"$ai_{column}"
    for column in (*COUNT_COLUMNS, *CACHED_MODALITIES)
    if column not in ("total_tokens", "unexplained_tokens")
}
TOTAL_NAMES = ("total_tokens", "totalTokens", "totalTokenCount")
"""Without one of them in the usage object a total would be our sum, not the provider's word."""
GATEWAY_USAGE = "$ai_gateway_usage"
"""
The usage object, verbatim, as evidence. Not as `$ai_usage`: read as a provider's own object its text counts, which
mean something else with LiteLLM for each provider, would become counts.
"""
SERVERS_OWN = frozenset(
    {
        *("$ai_usage", "$ai_usage_source", "$ai_provider_usage", "$ai_gateway_counts"),
        *("$ai_shipper_id", "$ai_shipper_sequence"),
    }
)
"""What only the webhook's reader understands; an event with them would be read as a payload, not as an event."""
GIVEN_COSTS = tuple(name for name in COST_COLUMNS if name != "saved_cache_cost_usd")


def build_capture_event(payload: JsonObject, *, gateway_version: str = "") -> dict[str, Any]:
    """
    Build one element of a `/batch/` body.

    Args:
        payload: A standard logging payload with its request context.
        gateway_version: `litellm/x.y.z`.
    Raises:
        InvalidEvent: The payload does not say which call it is.
    """
    event = build_ai_event(payload, team_id=NO_TEAM, gateway_version=gateway_version)
    context = find_request_context(payload)
    callers = read_caller_properties(context.headers)
    gateways = {name: value for name, value in event.properties.items() if name not in SERVERS_OWN}
    gateways |= {"$ai_trace_id": str(event.uuid), **find_trace_properties(payload, context)}
    named = {name: value for name, value in callers.items() if name.startswith("$")}
    properties = callers | gateways | named | read_feature_flags(context.headers)
    properties |= dict(_list_count_properties(account_event(event)))
    properties |= dict(_list_attribution(payload))
    if not event.distinct_id:
        properties["$process_person_profile"] = False
    return {
        "uuid": str(event.uuid),
        "event": event.event,
        "timestamp": event.timestamp.isoformat(),
        "distinct_id": event.distinct_id or properties["$ai_trace_id"],
        "properties": properties,
    }


def _list_count_properties(accounted: AccountedEvent) -> Iterator[tuple[str, Any]]:
    """Yield what was reported: counts, the object they were read from, and the gateway's own costs."""
    usage, costs = accounted.usage, accounted.costs
    for column, name in NAMES_OF_COUNTS.items():
        if (count := getattr(usage, column)) is not None:
            yield name, count
    if accounted.usage_raw is not None and any(accounted.usage_raw.get(name) is not None for name in TOTAL_NAMES):
        yield "$ai_total_tokens", usage.total_tokens
    if usage.input_tokens is not None:
        yield EXCLUSIVE, False
    if accounted.usage_raw is not None:
        yield GATEWAY_USAGE, accounted.usage_raw
    if costs.source == "gateway":
        for column in GIVEN_COSTS:
            if (amount := getattr(costs, column)) is not None:
                yield f"$ai_{column}", float(amount)


def _list_attribution(payload: JsonObject) -> Iterator[tuple[str, Any]]:
    """Yield what the key's administrator wrote beside the key, and nobody else can."""
    key_metadata = find_object(payload, "metadata", "user_api_key_auth_metadata")
    if isinstance(billable := key_metadata.get("billable"), bool):
        yield "$ai_billable", billable
    if isinstance(groups := key_metadata.get("groups"), Mapping) and groups:
        yield "$groups", dict(groups)
