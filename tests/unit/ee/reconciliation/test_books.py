"""What is read of each provider's documented answers, and what is said of answers that are none."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ee.reconciliation.admin_api import AdminApi, BooksUnavailable
from ee.reconciliation.answer_fields import BooksUnreadable, Node
from ee.reconciliation.anthropic_books import read_anthropic
from ee.reconciliation.kinds import BookLine
from ee.reconciliation.openai_books import find_model, read_openai
from ee.reconciliation.openrouter_books import read_openrouter
from ee.reconciliation.providers import PROVIDERS
from tests.provider_books import (
    ANTHROPIC_COSTS,
    ANTHROPIC_USAGE,
    OPENAI_COMPLETIONS,
    OPENAI_COSTS,
    OPENROUTER_ACTIVITY,
    BooksApi,
)

FIRST, SECOND, THIRD, FOURTH = (date(2026, 4, day) for day in (1, 2, 3, 4))
Edit = Callable[[dict[str, Any]], None]


def ignore(_: int) -> None:
    """No progress is shown."""


def test_openai_tells_usage_and_costs(openai: AdminApi) -> None:
    """Of completions, embeddings and line items; old answers without writes or uncached tokens are read, too."""
    lines = list(read_openai(openai, FIRST, FOURTH, ignore))
    assert lines == [
        BookLine(
            day=FIRST,
            model="gpt-4o-2024-08-06",
            figures={
                "input_tokens": 1000,
                "uncached_input_tokens": 300,
                "cache_read_input_tokens": 600,
                "cache_creation_input_tokens": 100,
                "cache_creation_30m_input_tokens": 70,
                "cache_creation_12h_input_tokens": 30,
                "output_tokens": 500,
            },
        ),
        BookLine(
            day=FIRST,
            model="o1-mini-2024-09-12",
            figures={
                "input_tokens": 1000,
                "uncached_input_tokens": 200,
                "cache_read_input_tokens": 800,
                "cache_creation_input_tokens": None,
                "cache_creation_30m_input_tokens": None,
                "cache_creation_12h_input_tokens": None,
                "output_tokens": 500,
            },
        ),
        BookLine(
            day=THIRD,
            model="gpt-4o-2024-11-20",
            figures={
                "input_tokens": 7,
                "uncached_input_tokens": None,
                "cache_read_input_tokens": None,
                "cache_creation_input_tokens": None,
                "cache_creation_30m_input_tokens": None,
                "cache_creation_12h_input_tokens": None,
                "output_tokens": 3,
            },
        ),
        BookLine(
            day=FIRST,
            model="text-embedding-3-small",
            figures={"input_tokens": 40, "uncached_input_tokens": 40},
        ),
        BookLine(day=FIRST, model="gpt-4o-2024-08-06", figures={"total_cost_usd": Decimal("0.06")}),
        BookLine(day=FIRST, model="gpt-4o-2024-08-06", figures={"total_cost_usd": Decimal("0.0123456789")}),
        BookLine(day=FIRST, model="gpt-image-1", figures={"total_cost_usd": Decimal(1)}),
        BookLine(day=FIRST, model="", figures={"total_cost_usd": Decimal("0.5")}),
    ]


def test_openai_is_asked_for_days_by_model(openai: AdminApi, served: BooksApi) -> None:
    """In unix seconds, the end excluded; three reports."""
    served.page_buckets = 2
    progress: list[int] = []
    list(read_openai(openai, FIRST, FOURTH, progress.append))
    assert sum(progress) == 3 * PROVIDERS["openai"].reports
    assert served.asked[0] == (
        OPENAI_COMPLETIONS,
        {
            "start_time": "1775001600",
            "end_time": "1775260800",
            "bucket_width": "1d",
            "limit": "31",
            "group_by": "model",
        },
    )
    assert len(served.asked) == 6


@pytest.mark.parametrize(
    ("line_item", "model"),
    [
        pytest.param("gpt-4o-2024-08-06, input", "gpt-4o-2024-08-06", id="input"),
        pytest.param("gpt-5.6-terra, cache writes", "gpt-5.6-terra", id="writes"),
        pytest.param("gpt-image-2-2026-04-21 text, input", "gpt-image-2-2026-04-21", id="modality"),
        pytest.param("whisper", "whisper", id="no-comma"),
        pytest.param("", "", id="none"),
    ],
)
def test_line_item_begins_with_its_model(line_item: str, model: str) -> None:
    """The direction and the modality behind it are not part of the name."""
    assert find_model(line_item) == model


def test_anthropic_tells_parts_and_cents(anthropic: AdminApi, served: BooksApi) -> None:
    """Input is the sum of its parts; amounts are cents; searches have no model."""
    served.page_buckets = 1
    lines = list(read_anthropic(anthropic, FIRST, THIRD, ignore))
    assert lines == [
        BookLine(
            day=FIRST,
            model="claude-sonnet-4-5-20250929",
            figures={
                "input_tokens": 3200,
                "uncached_input_tokens": 1500,
                "cache_read_input_tokens": 200,
                "cache_creation_input_tokens": 1500,
                "cache_creation_5m_input_tokens": 500,
                "cache_creation_1h_input_tokens": 1000,
                "output_tokens": 700,
            },
        ),
        BookLine(day=FIRST, model="claude-sonnet-4-5-20250929", figures={"total_cost_usd": Decimal("1.2345")}),
        BookLine(day=FIRST, model="", figures={"total_cost_usd": Decimal("0.1")}),
    ]
    assert [(path, asked.get("page")) for path, asked in served.asked] == [
        (ANTHROPIC_USAGE, None),
        (ANTHROPIC_USAGE, "page_1"),
        (ANTHROPIC_COSTS, None),
        (ANTHROPIC_COSTS, "page_1"),
    ]
    assert served.asked[0][1]["starting_at"] == "2026-04-01T00:00:00Z"


def test_openrouter_tells_a_day_at_once(openrouter: AdminApi, served: BooksApi) -> None:
    """What it charged, without what was paid to others; whole numbers may be written as fractions."""
    progress: list[int] = []
    lines = list(read_openrouter(openrouter, FIRST, FOURTH, progress.append))
    assert lines[0] == BookLine(
        day=FIRST,
        model="openai/gpt-4.1",
        figures={
            "input_tokens": 50,
            "output_tokens": 125,
            "reasoning_tokens": 25,
            "total_cost_usd": Decimal("0.015"),
        },
    )
    assert lines[1].figures["input_tokens"] == 10
    assert [asked for _, asked in served.asked] == [{"date": f"2026-04-0{day}"} for day in (1, 2, 3)]
    assert progress == [1, 1, 1]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(date(2026, 4, 30), date(2026, 6, 1), id="too-old"),
        pytest.param(date(2026, 5, 30), date(2026, 6, 2), id="not-over"),
    ],
)
def test_openrouter_keeps_thirty_days_that_are_over(start: date, end: date) -> None:
    """Of other days it would answer with nothing, which is not zero."""
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    with pytest.raises(BooksUnavailable, match="expected days from 2026-05-02 to before 2026-06-01"):
        PROVIDERS["openrouter"].require_kept(start, end, now=now)
    PROVIDERS["openrouter"].require_kept(date(2026, 5, 2), date(2026, 6, 1), now=now)
    PROVIDERS["openai"].require_kept(start, end, now=now)


def set_result(**fields: Any) -> Edit:
    return lambda bucket: bucket["results"][0].update(fields)


@pytest.mark.parametrize(
    ("path", "edit", "sentence"),
    [
        pytest.param(
            OPENAI_COMPLETIONS,
            set_result(input_tokens="1000"),
            f"{OPENAI_COMPLETIONS}: data[0].results[0].input_tokens: expected a whole number >= 0, got text",
            id="text-count",
        ),
        pytest.param(
            OPENAI_COMPLETIONS,
            set_result(output_tokens=-1),
            "results[0].output_tokens: expected a whole number >= 0, got -1",
            id="negative",
        ),
        pytest.param(
            OPENAI_COMPLETIONS,
            set_result(input_uncached_tokens=None, input_cached_tokens=5000),
            "results[0].input_cached_tokens: expected part of input_tokens, got 5000",
            id="cache-exceeds-input",
        ),
        pytest.param(
            OPENAI_COMPLETIONS,
            set_result(output_tokens=10**18),
            "results[0].output_tokens: expected a whole number >= 0, got 1000000000000000000",
            id="no-count",
        ),
        pytest.param(
            OPENAI_COMPLETIONS,
            lambda bucket: bucket.update(start_time=1775001601),
            "data[0].start_time: expected a midnight of UTC, got 1775001601",
            id="no-midnight",
        ),
        pytest.param(
            OPENAI_COSTS,
            set_result(amount={"value": 1, "currency": "eur"}),
            "results[0].amount.currency: expected the currency usd, got text",
            id="currency",
        ),
        pytest.param(
            OPENAI_COSTS, set_result(amount=None), "results[0].amount: expected an object, got nothing", id="amount"
        ),
        pytest.param(
            ANTHROPIC_USAGE,
            set_result(cache_creation={"ephemeral_5m_input_tokens": 1}),
            "cache_creation.ephemeral_1h_input_tokens: expected a whole number >= 0, got nothing",
            id="lifetime",
        ),
        pytest.param(
            ANTHROPIC_USAGE,
            lambda bucket: bucket.update(results={}),
            "data[0].results: expected a list, got an object",
            id="results",
        ),
        pytest.param(
            ANTHROPIC_COSTS, set_result(amount="a lot"), "results[0].amount: expected a number, got text", id="cents"
        ),
        pytest.param(
            OPENROUTER_ACTIVITY,
            lambda item: item.update(reasoning_tokens=1.5),
            f"{OPENROUTER_ACTIVITY}: data[0].reasoning_tokens: expected a whole number >= 0, got 1.5",
            id="half-a-token",
        ),
        pytest.param(
            OPENROUTER_ACTIVITY,
            lambda item: item.pop("usage"),
            "data[0].usage: expected a number, got nothing",
            id="usd",
        ),
    ],
)
def test_malformed_line_names_field_and_rule(
    served: BooksApi, path: str, edit: Edit, sentence: str, openai: AdminApi, anthropic: AdminApi, openrouter: AdminApi
) -> None:
    """By its path in the answer; nothing is guessed in its place."""
    edit(served.reports[path][0])
    readers = ((openai, read_openai), (anthropic, read_anthropic), (openrouter, read_openrouter))
    api, read = readers[0 if "organization/" in path else 1 if "organizations/" in path else 2]
    with pytest.raises(BooksUnreadable) as caught:
        list(read(api, FIRST, THIRD, ignore))
    assert sentence in str(caught.value)


def test_moment_past_the_calendar_is_named() -> None:
    """No traceback."""
    with pytest.raises(BooksUnreadable, match="x: start_time: expected seconds since 1970"):
        Node({"start_time": 10**15}, "x: ").get_unix_day("start_time")
