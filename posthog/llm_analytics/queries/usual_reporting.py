"""
What share of a model's calls is usually seen to report each count, to hold a range's own shares against.

It is what the checks learned of two weeks, where they learned enough and the question is not about a part that they do
not keep apart; else that of the range of the same length before.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from posthog.llm_analytics.alerts.usual_shares import find_usual_shares
from posthog.llm_analytics.queries.filters import EventFilters
from posthog.llm_analytics.queries.integrity import Line
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models import Team

LEARNED_APART = frozenset({"gateway", "provider", "model"})

Basis = Literal["learned", "previous"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualReporting:
    """
    Attributes:
        basis: None: there is nothing to compare with.
        calls: That it rests on.
        shares: Count → share of calls, 0 to 1; None: not known.
    """

    basis: Basis | None
    calls: int
    shares: Mapping[str, float | None]


NOTHING = UsualReporting(basis=None, calls=0, shares=dict.fromkeys(COUNT_COLUMNS))


def find_usual(
    team: Team, filters: EventFilters, reporting: Iterable[Line], *, read_previous: Callable[[], Iterable[Line]]
) -> list[UsualReporting]:
    """
    One for each line of `reporting`.

    Args:
        read_previous: Reads the lines of the range before; asked only where something was not learned.
    """
    models = [(line["provider"] or "", line["model"] or "") for line in reporting]
    usual = _find_learned(team, filters)
    if not usual.keys() >= set(models):
        usual = _tell_previous(read_previous()) | usual
    return [usual.get(model, NOTHING) for model in models]


def _find_learned(team: Team, filters: EventFilters) -> dict[tuple[str, str], UsualReporting]:
    if filters.flags or filters.is_error is not None or not filters.labels.keys() <= LEARNED_APART:
        return {}
    learned = find_usual_shares(team.organization_id, filters.labels.get("gateway", ()))
    return {
        model: UsualReporting(
            basis="learned", calls=usual.calls, shares={name: usual.shares.get(name) for name in COUNT_COLUMNS}
        )
        for model, usual in learned.items()
    }


def _tell_previous(reporting: Iterable[Line]) -> dict[tuple[str, str], UsualReporting]:
    return {
        (line["provider"] or "", line["model"] or ""): UsualReporting(
            basis="previous",
            calls=line["calls"],
            shares={name: line["reported"][name] / line["calls"] for name in COUNT_COLUMNS},
        )
        for line in reporting
    }
