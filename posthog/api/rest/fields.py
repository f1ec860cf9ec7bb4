"""Fields of requests and answers that DRF has not: exact amounts, moments of a zone, booleans that are booleans."""

import math
import sys
from datetime import datetime
from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from posthog.decimal_text import format_decimal

FIRST_YEAR, LAST_YEAR = 2015, 2099
AMOUNT_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"


@extend_schema_field({"type": "string", "format": "decimal", "pattern": AMOUNT_PATTERN})
class AmountField(serializers.Field[Any, Any, str, Any]):
    """US dollars (or another exact number) as decimal text without trailing zeros; null: not known."""

    def to_representation(self, value: Any) -> str:
        """
        Args:
            value: A Decimal, its text, or a finite float as it lies in a row.
        """
        return format_decimal(_read_float(value) if isinstance(value, float) else Decimal(value))


def _read_float(value: float) -> Decimal:
    """The decimal that was meant: a binary float keeps as many digits of one, and those after them are noise."""
    return Decimal(f"{value:.{sys.float_info.dig}g}")


@extend_schema_field(OpenApiTypes.DOUBLE)
class RatioField(serializers.Field[Any, Any, float | None, Any]):
    """A number that is no amount; null where it is not known, or not finite."""

    def to_representation(self, value: Any) -> float | None:
        number = float(value)
        return number if math.isfinite(number) else None


@extend_schema_field(OpenApiTypes.STR)
class LocalMomentField(serializers.Field[datetime, Any, str, Any]):
    """
    A date or a date with time, ISO 8601, as the query's `timezone` understands it.

    A date is its midnight; a time without an offset is the zone's own clock, and is parsed as a naive datetime.
    """

    default_error_messages = {
        "invalid": "expected YYYY-MM-DD or an ISO 8601 date and time",
        "out_of_range": f"expected a time from {FIRST_YEAR} to {LAST_YEAR}",
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(data).strip())
        except ValueError:
            raise serializers.ValidationError(self.error_messages["invalid"]) from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise serializers.ValidationError(self.error_messages["out_of_range"])
        return moment

    def to_representation(self, value: Any) -> str:
        return str(value.isoformat())


@extend_schema_field(OpenApiTypes.DATETIME)
class ZonedMomentField(serializers.Field[Any, Any, str, Any]):
    """A moment with the offset that it has, where DRF's own field would write UTC."""

    def to_representation(self, value: datetime) -> str:
        return value.isoformat().replace("+00:00", "Z")


class TrueFalseField(serializers.BooleanField):
    """`true` or `false`, nothing that might mean it."""

    default_error_messages = {"invalid": "expected true or false"}
    # In a query string as in a form DRF takes a boolean that is not there for an unchecked box: false.
    default_empty_html = empty

    def to_internal_value(self, data: Any) -> bool:
        if isinstance(data, bool):
            return data
        if data not in ("true", "false"):
            raise serializers.ValidationError(self.error_messages["invalid"])
        return bool(data == "true")
