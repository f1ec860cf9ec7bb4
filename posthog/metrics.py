"""
The counters that Prometheus reads at `/metrics`.

Web and workers are several processes: with PROMETHEUS_MULTIPROC_DIR set, each keeps its counters in a file
there and `/metrics` adds them up; without it `/metrics` shows the web process that answers. What the
database knows better (the inbox, the rejects) is asked of the database, see `posthog.api.metrics_page`.
"""

from pathlib import Path

from django.conf import settings
from prometheus_client import Counter, Histogram

if settings.PROMETHEUS_MULTIPROC_DIR:
    Path(settings.PROMETHEUS_MULTIPROC_DIR).mkdir(parents=True, exist_ok=True)

BODIES_RECEIVED = Counter(
    "llm_gateway_bodies_received", "Request bodies at the gateway's door, by the answer given.", ["status"]
)
BODY_BYTES_RECEIVED = Counter("llm_gateway_body_bytes_received", "Bytes of accepted bodies, decompressed.")
CAPTURE_REQUESTS = Counter(
    "capture_requests", "Requests at the doors for PostHog's SDKs, by the answer given.", ["door", "status"]
)
CAPTURED_EVENTS = Counter(
    "captured_events",
    "Events that came with a project token: AI events, which are stored, and others.",
    ["door", "kind"],
)
EVENTS_INGESTED = Counter("llm_events_ingested", "Rows written to ai_events.", ["event"])
EVENTS_REJECTED = Counter("llm_events_rejected", "Events that became no row.", ["reason_code"])
CLAIMS_TAKEN_OVER = Counter(
    "llm_gateway_claims_taken_over", "Bodies whose claim ran out because its worker died or was too slow."
)
DRAIN_SECONDS = Histogram("llm_gateway_drain_seconds", "Seconds that one drain of the inbox took.")
ROLLUP_SECONDS = Histogram("llm_usage_rollup_seconds", "Seconds that one batch of hours took to roll up.")
ROLLUP_HOURS = Counter("llm_usage_rollup_hours", "Hours of teams that were rolled up.")
ROLLUP_HOURS_OUTLIVED = Counter(
    "llm_usage_rollup_hours_outlived", "Hours that kept the sums of rows that are gone, without rows that came late."
)
ROLLUP_DRIFTS = Counter("llm_usage_rollup_drifts", "Hours whose rollup was not the sum of its rows.", ["table"])
