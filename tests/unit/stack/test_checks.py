"""The summary of bin/test."""

import pytest

from stack.checks import Outcome, show_outcomes


def test_one_failed_check_fails_all_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 1 and every check has its line."""
    assert show_outcomes([Outcome("mypy", 0), Outcome("tests", 5), Outcome("ruff", 0)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "✓ mypy passed",
        "✗ tests failed (exit code 5)",
        "✓ ruff passed",
    ]


def test_all_passed_is_zero() -> None:
    """Only then."""
    assert show_outcomes([Outcome("mypy", 0), Outcome("tests", 0)]) == 0
