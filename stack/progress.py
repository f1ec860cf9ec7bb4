"""One line a step, with the seconds it took, on stderr."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

POLL_S = 0.05
ANNOUNCE_AFTER_S = 2.0


def write_line(text: str) -> None:
    """Write one line to the terminal; stdout stays the command's own."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@dataclass(eq=False)
class Step:
    """
    Something under way.

    Args:
        poll: True when done; raises StackError when it failed.
    """

    label: str
    poll: Callable[[], bool]
    started_at: float = field(default_factory=time.monotonic)
    is_announced: bool = False


class Board:
    """
    The steps under way, polled together, so that slow ones run side by side.

    Args:
        meanwhile: Called at every poll, e.g. to look after what already runs.
    """

    def __init__(
        self, write: Callable[[str], None] = write_line, *, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self._write = write
        self._meanwhile = meanwhile
        self._active: list[Step] = []

    def add(self, label: str, poll: Callable[[], bool]) -> Step:
        """Show a step from now on; `wait` polls it."""
        step = Step(label, poll)
        self._active.append(step)
        return step

    def wait(self, *steps: Step) -> None:
        """Return when the given steps are done (all, if none is given); raise when any active step fails."""
        while any(step in self._active for step in steps or self._active[:]):
            self._poll_all()
            self._meanwhile()
            if self._active:
                time.sleep(POLL_S)

    def _poll_all(self) -> None:
        for step in self._active[:]:
            elapsed_s = time.monotonic() - step.started_at
            if step.poll():
                self._active.remove(step)
                self._write(f"✓ {step.label} {elapsed_s:.1f} s")
            elif elapsed_s > ANNOUNCE_AFTER_S and not step.is_announced:
                step.is_announced = True
                self._write(f"… {step.label}")
