"""The summary of bin/test."""

import pytest

from stack.checks import Outcome, run_check, show_outcomes


def test_one_failed_check_fails_all_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 1 and every check has its line."""
    assert show_outcomes([Outcome("mypy", 0, 60.4), Outcome("tests", 5, 300.0), Outcome("ruff", 0, 0.2)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "── summary",
        "✓ mypy passed 60 s",
        "✗ tests failed (exit code 5) 300 s",
        "✓ ruff passed 0 s",
    ]


def test_all_passed_is_zero() -> None:
    """Only then."""
    assert show_outcomes([Outcome("mypy", 0, 1.0), Outcome("tests", 0, 1.0)]) == 0


def test_check_has_a_headline_and_keeps_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """What the check prints stands below its name."""
    outcome = run_check("tests", lambda: 3)
    assert (outcome.name, outcome.exit_code) == ("tests", 3)
    assert capsys.readouterr().err == "── tests\n"
