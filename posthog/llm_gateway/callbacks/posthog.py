"""
The PostHog callback: LiteLLM's callback that sends each call as an event to any PostHog host.

    litellm_settings:
      callbacks: ["posthog.llm_gateway.callbacks.posthog.posthog_callback"]

Only the asynchronous hooks exist, as in the shipper: every call of a proxy goes through them, once.
"""

from collections.abc import Mapping
from typing import Any

from litellm.integrations.custom_logger import CustomLogger

from posthog.llm_gateway.callbacks.capture_reporter import CaptureReporter, get_process_reporter


class PostHogCallback(CustomLogger):
    """A thin hand that passes calls on to the process's reporter."""

    def __init__(self, reporter: CaptureReporter) -> None:
        super().__init__()
        self._reporter = reporter

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        self._reporter.report(kwargs)

    async def async_log_failure_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        self._reporter.report(kwargs)


posthog_callback = PostHogCallback(get_process_reporter())
