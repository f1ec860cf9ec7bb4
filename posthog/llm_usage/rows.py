"""
`AiEvent` → one row of `ai_events`: every column by name, counted, priced and flagged. Pure: no clock, no
store.

The order of work is the order of trust: the usage object is read, the costs follow from it, the flags
compare both with every other witness. Evidence stays beside the numbers, so the row can be derived again
from itself.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from posthog.errors import InvalidEvent
from posthog.llm_usage.accounting import RULES_VERSION, AccountedEvent, account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.identity import derive_person_id
from posthog.llm_usage.payloads.fields import copy_texts, find_number, find_text
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.pricing.custom import TeamPrices
from posthog.llm_usage.pricing.request import NO_PRICES
from posthog.llm_usage.token_usage import COUNT_COLUMNS

Row = dict[str, Any]

HEAVY_PROPERTIES: Mapping[str, str] = {
    "$ai_input": "input",
    "$ai_output": "output",
    "$ai_output_choices": "output_choices",
    "$ai_input_state": "input_state",
    "$ai_output_state": "output_state",
    "$ai_tools": "tools",
}
"""Properties that live in a column of their own instead of in `properties`, and that column."""

TEXT_PROPERTIES: Mapping[str, str] = {
    "$ai_session_id": "session_id",
    "$ai_parent_id": "parent_id",
    "$ai_span_id": "span_id",
    "$ai_span_type": "span_type",
    "$ai_generation_id": "generation_id",
    "$ai_experiment_id": "experiment_id",
    "$ai_span_name": "span_name",
    "$ai_trace_name": "trace_name",
    "$ai_prompt_name": "prompt_name",
    "$ai_model": "model",
    "$ai_provider": "provider",
    "$ai_framework": "framework",
    "$ai_error_type": "error_type",
    "$ai_error_normalized": "error_normalized",
    "$ai_product": "product",
    "$ai_gateway": "gateway",
    "$ai_gateway_call_id": "gateway_call_id",
    "$ai_api_key_alias": "api_key_alias",
    "$ai_end_user": "end_user",
    "$lib": "lib",
}

TEXT_COLUMNS: Mapping[str, str] = {column: name for name, column in TEXT_PROPERTIES.items()}

BLANK: Row = dict.fromkeys((*TEXT_PROPERTIES.values(), *HEAVY_PROPERTIES.values(), *COUNT_COLUMNS, *COST_COLUMNS))
"""The columns of which most events have no more than a third; to copy them takes less than to name them."""

USAGE_PROPERTY = "$ai_usage"
COST_SOURCE_PROPERTY = "$ai_cost_model_source"
OWN_TOTAL_PROPERTY = "$ai_own_total_cost_usd"
REPLACED_PROPERTIES = frozenset({*HEAVY_PROPERTIES, COST_SOURCE_PROPERTY, OWN_TOTAL_PROPERTY})
"""What a sender's `properties` lose: content has its column, and only this project says what it found out itself."""


class RowContext(NamedTuple):
    """
    What a row needs beside its event. Name the fields.

    Attributes:
        ingested_at: Aware UTC; of two rows with one uuid the later one counts.
        offset: The inbox's id of the body, `position` the event's place in it.
        team_prices: The prices that the team has agreed on.
    """

    ingested_at: datetime
    retention_days: int = 30
    offset: int = 0
    position: int = 0
    team_prices: TeamPrices = NO_PRICES


def build_row(event: AiEvent, context: RowContext) -> Row:
    """
    Build the row; its keys are the written columns of `ai_events`.

    Raises:
        InvalidEvent: `event_too_deep`: nested deeper than JSON can be written again.
    """
    return lay_out_row(event, account_event(event, team_prices=context.team_prices), context)


