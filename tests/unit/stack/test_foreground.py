"""Commands in the foreground."""

import os
import signal
import sys

from stack.foreground import run_in_foreground


def run_python(code: str) -> int:
    """Exit code of a Python one-liner."""
    return run_in_foreground([sys.executable, "-c", code], os.environ)


def test_exit_code_is_the_commands() -> None:
    """Scripts see what the command said."""
    assert run_python("raise SystemExit(7)") == 7


def test_end_by_a_signal_is_shown_as_a_shell_does() -> None:
    """128 and the signal's number."""
    assert run_python("import os; os.kill(os.getpid(), 9)") == 128 + signal.SIGKILL


def test_termination_of_the_waiting_process_reaches_the_command() -> None:
    """The command is told, and this process lives on to clean up."""
    code = (
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))\n"
        "os.kill(os.getppid(), signal.SIGTERM)\n"
        "time.sleep(30)\n"
    )
    assert run_python(code) == 3


def test_handlers_are_put_back() -> None:
    """Afterwards Ctrl-C means what it meant before."""
    before = signal.getsignal(signal.SIGINT)
    run_python("pass")
    assert signal.getsignal(signal.SIGINT) is before
