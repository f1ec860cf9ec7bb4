"""
The durable shipper: LiteLLM's callback that a proxy's config names.

    litellm_settings:
      callbacks: ["posthog.llm_gateway.shipper.posthog_shipper"]

Each standard logging payload is numbered and queued in memory; two threads write it to the spool (writer.py says
what is durable when) and post it to the webhook (sender.py says when it is deleted). Nothing here waits for a disk
or a network, and nothing raises: an error is counted and logged, the model call goes on.

Only the asynchronous hooks exist: every call of a proxy goes through them, and some through the synchronous ones
as well, which would report it twice.
"""

import time
from collections.abc import Mapping
from typing import Any

from litellm.integrations.custom_logger import CustomLogger

from posthog.llm_gateway.assembly import get_process_engine
from posthog.llm_gateway.engine import ShipperEngine
from posthog.llm_gateway.loud_log import LoudLog


class PostHogShipper(CustomLogger):
    """A thin hand that passes payloads on to the process's engine."""

    def __init__(self, engine: ShipperEngine) -> None:
        super().__init__()
        self._engine = engine
        self._log = LoudLog(monotonic=time.monotonic)

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        self._offer(kwargs)

    async def async_log_failure_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        self._offer(kwargs)

    def _offer(self, kwargs: Mapping[str, Any]) -> None:
        try:
            self._engine.offer(kwargs.get("standard_logging_object"))
        except Exception:  # noqa: BLE001 - a model call must not fail because of its report
            self._log.warn_with_traceback("callback_error")


posthog_shipper = PostHogShipper(get_process_engine())
