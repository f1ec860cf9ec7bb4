"""
OpenAI's books: usage by day and model of completions and of embeddings, costs by day and line item.

- `input_tokens` include what was read from and written to the cache; `input_uncached_tokens` do not. Older answers
  have no `input_uncached_tokens` and no cache writes: what they do not call cached was uncached.
- Reasoning is part of `output_tokens`, and not told apart.
- Costs know no model, but their line items begin with it: `gpt-4o-2024-08-06, input`; a modality may follow the name:
  `gpt-image-1 image, output`. Line items without a comma (`whisper`) are booked under their whole name.
- Buckets are days of UTC, 31 an answer at most (of costs 180).

Source: the API reference's Usage and Costs pages as `openai` 3.57.0 types them (`types/admin/organization/
usage_completions_response.py`, `usage_costs_params.py`), the cookbook's `completions_usage_api.ipynb`; the line items'
form as seen in public clients (read 2026-11).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from ee.reconciliation.admin_api import AdminApi, Params, Progress
from ee.reconciliation.answer_fields import Node
from ee.reconciliation.kinds import COST, BookLine, Figures

COMPLETIONS = "/v1/organization/usage/completions"
EMBEDDINGS = "/v1/organization/usage/embeddings"
COSTS = "/v1/organization/costs"
REPORTS = 3
DAYS_A_PAGE = 31
MODALITIES = (" text", " image", " audio")
CURRENCY = "usd"

TOLD = frozenset(
    {
        "input_tokens",
        "uncached_input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "cache_creation_30m_input_tokens",
        "cache_creation_12h_input_tokens",
        "output_tokens",
        COST,
    }
)


def read_openai(api: AdminApi, start: date, end: date, on_progress: Progress) -> Iterator[BookLine]:
    """
    Every line from `start` to before `end`.

    Raises:
        BooksUnavailable: An API refused, or did not answer.
        BooksUnreadable: An answer is not as documented.
    """
    for path, read in ((COMPLETIONS, _read_completions), (EMBEDDINGS, _read_embeddings)):
        for bucket in api.list_buckets(path, [*_list_params(start, end), ("group_by", "model")], on_progress):
            day = bucket.get_unix_day("start_time")
            for result in bucket.list_children("results"):
                yield BookLine(day=day, model=result.find_text("model") or "", figures=read(result))
    for bucket in api.list_buckets(COSTS, [*_list_params(start, end), ("group_by", "line_item")], on_progress):
        day = bucket.get_unix_day("start_time")
        for result in bucket.list_children("results"):
            model = find_model(result.find_text("line_item") or "")
            yield BookLine(day=day, model=model, figures={COST: _read_amount(result)})


def find_model(line_item: str) -> str:
    """The model that a line item of the costs is about; '' where it names nothing."""
    name = line_item.rpartition(", ")[0] or line_item
    for modality in MODALITIES:
        name = name.removesuffix(modality)
    return name


def _list_params(start: date, end: date) -> Params:
    first, last = (int(datetime.combine(day, time.min, UTC).timestamp()) for day in (start, end))
    return [("start_time", first), ("end_time", last), ("bucket_width", "1d"), ("limit", DAYS_A_PAGE)]


def _read_completions(result: Node) -> Figures:
    input_tokens = result.get_count("input_tokens")
    cached, written = (result.find_count(f"input_{part}_tokens") for part in ("cached", "cache_write"))
    uncached = result.find_count("input_uncached_tokens")
    if uncached is None and cached is not None:
        uncached = input_tokens - cached - (written or 0)
        if uncached < 0:
            raise result.child("input_cached_tokens").fail("part of input_tokens")
    return {
        "input_tokens": input_tokens,
        "uncached_input_tokens": uncached,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": written,
        "cache_creation_30m_input_tokens": result.find_count("input_cache_write_30m_tokens"),
        "cache_creation_12h_input_tokens": result.find_count("input_cache_write_12h_tokens"),
        "output_tokens": result.get_count("output_tokens"),
    }


def _read_embeddings(result: Node) -> Figures:
    input_tokens = result.get_count("input_tokens")
    return {"input_tokens": input_tokens, "uncached_input_tokens": input_tokens}


def _read_amount(result: Node) -> Decimal:
    amount = result.child("amount")
    currency = amount.child("currency")
    if currency.read_text().lower() != CURRENCY:
        raise currency.fail(f"the currency {CURRENCY}")
    return amount.get_amount("value")
