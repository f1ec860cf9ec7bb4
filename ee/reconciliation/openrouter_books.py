"""
OpenRouter's books: its activity by day and endpoint, of the last 30 days that are over.

- `prompt_tokens` are everything read, the cache included; what came from it is not told.
- `completion_tokens` are everything written; `reasoning_tokens` are told beside them.
- `usage` is what OpenRouter charged, in US dollars. Calls with a key of one's own (BYOK) are paid to the provider
  instead: `byok_usage_inference`, which no answer of OpenRouter's to a call holds, is not compared.
- One day an answer (`date=…`); no pages.

Source: openrouter.ai, API reference, "Get user activity grouped by endpoint" (read 2026-11).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from ee.reconciliation.admin_api import AdminApi, Progress
from ee.reconciliation.answer_fields import Node
from ee.reconciliation.kinds import COST, BookLine, Figures

ACTIVITY = "/api/v1/activity"
REPORTS = 1
KEPT_DAYS = 30
TOLD = frozenset({"input_tokens", "output_tokens", "reasoning_tokens", COST})
ONE_DAY = timedelta(days=1)


def read_openrouter(api: AdminApi, start: date, end: date, on_progress: Progress) -> Iterator[BookLine]:
    """
    Every line from `start` to before `end`.

    Raises:
        BooksUnavailable: The API refused, or did not answer.
        BooksUnreadable: An answer is not as documented.
    """
    for number in range((end - start).days):
        day = start + number * ONE_DAY
        for item in api.get(ACTIVITY, [("date", day.isoformat())]).list_children("data"):
            yield _read_item(item, day)
        on_progress(1)


def _read_item(item: Node, day: date) -> BookLine:
    named = item.child("date")
    # Some answers have a time behind the day.
    if named.read_text()[:10] != day.isoformat():
        raise named.fail(f"the day that was asked for, {day}")
    figures: Figures = {
        "input_tokens": item.get_count("prompt_tokens"),
        "output_tokens": item.get_count("completion_tokens"),
        "reasoning_tokens": item.get_count("reasoning_tokens"),
        COST: item.get_amount("usage"),
    }
    return BookLine(day=day, model=item.child("model").read_text(), figures=figures)
