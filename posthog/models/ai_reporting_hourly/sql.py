"""
The rollup of what calls report: how many that a provider worked on have each count, hour by hour.

All other rows of an hour are one cell, for every rollup counts all: that is how an hour is known that lost some to
retention.
"""

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_events.sql import IS_CALL
from posthog.models.ai_usage_hourly.grain import ROWS, Dimension, Figure, Grain

IS_INFERENCE = f"({IS_CALL} AND e.call_kind = 'inference')"


def _of_inference(name: str, value: str) -> Dimension:
    return Dimension(name, f"if({IS_INFERENCE}, {value}, '')")


LABELS = ("model", "provider", "product", "framework", "lib", "gateway", "api_key_alias", "cost_source")

REPORTING = Grain(
    "ai_reporting_hourly",
    (
        Dimension("is_inference", f"toString({IS_INFERENCE})"),
        *(_of_inference(name, f"ifNull(e.{name}, '')") for name in LABELS),
        _of_inference("is_error", "toString(e.is_error)"),
    ),
    (
        Figure("rows", ROWS, "count()"),
        *(Figure(f"{name}_reported", ROWS, f"count(e.{name})") for name in COUNT_COLUMNS),
    ),
    flags_of_rows="",
)
