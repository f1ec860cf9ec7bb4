"""Lines of cells → a table for the terminal: text to the left, figures to the right."""

from collections.abc import Sequence


def format_table(lines: Sequence[Sequence[str]], *, text_columns: int = 1) -> str:
    """
    Align the cells.

    Args:
        lines: The header first; all of one length.
        text_columns: How many columns from the left hold text.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_pad(line, widths, text_columns)).rstrip() for line in lines)


def _pad(line: Sequence[str], widths: Sequence[int], text_columns: int) -> list[str]:
    return [
        cell.ljust(width) if place < text_columns else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
