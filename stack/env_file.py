"""Files of NAME=value lines that a shell can source as well; readable by their owner alone."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from stack.errors import StackError


def parse_env(text: str) -> dict[str, str]:
    """
    Read NAME=value lines; `#` starts a comment, values may be quoted as in a shell.

    Raises:
        StackError: a line is not NAME=value.
    """
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise StackError(f"line {number}: {error}") from error
        if not words:
            continue
        name, separator, value = words[0].partition("=")
        if len(words) > 1 or not separator or not name.isidentifier():
            raise StackError(f"line {number}: expected NAME=value")
        values[name] = value
    return values


def read_env_file(path: Path) -> dict[str, str]:
    """The file's values; empty when there is no such file."""
    try:
        return parse_env(path.read_text())
    except FileNotFoundError:
        return {}
    except StackError as error:
        raise StackError(f"{path}, {error}; correct the line or delete the file.") from error


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step; nobody else may read it, for it holds passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(values.items())]
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(lines)
    draft.replace(path)
