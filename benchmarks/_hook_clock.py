"""How long a callback's hook holds the proxy's event loop, written down for `bin/bench callback`."""

import os
from collections.abc import Awaitable
from pathlib import Path
from struct import iter_unpack, pack
from time import perf_counter_ns, thread_time_ns
from typing import NamedTuple

HOOK_TIMES = "BENCH_HOOK_TIMES"
"""The variable that names the file to append to."""
_FORMAT = "<qq"


class HookTime(NamedTuple):
    """
    One hook of one call, in nanoseconds.

    Attributes:
        wall_ns: From its start to its end, the time in which other threads or processes had the CPU included.
        cpu_ns: In which it computed.
    """

    wall_ns: int
    cpu_ns: int


async def time_hook(hook: Awaitable[None]) -> None:
    """Run it and append its times."""
    started_at, used_before = perf_counter_ns(), thread_time_ns()
    await hook
    used, ended_at = thread_time_ns() - used_before, perf_counter_ns()
    with open(os.environ[HOOK_TIMES], "ab", buffering=0) as file:
        file.write(pack(_FORMAT, ended_at - started_at, used))


def read_hook_times(path: Path) -> list[HookTime]:
    """All that were appended."""
    return [HookTime(*pair) for pair in iter_unpack(_FORMAT, path.read_bytes())]
