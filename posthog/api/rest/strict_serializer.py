"""Input of which nothing is ignored: an unknown parameter, or one given twice or empty, is an error that names it."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            faults = self._find_unknown(data) | self._find_empty(data) | self._find_repeated(data)
            if faults:
                raise serializers.ValidationError(faults)
        return super().to_internal_value(data)

    def _find_unknown(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        known = ", ".join(self.fields) or "none"
        return {
            name: [f"is no parameter of this resource; it takes: {known}"] for name in data if name not in self.fields
        }

    def _find_empty(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        """In a query string, as in a form, DRF takes an empty value for one that is not there."""
        if not isinstance(data, QueryDict):
            return {}
        fields = {name: field for name, field in self.fields.items() if data.get(name) == ""}
        return {
            name: ["must not be empty: give a value, or leave the parameter out"]
            for name, field in fields.items()
            if not getattr(field, "allow_blank", False) and not isinstance(field, serializers.ListField)
        }

    def _find_repeated(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        if not isinstance(data, QueryDict):
            return {}
        several = [name for name in data if len(data.getlist(name)) > 1]
        takes_one = [name for name in several if not isinstance(self.fields.get(name), serializers.ListField)]
        return {name: ["given more than once"] for name in takes_one if name in self.fields}


class NoParameters(StrictSerializer):
    """A resource without query parameters."""
