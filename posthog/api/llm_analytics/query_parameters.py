"""The parameters that questions share: range, zone, filters, figures; each fault names the parameter and the rule."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from rest_framework import serializers

from posthog.api.rest.fields import LocalMomentField, TrueFalseField
from posthog.api.rest.strict_serializer import StrictSerializer
from posthog.llm_analytics.queries.figures import FIGURES
from posthog.llm_analytics.queries.filters import LABELS, EventFilters
from posthog.llm_analytics.time_buckets import InvalidZone, parse_zone
from posthog.llm_analytics.time_ranges import TimeRange

LONGEST_VALUE = 500
MOST_VALUES = 50


class RangeParameters(StrictSerializer):
    """`start` (inclusive), `end` (exclusive), `timezone`; validated into `span`."""

    start = LocalMomentField(help_text="Inclusive. A date is its midnight; without an offset, `timezone`'s clock.")
    end = LocalMomentField(help_text="Exclusive, written like `start`.")
    timezone = serializers.CharField(
        required=False,
        max_length=64,
        help_text="IANA name of a zone with whole or half-hour offsets; default: the team's own.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        zone = _find_zone(attrs.pop("timezone", None) or self.context["team"].timezone)
        start, end = (_place(attrs.pop(name), zone) for name in ("start", "end"))
        _require_range(start, end)
        return attrs | {"span": TimeRange(start, end, zone)}


def _value_list(help_text: str) -> serializers.ListField:
    child = serializers.CharField(allow_blank=True, max_length=LONGEST_VALUE, trim_whitespace=False)
    return serializers.ListField(child=child, required=False, max_length=MOST_VALUES, help_text=help_text)


def build_figure_list(help_text: str) -> serializers.ListField:
    """The parameter `figure`: which figures an answer tells."""
    child = serializers.ChoiceField(choices=FIGURES)
    return serializers.ListField(child=child, required=False, max_length=len(FIGURES), help_text=help_text)


class FilteredParameters(RangeParameters):
    """The range and every filter; validated into `span` and `filters`."""

    is_error = TrueFalseField(required=False, help_text="Only calls that failed, or only those that did not.")
    flag = _value_list("Only events that raised this integrity flag; repeat for several.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        lists = {
            name: _value_list(f"Only events whose {name} is this; repeat for several, empty: none.") for name in LABELS
        }
        return super().get_fields() | lists

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        rest = super().validate(attrs)
        labels = {name: tuple(rest.pop(name)) for name in LABELS if name in rest}
        flags = tuple(rest.pop("flag", ()))
        return rest | {"filters": EventFilters(labels=labels, is_error=rest.pop("is_error", None), flags=flags)}


def to_span_json(span: TimeRange) -> Mapping[str, Any]:
    """The range as it was understood, on the zone's clock."""
    return {
        "start": span.start.astimezone(span.zone),
        "end": span.end.astimezone(span.zone),
        "timezone": span.zone.key,
    }


def _place(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _require_range(start: datetime, end: datetime) -> None:
    if end <= start:
        raise serializers.ValidationError({"end": "expected a time after start"})
    longest = timedelta(days=settings.LLM_ANALYTICS_MAX_RANGE_DAYS, hours=2)  # a change of clocks is no fault
    if end - start > longest:
        raise serializers.ValidationError(
            {"end": f"expected at most {settings.LLM_ANALYTICS_MAX_RANGE_DAYS} days after start"}
        )


def _find_zone(name: str) -> ZoneInfo:
    try:
        return parse_zone(name)
    except InvalidZone as fault:
        raise serializers.ValidationError({"timezone": str(fault).removeprefix("timezone: ")}) from None
