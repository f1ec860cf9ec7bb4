"""
What a rollup table is: its figures, its dimensions, its columns.

A cell is the sums of the rows of `ai_events` that agree in every dimension; a row of the table is an hour, or a day, of
a team with all its cells.
"""

from dataclasses import dataclass
from typing import Literal

SLOT_S = 30 * 60
HOUR_S = 60 * 60

COUNT = "Nullable(Int64)"
AMOUNT = "Nullable(Decimal(38, 18))"
ROWS = "UInt64"
LABEL = "LowCardinality(String)"


FLAGS_OF_ROWS = "sumMap(e.integrity_flags, arrayWithConstant(length(e.integrity_flags), toUInt64(1)))"
FLAGS_OF_CELLS = "sumMap(c.flag_names, c.flag_rows)"
FLAG_COLUMNS: tuple[tuple[str, str], ...] = (("flag_names", f"Array({LABEL})"), ("flag_rows", f"Array({ROWS})"))


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure of a cell.

    Attributes:
        of_rows: The aggregate over rows `e` of `ai_events`.
        joined_by: The aggregate over cells `c`, where it is not the sum of them.
    """

    name: str
    type: str
    of_rows: str
    joined_by: str = ""

    @property
    def of_cells(self) -> str:
        """The aggregate over cells `c`."""
        return self.joined_by or f"sum(c.{self.name})"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One property that all rows of a cell share; '' where a row has none. `of_row` is its value in a row `e`."""

    name: str
    of_row: str
    type: str = LABEL


HALF = Dimension("half", f"toUInt8(toMinute(e.timestamp) >= {SLOT_S // 60})", "UInt8")

HOUR_COLUMNS: tuple[tuple[str, str], ...] = (
    ("team_id", "Int64"),
    ("hour", "DateTime('UTC')"),
    ("version", "UInt64"),
    ("rows_kept_until", "Date"),
    ("hour_rows", "UInt64"),
)
"""`version`: see `usage_rollup.py`; `rows_kept_until`: when the first of the hour's rows may go by retention."""
DAY_COLUMNS: tuple[tuple[str, str], ...] = (("team_id", "Int64"), ("day", "DateTime('UTC')"), ("version", "UInt64"))
"""`day`: its begin; `version`: see `day_rollup.py`."""


@dataclass(frozen=True, slots=True)
class Grain:
    """
    One rollup table.

    Attributes:
        dimensions: What its cells keep apart beside the team and the hour or day.
        figures: What a cell sums up, in table order; `rows`, every row of the cell, is one of them.
        period: What a row of the table is of.
        has_halves: Cells of an hour keep its halves apart.
        events: Its cells are of rows of these events alone; (): of all.
        flags_of_rows: The aggregate of flags over rows `e`; '': its cells have no flags.
    """

    table: str
    dimensions: tuple[Dimension, ...]
    figures: tuple[Figure, ...]
    period: Literal["hour", "day"] = "hour"
    has_halves: bool = True
    flags_of_rows: str = FLAGS_OF_ROWS
    events: tuple[str, ...] = ()

    @property
    def storage_table(self) -> str:
        return f"sharded_{self.table}"

    @property
    def writable_table(self) -> str:
        return f"writable_{self.table}"

    @property
    def keys(self) -> tuple[Dimension, ...]:
        """What tells the cells of a row apart."""
        return (HALF, *self.dimensions) if self.has_halves and self.period == "hour" else self.dimensions

    @property
    def cell_columns(self) -> tuple[tuple[str, str], ...]:
        """Name and element type of each array, in table order."""
        return (
            *((key.name, key.type) for key in self.keys),
            *((figure.name, figure.type) for figure in self.figures),
            *(FLAG_COLUMNS if self.flags_of_rows else ()),
        )

    @property
    def row_columns(self) -> tuple[tuple[str, str], ...]:
        """Name and type of what a row has once, in table order."""
        return HOUR_COLUMNS if self.period == "hour" else DAY_COLUMNS
