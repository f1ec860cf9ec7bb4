"""
A report as an e-mail: a table to read, as text and as HTML, and the shares of teams and models as a CSV file.

The Message-ID follows from the version and the destination: where an attempt is repeated, programs that sort mail see
the same message.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from ee.delivery.contents import Contents
from ee.exports.csv_text import write_csv
from posthog.decimal_text import format_decimal
from posthog.delivery.mail import send_message
from posthog.llm_analytics.report_figures import SHARE_TOKENS, UsageFigures, UsageShare
from posthog.management.text_table import format_table

UNKNOWN = "–"
COLUMNS: tuple[tuple[str, str], ...] = (
    ("calls", "calls"),
    ("input", "input_tokens"),
    ("output", "output_tokens"),
    ("total", "total_tokens"),
    ("cache read", "cache_read_input_tokens"),
    ("cache written", "cache_creation_input_tokens"),
    ("reasoning", "reasoning_tokens"),
    ("cost USD", "total_cost_usd"),
    ("unpriced", "unpriced_calls"),
)
MOST_MODELS = 30
SHARE_COLUMNS = ("calls", "unpriced_calls", *SHARE_TOKENS, "total_cost_usd")


class Line(NamedTuple):
    """One line of a table, ready to be read."""

    name: str
    cells: list[str]


def send_email(contents: Contents, *, now: datetime) -> None:
    """
    Raises:
        DeliveryFailed: The mail server is not set, or has not taken it.
    """
    send_message(build_email(contents))


def build_email(contents: Contents) -> EmailMultiAlternatives:
    """The message with its parts."""
    context = _build_context(contents)
    message = EmailMultiAlternatives(
        subject=_build_subject(contents),
        body=render_to_string("ee/usage_report.txt", context),
        to=[contents.delivery.destination.address],
        headers={"Message-ID": f"<{contents.delivery.idempotency_key}@{settings.SITE_ADDRESS.hostname}>"},
    )
    message.attach_alternative(render_to_string("ee/usage_report.html", context), "text/html")
    day, version = contents.report.day.isoformat(), contents.report.version
    message.attach(f"llm-usage-{day}-v{version}.csv", build_csv(contents), "text/csv")
    return message


def build_csv(contents: Contents) -> str:
    """A line for each team and model; the lines sum to the report."""
    header = ("day", "team_id", "team", "model", *SHARE_COLUMNS)
    rows = (
        (contents.report.day, team.team_id, team.name, share.name, *(getattr(share, name) for name in SHARE_COLUMNS))
        for team in contents.teams
        for share in team.figures.models
    )
    return "".join(write_csv(header, rows))


def _build_subject(contents: Contents) -> str:
    kind = "Correction of LLM usage" if contents.report.is_corrected else "LLM usage"
    name = " ".join(contents.delivery.organization.name.split())
    return f"{kind} on {contents.report.day.isoformat()}, {name}"


def _build_context(contents: Contents) -> dict[str, Any]:
    header = [title for title, _ in COLUMNS]
    teams = [Line(team.name, _list_cells(team.figures)) for team in contents.teams if team.figures.events]
    models = [Line(share.name or "(no model)", _list_cells(share)) for share in contents.figures.models[:MOST_MODELS]]
    total = Line("all teams", _list_cells(contents.figures))
    return {
        "organization": contents.delivery.organization.name,
        "report": contents.report,
        "reason": contents.report.get_reason_display() if contents.report.reason else "",
        "changes": list(_list_changes(contents)),
        "missing_events": contents.report.missing.get("events", 0),
        "waiting_bodies": contents.report.missing.get("waiting_bodies", 0),
        "header": header,
        "teams": teams,
        "models": models,
        "total": total,
        "more_models": len(contents.figures.models) - len(models),
        "teams_table": _format("team", header, [*teams, total]),
        "models_table": _format("model", header, models),
        "site_url": settings.SITE_URL,
    }


def _format(first: str, header: list[str], lines: list[Line]) -> str:
    return format_table([[first, *header], *([_flatten(line.name), *line.cells] for line in lines)])


def _list_changes(contents: Contents) -> Iterator[Line]:
    """The figures that differ from the version before, where they are single numbers."""
    titles = {name: title for title, name in COLUMNS}
    for name, change in contents.report.changes.items():
        if name in titles and isinstance(change, list):
            yield Line(titles[name], [_format_cell(value) for value in change])


def _list_cells(figures: UsageFigures | UsageShare) -> list[str]:
    values = (getattr(figures, name) for _, name in COLUMNS)
    return [format_decimal(value) if hasattr(value, "normalize") else _format_cell(value) for value in values]


def _format_cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else str(value)


def _flatten(name: str) -> str:
    return " ".join(name.split())
