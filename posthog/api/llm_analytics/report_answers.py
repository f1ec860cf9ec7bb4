"""Stored daily reports as the API tells them; `posthog.llm_analytics.report_figures` says what the figures mean."""

from typing import Any, get_args

from rest_framework import serializers

from posthog.api.llm_analytics.answers import Fields
from posthog.api.rest.fields import AmountField
from posthog.llm_analytics.report_figures import (
    BREAKDOWNS,
    COST_SUMS,
    COUNTS,
    DERIVED_TOKEN_SUMS,
    SHARE_TOKENS,
    TOKEN_SUMS,
)
from posthog.llm_analytics.stored_reports import DayState

STATES = ("open", "closed", "corrected")
MONTH_STATES: list[str] = list(get_args(DayState))


class ShareAnswer(serializers.Serializer[Any]):
    """What one value used of the whole."""

    name = serializers.CharField(allow_null=True, help_text="'': nobody named it; null: all that are not named.")
    calls = serializers.IntegerField()
    unpriced_calls = serializers.IntegerField()
    total_cost_usd = AmountField(allow_null=True)

    def get_fields(self) -> Fields:
        return super().get_fields() | _build_token_fields(*SHARE_TOKENS)


class GatewayReceiptsAnswer(serializers.Serializer[Any]):
    gateway = serializers.CharField()
    received = serializers.IntegerField()
    missing = serializers.IntegerField()


class ReportFiguresAnswer(serializers.Serializer[Any]):
    """A day's figures. null: nobody reported it."""

    events = serializers.DictField(child=serializers.IntegerField())
    flags = serializers.DictField(child=serializers.IntegerField())
    gateways = GatewayReceiptsAnswer(many=True)

    def get_fields(self) -> Fields:
        counts: Fields = {name: serializers.IntegerField() for name in COUNTS}
        tokens = _build_token_fields(*TOKEN_SUMS, *DERIVED_TOKEN_SUMS)
        costs = {name: AmountField(allow_null=True) for name in (*COST_SUMS, "saved_gateway_cache_cost_usd")}
        return counts | tokens | costs | {name: ShareAnswer(many=True) for name in BREAKDOWNS} | super().get_fields()


def _build_token_fields(*names: str) -> Fields:
    return {name: serializers.IntegerField(allow_null=True) for name in names}


class ReportHeadAnswer(serializers.Serializer[Any]):
    """One version of a day's report, without its figures."""

    day = serializers.DateField(help_text="Of `timezone`.")
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES, help_text="open: its figures may still change.")
    timezone = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    refreshed_at = serializers.DateTimeField(help_text="As of when the figures are.")
    closed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="Why this version follows another; '': it is the first.")
    missing = serializers.DictField(
        child=serializers.IntegerField(), help_text="What was known to be missing when it was closed."
    )
    rules_version = serializers.CharField()


class ReportAnswer(ReportHeadAnswer):
    figures = ReportFiguresAnswer()


class ReportVersionAnswer(ReportAnswer):
    changes = serializers.DictField(help_text="Figure → [before, after] against the version before.")
    evidence = serializers.DictField(help_text="What the reason rests on.")


class ReportsAnswer(serializers.Serializer[Any]):
    reports = ReportAnswer(many=True)


class MonthReportAnswer(serializers.Serializer[Any]):
    """The sum of a month's days; of those within the range that was asked for."""

    month = serializers.DateField(help_text="Its first day.")
    state = serializers.ChoiceField(
        choices=MONTH_STATES, help_text="open: a day of it is, or was not reported; corrected: a closed day was."
    )
    days = serializers.DictField(child=serializers.IntegerField(), help_text="State → days in it.")
    figures = ReportFiguresAnswer()


class MonthReportsAnswer(serializers.Serializer[Any]):
    months = MonthReportAnswer(many=True)


class DayReportAnswer(serializers.Serializer[Any]):
    """Every version of a day, the one that counts first."""

    day = serializers.DateField()
    versions = ReportVersionAnswer(many=True)
