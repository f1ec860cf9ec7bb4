"""
What the Prometheus callback does with a call, without LiteLLM's class around it.

Reading a call's usage and costs takes longer than the proxy's event loop should wait: the hook only queues the
payload, one thread counts. A payload that finds the queue full, or cannot be read, is counted as an error.
"""

import os
import queue
import threading
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from posthog.errors import InvalidSetting
from posthog.llm_gateway.callbacks.meters import Meters
from posthog.llm_gateway.callbacks.pacing import let_others_run
from posthog.llm_gateway.loud_log import LoudLog
from posthog.llm_usage.pricing.catalogue import load_catalogue

MAX_MODELS = "POSTHOG_PROMETHEUS_MAX_MODELS"
DEFAULT_MAX_MODELS = "200"
MAX_WAITING = 2000

Payloads = queue.Queue[dict[str, Any]]


class MeterReporter:
    """
    Counts calls; never raises.

    Args:
        max_waiting: Most payloads in memory that are not counted yet.
    """

    def __init__(self, meters: Meters, *, max_waiting: int = MAX_WAITING) -> None:
        self._meters = meters
        self._max_waiting = max_waiting
        self._log = LoudLog(monotonic=time.monotonic)
        self._starting = threading.Lock()
        self._waiting: Payloads = queue.Queue(max_waiting)
        self._counting: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._forget)

    def report(self, kwargs: Mapping[str, Any]) -> None:
        """Take one call; `kwargs` is what LiteLLM gives its callbacks, the payload is copied one level deep."""
        try:
            self._waiting.put_nowait(dict(kwargs["standard_logging_object"]))
            if self._counting is None:
                self.start()
        except Exception:  # noqa: BLE001 - a model call must not fail because of its report
            self._count_error()

    def start(self) -> None:
        """Start to count unless it does; a forked process starts with its first call."""
        with self._starting:
            if self._counting is None:
                counting = threading.Thread(target=self._count, name="posthog-meters", daemon=True)
                counting.start()
                self._counting = counting

    def drain(self) -> None:
        """Wait until all that was taken is counted."""
        self._waiting.join()

    def _forget(self) -> None:
        """A fork copies no thread; what the parent took, the parent counts."""
        self._starting = threading.Lock()
        self._waiting = queue.Queue(self._max_waiting)
        self._counting = None

    def _count(self) -> None:
        waiting = self._waiting
        while True:
            payload = waiting.get()
            try:
                self._meters.count_call(payload)
            except Exception:  # noqa: BLE001 - the outermost loop: without it the thread would end
                self._count_error()
            finally:
                waiting.task_done()
            let_others_run()

    def _count_error(self) -> None:
        self._meters.count_error()
        self._log.warn_with_traceback("prometheus_callback_error")


def read_max_models(environment: Mapping[str, str] = os.environ) -> int:
    """
    How many names of models become labels.

    Raises:
        InvalidSetting: It is no whole number above 0.
    """
    value = environment.get(MAX_MODELS) or DEFAULT_MAX_MODELS
    if not value.isdecimal() or int(value) == 0:
        raise InvalidSetting(f"{MAX_MODELS}: expected a whole number above 0, got {value!r}")
    return int(value)


@cache
def get_process_meters() -> MeterReporter:
    """
    The one reporter of this process; LiteLLM may import the callback's module more than once.

    Raises:
        InvalidSetting: A setting is wrong, or `prometheus_client` is not installed.
    """
    reporter = MeterReporter(Meters(max_models=read_max_models()))
    load_catalogue()  # now, not while the first call is counted
    return reporter
