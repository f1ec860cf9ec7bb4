"""
The Prometheus callback: tokens, costs and times of each call, from the same reading as the rows of `ai_events`.

    litellm_settings:
      callbacks: ["posthog.llm_gateway.callbacks.prometheus.prometheus_callback"]

Only the asynchronous hooks exist, as in the shipper: every call of a proxy goes through them, once.
"""

from collections.abc import Mapping
from typing import Any

from litellm.integrations.custom_logger import CustomLogger

from posthog.llm_gateway.callbacks.meter_reporter import MeterReporter, get_process_meters
from posthog.llm_gateway.callbacks.metrics_endpoint import mount_metrics


class PrometheusCallback(CustomLogger):
    """A thin hand that passes calls on to the process's reporter."""

    def __init__(self, reporter: MeterReporter) -> None:
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


prometheus_callback = PrometheusCallback(get_process_meters())
mount_metrics()
