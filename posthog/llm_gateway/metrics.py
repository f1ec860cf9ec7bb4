"""
The shipper's counters and gauges for Prometheus, where `prometheus_client` is installed; else nothing happens.

Read when they are scraped. With PROMETHEUS_MULTIPROC_DIR set, a registry of many processes has no place for them.
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from posthog.llm_gateway.counters import ABOUT, CounterName

PREFIX = "posthog_shipper_"

GaugeName = Literal["events_queued", "spool_bytes", "spool_segments"]

GAUGES: dict[GaugeName, str] = {
    "events_queued": "Events in memory that are not durable yet.",
    "spool_bytes": "Bytes of the spool folder, all workers together.",
    "spool_segments": "Segments that wait to be sent, all workers together.",
}


@dataclass(frozen=True, slots=True)
class Metrics:
    """A Prometheus collector over what an engine reads; `read_gauges` may raise OSError. A prefix per engine."""

    read_counters: Callable[[], dict[CounterName, int]]
    read_gauges: Callable[[], dict[GaugeName, int]]
    prefix: str = PREFIX

    def collect(self) -> Iterator[Any]:
        families = importlib.import_module("prometheus_client.core")
        for counter, value in self.read_counters().items():
            yield families.CounterMetricFamily(self.prefix + counter, ABOUT[counter], value=value)
        for gauge, number in self._read_gauges().items():
            yield families.GaugeMetricFamily(self.prefix + gauge, GAUGES[gauge], value=number)

    def _read_gauges(self) -> dict[GaugeName, int]:
        try:
            return self.read_gauges()
        except OSError:  # a full disk must not take the other figures with it
            return {}


def expose(metrics: Metrics) -> bool:
    """Register with the default registry, once a process; whether Prometheus is there."""
    try:
        client = importlib.import_module("prometheus_client")
    except ImportError:
        return False
    client.REGISTRY.register(metrics)
    return True
