"""The page of daily usage: one UTC day's usage report of every team that the visitor may see."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from posthog.api.usage_columns import COLUMNS, FIGURE_COLUMNS
from posthog.api.usage_table import build_rows, build_totals, has_anything
from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.rejects import list_unattributed
from posthog.llm_analytics.usage_report import build_usage_reports
from posthog.models import Organization, Team, User

log = structlog.get_logger(__name__)

FIRST_DAY = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class DayChoice:
    """The day shown, and its neighbours where there are any. `fault` says why it is not the day asked for."""

    day: date
    today: date
    fault: str = ""

    @property
    def previous(self) -> date | None:
        return self.day - timedelta(days=1) if self.day > FIRST_DAY else None

    @property
    def next(self) -> date | None:
        return self.day + timedelta(days=1) if self.day < self.today else None


@login_required
@never_cache
@require_safe
def usage_page(request: HttpRequest) -> HttpResponse:
    """`?day=YYYY-MM-DD`; today (UTC) where it is missing."""
    assert isinstance(request.user, User)
    choice = parse_day(request.GET.get("day", ""), now=timezone.now())
    names = list_visible_teams(request.user)
    context: dict[str, Any] = {
        "choice": choice,
        "columns": COLUMNS,
        "figure_columns": FIGURE_COLUMNS,
        "teams": names,
    }
    if choice.fault:
        return render(request, "posthog/usage.html", context, status=400)
    organization_ids = Organization.objects.filter(memberships__user=request.user).values_list("id", flat=True)
    context["unattributed"] = list_unattributed(choice.day, organization_ids=list(organization_ids))
    try:
        context |= _build_tables(choice.day, names)
    except ClickHouseError as error:
        log.error("usage_page_store_unavailable", error=type(error).__name__)
        return render(request, "posthog/usage.html", context | {"is_store_away": True}, status=503)
    return render(request, "posthog/usage.html", context)


def parse_day(text: str, *, now: datetime) -> DayChoice:
    """Read the day asked for; `now` is aware."""
    today = now.astimezone(UTC).date()
    if not text:
        return DayChoice(today, today)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return DayChoice(today, today, "The day must be written YYYY-MM-DD, for example 2026-01-31.")
    if not FIRST_DAY <= day <= today:
        return DayChoice(today, today, f"The day must lie between {FIRST_DAY} and today (UTC), {today}.")
    return DayChoice(day, today)


def list_visible_teams(user: User) -> dict[int, str]:
    """Names by id of the teams of the organizations that the user belongs to; one name twice gets its id."""
    teams = Team.objects.filter(organization__memberships__user=user)
    named = list(teams.order_by("name", "id").values_list("id", "name"))
    names = [name for _, name in named]
    return {pk: name if names.count(name) == 1 else f"{name} (#{pk})" for pk, name in named}


def _build_tables(day: date, names: dict[int, str]) -> dict[str, Any]:
    reports = build_usage_reports(day, team_ids=list(names)) if names else []
    busy = sorted(filter(has_anything, reports), key=lambda report: names[report.team_id])
    silent = set(names) - {report.team_id for report in busy}
    return {
        "rows": build_rows(busy, names),
        "totals": build_totals(busy) if len(busy) > 1 else (),
        "silent_teams": [name for pk, name in names.items() if pk in silent],
    }
