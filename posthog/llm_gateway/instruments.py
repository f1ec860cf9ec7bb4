"""What every part of the shipper is given: clocks, counters and the log; tests give their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from posthog.llm_gateway.counters import Counters
from posthog.llm_gateway.loud_log import LoudLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """
    One process's set.

    Attributes:
        clock: Unix seconds, for what is written down.
        monotonic: Seconds that only grow, for what is waited for.
    """

    counters: Counters = field(default_factory=Counters)
    log: LoudLog = field(default_factory=lambda: LoudLog(monotonic=time.monotonic))
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
