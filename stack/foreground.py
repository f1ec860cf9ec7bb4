"""Run a command that owns the terminal, while this process only waits to clean up after it."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.child import die_with_parent

SIGNALLED = 128


def run_in_foreground(command: Sequence[str], environ: Mapping[str, str], cwd: Path | None = None) -> int:
    """
    The command's exit code; 128 + n when signal n ended it, as in a shell.

    Ctrl-C reaches the command by itself, for it stays in the terminal's group; a SIGTERM or SIGHUP is passed
    on.
    """
    process: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: object) -> None:
        if process is not None and number != signal.SIGINT:
            process.send_signal(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, pass_on) for number in numbers}
    try:
        process = subprocess.Popen(
            command,
            env=dict(environ),
            cwd=cwd,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one thread, see stack/__init__.py
        )
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else SIGNALLED - code
