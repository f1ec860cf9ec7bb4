"""Doubts about the figures: flags by rule, provider, model and day; what providers report; what has no price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posthog.errors import QueryTooExpensive
from posthog.llm_analytics.cell_sql import FLAGS
from posthog.llm_analytics.queries.figures import UNMEASURED_FLAGS
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.team_scope import Selection, TeamScope
from posthog.llm_analytics.queries.usage import UsageQuestion, read_usage
from posthog.llm_analytics.time_ranges import Bucket, TimeRange, list_buckets
from posthog.llm_analytics.usage_cells import CellQuery, UsageCell
from posthog.llm_analytics.usage_sums import sum_usage
from posthog.llm_usage.call_flags import COUNTED_EVENTS
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_reporting_hourly.sql import IS_INFERENCE, REPORTING

MOST_LINES = 20_000
DOUBTS = ("rows", "unexplained_tokens", "unpriced_rows", "unpriced_tokens", FLAGS)
"""The sums that flags and models are told from."""
REPORTED = tuple(f"{name}_reported" for name in COUNT_COLUMNS)

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """
    Attributes:
        flags: `flag`, `provider`, `model`, `day_start`, `calls`: rows that raised it on that day of the zone.
        models: Per provider and model: `calls`, unexplained tokens, calls and tokens without a price, calls that nobody
            measured.
        reporting: Per provider and model: `calls` and how many of them reported each count, `reported`.
    """

    flags: list[Line]
    models: list[Line]
    reporting: list[Line]


def read_integrity(scope: TeamScope, span: TimeRange, filters: EventFilters, *, now: datetime) -> Integrity:
    """Look at calls of every kind for flags, each in one report; for the rest at those that a provider worked on."""
    days = list_buckets(span, "day")
    question = UsageQuestion(span=span, filters=filters, dimensions=("provider", "model"), buckets=days, figures=DOUBTS)
    cells = [cell for cell in read_usage(scope, question, now=now) if cell.labels["event"] in COUNTED_EVENTS]
    return Integrity(
        flags=_list_flags(cells, days),
        models=_list_models(cells),
        reporting=read_reporting(scope, span, filters, now=now),
    )


def _list_flags(cells: Sequence[UsageCell], days: Sequence[Bucket]) -> list[Line]:
    starts = {day.start.replace(microsecond=0): day.start for day in days}
    counts: dict[tuple[str, str, str, datetime], int] = {}
    for cell in cells:
        assert cell.bucket is not None  # buckets were asked for
        if cell.labels["call_kind"] == "client_report":  # another row reports the same call
            continue
        for flag, rows in cell.sums.flags.items():
            key = (flag, cell.labels["provider"], cell.labels["model"], starts[cell.bucket])
            counts[key] = counts.get(key, 0) + rows
    if len(counts) > MOST_LINES:
        raise QueryTooExpensive(f"There are more than {MOST_LINES:,} lines of flags; ask for a shorter range")
    return [
        {"flag": flag, "provider": provider or None, "model": model or None, "day_start": day, "calls": calls}
        for (flag, provider, model, day), calls in sorted(counts.items())
    ]


def _list_models(cells: Sequence[UsageCell]) -> list[Line]:
    by_model: dict[tuple[str, str], list[UsageCell]] = {}
    for cell in cells:
        if cell.labels["call_kind"] == "inference":
            by_model.setdefault((cell.labels["provider"], cell.labels["model"]), []).append(cell)
    return [_tell_model(provider, model, own) for (provider, model), own in sorted(by_model.items())]


def _tell_model(provider: str, model: str, cells: Sequence[UsageCell]) -> Line:
    sums = sum_usage(cell.sums for cell in cells)
    return {
        "provider": provider or None,
        "model": model or None,
        "calls": sums.rows,
        "unexplained_tokens": sums.unexplained_tokens,
        "unpriced_calls": sums.unpriced_rows,
        "unpriced_tokens": sums.unpriced_tokens,
        "unmeasured_calls": sum(sums.flags.get(flag, 0) for flag in UNMEASURED_FLAGS),
    }


def read_reporting(scope: TeamScope, span: TimeRange, filters: EventFilters, *, now: datetime) -> list[Line]:
    """Per provider and model, the most called first: `calls`, and how many `reported` each count."""
    rows = scope.read_groups(
        _ask_reporting(span, filters),
        columns=["nullIf(c.provider, '') AS provider", "nullIf(c.model, '') AS model", "c.rows AS calls", *REPORTED],
        tail="ORDER BY calls DESC, provider, model LIMIT %(limit)s",
        params={"limit": MOST_LINES},
        now=now,
    )
    return [
        {
            **{name: row[name] for name in ("provider", "model", "calls")},
            "reported": {name: row[f"{name}_reported"] for name in COUNT_COLUMNS},
        }
        for row in rows
    ]


def _ask_reporting(span: TimeRange, filters: EventFilters) -> CellQuery | Selection:
    """From the rollup where that knows all that the question is narrowed by; a cell is of a provider and model."""
    narrowed = filters.find_cell_filters(REPORTING)
    if narrowed is None:
        return _select_reporting(span, filters)
    return CellQuery(
        start=span.start,
        end=span.end,
        dimensions=("provider", "model"),
        filters={**narrowed, "is_inference": ("1",)},
        figures=REPORTED,
        grains=[REPORTING],
    )


def _select_reporting(span: TimeRange, filters: EventFilters) -> Selection:
    keys = [f"ifNull(e.{name}, '')" for name in ("provider", "model")]
    return Selection(
        columns=[
            f"{keys[0]} AS provider",
            f"{keys[1]} AS model",
            *(f"{figure.of_rows} AS {figure.name}" for figure in REPORTING.figures),
        ],
        start=span.start,
        end=span.end,
        conditions=[IS_INFERENCE, *filters.list_conditions()],
        tail=f"GROUP BY {', '.join(keys)}",
        params=filters.list_params(),
    )
