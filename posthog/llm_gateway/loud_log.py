"""Warnings that must be seen and must not flood: each event at most once in a while, with how often it happened."""

import logging
from collections import Counter
from collections.abc import Callable

log = logging.getLogger("posthog.llm_gateway")

INTERVAL_S = 30.0


class LoudLog:
    """One logger's memory of what it said when; ids and counts only, never payloads."""

    def __init__(self, *, monotonic: Callable[[], float], interval_s: float = INTERVAL_S) -> None:
        self._monotonic = monotonic
        self._interval_s = interval_s
        self._said_at: dict[str, float] = {}
        self._times: Counter[str] = Counter()

    def warn(self, event: str, **fields: object) -> None:
        """Say it, or count it for the next time that it is said."""
        if (times := self._count(event)) is not None:
            log.warning("%s", _render(event, fields | {"times": times}))

    def warn_with_traceback(self, event: str) -> None:
        """The same for the exception being handled; its message may hold anything, so only where it must not occur."""
        if (times := self._count(event)) is not None:
            log.warning("%s", _render(event, {"times": times}), exc_info=True)

    def _count(self, event: str) -> int | None:
        """How often it happened since it was last said; None where it is too early to say it again."""
        self._times[event] += 1
        now = self._monotonic()
        if now - self._said_at.get(event, float("-inf")) < self._interval_s:
            return None
        self._said_at[event] = now
        return self._times.pop(event, 1)  # 1: another thread has just said it


def _render(event: str, fields: dict[str, object]) -> str:
    return " ".join([f"posthog_shipper {event}", *(f"{name}={value}" for name, value in fields.items())])
