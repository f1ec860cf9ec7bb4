"""
Remembers for a moment that a store is away, in this process.

A store that hangs would else hold a thread of the web for every gateway that polls, and the webhook has the same
threads.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

QUIET_S = 2.0


@dataclass(slots=True)
class Outage:
    """`clock`: seconds that only go up."""

    clock: Callable[[], float] = time.monotonic
    _until_s: float = 0.0

    def note(self) -> None:
        """A store did not answer."""
        self._until_s = self.clock() + QUIET_S

    def forget(self) -> None:
        self._until_s = 0.0

    @property
    def is_recent(self) -> bool:
        """Whether the stores need not be asked yet."""
        return self.clock() < self._until_s
