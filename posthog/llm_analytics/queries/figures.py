"""
Cells of usage → figures as the API tells them: additive sums, what follows from them, and which are lower bounds.

Tokens and costs are those of calls that a provider worked on (`inference`); what a gateway answered from its own
cache is counted beside them. Spans and traces are no calls. None: no call reported the figure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from posthog.llm_analytics.cell_sql import FLAGS
from posthog.llm_analytics.report_figures import USD_DIGITS
from posthog.llm_analytics.usage_cells import UsageCell
from posthog.llm_analytics.usage_sums import SUMMED, UsageSums, sum_usage
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.token_usage import COUNT_COLUMNS

CALL_FIGURES = ("calls", "failed_calls", "unpriced_calls", "unmeasured_calls", "gateway_cache_hits")
TOKEN_FIGURES = (*COUNT_COLUMNS, "uncached_input_tokens", "visible_output_tokens", "unpriced_tokens")
COST_FIGURES = (*COST_COLUMNS, "saved_gateway_cache_cost_usd")
SHARE_FIGURES = ("cache_hit_rate", "error_rate", "mean_latency_s", "mean_time_to_first_token_s")
FIGURES = (*CALL_FIGURES, *TOKEN_FIGURES, *COST_FIGURES, *SHARE_FIGURES)
"""Every figure of an answer, in order."""
SORTABLE_FIGURES = FIGURES

UNMEASURED_FLAGS = ("usage_missing_on_success", "stream_without_usage")
_USD_STEP = Decimal(1).scaleb(-USD_DIGITS)

Figures = dict[str, Any]
"""Figure → int, Decimal, float or None; and `lower_bounds`, the names of those to which calls are missing."""


SUMS_OF: Mapping[str, tuple[str, ...]] = {
    "calls": ("rows",),
    "failed_calls": ("failed_rows",),
    "unpriced_calls": ("unpriced_rows",),
    "unmeasured_calls": (FLAGS,),
    "gateway_cache_hits": ("rows",),
    "visible_output_tokens": ("output_tokens", "reasoning_tokens"),
    "saved_gateway_cache_cost_usd": ("saved_cache_cost_usd",),
    "cache_hit_rate": ("cache_read_input_tokens", "input_tokens"),
    "error_rate": ("failed_rows", "rows"),
    "mean_latency_s": ("latency_s", "latency_rows"),
    "mean_time_to_first_token_s": ("time_to_first_token_s", "time_to_first_token_rows"),
}
"""What a figure follows from, where that is not the sum of its own name."""


def list_sums(figures: Iterable[str]) -> tuple[str, ...]:
    """The sums that these figures and their lower bounds follow from, in the order of `UsageSums`, the flags last."""
    asked = {"rows", "unpriced_rows"} | {name for figure in figures for name in SUMS_OF.get(figure, (figure,))}
    return (*(name for name in SUMMED if name in asked), FLAGS)


def tell_figures(cells: Iterable[UsageCell], *, sums: Sequence[str] = SUMMED) -> Figures:
    """
    Sum cells that share no row.

    Args:
        cells: With the labels `event` and `call_kind`.
        sums: Those that the figures which matter follow from (`list_sums`); the other figures are told as unknown.
    """
    names = [name for name in sums if name != FLAGS]
    counted = [cell for cell in cells if cell.labels["event"] in COUNTED_EVENTS]
    inferred = sum_usage((cell.sums for cell in counted if cell.labels["call_kind"] == "inference"), names)
    cached = sum_usage((cell.sums for cell in counted if cell.labels["call_kind"] == "gateway_cache_hit"), names)
    unmeasured_calls = sum(inferred.flags.get(flag, 0) for flag in UNMEASURED_FLAGS)
    return {
        "calls": inferred.rows,
        "failed_calls": inferred.failed_rows,
        "unpriced_calls": inferred.unpriced_rows,
        "unmeasured_calls": unmeasured_calls,
        "gateway_cache_hits": cached.rows,
        **{name: getattr(inferred, name) for name in TOKEN_FIGURES if name != "visible_output_tokens"},
        "visible_output_tokens": _subtract(inferred.output_tokens, inferred.reasoning_tokens),
        **{name: round_usd(getattr(inferred, name)) for name in COST_COLUMNS},
        "saved_gateway_cache_cost_usd": round_usd(cached.saved_cache_cost_usd),
        **_tell_shares(inferred),
        "lower_bounds": _list_lower_bounds(inferred, is_unmeasured=unmeasured_calls > 0),
    }


def choose_figures(figures: Figures, names: Collection[str]) -> Figures:
    """Only those that were asked for, and which of them are lower bounds."""
    bounds = [name for name in figures["lower_bounds"] if name in names]
    return {name: figures[name] for name in names} | {"lower_bounds": bounds}


def _tell_shares(sums: UsageSums) -> Figures:
    return {
        "cache_hit_rate": _divide(sums.cache_read_input_tokens, sums.input_tokens),
        "error_rate": _divide(sums.failed_rows, sums.rows),
        "mean_latency_s": _divide(sums.latency_s, sums.latency_rows),
        "mean_time_to_first_token_s": _divide(sums.time_to_first_token_s, sums.time_to_first_token_rows),
    }


def _list_lower_bounds(sums: UsageSums, *, is_unmeasured: bool) -> list[str]:
    """Costs where a call has no known price; tokens, too, where nobody measured a call."""
    tokens = [name for name in TOKEN_FIGURES if is_unmeasured]
    return tokens + [name for name in COST_COLUMNS if is_unmeasured or sums.unpriced_rows > 0]


def _subtract(whole: int | None, part: int | None) -> int | None:
    return None if whole is None else whole - (part or 0)


def round_usd(amount: Decimal | None) -> Decimal | None:
    """As every sum is told: the last digits of binary floats are not shown."""
    return None if amount is None else amount.quantize(_USD_STEP)


def _divide(part: int | Decimal | None, whole: int | None) -> float | None:
    return float(part) / whole if part is not None and whole else None
