"""The named differences and the README's table of them."""

from collections import Counter

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.e2e.parity.calls import CALLS
from tests.e2e.parity.differences import DIFFERENCES, list_explained
from tests.e2e.parity.readme import MARK, README, build_section


def test_each_cell_is_explained_once() -> None:
    """Two causes of one difference are one too many."""
    counted = Counter(cell for cell, _ in list_explained())
    assert [cell for cell, times in counted.items() if times > 1] == []


def test_each_difference_names_cells() -> None:
    """One without any says nothing."""
    assert [each.cause for each in DIFFERENCES if not list(each.list_cells())] == []


def test_calls_report_known_columns() -> None:
    """A misspelt column would be compared with nothing."""
    assert {column for call in CALLS for column in call.counts} <= set(COUNT_COLUMNS)


def test_readme_has_this_table() -> None:
    """`python -m tests.e2e.parity.readme` writes it anew."""
    page = README.read_text()
    assert f"<!-- {MARK} -->\n{build_section()}\n<!-- /{MARK} -->" in page
