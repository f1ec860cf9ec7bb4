"""Usage reports as text: a table for people, JSON and CSV for programs, and what a dry run would change."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from io import StringIO
from typing import Any

from posthog.llm_analytics.report_changes import Changes
from posthog.llm_analytics.report_figures import BREAKDOWNS, UsageFigures
from posthog.llm_analytics.report_versions import DayVersions
from posthog.llm_analytics.stored_reports import DayState, MonthReport
from posthog.management.text_table import format_table
from posthog.models import UsageReport

TABLE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("calls", "calls"),
    ("input", "input_tokens"),
    ("output", "output_tokens"),
    ("total", "total_tokens"),
    ("cache read", "cache_read_input_tokens"),
    ("cache written", "cache_creation_input_tokens"),
    ("reasoning", "reasoning_tokens"),
    ("cost USD", "total_cost_usd"),
    ("saved USD", "saved_cache_cost_usd"),
    ("unpriced", "unpriced_calls"),
    ("rejected", "rejected_events"),
)
LISTS = (*BREAKDOWNS, "gateways")
UNKNOWN = "–"
REMARKED_STATES: tuple[tuple[DayState, str], ...] = (
    ("open", "open"),
    ("corrected", "corrected after closing"),
    ("not_reported", "not reported"),
)

Line = dict[str, Any]
"""One report as it is printed: whose, which version of which day, and its figures as JSON."""


def list_lines(versions: Iterable[DayVersions]) -> list[Line]:
    """The teams' reports, by team."""
    reports = [report for each in versions for report in each.teams.values()]
    return [_describe(report) | report.figures for report in sorted(reports, key=lambda report: report.team_id)]


def _describe(report: UsageReport) -> Line:
    return {
        "team_id": report.team_id,
        "day": report.day.isoformat(),
        "timezone": report.timezone,
        "version": report.version,
        "state": "closed" if report.is_closed else "open",
    }


def format_day_table(day: date, lines: Sequence[Line], team_names: Mapping[int, str]) -> str:
    shown = [line for line in lines if line["events"] or line["rejected_events"]]
    zones = ", ".join(sorted({line["timezone"] for line in lines})) or "UTC"
    title = f"LLM usage on {day.isoformat()} ({zones}), {len(shown)} of {len(lines)} teams with events"
    rows = [[team_names[line["team_id"]], *_list_cells(line)] for line in shown]
    return "\n".join([title, _format_figures("team", rows)] if rows else [title])


def format_day_json(day: date, lines: Sequence[Line]) -> str:
    return json.dumps({"day": day.isoformat(), "reports": lines}, indent=2)


def format_csv(lines: Sequence[Line]) -> str:
    """Breakdowns and gateways are left out: a line has one cell a figure."""
    figures = [each.name for each in fields(UsageFigures) if each.name not in LISTS]
    out = StringIO()
    writer = csv.DictWriter(out, ["team_id", "day", "timezone", "version", "state", *figures], extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**line, "events": _pairs(line["events"]), "flags": _pairs(line["flags"])} for line in lines)
    return out.getvalue()


def format_month_table(reports: Sequence[tuple[str, MonthReport]]) -> str:
    """The sums of each named organization's month, and below them what keeps a month from being final."""
    rows = [[name, *_list_cells(report.figures.to_json())] for name, report in reports]
    lines = [_format_figures("organization", rows)]
    for name, report in reports:
        lines += [f"{name}: {remark}" for remark in _list_remarks(report)]
    return "\n".join(lines)


def format_month_json(reports: Sequence[tuple[str, MonthReport]]) -> str:
    documents = [
        {
            "organization_id": str(report.organization_id),
            "organization": name,
            "month": f"{report.month:%Y-%m}",
            "is_closed": report.is_closed,
            "days": [
                {
                    "day": day.day.isoformat(),
                    "state": day.state,
                    "version": day.version,
                    "timezone": day.timezone,
                    "missing_events": day.missing_events,
                }
                for day in report.days
            ],
            "figures": report.figures.to_json(),
        }
        for name, report in reports
    ]
    return json.dumps({"reports": documents}, indent=2)


def format_differences(versions: Iterable[DayVersions], team_names: Mapping[int, str]) -> str:
    """What would change, figure by figure; a team that was never reported differs in all that it used."""
    lines = [
        [each.own.day.isoformat(), team_names[team_id], path, _format_cell(before), _format_cell(after)]
        for each in versions
        for team_id, changes in sorted(each.changes.items())
        for path, before, after in list_differences(changes)
    ]
    if not lines:
        return "no differences"
    return format_table([["day", "team", "figure", "stored", "now"], *lines], text_columns=3)


def list_differences(changes: Changes, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each changed figure by its path (`models.gpt-4o.calls`), before and after."""
    for name, change in changes.items():
        if isinstance(change, list):
            yield f"{path}{name}", *change
        else:
            yield from list_differences(change, f"{path}{name}.")


def _list_remarks(report: MonthReport) -> Iterator[str]:
    for state, words in REMARKED_STATES:
        if days := report.list_days(state):
            yield f"{words}: {', '.join(day.isoformat() for day in days)}"
    if missing := sum(day.missing_events for day in report.days):
        yield f"{missing:,} events were missing when their days were closed"


def _format_figures(title: str, rows: Sequence[Sequence[str]]) -> str:
    return format_table([[title, *(title for title, _ in TABLE_COLUMNS)], *rows])


def _list_cells(figures: Mapping[str, Any]) -> list[str]:
    return [_format_cell(figures.get(name)) for _, name in TABLE_COLUMNS]


def _format_cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else str(value)


def _pairs(counts: Mapping[str, int]) -> str:
    return " ".join(f"{name}={count}" for name, count in counts.items())
