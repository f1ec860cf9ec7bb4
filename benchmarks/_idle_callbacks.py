"""
Hooks that compute as long as ours and do nothing, timed the same way: what a hook's wall clock shows without us.

LiteLLM has threads of its own, and Python takes the interpreter from a hook for up to 5 ms at any moment.
"""

from collections.abc import Mapping
from time import thread_time_ns
from typing import Any

from litellm.integrations.custom_logger import CustomLogger

from benchmarks._hook_clock import time_hook

BUSY_NS = 75_000
"""About what one of our hooks needs."""


class IdleCallback(CustomLogger):
    """Busy for `BUSY_NS` a call, in vain."""

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        await time_hook(_spin())


async def _spin() -> None:
    until = thread_time_ns() + BUSY_NS
    while thread_time_ns() < until:
        pass


idle = IdleCallback()
