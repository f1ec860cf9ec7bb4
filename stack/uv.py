"""
Get uv, which installs ten times faster than pip: pinned, from its wheel, with whatever installer this Python
has.

Debian's and Ubuntu's bare `python3` has neither pip nor ensurepip; a uv on the PATH serves there as well.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from stack.errors import StackError
from stack.locks import waiting_lock
from stack.pip_settings import uv_environ, uv_flags
from stack.system import base_python, last_lines

UV_VERSION = "0.13.9"


class Uv:
    """The uv program with the user's package settings."""

    def __init__(self, program: Path, environ: dict[str, str]) -> None:
        self._program = program
        self._environ = uv_environ(environ)
        self._flags = uv_flags(environ)

    def create_environment(self, folder: Path, python: str) -> None:
        """Make an empty environment, replacing what is there."""
        self._run("venv", "--clear", "--python", python, str(folder), what=f"create {folder}")

    def install(self, what: str, *arguments: str) -> None:
        """Run `uv pip ARGUMENTS` with the user's package settings."""
        self._run("pip", *arguments, *self._flags, what=f"install the {what}")

    def _run(self, *arguments: str, what: str) -> None:
        environ = {**self._environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
        command = [str(self._program), *arguments]
        outcome = subprocess.run(command, env=environ, capture_output=True, text=True, errors="replace")
        if outcome.returncode:
            raise StackError(explain_failed_install(what, outcome.stderr))


def explain_failed_install(what: str, output: str) -> str:
    """One sentence, what uv or pip said last, and what can be done."""
    text = output.lower()
    if "no space left" in text:
        advice = "Free some disk space and run it again."
    elif any(sign in text for sign in ("dns error", "failed to connect", "connection", "timed out", "network")):
        advice = (
            "Check the network; behind a proxy or with a package index of your own, "
            "set HTTPS_PROXY or pip's index-url, which are respected here. Then run it again."
        )
    else:
        advice = "Run it again; if it fails the same way, delete .local/env and try once more."
    return f"Could not {what}. {advice} It said:\n{last_lines(output, 8)}"


def get_uv(environments: Path, environ: dict[str, str]) -> Uv:
    """
    The pinned uv, installed at the first call; else the one on the PATH.

    Raises:
        StackError: there is no uv and no way to install it.
    """
    folder = environments / f"uv-{UV_VERSION}"
    program = folder / "bin" / "uv"
    with waiting_lock(environments / "uv.lock", "installer"):
        if not program.exists():
            try:
                _install_uv(folder)
            except StackError:
                found = shutil.which("uv")
                if found is None:
                    raise
                program = Path(found)
    return Uv(program, environ)


def _install_uv(folder: Path) -> None:
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    command = [*_find_pip(draft), "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
    command += ["--target", str(draft), f"uv=={UV_VERSION}"]
    environ = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    outcome = subprocess.run(command, env=environ, capture_output=True, text=True, errors="replace")
    if outcome.returncode:
        raise StackError(explain_failed_install(f"install uv {UV_VERSION}", outcome.stderr))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _find_pip(draft: Path) -> list[str]:
    """The command that runs pip: this Python's own, or the one that ensurepip unpacks into an environment."""
    python = base_python()
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return [python, "-m", "pip"]
    if importlib.util.find_spec("ensurepip") is None:
        raise StackError(
            f"{python} (Python {sys.version.split()[0]}) came without pip and ensurepip, so nothing can be "
            "installed. Run `apt-get install python3-venv` (Debian, Ubuntu), or put `uv` on the PATH; "
            "then run it again."
        )
    folder = draft.with_name("pip")
    outcome = subprocess.run([python, "-m", "venv", str(folder)], capture_output=True, text=True)
    if outcome.returncode:
        raise StackError(f"{python} cannot make an environment:\n{last_lines(outcome.stdout + outcome.stderr, 4)}")
    return [str(folder / "bin" / "python"), "-m", "pip"]
