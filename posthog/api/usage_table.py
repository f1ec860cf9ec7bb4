"""Usage reports → the rows of the page's table. Pure: reports and names in, text and titles out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posthog.api.formatting import Figure, format_count, format_usd
from posthog.api.usage_columns import DETAIL_COLUMNS, FIGURE_COLUMNS, Column
from posthog.llm_analytics.usage_report import TeamUsageReport, UsageShare

UNNAMED = "(not named)"


@dataclass(frozen=True, slots=True)
class Line:
    """A named figure: one of a cell's list, or a remark below its number."""

    name: str
    figure: Figure
    detail: Figure | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a cell: a number with remarks below, or a list of lines where `figure` is None."""

    figure: Figure | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    content: Content


@dataclass(frozen=True, slots=True)
class TableRow:
    """One team's figures, and below them the lists that have something to list."""

    name: str
    cells: tuple[Cell, ...]
    details: tuple[Cell, ...]


def build_rows(reports: Sequence[TeamUsageReport], team_names: Mapping[int, str]) -> list[TableRow]:
    """One row a report, named by its team."""
    return [build_row(team_names[report.team_id], report) for report in reports]


def build_row(name: str, report: TeamUsageReport) -> TableRow:
    cells = (Cell(column, CONTENTS[column.key](report)) for column in FIGURE_COLUMNS)
    details = (Cell(column, CONTENTS[column.key](report)) for column in DETAIL_COLUMNS)
    return TableRow(name, tuple(cells), tuple(cell for cell in details if cell.content.lines))


def has_anything(report: TeamUsageReport) -> bool:
    """True when something of this team arrived on the day, be it only a reject."""
    return bool(report.events or report.rejected_events)


def _tokens(key: str) -> Callable[[TeamUsageReport], Content]:
    return lambda report: Content(format_count(getattr(report, SUMMED_COUNTS[key])))


def _events(report: TeamUsageReport) -> Content:
    lines = [Line(name, format_count(count, "events")) for name, count in report.events.items()]
    return Content(lines=(*lines, *_remark("rejected", report.rejected_events, "events")))


def _calls(report: TeamUsageReport) -> Content:
    failed = _remark("failed", report.failed_calls, "calls")
    cached = _remark("from the gateway's cache", report.gateway_cache_hits, "calls")
    return Content(format_count(report.calls, "calls"), (*failed, *cached))


def _cost(report: TeamUsageReport) -> Content:
    return Content(format_usd(report.total_cost_usd), (*_remark("unpriced", report.unpriced_calls, "calls"),))


def _saved(report: TeamUsageReport) -> Content:
    by_gateway = report.saved_gateway_cache_cost_usd
    lines = (Line("by the gateway's cache", format_usd(by_gateway)),) if by_gateway is not None else ()
    return Content(format_usd(report.saved_cache_cost_usd), lines)


def _models(report: TeamUsageReport) -> Content:
    return Content(lines=tuple(_share(share) for share in report.models))


def _providers(report: TeamUsageReport) -> Content:
    return Content(lines=tuple(_share(share) for share in report.providers))


def _share(share: UsageShare) -> Line:
    return Line(share.name or UNNAMED, format_count(share.calls, "calls"), format_usd(share.total_cost_usd))


def _flags(report: TeamUsageReport) -> Content:
    return Content(lines=tuple(Line(name, format_count(count, "rows")) for name, count in report.flags.items()))


def _remark(name: str, count: int, unit: str) -> Iterator[Line]:
    """A remark where there is something to remark."""
    if count:
        yield Line(name, format_count(count, unit))


SUMMED_COUNTS = {
    "calls": "calls",
    "input": "input_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_creation": "cache_creation_input_tokens",
    "output": "output_tokens",
    "reasoning": "reasoning_tokens",
    "total": "total_tokens",
}
SUMMED_USD = {"cost": "total_cost_usd", "saved": "saved_cache_cost_usd"}

CONTENTS: dict[str, Callable[[TeamUsageReport], Content]] = {
    **{key: _tokens(key) for key in SUMMED_COUNTS},
    "events": _events,
    "calls": _calls,
    "cost": _cost,
    "saved": _saved,
    "models": _models,
    "providers": _providers,
    "flags": _flags,
}


def build_totals(reports: Sequence[TeamUsageReport]) -> tuple[Cell, ...]:
    """The table's last row: sums over the teams; what no team reported stays unreported."""
    return tuple(Cell(column, Content(_total_of(column.key, reports))) for column in FIGURE_COLUMNS)


def _total_of(key: str, reports: Sequence[TeamUsageReport]) -> Figure | None:
    if key in SUMMED_COUNTS:
        return format_count(_sum_known(reports, SUMMED_COUNTS[key]), "calls" if key == "calls" else "tokens")
    if key in SUMMED_USD:
        return format_usd(_sum_known(reports, SUMMED_USD[key]))
    return None


def _sum_known(reports: Sequence[TeamUsageReport], field: str) -> Any:
    known = [value for report in reports if (value := getattr(report, field)) is not None]
    return sum(known[1:], known[0]) if known else None
