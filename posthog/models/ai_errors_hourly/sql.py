"""
The rollup of calls that failed: by what they said and whose they were, hour by hour.

All other rows of an hour are one cell, for every rollup counts all: that is how an hour is known that lost some to
retention.
"""

from posthog.models.ai_events.sql import IS_CALL
from posthog.models.ai_usage_hourly.grain import ROWS, Dimension, Figure, Grain

IS_FAILED = f"({IS_CALL} AND e.call_kind NOT IN ('superseded', 'client_report') AND e.is_error = 1)"
"""Each failed call once: where another row reports the same call, that one is counted."""


def _of_failed(name: str, value: str, type_: str = "LowCardinality(String)") -> Dimension:
    return Dimension(name, f"if({IS_FAILED}, {value}, '')", type_)


LABELS = ("model", "provider", "product", "framework", "lib", "gateway", "api_key_alias", "cost_source", "error_type")

ERRORS = Grain(
    "ai_errors_hourly",
    (
        Dimension("is_failed", f"toString({IS_FAILED})"),
        _of_failed("call_kind", "e.call_kind"),
        *(_of_failed(name, f"ifNull(e.{name}, '')") for name in LABELS),
        _of_failed("error_normalized", "ifNull(e.error_normalized, '')", "String"),
        _of_failed("http_status", "e.http_status"),
    ),
    (
        Figure("rows", ROWS, "count()"),
        Figure("first_at", "DateTime64(6, 'UTC')", "min(e.timestamp)", "min(c.first_at)"),
        Figure("last_at", "DateTime64(6, 'UTC')", "max(e.timestamp)", "max(c.last_at)"),
        Figure(
            "example_uuid",
            "UUID",
            "argMax(e.uuid, (e.timestamp, e.uuid))",
            "argMax(c.example_uuid, (c.last_at, c.example_uuid))",
        ),
    ),
    flags_of_rows="",
)
"""Its example is the latest call of a cell, of several at that moment the one with the highest uuid."""
