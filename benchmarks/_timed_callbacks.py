"""The two callbacks with a clock around their hooks; LiteLLM's proxy loads them from here for `bin/bench callback`."""

from collections.abc import Mapping
from typing import Any

from benchmarks._hook_clock import time_hook
from posthog.llm_gateway.callbacks.capture_reporter import get_process_reporter
from posthog.llm_gateway.callbacks.meter_reporter import get_process_meters
from posthog.llm_gateway.callbacks.posthog import PostHogCallback
from posthog.llm_gateway.callbacks.prometheus import PrometheusCallback


class TimedPostHogCallback(PostHogCallback):
    """`posthog_callback`, timed."""

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        await time_hook(super().async_log_success_event(kwargs, response_obj, start_time, end_time))


class TimedPrometheusCallback(PrometheusCallback):
    """`prometheus_callback`, timed."""

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        await time_hook(super().async_log_success_event(kwargs, response_obj, start_time, end_time))


timed_posthog = TimedPostHogCallback(get_process_reporter())
timed_prometheus = TimedPrometheusCallback(get_process_meters())
