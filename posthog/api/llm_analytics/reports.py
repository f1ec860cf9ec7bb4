"""`…/reports/`: the team's stored daily reports, as they were closed, with every correction since."""

from datetime import date
from typing import Any, get_args

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.report_answers import DayReportAnswer, MonthReportsAnswer, ReportsAnswer
from posthog.api.rest.strict_serializer import StrictSerializer
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.report_figures import parse_figures
from posthog.llm_analytics.stored_reports import DayState, sum_team_months
from posthog.models import UsageReport

DAY_STATES: tuple[DayState, ...] = get_args(DayState)
FIRST_DAY, LAST_DAY = date(2015, 1, 1), date(2100, 1, 1)


class DayField(serializers.DateField):
    """A day that reports may be of."""

    default_error_messages = {"out_of_range": "expected a day from 2015 to 2099"}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day < LAST_DAY:
            self.fail("out_of_range")
        return day


class ReportsParameters(StrictSerializer):
    start = DayField(help_text="The first day.")
    end = DayField(help_text="The day after the last one.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end"] <= attrs["start"]:
            raise serializers.ValidationError({"end": "expected a day after start"})
        if (attrs["end"] - attrs["start"]).days > settings.LLM_ANALYTICS_MAX_RANGE_DAYS:
            fault = f"expected at most {settings.LLM_ANALYTICS_MAX_RANGE_DAYS} days after start"
            raise serializers.ValidationError({"end": fault})
        return attrs


class ReportsView(TeamView):
    query_serializer = ReportsParameters

    @extend_schema(operation_id="list_reports", parameters=[ReportsParameters], responses=ReportsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """The version that counts of each day that was reported, in order."""
        query = self.parse_query()
        reports = UsageReport.objects.latest_versions([self.team.id], start=query["start"], end=query["end"])
        return Response(ReportsAnswer({"reports": [tell_report(report) for report in reports]}).data)


class ReportMonthsView(TeamView):
    query_serializer = ReportsParameters

    @extend_schema(operation_id="list_report_months", parameters=[ReportsParameters], responses=MonthReportsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Each month's state and the sum of its days' versions that count, in order."""
        query = self.parse_query()
        months = sum_team_months(self.team.id, start=query["start"], end=query["end"])
        told = [
            {
                "month": month.month,
                "state": month.state,
                "days": {state: month.count_days(state) for state in DAY_STATES},
                "figures": month.figures,
            }
            for month in months
        ]
        return Response(MonthReportsAnswer({"months": told}).data)


class ReportView(TeamView):
    @extend_schema(
        operation_id="get_report",
        parameters=[OpenApiParameter("day", OpenApiTypes.DATE, OpenApiParameter.PATH)],
        responses=DayReportAnswer,
    )
    def get(self, request: Request, team_id: int, day: str) -> Response:
        """Every version of a day's report, the one that counts first."""
        self.parse_query()
        parsed = parse_day(day)
        versions = UsageReport.objects.filter(team=self.team, day=parsed).order_by("-version")
        told = [tell_report(version) for version in versions]
        if not told:
            raise NotFound("day: this day was not reported for this team", "report_unknown")
        return Response(DayReportAnswer({"day": parsed, "versions": told}).data)


def parse_day(text: str) -> date:
    """
    Raises:
        NotFound: It is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("day: expected YYYY-MM-DD", "report_unknown") from None


def tell_report(report: UsageReport) -> dict[str, Any]:
    closed = "corrected" if report.is_corrected else "closed"
    heads = ("day", "version", "timezone", "starts_at", "ends_at", "refreshed_at", "closed_at", "reason", "missing")
    return {
        **{name: getattr(report, name) for name in (*heads, "rules_version", "changes", "evidence")},
        "state": closed if report.is_closed else "open",
        "figures": parse_figures(report.figures),
    }
