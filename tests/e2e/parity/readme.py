"""
The README's section “Parity”: a table, field by source, made of the calls and the named differences.

    python -m tests.e2e.parity.readme    # writes it

That the table says what is so is tested by tests/e2e/test_parity.py; that the README has it, by a unit test.
"""

from collections.abc import Sequence
from pathlib import Path

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.management.marked_table import build_table, replace_table
from tests.e2e.parity.calls import CALLS
from tests.e2e.parity.differences import DIFFERENCES, Difference, list_explained
from tests.e2e.parity.sources import SOURCES, Source

README = Path(__file__).parents[3] / "README.md"
MARK = "parity"
EQUAL, MISSING, NOT_APPLICABLE = "✓", "–", ""


def build_section() -> str:
    """The table and its notes, without a line break at the end."""
    columns = [column for column in COUNT_COLUMNS if any(column in call.counts for call in CALLS)]
    rows = [[f"`{column}`", *(build_cell(source, column) for source in SOURCES)] for column in columns]
    table = build_table(["", *(source.title for source in SOURCES)], rows)
    return f"{table}\n\n" + "\n".join(f"{number}. {build_note(each)}" for number, each in enumerate(DIFFERENCES, 1))


def build_cell(source: Source, column: str) -> str:
    """
    `✓` where every call's figure is the provider's; `–` where none is reported; with the numbers of the notes.

    Empty where no call of the source has the figure.
    """
    reporting = {call.name for call in source.list_calls(CALLS) if column in call.counts}
    explained = [(cell, each) for cell, each in list_explained() if (cell.source, cell.column) == (source.name, column)]
    notes = sorted({DIFFERENCES.index(each) + 1 for _, each in explained})
    marks = f" <sup>{', '.join(map(str, notes))}</sup>" if notes else ""
    if not reporting and not notes:
        return NOT_APPLICABLE
    missing = {cell.call for cell, each in explained if each.kind == "missing"}
    return (MISSING if reporting and reporting <= missing else EQUAL) + marks


def build_note(difference: Difference) -> str:
    """The cause and the calls that show it."""
    calls = list(dict.fromkeys(cell.call for cell in difference.list_cells()))
    words = {"missing": "not reported", "added": "reported though the provider does not", "other": "another figure"}
    cause = difference.cause[0].upper() + difference.cause[1:]
    return f"{cause} ({words[difference.kind]}: {_shorten(calls)})."


def _shorten(calls: Sequence[str]) -> str:
    return ", ".join(f"`{call}`" for call in calls) if len(calls) <= 5 else f"{len(calls)} calls"


if __name__ == "__main__":
    replace_table(README, MARK, build_section())
