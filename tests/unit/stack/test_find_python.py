"""stack/run finds a Python that is new enough, or says so in one sentence."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[3] / "stack" / "run"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that holds the script and, in the place of the set-up code, one that prints what it got."""
    (tmp_path / "stack").mkdir()
    shutil.copy(RUN, tmp_path / "stack" / "run")
    (tmp_path / "stack" / "__main__.py").write_text("import sys\nprint(sys.orig_argv[0], sys.argv[1:])\n")
    return tmp_path


def add_python(folder: Path, name: str, *, is_new_enough: bool) -> None:
    """A `python`: the real one under its own name, or one that says `Python 3.9.2` to -V and no to every script."""
    folder.mkdir(parents=True, exist_ok=True)
    too_old = 'test "$1" = -V && echo Python 3.9.2'
    answer = f'exec -a "$0" {sys.executable} "$@"' if is_new_enough else too_old
    (folder / name).write_text(f"#!/bin/bash\n{answer}\n")
    (folder / name).chmod(0o755)


def run(checkout: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the script with only its own pythons and the system's other programs on the PATH."""
    tools = checkout / "tools"
    tools.mkdir(exist_ok=True)
    for tool in ("bash", "dirname", "readlink", "env"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    path = f"{checkout / 'bin'}:{tools}"
    command = [str(checkout / "stack" / "run"), "start", "a b"]
    return subprocess.run(command, env={"PATH": path, **environ}, capture_output=True, text=True)


def test_first_python_that_is_new_enough_is_taken(checkout: Path) -> None:
    """An old python3 does not hide a newer one beside it; arguments arrive as they were."""
    add_python(checkout / "bin", "python3", is_new_enough=False)
    add_python(checkout / "bin", "python3.12", is_new_enough=True)
    outcome = run(checkout)
    assert outcome.stdout == f"{checkout}/bin/python3.12 ['start', 'a b']\n"


def test_environments_own_python_comes_first(checkout: Path) -> None:
    """Once set up, nothing is searched."""
    add_python(checkout / "bin", "python3", is_new_enough=True)
    add_python(checkout / ".local" / "env" / "app" / "bin", "python", is_new_enough=True)
    assert run(checkout).stdout.startswith(f"{checkout}/.local/env/app/bin/python ")


def test_named_python_wins(checkout: Path) -> None:
    """PYTHON= chooses, also over an environment that stands."""
    add_python(checkout / ".local" / "env" / "app" / "bin", "python", is_new_enough=True)
    add_python(checkout / "other", "mine", is_new_enough=True)
    named = str(checkout / "other" / "mine")
    assert run(checkout, PYTHON=named).stdout.startswith(f"{named} ")


def test_too_old_python_is_one_sentence(checkout: Path) -> None:
    """The sentence names what was found and the way out; exit code 1."""
    add_python(checkout / "bin", "python3", is_new_enough=False)
    outcome = run(checkout)
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr == (
        "✗ Python 3.11 or newer is needed (found: Python 3.9.2); install one, or name it: PYTHON=/path/to/python3.11\n"
    )


def test_no_python_at_all_is_the_same_sentence(checkout: Path) -> None:
    """The shell's own complaint about the missing command is not shown."""
    outcome = run(checkout)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("✗ Python 3.11 or newer is needed (found: none); ")
    assert outcome.stderr.count("\n") == 1


def test_named_python_that_is_too_old_is_refused(checkout: Path) -> None:
    """No other is taken behind the user's back."""
    add_python(checkout / "bin", "python3", is_new_enough=True)
    add_python(checkout / "other", "old", is_new_enough=False)
    outcome = run(checkout, PYTHON=str(checkout / "other" / "old"))
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"✗ PYTHON={checkout}/other/old is no Python 3.11 or newer")
