"""Keyset pagination in SQL: what follows a line in an order with a unique second key; NULLs come last. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyset:
    """
    An order, and the line after which to go on.

    Attributes:
        value: Expression of the first key; `tie` of the second, unique one.
        tie_param: How a value of `tie` is written as a parameter, e.g. `toUUID(%(after_tie)s)`.
        after: Values of both keys of the last line; None: from the start.
    """

    value: str
    tie: str
    tie_param: str = "%(after_tie)s"
    is_descending: bool = True
    after: tuple[Any, Any] | None = None

    @property
    def order_by(self) -> str:
        direction = "DESC" if self.is_descending else "ASC"
        return f"ORDER BY {self.value} {direction} NULLS LAST, {self.tie} {direction}"

    def list_conditions(self) -> list[str]:
        if self.after is None:
            return []
        beyond = "<" if self.is_descending else ">"
        is_after_tie = f"{self.tie} {beyond} {self.tie_param}"
        if self.after[0] is None:
            return [f"({self.value} IS NULL AND {is_after_tie})"]
        value, after = self.value, "%(after_value)s"
        return [f"({value} {beyond} {after} OR ({value} = {after} AND {is_after_tie}) OR {value} IS NULL)"]

    def list_params(self) -> Mapping[str, Any]:
        value, tie = self.after or (None, None)
        return {"after_value": value, "after_tie": tie}
