"""Start programs, restart those that die, stop them all in order."""

import time
from collections.abc import Callable

from stack.child import Child, Program
from stack.errors import StackError
from stack.guardian import Guardian
from stack.jobs import Job
from stack.layout import Layout
from stack.progress import write_line

POLL_S = 0.2
FIRST_BACKOFF_S = 1.0
MAX_BACKOFF_S = 30.0
STEADY_AFTER_S = 60.0


class Supervisor:
    """The children of one instance, in the order they were started."""

    def __init__(self, layout: Layout, write: Callable[[str], None] = write_line) -> None:
        self._layout = layout
        self._write = write
        self._children: dict[str, Child] = {}
        self._restarts: dict[str, Restart] = {}
        self._jobs: list[Job] = []
        self._guardian = Guardian()

    def start(self, program: Program) -> Callable[[], bool]:
        """Start a program; the result tells whether it is ready, and raises when it ended instead."""
        child = self._start_child(program)

        def is_ready() -> bool:
            if child.poll() is not None:
                raise StackError(f"{child.describe_end()}")
            return program.is_ready is None or program.is_ready()

        return is_ready

    def start_job(self, job: Job) -> Callable[[], bool]:
        """Start what ends by itself; the result tells whether it is done, and raises when it failed."""
        self._jobs.append(job)
        self._guardian.watch(job.start())
        return job.poll

    def check(self, *, now: float | None = None) -> None:
        """Restart what died, later at each repetition; call it every moment."""
        now = time.monotonic() if now is None else now
        for name, child in self._children.items():
            if child.poll() is None:
                continue
            restart = self._restarts.get(name)
            if restart is None or not restart.is_pending:
                restart = plan_restart(restart, lived_s=now - child.started_at, now=now)
                self._restarts[name] = restart
                self._write(f"✗ {child.describe_end()}\n  {name} starts again in {restart.delay_s:.0f} s.")
                self._end_group(child)
            elif now >= restart.due_at:
                self._start_child(child.program)
                restart.is_pending = False
                self._write(f"✓ {name} was started again")

    def run(self) -> None:
        """Keep everything running until a signal's exception ends it."""
        while True:
            self.check()
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Stop senders, then the last started first, then stores; what ignores its signal is killed with its group."""
        for job in self._jobs:
            job.stop()
        children = list(reversed(self._children.values()))
        self._stop_together([child for child in children if child.program.is_sender])
        for child in children:
            if not child.program.is_sender and not child.program.is_store:
                self._stop_together([child])
        self._stop_together([child for child in children if child.program.is_store])
        self._children.clear()
        self._guardian.close()

    def kill(self) -> None:
        """End everything at once: the answer to a second Ctrl-C."""
        for child in self._children.values():
            child.kill_group()

    def _start_child(self, program: Program) -> Child:
        child = Child(program, self._layout)
        self._guardian.watch(child.pid)
        self._children[program.name] = child
        return child

    def _stop_together(self, children: list[Child]) -> None:
        """Ask all to stop, wait for all, and leave nothing of their groups."""
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.wait(child.program.stop_timeout_s)
            self._end_group(child)

    def _end_group(self, child: Child) -> None:
        child.kill_group()
        self._guardian.forget(child.pid)


class Restart:
    """When a dead child starts again."""

    def __init__(self, *, delay_s: float, due_at: float) -> None:
        self.delay_s = delay_s
        self.due_at = due_at
        self.is_pending = True


def plan_restart(last: Restart | None, *, lived_s: float, now: float) -> Restart:
    """Twice as late as last time, unless the child had run steadily since."""
    is_first = last is None or lived_s >= STEADY_AFTER_S
    delay_s = FIRST_BACKOFF_S if last is None or is_first else min(last.delay_s * 2, MAX_BACKOFF_S)
    return Restart(delay_s=delay_s, due_at=now + delay_s)
