"""What the commands make of their arguments."""

import pytest

from stack.__main__ import main
from stack.commands.manage import needs_stores
from stack.commands.start import parse_arguments


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["help", "migrate"],
        ["migrate", "--help"],
        ["normalize_usage"],
        ["price_usage"],
        ["list_settings"],
        ["makemigrations", "--check"],
        ["import_gateway_log", "a.json", "--dry-run"],
        ["migrate_clickhouse", "--plan"],
    ],
    ids=" ".join,
)
def test_commands_that_start_no_server(arguments: list[str]) -> None:
    """Scripts pipe through them: nothing may be started for them."""
    assert not needs_stores(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["migrate"],
        ["import_gateway_log", "a.json"],
        ["migrate_clickhouse"],
        ["llm_analytics_usage_report", "--date", "2026-01-01"],
        ["a_command_of_next_year"],
    ],
    ids=" ".join,
)
def test_commands_that_need_the_stores(arguments: list[str]) -> None:
    """An unknown command is taken to need them."""
    assert needs_stores(arguments)


def test_exit_after_report_goes_with_the_demo() -> None:
    """There is no report to wait for without it."""
    with pytest.raises(SystemExit) as ending:
        parse_arguments(["--exit-after-report"])
    assert ending.value.code == 2
    assert parse_arguments(["--demo", "--exit-after-report"]).exit_after_report


def test_unknown_command_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, as argparse does."""
    assert main(["stop"]) == 2
    assert "start, test, manage, bench" in capsys.readouterr().err
