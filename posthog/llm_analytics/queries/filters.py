"""Which events a question is about, as SQL conditions over a row `e` of `ai_events`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from posthog.llm_analytics.usage_cells import DimensionName
from posthog.models.ai_usage_hourly.grain import Grain

LABELS = (
    "model", "provider", "product", "framework", "lib", "gateway", "api_key_alias", "end_user", "call_kind",
    "cost_source",
)  # fmt: skip
"""Columns that a question may be narrowed by; '' finds the rows that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilters:
    """
    What every question may be narrowed to; all of them must hold, and of each one of its values.

    Attributes:
        labels: Column (one of LABELS) → accepted values.
        flags: A row must have raised one of these; empty: any row.
    """

    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_error: bool | None = None
    flags: tuple[str, ...] = ()

    def list_conditions(self) -> list[str]:
        """Conditions to be joined by AND; their values are those of `list_params`."""
        conditions = [f"ifNull(e.{name}, '') IN %(only_{name})s" for name in LABELS if self.labels.get(name)]
        if self.is_error is not None:
            conditions.append("e.is_error = %(only_is_error)s")
        if self.flags:
            conditions.append("hasAny(e.integrity_flags, %(only_flags)s)")
        return conditions

    def list_dimension_filters(self) -> dict[str, tuple[str, ...]]:
        """The same as values of labels, but for `flags`, which are no label."""
        listed = {name: self.labels[name] for name in LABELS if self.labels.get(name)}
        return listed if self.is_error is None else listed | {"is_error": (str(int(self.is_error)),)}

    def find_cell_filters(self, grain: Grain) -> dict[DimensionName, tuple[str, ...]] | None:
        """The same as values of a rollup's dimensions; None where it does not know all that is asked for."""
        listed = self.list_dimension_filters()
        if self.flags or not listed.keys() <= {each.name for each in grain.dimensions}:
            return None
        return cast("dict[DimensionName, tuple[str, ...]]", listed)

    def list_params(self) -> dict[str, Any]:
        params: dict[str, Any] = {f"only_{name}": self.labels[name] for name in LABELS if self.labels.get(name)}
        return params | {"only_is_error": int(bool(self.is_error)), "only_flags": list(self.flags)}
