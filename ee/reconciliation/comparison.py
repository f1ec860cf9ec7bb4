"""
A provider's books against our sums, kind by kind. Pure.

Agreement is what both sides have over what either has: of one line min / max, of several the sum of the smaller over
the sum of the larger. So what is missing on one day never makes up for what is too much on another.

- A kind that the books do not tell of a line is not compared there: nobody knows.
- A line that the books do not have at all is 0 of every kind they tell; so is one that we do not have. Where they
  book only a cost of a model, or only its usage, the rest is not told.
- Where they book an amount without a model, our web searches' cost is taken out of the models' and compared with it.
- A kind that they tell and none of our calls reported counts as 0 on our side: all of it is missing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from ee.reconciliation.causes import Difference, list_causes
from ee.reconciliation.kinds import COST, KINDS, NO_MODEL, BookLine, Figures, sum_figures
from ee.reconciliation.model_names import pool_model
from ee.reconciliation.ours import OurLine, Place

PERCENT_STEP = Decimal("0.0001")
ZERO = Decimal(0)
MOST_LEFT = Decimal("0.1")
ONE_DAY = timedelta(days=1)
NO_ONE = OurLine()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine:
    """
    One kind of one model on one day, on both sides.

    Attributes:
        theirs, ours: None on our side: no call of ours reported it.
        causes: Codes of `causes.TEXTS`, the likeliest first; none where both agree.
    """

    day: date
    model: str
    kind: str
    theirs: Decimal
    ours: Decimal | None
    causes: tuple[str, ...] = ()

    @property
    def agreement(self) -> Decimal | None:
        """Per cent; None where neither side has any."""
        return find_agreement([self])

    @property
    def difference(self) -> Decimal:
        """Above 0 where ours are more."""
        return (self.ours or ZERO) - self.theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class KindAgreement:
    """
    One kind over all lines that tell it.

    Attributes:
        theirs, ours: Sums of the compared lines.
        agreement: Per cent, rounded down to four digits; None where neither side has any.
        not_told: Lines of ours that their books say nothing of in this kind; not in any of the sums.
    """

    kind: str
    theirs: Decimal
    ours: Decimal | None
    agreement: Decimal | None
    not_told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksComparison:
    """`kinds` in the order of KINDS, only those that the books tell; `lines` by day, model and kind."""

    kinds: tuple[KindAgreement, ...]
    lines: tuple[ComparedLine, ...]

    @property
    def lowest(self) -> Decimal | None:
        """The agreement of the kind that agrees least; None where there was nothing to compare."""
        return min((kind.agreement for kind in self.kinds if kind.agreement is not None), default=None)

    def list_under(self, threshold: Decimal) -> list[KindAgreement]:
        return [kind for kind in self.kinds if kind.agreement is not None and kind.agreement < threshold]


def compare_books(
    provider: str,
    books: Iterable[BookLine],
    ours: Mapping[Place, OurLine],
    *,
    told: Collection[str],
    now: datetime,
) -> BooksComparison:
    """
    Compare both sides.

    Args:
        books: In any order; lines of one day and pooled model add up.
        told: The kinds that the books are complete in.
        now: Aware UTC; decides which days are recent.
    """
    theirs = pool_books(provider, books)
    ours = move_searches(ours, {day for day, model in theirs if model == NO_MODEL})
    nothing: Figures = dict.fromkeys(told, 0)
    places: dict[Place, list[ComparedLine]] = {}
    not_told: Counter[str] = Counter()
    for place in sorted({*theirs, *ours}):
        their_figures, our_line = theirs.get(place, nothing), ours.get(place, NO_ONE)
        places[place] = _compare_place(place, their_figures, our_line, told=told)
        not_told.update(kind for kind in told if their_figures.get(kind) is None and our_line.figures.get(kind))
    lines: list[ComparedLine] = []
    for (day, model), compared in places.items():
        difference = Difference(
            provider=provider,
            model=model,
            day=day,
            ours=ours.get((day, model), NO_ONE),
            now=now,
            lines=compared,
            shifted=_find_shifted(compared, places),
        )
        lines += [replace(line, causes=list_causes(line.kind, difference)) for line in compared]
    kinds = (_sum_kind(kind, lines, not_told[kind]) for kind in KINDS if kind in told)
    return BooksComparison(kinds=tuple(kinds), lines=tuple(lines))


def pool_books(provider: str, books: Iterable[BookLine]) -> dict[Place, Figures]:
    """The books by day and pooled model."""
    pools: dict[Place, list[Figures]] = {}
    for line in books:
        pools.setdefault((line.day, pool_model(provider, line.model)), []).append(line.figures)
    return {place: sum_figures(parts) for place, parts in pools.items()}


def move_searches(ours: Mapping[Place, OurLine], days: Collection[date]) -> dict[Place, OurLine]:
    """Ours, on these days with the web searches' cost beside the models instead of inside."""
    moved: dict[Place, OurLine] = {}
    searches: dict[date, list[OurLine]] = {}
    for (day, model), line in ours.items():
        moved[day, model] = line
        cost = line.figures.get(COST)
        if day in days and line.search_cost_usd and cost is not None:
            moved[day, model] = replace(line, figures={**line.figures, COST: cost - line.search_cost_usd})
            searches.setdefault(day, []).append(replace(line, figures={COST: line.search_cost_usd}))
    for day, lines in searches.items():
        known = [line.figures for line in (*lines, moved.get((day, NO_MODEL), NO_ONE))]
        moved[day, NO_MODEL] = OurLine(figures=sum_figures(known), rows=sum(line.rows for line in lines))
    return moved


