"""Tables of a page that are printed from the code: each stands between two marks and is replaced as a whole."""

from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandError


def build_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A markdown table, without a line break at its end."""
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def replace_table(page: Path, name: str, table: str) -> None:
    """
    Put the table where the page's last one stood.

    Args:
        name: The marks are `<!-- NAME -->` and `<!-- /NAME -->`, each on a line of its own.
    Raises:
        CommandError: The page has no such marks; it is left as it is.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found_begin, rest = page.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise CommandError(f"{page}: expected {begin.strip()} and {end}, each on a line of its own")
    page.write_text(f"{before}{begin}{table}\n{end}{after}")
