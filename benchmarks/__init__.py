"""
Benchmarks: each module here exposes `run() -> Iterable[Figure]` and is started as `bin/bench MODULE`.

A figure stands beside a baseline measured in the same run (the older way, the raw engine, the reference
library), for a number alone says more about the machine than about the code.
"""

import operator
from dataclasses import dataclass
from typing import Literal

COMPARISONS = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class Goal:
    """
    What a figure must keep.

    Args:
        of: The value itself, or its ratio to the baseline.
        bound: In the figure's unit, or times the baseline.
    """

    of: Literal["value", "ratio"]
    comparison: Literal[">=", "<="]
    bound: float

    def __str__(self) -> str:
        return f"{self.of} {self.comparison} {self.bound:g}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """
    One measured number.

    Args:
        name: What was measured, in snake_case, e.g. `rows_inserted_per_s`.
        unit: Of value and baseline, e.g. `rows/s`, `ms`, `MB`.
        baseline: The same thing measured another way in this run; None where there is no other way.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """Value over baseline; None without a baseline, or with one of zero."""
        return self.value / self.baseline if self.baseline else None

    @property
    def holds(self) -> bool | None:
        """Whether the goal is kept; None without one. A ratio that cannot be computed keeps none."""
        if self.goal is None:
            return None
        measured = self.value if self.goal.of == "value" else self.ratio
        return measured is not None and bool(COMPARISONS[self.goal.comparison](measured, self.goal.bound))
