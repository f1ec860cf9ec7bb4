"""What Prometheus sees."""

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from posthog.llm_gateway.counters import Counters
from posthog.llm_gateway.metrics import GaugeName, Metrics


def expose(metrics: Metrics) -> str:
    registry = CollectorRegistry()
    registry.register(metrics)
    return generate_latest(registry).decode()


def test_counters_and_gauges_are_exposed() -> None:
    """Refused events are a counter from 0 on, the spool's size a gauge."""
    counters = Counters()
    counters.add("events_accepted", 3)
    text = expose(Metrics(counters.read, lambda: {"spool_bytes": 12}))
    assert "posthog_shipper_events_accepted_total 3.0" in text
    assert "posthog_shipper_events_refused_total 0.0" in text
    assert "posthog_shipper_spool_bytes 12.0" in text


def test_unreadable_spool_leaves_the_counters() -> None:
    """Where the disk fails its figures are missing, not all of them."""

    def fail() -> dict[GaugeName, int]:
        raise OSError("input/output error")

    text = expose(Metrics(Counters().read, fail))
    assert "posthog_shipper_disk_errors_total 0.0" in text
    assert "spool_bytes" not in text