def lay_out_row(event: AiEvent, accounted: AccountedEvent, context: RowContext) -> Row:
    """
    Build the row of an event whose numbers are known.

    Raises:
        InvalidEvent: As `build_row`.
    """
    row = BLANK.copy()
    _fill_in_identity(row, event, context)
    _fill_in_properties(row, event.properties)
    _fill_in_call(row, event.properties)
    _fill_in_numbers(row, accounted)
    _fill_in_reading(row, event, accounted)
    row["properties"] = _dump(_list_light_properties(event.properties, accounted))
    return row


def _fill_in_identity(row: Row, event: AiEvent, context: RowContext) -> None:
    row["uuid"] = event.uuid
    row["event"] = event.event
    row["timestamp"] = event.timestamp
    row["team_id"] = event.team_id
    row["distinct_id"] = event.distinct_id
    row["person_id"] = derive_person_id(event.team_id, event.distinct_id)
    row["retention_days"] = context.retention_days
    row["_timestamp"] = context.ingested_at
    row["_offset"] = context.offset
    row["_partition"] = context.position
    row["ingested_at"] = context.ingested_at


def _fill_in_properties(row: Row, properties: Mapping[str, Any]) -> None:
    copy_texts(properties, TEXT_COLUMNS, row)
    for name, column in HEAVY_PROPERTIES.items():
        if name in properties:
            row[column] = _to_text(properties[name])


def _fill_in_call(row: Row, properties: Mapping[str, Any]) -> None:
    is_stream = properties.get("$ai_stream")
    row["trace_id"] = find_text(properties, "$ai_trace_id") or ""
    row["call_kind"] = find_text(properties, "$ai_call_kind") or "inference"
    row["is_stream"] = int(is_stream) if isinstance(is_stream, bool) else None
    row["latency"] = find_number(properties, "$ai_latency")
    row["time_to_first_token"] = find_number(properties, "$ai_time_to_first_token")
    row["is_error"] = int(properties.get("$ai_is_error") in (True, "true", 1))
    row["error"] = _to_text(properties.get("$ai_error"))


def _fill_in_numbers(row: Row, accounted: AccountedEvent) -> None:
    for column, count in zip(COUNT_COLUMNS, accounted.usage, strict=False):
        if count is not None:
            row[column] = count
    for column, amount in zip(COST_COLUMNS, accounted.costs.amounts, strict=True):
        if amount is not None:
            row[column] = float(amount)


def _fill_in_reading(row: Row, event: AiEvent, accounted: AccountedEvent) -> None:
    usage, costs = accounted.usage, accounted.costs
    row["cost_source"] = costs.source
    row["cost_model"] = costs.model
    row["service_tier"] = usage.service_tier or find_text(event.properties, "$ai_service_tier")
    row["usage_raw"] = _to_text(accounted.usage_raw)
    row["usage_reading"] = usage.reading
    row["usage_rules_version"] = RULES_VERSION
    row["integrity_flags"] = list(accounted.flags)


def _list_light_properties(properties: Mapping[str, Any], accounted: AccountedEvent) -> dict[str, Any]:
    """What has no column of its own: `$ai_usage` has one unless another witness was read instead of it."""
    light = dict(properties)
    for name in REPLACED_PROPERTIES:
        light.pop(name, None)
    usage = light.get(USAGE_PROPERTY)
    if usage is accounted.usage_raw or usage == accounted.usage_raw:
        light.pop(USAGE_PROPERTY, None)
    costs = accounted.costs
    if costs.source is not None:
        light[COST_SOURCE_PROPERTY] = costs.source
    if costs.own_total_usd is not None:
        light[OWN_TOTAL_PROPERTY] = float(costs.own_total_usd)
    return light


def _to_text(value: Any) -> str | None:
    """Text stays text; anything else becomes JSON."""
    if value is None or isinstance(value, str):
        return value
    return _dump(value)


def _dump(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return _dump_any_keys(value)


def _dump_any_keys(value: Any) -> str:
    """What JSON decoded has texts as its keys; to ask for others too takes orjson half as long again (measured)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # all else that JSON cannot hold was replaced when the body was parsed
        raise InvalidEvent("event_too_deep", "event: nested deeper than 250 levels") from None
