"""`GET /api/figure_definitions/`: what each figure of the query API means, in the words that the usage table has."""

from collections.abc import Mapping
from types import MappingProxyType

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from posthog.api.usage_columns import COLUMNS

COLUMN_OF = {
    "calls": "calls",
    "input_tokens": "input",
    "cache_read_input_tokens": "cache_read",
    "cache_creation_input_tokens": "cache_creation",
    "output_tokens": "output",
    "reasoning_tokens": "reasoning",
    "total_tokens": "total",
    "total_cost_usd": "cost",
    "saved_cache_cost_usd": "saved",
}
"""Figure → the column that shows it."""

OF_THE_API_ALONE = {
    "uncached_input_tokens": ("Uncached input", "Input less what was read from and written to the prompt cache."),
    "visible_output_tokens": ("Visible output", "Output less Reasoning, where a provider reports reasoning."),
    "cache_hit_rate": ("Cache-hit rate", "Cache read divided by Input: the share of input that the cache served."),
    "error_rate": ("Error rate", "Failed calls divided by Calls."),
    "failed_calls": ("Failed calls", "The part of Calls that ended in an error; what they used and cost is counted."),
    "mean_latency_s": ("Latency", "Seconds from a call's begin to its end, the mean over calls that report both."),
    "unpriced_calls": ("Unpriced calls", "Calls with tokens and no known price; their cost is in no sum."),
    "unpriced_tokens": ("Unpriced tokens", "The part of Total that unpriced calls used."),
    "unexplained_tokens": ("Unexplained", "The provider's total less Input and Output; 0 where the figures add up."),
    "web_search_count": ("Web searches", "Searches that the provider bills."),
    "input_cost_usd": ("Cost of input", "The part of Cost for all input, cache reads and cache creation among it."),
    "cache_read_cost_usd": ("Cost of cache reads", "The part of Cost of input for what was read from the cache."),
    "cache_creation_cost_usd": (
        "Cost of cache creation",
        "The part of Cost of input for writing to the cache.",
    ),
    "output_cost_usd": ("Cost of output", "The part of Cost for all output, reasoning among it."),
    "gateway_cache_hits": ("Gateway's cache hits", "Answers from the gateway's own cache: no provider was called."),
    "saved_gateway_cache_cost_usd": (
        "Saved by the gateway's cache",
        "What those answers would have cost; never added to what the provider's cache saved.",
    ),
}


def build_definitions() -> dict[str, dict[str, str]]:
    """Figure → its `label` and `definition`."""
    columns = {column.key: (column.label, column.definition) for column in COLUMNS}
    texts = {figure: columns[key] for figure, key in COLUMN_OF.items()} | OF_THE_API_ALONE
    return {figure: {"label": label, "definition": definition} for figure, (label, definition) in texts.items()}


DEFINITIONS: Mapping[str, dict[str, str]] = MappingProxyType(build_definitions())


@cache_control(max_age=3600)
@require_safe
def figure_definitions(_request: HttpRequest) -> JsonResponse:
    """The same for every visitor, signed in or not."""
    return JsonResponse(dict(DEFINITIONS))
