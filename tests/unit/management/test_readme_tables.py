"""Tables of the README that are printed from the code stand there as the code would print them."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from stack.commands.manage import needs_stores

README = Path(__file__).resolve().parents[3] / "README.md"


@pytest.mark.parametrize("command", ["list_settings", "list_flags"])
def test_readme_is_up_to_date(tmp_path: Path, command: str) -> None:
    """Where this fails: `bin/manage COMMAND --into README.md`; it needs no server."""
    copy = tmp_path / "README.md"
    copy.write_text(README.read_text())
    call_command(command, "--into", str(copy))
    assert copy.read_text() == README.read_text()
    assert not needs_stores([command])


@pytest.mark.parametrize("command", ["list_settings", "list_flags"])
def test_table_is_printed_without_a_page(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """One line for each, below a head."""
    call_command(command)
    head, rule, *lines = capsys.readouterr().out.splitlines()
    assert set(rule) == {"|", " ", "-"}
    assert len(lines) > 10
    assert {line.count(" | ") for line in lines} == {head.count(" | ")}


def test_page_without_a_place_for_the_table_is_left_alone(tmp_path: Path) -> None:
    """The sentence names the marks."""
    page = tmp_path / "page.md"
    page.write_text("no marks")
    with pytest.raises(CommandError, match="<!-- settings -->"):
        call_command("list_settings", "--into", str(page))
    assert page.read_text() == "no marks"
