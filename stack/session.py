"""What every command that runs servers does: signals, installations, an end that leaves nothing."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from stack import frontend
from stack.environments import Environment, is_current
from stack.jobs import build_install_job
from stack.layout import Layout
from stack.leftovers import stop_leftovers
from stack.progress import Board, Step, write_line
from stack.supervisor import Supervisor

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Turn a signal into the exception of Ctrl-C."""
    raise KeyboardInterrupt


@contextlib.contextmanager
def supervision(layout: Layout) -> Iterator[Supervisor]:
    """
    A supervisor whose children all end with the block, by Ctrl-C, SIGTERM, an error or its end.

    Call it with the instance's lock held. A second Ctrl-C kills at once.
    """
    names = stop_leftovers(layout.pid_records)
    if names:
        write_line(f"✓ stopped what an earlier run left behind: {', '.join(names)}")
    supervisor = Supervisor(layout)
    before = {number: signal.signal(number, interrupt) for number in STOP_SIGNALS}
    try:
        yield supervisor
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, lambda *_: supervisor.kill())
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def start_installs(
    environments: list[Environment], layout: Layout, supervisor: Supervisor, board: Board
) -> dict[str, Step]:
    """Begin to set up what is not up to date, each in its own process: environment's name -> step."""
    steps: dict[str, Step] = {}
    for environment in environments:
        if not is_current(environment, layout):
            job = build_install_job(environment.key, layout)
            steps[environment.name] = board.add(environment.label, supervisor.start_job(job))
    return steps


def start_frontend(layout: Layout, supervisor: Supervisor, board: Board) -> Step | None:
    """Begin to build the UI's pages; None: they are those of today's sources."""
    if frontend.is_built(layout):
        return None
    return board.add(frontend.LABEL, supervisor.start_job(build_install_job(frontend.KEY, layout)))
