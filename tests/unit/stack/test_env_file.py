"""NAME=value files."""

import stat
import subprocess
from pathlib import Path

import pytest

from stack.env_file import parse_env, read_env_file, write_env_file
from stack.errors import StackError


def test_comments_blank_lines_and_quotes_are_understood() -> None:
    """The file reads as a shell would read it."""
    text = "# a comment\n\nA=1\nB='two words'\nC=\"x#y\" # after\nD=\nURL=postgres://u:p=q@h/db?a=b&c=d\n"
    assert parse_env(text) == {
        "A": "1",
        "B": "two words",
        "C": "x#y",
        "D": "",
        "URL": "postgres://u:p=q@h/db?a=b&c=d",
    }


@pytest.mark.parametrize("text", ["A", "A B=1", "1A=2", "=1", "A='open", "export A=1"])
def test_anything_else_names_the_line(text: str) -> None:
    """A line that is no NAME=value is refused with its number."""
    with pytest.raises(StackError, match="line 2: "):
        parse_env(f"GOOD=1\n{text}")


def test_broken_file_is_named(tmp_path: Path) -> None:
    """The sentence says which file to correct."""
    file = tmp_path / "secrets.env"
    file.write_text("oops\n")
    with pytest.raises(StackError, match=r"secrets\.env, line 1: expected NAME=value"):
        read_env_file(file)


def test_missing_file_is_empty(tmp_path: Path) -> None:
    """Before the first start there are no values."""
    assert read_env_file(tmp_path / "none.env") == {}


def test_written_file_is_read_back_and_sourced_by_a_shell(tmp_path: Path) -> None:
    """Quoting is a shell's, so that people can source the file."""
    file = tmp_path / "sub" / "stack.env"
    values = {"PASSWORD": 'a\'b "c" $d #e', "EMPTY": ""}
    write_env_file(file, values)
    assert read_env_file(file) == values
    script = f'. {file}; printf %s "$PASSWORD"'
    assert subprocess.run(["sh", "-c", script], capture_output=True, text=True).stdout == values["PASSWORD"]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """It holds passwords, also when it replaces a file that others could read."""
    file = tmp_path / "secrets.env"
    file.write_text("A=1\n")
    file.chmod(0o644)
    write_env_file(file, {"A": "2"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