def find_agreement(lines: Iterable[ComparedLine]) -> Decimal | None:
    """Per cent of lines of one kind, rounded down to four digits: what is not whole never shows as 100."""
    both = either = ZERO
    for line in lines:
        theirs, ours = line.theirs, line.ours or ZERO
        both += min(abs(theirs), abs(ours)) if theirs * ours > 0 else 0
        either += max(abs(theirs), abs(ours))
    return (100 * both / either).quantize(PERCENT_STEP, ROUND_FLOOR) if either else None


def _compare_place(place: Place, theirs: Figures, ours: OurLine, *, told: Collection[str]) -> list[ComparedLine]:
    day, model = place
    compared = []
    for kind in KINDS:
        amount = theirs.get(kind) if kind in told else None
        our_amount = ours.figures.get(kind) if ours.rows else 0
        if amount is not None and (amount or our_amount):
            known = None if our_amount is None else Decimal(our_amount)
            compared.append(ComparedLine(day=day, model=model, kind=kind, theirs=Decimal(amount), ours=known))
    return compared


def _find_shifted(lines: Iterable[ComparedLine], places: Mapping[Place, Sequence[ComparedLine]]) -> frozenset[str]:
    """The kinds of which a neighbouring day takes most of the difference back."""
    found = set()
    for line in lines:
        neighbours = (each for step in (-ONE_DAY, ONE_DAY) for each in places.get((line.day + step, line.model), ()))
        for other in neighbours:
            is_opposite = other.kind == line.kind and other.difference * line.difference < 0
            left = abs(line.difference + other.difference)
            if is_opposite and left <= max(abs(line.difference), abs(other.difference)) * MOST_LEFT:
                found.add(line.kind)
    return frozenset(found)


def _sum_kind(kind: str, lines: Iterable[ComparedLine], not_told: int) -> KindAgreement:
    of_kind = [line for line in lines if line.kind == kind]
    known = [line.ours for line in of_kind if line.ours is not None]
    return KindAgreement(
        kind=kind,
        theirs=sum((line.theirs for line in of_kind), ZERO),
        ours=sum(known, ZERO) if known or not of_kind else None,
        agreement=find_agreement(of_kind),
        not_told=not_told,
    )
