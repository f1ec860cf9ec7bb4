"""
Anthropic's books: usage of messages by day and model, costs by day and description.

- `uncached_input_tokens` excludes the cache; what was written to it is told by its lifetime.
- Thinking is part of `output_tokens`, and not told apart.
- Costs are decimal texts in cents, `"123.45"` being $1.2345. Web searches and code execution are booked without a
  model; the Priority Tier is not booked at all.
- Buckets are days of UTC, 31 an answer at most. What was used appears some minutes later.

Source: Usage and Cost API, the guide and the reference of `usage_report/messages` and `cost_report`
(docs.claude.com, read 2026-11).
"""

from collections.abc import Iterator
from datetime import date

from ee.reconciliation.admin_api import AdminApi, Params, Progress
from ee.reconciliation.answer_fields import Node
from ee.reconciliation.kinds import COST, BookLine, Figures

USAGE = "/v1/organizations/usage_report/messages"
COSTS = "/v1/organizations/cost_report"
REPORTS = 2
DAYS_A_PAGE = 31
API_VERSION = "2023-06-01"
CENTS = 100
CURRENCY = "USD"

TOLD = frozenset(
    {
        "input_tokens",
        "uncached_input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "cache_creation_5m_input_tokens",
        "cache_creation_1h_input_tokens",
        "output_tokens",
        COST,
    }
)


def read_anthropic(api: AdminApi, start: date, end: date, on_progress: Progress) -> Iterator[BookLine]:
    """
    Every line from `start` to before `end`.

    Raises:
        BooksUnavailable: An API refused, or did not answer.
        BooksUnreadable: An answer is not as documented.
    """
    params = _list_params(start, end)
    for bucket in api.list_buckets(USAGE, [*params, ("group_by[]", "model")], on_progress):
        day = bucket.get_iso_day("starting_at")
        for result in bucket.list_children("results"):
            yield BookLine(day=day, model=result.find_text("model") or "", figures=_read_usage(result))
    for bucket in api.list_buckets(COSTS, [*params, ("group_by[]", "description")], on_progress):
        day = bucket.get_iso_day("starting_at")
        for result in bucket.list_children("results"):
            yield BookLine(day=day, model=result.find_text("model") or "", figures=_read_cost(result))


def _list_params(start: date, end: date) -> Params:
    return [
        ("starting_at", f"{start.isoformat()}T00:00:00Z"),
        ("ending_at", f"{end.isoformat()}T00:00:00Z"),
        ("bucket_width", "1d"),
        ("limit", DAYS_A_PAGE),
    ]


def _read_usage(result: Node) -> Figures:
    uncached, read = result.get_count("uncached_input_tokens"), result.get_count("cache_read_input_tokens")
    creation = result.child("cache_creation")
    short, long = (creation.get_count(f"ephemeral_{lifetime}_input_tokens") for lifetime in ("5m", "1h"))
    return {
        "input_tokens": uncached + read + short + long,
        "uncached_input_tokens": uncached,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": short + long,
        "cache_creation_5m_input_tokens": short,
        "cache_creation_1h_input_tokens": long,
        "output_tokens": result.get_count("output_tokens"),
    }


def _read_cost(result: Node) -> Figures:
    currency = result.child("currency")
    if currency.read_text().upper() != CURRENCY:
        raise currency.fail(f"the currency {CURRENCY}")
    return {COST: result.get_amount("amount") / CENTS}
