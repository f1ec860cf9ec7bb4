"""Something that runs to its end while other steps go on: an installation, a migration."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.child import TAIL_LINES, die_with_parent
from stack.errors import StackError
from stack.layout import Layout
from stack.system import last_lines

OWN_ERROR_SIGN = "✗ "


class Job:
    """
    One command; its stdout is kept for `output`, its stderr goes to `log/NAME.log`, made anew each time.

    Args:
        environ: Added to the environment of this process.
    """

    def __init__(self, name: str, command: Sequence[str], layout: Layout, environ: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._layout = layout
        self._environ = {**os.environ, **environ}
        self._stdout = tempfile.TemporaryFile()  # noqa: SIM115 - read after the end, closed by `stop`
        self._taken_bytes = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Start it in a process group of its own; the group's number."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._layout.root,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=self._stdout,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one thread, see stack/__init__.py
            )
        return self._process.pid

    def poll(self) -> bool:
        """
        Whether it is done.

        Raises:
            StackError: it failed.
        """
        assert self._process is not None
        code = self._process.poll()
        if code:
            raise StackError(self._explain(code))
        return code == 0

    def output(self) -> str:
        """What it wrote to stdout."""
        return self._read_from(0).decode(errors="replace")

    def take_lines(self) -> list[str]:
        """The whole lines that it wrote to stdout since the last call."""
        new = self._read_from(self._taken_bytes)
        whole = new[: new.rfind(b"\n") + 1]
        self._taken_bytes += len(whole)
        return whole.decode(errors="replace").splitlines()

    def _read_from(self, offset: int) -> bytes:
        """Read without moving the file's position: the running process, which writes there, shares it."""
        file = self._stdout.fileno()
        return os.pread(file, os.fstat(file).st_size - offset, offset)

    def stop(self) -> None:
        """End it and whatever it started; its output is gone then."""
        self._stdout.close()
        if self._process is None or self._process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def _log(self) -> Path:
        return self._layout.log(self.name)

    def _explain(self, code: int) -> str:
        said = self._log.read_text(errors="replace") + self.output()
        own_error = said.rpartition(OWN_ERROR_SIGN)[2].strip() if OWN_ERROR_SIGN in said else ""
        return own_error or (
            f"{self.name} exited with {code}; the end of {self._layout.shown(self._log)}:\n"
            f"{last_lines(said, TAIL_LINES)}"
        )


def build_install_job(environment: str, layout: Layout) -> Job:
    """Set up one environment in a process of its own."""
    command = [sys.executable, "-S", "-E", str(layout.root / "stack" / "__main__.py"), "install", environment]
    return Job(f"install_{environment}", command, layout, {})


def build_manage_job(layout: Layout, environ: Mapping[str, str], *arguments: str) -> Job:
    """Run a management command."""
    command = [str(layout.app_python), str(layout.root / "manage.py"), *arguments]
    return Job(arguments[0], command, layout, environ)
