"""What Prometheus is told of the newest reconciliation of each provider."""

from prometheus_client import Gauge

PROVIDER_AGREEMENT = Gauge(
    "llm_provider_agreement_percent",
    "Agreement of our sums with a provider's own books, newest reconciliation, by kind of tokens or cost.",
    ["provider", "kind"],
    multiprocess_mode="mostrecent",
)
