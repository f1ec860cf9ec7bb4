"""The text that Prometheus scrapes: the processes' counters, then what the database knows."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import Error as PostgresError
from django.db.models import Count, Min, Sum
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from posthog import metrics
from posthog.llm_analytics.inbox import count_stuck
from posthog.models import AccountingAlert, AccountingCheck, GatewayInboxBody, RejectedEvent

COUNTERS = metrics  # importing it registers the counters


class InboxCollector(Collector):
    """The inbox, the rejects and the open alerts as Postgres has them now, and whether it could be asked."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        try:
            measured = [*self._measure_inbox(), self._measure_rejects(), *self._measure_alerts()]
        except PostgresError:
            measured = []
        yield _gauge("llm_gateway_inbox_readable", "1 when Postgres answered.", int(bool(measured)))
        yield from measured

    def _measure_inbox(self) -> Iterator[Metric]:
        inbox = GatewayInboxBody.objects.aggregate(
            depth=Count("id"), body_bytes=Sum("body_bytes"), oldest=Min("received_at")
        )
        age_s = (self.now - inbox["oldest"]).total_seconds() if inbox["oldest"] else 0.0
        yield _gauge("llm_gateway_inbox_depth", "Bodies that wait for a worker.", inbox["depth"])
        yield _gauge("llm_gateway_inbox_bytes", "Their decompressed bytes.", inbox["body_bytes"] or 0)
        yield _gauge("llm_gateway_inbox_oldest_age_seconds", "Age of the oldest of them.", age_s)
        stuck = count_stuck(now=self.now)
        yield _gauge("llm_gateway_inbox_stuck_claims", "Bodies that a worker holds that must be dead.", stuck)

    def _measure_rejects(self) -> Metric:
        gauge = GaugeMetricFamily(
            "llm_gateway_rejected_events", "Rejected events on file, not replayed.", labels=["reason_code"]
        )
        rejects = RejectedEvent.objects.filter(replayed_at=None).order_by()
        for row in rejects.values("reason_code").annotate(events=Count("id")):
            gauge.add_metric([row["reason_code"]], row["events"])
        return gauge

    def _measure_alerts(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "ai_accounting_open_alerts", "Figures that are wrong or missing.", labels=["check", "severity"]
        )
        alerts = AccountingAlert.objects.filter(state=AccountingAlert.State.OPEN).order_by()
        for row in alerts.values("check_name", "severity").annotate(alerts=Count("id")):
            gauge.add_metric([row["check_name"], row["severity"]], row["alerts"])
        yield gauge
        checked_at = AccountingCheck.objects.aggregate(oldest=Min("checked_at"))["oldest"]
        if checked_at is not None:
            yield _gauge(
                "ai_accounting_checked_timestamp_seconds",
                "When the organization whose last successful look is the oldest was looked at, Unix time.",
                checked_at.timestamp(),
            )


def render_metrics() -> bytes:
    """Render everything in Prometheus's text format."""
    stored = CollectorRegistry()
    stored.register(InboxCollector(now=timezone.now()))
    return generate_latest(_counters()) + generate_latest(stored)


def _counters() -> CollectorRegistry:
    if not settings.PROMETHEUS_MULTIPROC_DIR:
        return REGISTRY
    summed = CollectorRegistry()
    # The package gives this one no types.
    MultiProcessCollector(summed, path=settings.PROMETHEUS_MULTIPROC_DIR)  # type: ignore[no-untyped-call]
    return summed


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
