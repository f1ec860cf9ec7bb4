"""A provider's books against ours: what agrees, by how much, and what each difference most likely is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ee.reconciliation.causes import RULES, TEXTS
from ee.reconciliation.comparison import BooksComparison, ComparedLine, compare_books
from ee.reconciliation.kinds import Amount, BookLine
from ee.reconciliation.ours import OurLine

DAY = date(2026, 4, 1)
LATER = datetime(2026, 4, 20, tzinfo=UTC)
TOLD = frozenset(
    {"input_tokens", "uncached_input_tokens", "cache_read_input_tokens", "output_tokens", "total_cost_usd"}
)
FIGURES: Mapping[str, Amount] = {
    "input_tokens": 1000,
    "uncached_input_tokens": 400,
    "cache_read_input_tokens": 600,
    "output_tokens": 200,
    "total_cost_usd": Decimal("1.25"),
}


HALF_COST: Mapping[str, Amount] = {"total_cost_usd": Decimal("0.625")}
Changed = Mapping[str, Amount | None]
NOTHING: Changed = {}


def make_book(
    changed: Changed = NOTHING, /, *, model: str = "gpt-4o-2024-08-06", day: date = DAY, **figures: Amount | None
) -> BookLine:
    return BookLine(day=day, model=model, figures={**FIGURES, **changed, **figures})


def make_ours(
    changed: Changed = NOTHING,
    /,
    *,
    unpriced_rows: int = 0,
    flags: dict[str, int] | None = None,
    **figures: Amount | None,
) -> OurLine:
    known = {**FIGURES, **changed, **figures}
    return OurLine(figures=known, rows=3, unpriced_rows=unpriced_rows, flags=flags or {})


def compare(
    *books: BookLine,
    ours: Mapping[str, OurLine],
    now: datetime = LATER,
    provider: str = "openai",
    told: frozenset[str] = TOLD,
) -> BooksComparison:
    """Of one day; `ours` by pooled model."""
    return compare_books(provider, books, {(DAY, model): line for model, line in ours.items()}, told=told, now=now)


def list_agreements(compared: BooksComparison) -> dict[str, Decimal | None]:
    return {kind.kind: kind.agreement for kind in compared.kinds}


def find_line(compared: BooksComparison, kind: str, model: str = "gpt-4o") -> ComparedLine:
    (line,) = [line for line in compared.lines if (line.kind, line.model) == (kind, model)]
    return line


def test_equal_books_agree_wholly() -> None:
    """Whatever the snapshot is called; two lines of one model add up."""
    halves: Mapping[str, Amount] = {**{kind: int(amount) // 2 for kind, amount in FIGURES.items()}, **HALF_COST}
    compared = compare(
        BookLine(day=DAY, model="gpt-4o-2024-08-06", figures=halves),
        BookLine(day=DAY, model="gpt-4o-2024-11-20", figures=halves),
        ours={"gpt-4o": make_ours()},
    )
    assert list_agreements(compared) == dict.fromkeys(sorted(TOLD, key=list(FIGURES).index), Decimal(100))
    assert [line.causes for line in compared.lines] == [()] * 5
    assert compared.lowest == 100
    assert compared.list_under(Decimal(100)) == []


@pytest.mark.parametrize(
    ("ours", "agreement"),
    [
        pytest.param(200, "100", id="equal"),
        pytest.param(199, "99.5", id="under"),
        pytest.param(201, "99.5024", id="over-rounded-down"),
        pytest.param(0, "0", id="nothing"),
        pytest.param(None, "0", id="not-reported"),
    ],
)
def test_agreement_is_the_share_that_both_have(ours: int | None, agreement: str) -> None:
    """Of the larger side, in per cent."""
    compared = compare(make_book(), ours={"gpt-4o": make_ours(output_tokens=ours)})
    assert list_agreements(compared)["output_tokens"] == Decimal(agreement)
    assert compared.lowest == Decimal(agreement)


def test_nearly_whole_is_not_shown_as_whole() -> None:
    """One token of a billion."""
    compared = compare(make_book(output_tokens=10**9), ours={"gpt-4o": make_ours(output_tokens=10**9 - 1)})
    assert list_agreements(compared)["output_tokens"] == Decimal("99.9999")


def test_over_and_under_do_not_cancel() -> None:
    """The sums are equal, the models are not."""
    compared = compare(
        make_book(output_tokens=300),
        make_book(model="o1", output_tokens=100),
        ours={"gpt-4o": make_ours(output_tokens=100), "o1": make_ours(output_tokens=300)},
    )
    (output,) = [kind for kind in compared.kinds if kind.kind == "output_tokens"]
    assert [output.theirs, output.ours, output.agreement] == [400, 400, Decimal("33.3333")]


def test_kind_that_books_do_not_tell_is_not_compared() -> None:
    """Neither counted as zero nor as agreeing; how many lines it is about is said."""
    compared = compare(make_book(cache_read_input_tokens=None), ours={"gpt-4o": make_ours(reasoning_tokens=50)})
    (cached,) = [kind for kind in compared.kinds if kind.kind == "cache_read_input_tokens"]
    assert [cached.agreement, cached.not_told, cached.theirs] == [None, 1, 0]
    assert "reasoning_tokens" not in list_agreements(compared)
    assert compared.lowest == 100


def test_negative_amounts_agree_with_their_like() -> None:
    """A credit note is as good as a charge; against a charge it is nothing."""
    refund = make_book(total_cost_usd=Decimal(-1))
    agreements = [
        list_agreements(compare(refund, ours={"gpt-4o": make_ours(total_cost_usd=Decimal(cost))}))["total_cost_usd"]
        for cost in (-1, 1)
    ]
    assert agreements == [100, 0]


def test_nothing_on_both_sides_is_no_disagreement() -> None:
    """There was nothing to compare."""
    compared = compare(ours={})
    assert (compared.lowest, compared.lines, compared.list_under(Decimal(100))) == (None, (), [])


MORE: Mapping[str, Amount] = {kind: amount * 2 for kind, amount in FIGURES.items()}
UNPRICED: Mapping[str, Amount] = {"total_cost_usd": Decimal("0.5")}


@pytest.mark.parametrize(
    ("book", "ours", "kind", "cause"),
    [
        pytest.param(make_book(MORE), make_ours(), "output_tokens", "bypassed_gateway", id="theirs-are-more"),
        pytest.param(make_book(), OurLine(), "total_cost_usd", "bypassed_gateway", id="ours-are-none"),
        pytest.param(make_book(), make_ours(MORE), "input_tokens", "counted_twice", id="ours-are-more"),
        pytest.param(
            make_book(), make_ours(cache_read_input_tokens=None), "cache_read_input_tokens", "not_reported", id="null"
        ),
        pytest.param(
            make_book(),
            make_ours(cache_read_input_tokens=0, uncached_input_tokens=1000),
            "uncached_input_tokens",
            "parts_differ",
            id="cache-lost",
        ),
        pytest.param(
            make_book(),
            make_ours(output_tokens=150, flags={"usage_estimated": 1}),
            "output_tokens",
            "estimated_usage",
            id="estimate",
        ),
        pytest.param(
            make_book(),
            make_ours(output_tokens=150, flags={"usage_missing_on_success": 1}),
            "output_tokens",
            "usage_missing",
            id="no-usage",
        ),
        pytest.param(make_book(), make_ours(UNPRICED, unpriced_rows=1), "total_cost_usd", "unpriced", id="unpriced"),
        pytest.param(make_book(), make_ours(total_cost_usd=Decimal(2)), "total_cost_usd", "price_differs", id="price"),
        pytest.param(
            make_book(), make_ours(total_cost_usd=Decimal("1.2549")), "total_cost_usd", "rounding", id="half-a-cent"
        ),
        pytest.param(make_book(), make_ours(output_tokens=150), "output_tokens", "unexplained", id="nobody-knows"),
    ],
)
def test_likeliest_cause(book: BookLine, ours: OurLine, kind: str, cause: str) -> None:
    """The first that is named; where a kind agrees none is."""
    compared = compare(book, ours={"gpt-4o": ours})
    assert find_line(compared, kind).causes[0] == cause
    for line in compared.lines:
        assert bool(line.causes) is (line.theirs != line.ours)


def test_model_that_books_do_not_have() -> None:
    """Another account, or another name: all of it is ours alone."""
    compared = compare(ours={"gpt-4o": make_ours()})
    assert find_line(compared, "input_tokens").causes == ("no_such_line", "counted_twice")
    assert compared.lowest == 0


def test_amount_without_a_model() -> None:
    """Searches and tools; their tokens are not told, so they are not compared."""
    compared = compare(BookLine(day=DAY, model="", figures={"total_cost_usd": Decimal("0.5")}), ours={})
    (line,) = compared.lines
    assert (line.kind, line.causes) == ("total_cost_usd", ("no_model", "bypassed_gateway"))


def test_searches_are_compared_where_they_are_booked() -> None:
    """Without a model, as theirs; on days when nothing is booked so, they stay with their model."""
    fee = BookLine(day=DAY, model="", figures={"total_cost_usd": Decimal("0.1")})
    ours = replace(make_ours(total_cost_usd=Decimal("1.35")), search_cost_usd=Decimal("0.1"))
    apart = compare(make_book(), fee, ours={"gpt-4o": ours})
    assert apart.lowest == 100
    together = compare(make_book(total_cost_usd=Decimal("1.35")), ours={"gpt-4o": ours})
    assert together.lowest == 100


@pytest.mark.parametrize(("hours", "is_recent"), [(47, True), (49, False)])
def test_recent_day_may_be_late(hours: int, is_recent: bool) -> None:
    """Until 48 hours after its end, whatever else it may be."""
    now = datetime(2026, 4, 2, tzinfo=UTC) + timedelta(hours=hours)
    compared = compare(make_book(MORE), ours={"gpt-4o": make_ours()}, now=now)
    assert (find_line(compared, "input_tokens").causes[0] == "recent_day") is is_recent


def test_calls_around_midnight() -> None:
    """What one day lacks the next has too much; on one day alone it is something else."""
    next_day = DAY + timedelta(days=1)
    books = [make_book(output_tokens=150), make_book(day=next_day, output_tokens=250)]
    ours = {(day, "gpt-4o"): make_ours() for day in (DAY, next_day)}
    compared = compare_books("openai", books, ours, told=TOLD, now=LATER)
    causes = {(line.day, line.kind): line.causes for line in compared.lines if line.causes}
    assert causes == dict.fromkeys([(DAY, "output_tokens"), (next_day, "output_tokens")], ("day_boundary",))


def test_lifetimes_that_a_stream_lost() -> None:
    """The writes agree, their split does not."""
    writes: Mapping[str, Amount] = {
        "cache_creation_input_tokens": 100,
        "cache_creation_5m_input_tokens": 40,
        "cache_creation_1h_input_tokens": 60,
    }
    compared = compare(
        make_book(writes, model="claude-3"),
        ours={"claude-3": make_ours(writes, cache_creation_1h_input_tokens=0)},
        provider="anthropic",
        told=TOLD | writes.keys(),
    )
    assert find_line(compared, "cache_creation_1h_input_tokens", "claude-3").causes == ("lifetimes_lost",)


def test_priority_tier_is_a_blind_spot_of_anthropics_costs() -> None:
    """Where ours are more than it books."""
    ours = {"claude-3": make_ours(total_cost_usd=Decimal(9))}
    compared = compare(make_book(model="claude-3"), ours=ours, provider="anthropic")
    assert find_line(compared, "total_cost_usd", "claude-3").causes == ("price_differs", "priority_tier")


def test_reasoning_that_the_gateway_counted() -> None:
    """Its own estimate of what OpenRouter tells exactly."""
    compared = compare(
        make_book(model="x/y", reasoning_tokens=512),
        ours={"x/y": make_ours(reasoning_tokens=212, flags={"reasoning_estimated": 3})},
        provider="openrouter",
        told=TOLD | {"reasoning_tokens"},
    )
    assert find_line(compared, "reasoning_tokens", "x/y").causes == ("estimated_reasoning", "other_tokenizer")


def test_every_cause_is_said_in_words() -> None:
    """Codes alone help nobody."""
    assert set(RULES) | {"rounding", "unexplained"} == set(TEXTS)
