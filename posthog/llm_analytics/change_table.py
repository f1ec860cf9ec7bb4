"""What a derivation changed: per model and column, how many rows, and the sums before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from posthog.llm_usage.pricing.costs import COST_COLUMNS
from posthog.llm_usage.rebuild import list_changed_columns
from posthog.llm_usage.rows import Row
from posthog.llm_usage.token_usage import COUNT_COLUMNS

SUMMED_COLUMNS = frozenset({*COUNT_COLUMNS, *COST_COLUMNS})
UNKNOWN = "–"


@dataclass(slots=True)
class Change:
    """
    One column of one model.

    Attributes:
        before: The sum over the changed rows; None where none of them had a figure, or the column has no sums.
    """

    rows: int = 0
    before: Decimal | None = None
    after: Decimal | None = None


@dataclass(slots=True)
class ChangeTable:
    """Filled row by row."""

    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    rows: int = 0

    def add(self, before: Mapping[str, Any], after: Row) -> None:
        """Count the differences between two versions of a row."""
        self.rows += 1
        for column in list_changed_columns(before, after):
            change = self.changes.setdefault((after["model"] or "", column), Change())
            change.rows += 1
            if column in SUMMED_COLUMNS:
                change.before = _add(change.before, before[column])
                change.after = _add(change.after, after[column])

    def list_lines(self) -> list[list[str]]:
        """The table as text, by model and column, with its header first."""
        header = ["model", "column", "rows", "sum before", "sum after"]
        return [
            header,
            *(
                [model or UNKNOWN, column, f"{change.rows:,}", _format(change.before), _format(change.after)]
                for (model, column), change in sorted(self.changes.items())
            ),
        ]


def _add(total: Decimal | None, figure: float | None) -> Decimal | None:
    """Floats by their shortest digits: the sum of what a reader of the column sees."""
    return total if figure is None else (total or Decimal(0)) + Decimal(str(figure))


def _format(total: Decimal | None) -> str:
    return UNKNOWN if total is None else f"{total:,f}"
