"""
One supervised process: it logs to its file, is the leader of its own process group, and dies with its parent.

Ctrl-C reaches only the terminal's foreground group, so the supervisor alone decides the order of the end.
When the supervisor is killed outright, the kernel sends each child its stop signal (PR_SET_PDEATHSIG), and
each server's own processes follow it.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from stack.layout import Layout
from stack.leftovers import forget_process, record_process
from stack.system import last_lines

PR_SET_PDEATHSIG = 1
MAX_LOG_BYTES = 20_000_000
TAIL_LINES = 15


@dataclass(frozen=True, kw_only=True)
class Program:
    """
    What to run and how it wants to be stopped.

    Args:
        environ: Added to the supervisor's own environment.
        stop_signal: What makes it end quickly and in order.
        stop_timeout_s: After this the whole group is killed.
        prepare: Runs before every start, also after a crash.
        is_ready: Whether it serves; None for what serves nobody.
        is_store: Stores stop after everything that uses them.
        is_sender: Stops before everything else, for it still sends something at its end.
    """

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0
    prepare: Callable[[], None] | None = None
    is_ready: Callable[[], bool] | None = None
    is_store: bool = False
    is_sender: bool = False


class Child:
    """A running (or ended) Program."""

    def __init__(self, program: Program, layout: Layout) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self._layout = layout
        if program.prepare:
            program.prepare()
        with open_log(self.log) as log:
            self._process = subprocess.Popen(
                program.command,
                cwd=layout.root,
                env={**os.environ, **program.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=die_with_parent(program.stop_signal),  # noqa: PLW1509 - one thread, see stack/__init__.py
            )
        record_process(layout.pid_records, program.name, self._process.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._layout.log(self.program.name)

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send the stop signal to the leader, who knows how to end the rest."""
        if self.poll() is None:
            self._process.send_signal(self.program.stop_signal)

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within the time."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill_group(self) -> None:
        """End whatever of its group is left, and forget it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        forget_process(self._layout.pid_records, self.program.name)

    def describe_end(self) -> str:
        """How it ended and what it said last."""
        code = self.poll()
        how = f"was ended by {signal.Signals(-code).name}" if code is not None and code < 0 else f"exited with {code}"
        tail = last_lines(read_tail(self.log), TAIL_LINES)
        return f"{self.program.name} {how}; the end of {self._layout.shown(self.log)}:\n{tail}"


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A function to run in a new child: the kernel sends it the signal when the thread that made it ends."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def request_death_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)

    return request_death_signal


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to; a large one is set aside first, in the place of the last such."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return open(path, "ab")


def read_tail(path: Path, length_bytes: int = 8192) -> str:
    """The end of a log."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, path.stat().st_size - length_bytes))
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
