"""
A stored row → the event that it was built from, so that today's rules and prices can read it again.

A row holds its own evidence: `properties` without what has a column of its own (`usage_raw`, the heavy columns). What
is put back is what was taken out. Whether a heavy column was text or JSON is not stored: what is JSON as it would be
written here comes back parsed, anything else as text, and both make the same row again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_usage.accounting import GATEWAY_SOURCE
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.envelope import parse_json
from posthog.llm_usage.pricing.custom import TeamPrices
from posthog.llm_usage.pricing.request import NO_PRICES
from posthog.llm_usage.rows import HEAVY_PROPERTIES, USAGE_PROPERTY, Row, RowContext, build_row

DERIVED_PROPERTIES = ("$ai_cost_model_source", "$ai_own_total_cost_usd")
"""Properties that `build_row` writes itself; no evidence."""

DELIVERY_COLUMNS = frozenset({"ingested_at", "_timestamp", "_offset", "_partition", "retention_days"})
"""Columns that say how and when the event came, not what it says; a derivation keeps them."""

KEPT_COLUMNS = DELIVERY_COLUMNS - {"ingested_at"} | {"trace_id"}
"""
What a derivation leaves as it is. The trace is part of the table's sorting key: under another one the new version would
stand beside the old instead of replacing it.
"""

UNCOMPARED_COLUMNS = DELIVERY_COLUMNS | {"usage_rules_version"}
"""A newer version that reads the same is no difference: the older one read it, and read it right."""


def rebuild_event(row: Mapping[str, Any]) -> AiEvent:
    """
    Rebuild the event of a row.

    Raises:
        InvalidEvent: `evidence_unreadable`: the row's `properties` or `usage_raw` are not the JSON that was written.
    """
    properties = _parse_object(row, "properties")
    for name in DERIVED_PROPERTIES:
        properties.pop(name, None)
    for name, column in HEAVY_PROPERTIES.items():
        if row[column] is not None:
            properties[name] = _restore(row[column])
    if _is_usage_set_aside(row, properties):
        properties[USAGE_PROPERTY] = _parse_object(row, "usage_raw")
    return AiEvent(
        uuid=row["uuid"],
        event=row["event"],
        timestamp=row["timestamp"],
        team_id=row["team_id"],
        distinct_id=row["distinct_id"],
        properties=properties,
    )


def _is_usage_set_aside(row: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    """
    Whether `usage_raw` is the gateway's usage object, taken out of the properties.

    Where the provider's own usage was read instead of it, `usage_raw` repeats a property. The usage of an SDK's event
    is its token properties, which never left.
    """
    if properties.get("$ai_usage_source") != GATEWAY_SOURCE or USAGE_PROPERTY in properties or not row["usage_raw"]:
        return False
    return _parse_object(row, "usage_raw") != properties.get("$ai_provider_usage")


def _restore(text: str) -> Any:
    """The value whose stored form is this text."""
    if not text.startswith(("[", "{")):
        return text
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value if orjson.dumps(value).decode() == text else text


def _parse_object(row: Mapping[str, Any], column: str) -> dict[str, Any]:
    try:
        parsed = parse_json(row[column].encode("utf-8", "replace"))
    except InvalidBody as error:
        raise InvalidEvent("evidence_unreadable", f"{column}: {error}") from error
    if not isinstance(parsed, dict):
        raise InvalidEvent("evidence_unreadable", f"{column}: expected an object, got {type(parsed).__name__}")
    return parsed


def derive_again(row: Mapping[str, Any], *, ingested_at: datetime, team_prices: TeamPrices = NO_PRICES) -> Row:
    """
    Build the row again from its own evidence.

    Args:
        ingested_at: Aware UTC, later than the row's own: the newest version of a row counts.
    Returns:
        The row with today's numbers; how the event was delivered stays.
    Raises:
        InvalidEvent: See `rebuild_event`.
    """
    context = RowContext(ingested_at=ingested_at, team_prices=team_prices)
    kept = {column: row[column] for column in KEPT_COLUMNS}
    return build_row(rebuild_event(row), context) | kept


def list_changed_columns(before: Mapping[str, Any], after: Row) -> list[str]:
    """The columns in which two versions of a row differ, in table order; delivery and version aside."""
    return [column for column in after if column not in UNCOMPARED_COLUMNS and before[column] != after[column]]
