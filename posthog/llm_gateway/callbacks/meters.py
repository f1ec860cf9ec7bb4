"""
What Prometheus is told of each call: the figures of ClickHouse's row, by the same functions.

- Labels: `provider`, `model`, `product`, `stream`; names beyond a bound are `other`, and so are all of a call whose
  labels would be one combination too many: 50 providers of 200 models for 200 products would be millions of series.
- Tokens and costs are counted of `inference` calls alone, as in every report: a gateway's cache hit, a read or a
  rejected call was no work of a provider. `requests` counts all, by `kind` and `status`.
- A count that was not reported adds nothing, not even 0; where the call was answered, `…_unreported` counts that.
- Cache savings are negative where writing to the cache cost more than reading from it saved, so they are two counters.
"""

import importlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from posthog.errors import InvalidSetting
from posthog.llm_gateway.callbacks.bounded_labels import OTHER, BoundedLabel
from posthog.llm_usage.accounting import AccountedEvent, account_event
from posthog.llm_usage.payloads.fields import find_number, find_text
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.payloads.private import keep_numbers

PREFIX = "posthog_llm_"
LABELS = ("provider", "model", "product", "stream")
REQUEST_LABELS = (*LABELS, "kind", "status")

TOKENS = {
    "input_tokens": "What models read, cache included.",
    "output_tokens": "What models wrote, reasoning included.",
    "cache_read_input_tokens": "The part of input read from a provider's cache.",
    "cache_creation_input_tokens": "The part of input written to a provider's cache.",
    "reasoning_tokens": "The part of output spent on reasoning.",
}
"""Columns of `ai_events`, each a counter, and beside it how often it was not reported."""
COSTS = {
    "total_cost_usd": "What calls cost.",
    "input_cost_usd": "What all input cost, cache included.",
    "output_cost_usd": "What all output cost, reasoning included.",
}
SAVED = "cache_savings_usd"
OVERSPENT = "cache_overspend_usd"
TIMES = {"latency_seconds": "$ai_latency", "time_to_first_token_seconds": "$ai_time_to_first_token"}
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)
MAX_PROVIDERS = 50


class Labels(NamedTuple):
    """One call's label values, in the order of `LABELS`."""

    provider: str
    model: str
    product: str
    stream: str


class Meters:
    """
    All metrics of one registry.

    Args:
        registry: A `prometheus_client` registry; None: the process's own.
        max_models: Names of models, and of products, before `other`.
        max_combinations: Of label values, each with some fifty series.
    Raises:
        InvalidSetting: `prometheus_client` is not installed.
    """

    def __init__(self, *, registry: Any = None, max_models: int = 200, max_combinations: int = 2000) -> None:
        client = _import_client()
        registry = client.REGISTRY if registry is None else registry

        def count(name: str, about: str, labels: tuple[str, ...] = LABELS) -> Any:
            return client.Counter(PREFIX + name, about, labels, registry=registry)

        def count_missing(name: str) -> Any:
            return count(f"{name}_unreported", f"Answered calls without {name}.")

        self._requests = count("requests", "Calls of every kind.", REQUEST_LABELS)
        self._amounts = {name: count(name, about) for name, about in (TOKENS | COSTS).items()}
        self._amounts[SAVED] = count(SAVED, "What the providers' caches saved, of calls where they did.")
        self._amounts[OVERSPENT] = count(OVERSPENT, "What writing to the caches cost beyond what reading saved.")
        self._unreported = {name: count_missing(name) for name in (*TOKENS, *COSTS)}
        self._times = {
            name: client.Histogram(PREFIX + name, f"Seconds: {name}.", LABELS, buckets=BUCKETS, registry=registry)
            for name in TIMES
        }
        self._errors = client.Counter(f"{PREFIX}callback_errors", "Calls that could not be counted.", registry=registry)
        self._providers = BoundedLabel(MAX_PROVIDERS)
        self._models, self._products = BoundedLabel(max_models), BoundedLabel(max_models)
        self._combinations: set[Labels] = set()
        self._max_combinations = max_combinations

    def count_call(self, payload: Mapping[str, Any]) -> None:
        """
        Count one standard logging payload.

        Raises:
            InvalidEvent: The payload does not say which call it is.
        """
        event = build_ai_event(keep_numbers(payload), team_id=0)
        properties = event.properties
        is_answered, kind = properties["$ai_is_error"] is False, str(properties["$ai_call_kind"])
        labels = self._bound(self._label(properties, is_answered=is_answered))
        self._requests.labels(*labels, kind, "success" if is_answered else "failure").inc()
        if kind == "inference":
            self._count_amounts(account_event(event), labels, is_answered=is_answered)
            self._observe_times(properties, labels)

    def count_error(self) -> None:
        """Count a call that could not be counted."""
        self._errors.inc()

    def _label(self, properties: Mapping[str, Any], *, is_answered: bool) -> Labels:
        return Labels(
            self._providers.bound(find_text(properties, "$ai_provider"), is_answered=is_answered),
            self._models.bound(find_text(properties, "$ai_model"), is_answered=is_answered),
            self._products.bound(find_text(properties, "$ai_product")),
            "true" if properties.get("$ai_stream") is True else "false",
        )

    def _bound(self, labels: Labels) -> Labels:
        if labels not in self._combinations and len(self._combinations) >= self._max_combinations:
            return Labels(OTHER, OTHER, OTHER, labels.stream)
        self._combinations.add(labels)
        return labels

    def _count_amounts(self, accounted: AccountedEvent, labels: Labels, *, is_answered: bool) -> None:
        amounts = {name: getattr(accounted.usage, name) for name in TOKENS}
        amounts |= {name: getattr(accounted.costs, name) for name in COSTS}
        for name, amount in amounts.items():
            if amount is not None and amount >= 0:
                self._amounts[name].labels(*labels).inc(float(amount))
            elif is_answered:
                self._unreported[name].labels(*labels).inc()
        self._count_savings(accounted.costs.saved_cache_cost_usd, labels)

    def _count_savings(self, saved_usd: Decimal | None, labels: Labels) -> None:
        if saved_usd is not None:
            self._amounts[SAVED if saved_usd >= 0 else OVERSPENT].labels(*labels).inc(float(abs(saved_usd)))

    def _observe_times(self, properties: Mapping[str, Any], labels: Labels) -> None:
        for name, source in TIMES.items():
            if (seconds := find_number(properties, source)) is not None:
                self._times[name].labels(*labels).observe(seconds)


def _import_client() -> Any:
    try:
        return importlib.import_module("prometheus_client")
    except ImportError:
        raise InvalidSetting(
            "callbacks: posthog.llm_gateway.callbacks.prometheus needs the package prometheus-client in the proxy's "
            "environment; install it, or leave the callback out"
        ) from None
