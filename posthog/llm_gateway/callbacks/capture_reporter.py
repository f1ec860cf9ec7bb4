"""
What the PostHog callback does with a call, without LiteLLM's class around it: context added, spooled, counted.

The spool, its threads and its promises are the shipper's; only the `Post` at the end is another.
"""

import atexit
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from posthog.llm_gateway.assembly import build_works
from posthog.llm_gateway.callbacks.capture_settings import CaptureSettings, read_capture_settings
from posthog.llm_gateway.callbacks.capture_transport import CapturePost
from posthog.llm_gateway.callbacks.request_context import add_request_context
from posthog.llm_gateway.counters import CounterName
from posthog.llm_gateway.engine import ShipperEngine, Works
from posthog.llm_gateway.loud_log import LoudLog
from posthog.llm_gateway.metrics import Metrics, expose

METRICS_PREFIX = "posthog_callback_"


class CaptureReporter:
    """
    Reports calls; never raises.

    Attributes:
        successes, errors: Calls taken, and calls that could not be for a reason nobody thought of.
    """

    def __init__(self, engine: ShipperEngine) -> None:
        self.successes = 0
        self.errors = 0
        self._engine = engine
        self._log = LoudLog(monotonic=time.monotonic)

    def report(self, kwargs: Mapping[str, Any]) -> None:
        """Take one call; `kwargs` is what LiteLLM gives its callbacks."""
        try:
            payload = kwargs.get("standard_logging_object")
            if payload is not None:
                payload = add_request_context(payload, kwargs.get("litellm_params"))
            self._engine.offer(payload)
            self.successes += 1
        except Exception:  # noqa: BLE001 - a model call must not fail because of its report
            self.errors += 1
            self._log.warn_with_traceback("callback_error")

    def read_counters(self) -> dict[CounterName, int]:
        """The engine's, the callback's own errors among the internal ones."""
        counters = self._engine.read_counters()
        return counters | {"internal_errors": counters.get("internal_errors", 0) + self.errors}


def build_capture_works(settings: CaptureSettings) -> Works:
    """The shipper's parts with the capture API at their end."""
    return build_works(settings.shipper, post=CapturePost(settings.project, clock=time.time))


@cache
def get_process_reporter() -> CaptureReporter:
    """
    The one reporter of this process, its engine started.

    Raises:
        InvalidSetting: The environment does not say where to send to, or says it wrongly.
    """
    settings = read_capture_settings()
    engine = ShipperEngine(lambda: build_capture_works(settings), drain_s=settings.shipper.drain_s)
    engine.start()
    reporter = CaptureReporter(engine)
    expose(Metrics(reporter.read_counters, engine.read_gauges, METRICS_PREFIX))
    atexit.register(engine.stop)
    return reporter
