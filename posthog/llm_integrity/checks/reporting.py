"""
Counts that are no longer reported.

- `field_vanished`: fewer than half as many calls report a count as in the leanest block of the past, and chance has
  less than one in a million to do with it.
- `count_missing`: a count that every call has, input and output, is reported by too few, whatever was usual.
- `stream_differs`: a series that has no past yet reports a count less than half as often as its twin, the same model
  called without (or with) streaming.
"""

from collections.abc import Iterator

from posthog.llm_integrity.checks.series_view import SeriesView, Views
from posthog.llm_integrity.expectations import ALWAYS_REPORTED, bound_tail, measure_share
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity, Subject
from posthog.llm_usage.token_usage import COUNT_COLUMNS

CHANCE = 1e-6
PART = 0.5
"""Of what was the least so far: below it a count has vanished."""
RARE = 0.02
"""A count that fewer calls than these report is not missed: the next block may have none by chance."""
ON_DEMAND = frozenset({"web_search_count", "unexplained_tokens"})
"""Reported when something happened, not by the provider's habit."""
EXPECTED_COUNTS = tuple(name for name in COUNT_COLUMNS if name not in ON_DEMAND)
MONEY = frozenset(
    name for name in COUNT_COLUMNS if name.startswith(("input", "output", "cache_creation", "cache_read"))
)
"""Counts that have a price of their own: without them the sums of dollars are wrong, too."""


def look(view: SeriesView, views: Views, looked: Looked) -> None:
    """Judge the newest calls of a series."""
    if not view.newest.calls:
        return
    vanished = list(_look_for_vanished(view, looked))
    # Where the whole usage is gone, every part of it is, too: that is said once.
    whole = [finding for finding in vanished if finding.figure in ALWAYS_REPORTED]
    looked.findings.extend([*(whole or vanished), *_look_for_missing(view, looked)])
    looked.findings.extend(_compare_with_twin(view, views, looked))


def _look_for_vanished(view: SeriesView, looked: Looked) -> Iterator[Finding]:
    for name, usual in view.expected.shares.items():
        if usual.lowest < RARE or name not in EXPECTED_COUNTS:
            continue
        looked.judged.add(FindingKey(CheckName.FIELD_VANISHED, view.subject, name))
        calls, reported = view.newest.calls, view.newest.reported.get(name, 0)
        bound = PART * usual.lowest
        if reported / calls < bound and bound_tail(reported, calls, usual.lowest) < CHANCE:
            yield _find(view, CheckName.FIELD_VANISHED, name, usual=usual.median, bound=bound)


def _look_for_missing(view: SeriesView, looked: Looked) -> Iterator[Finding]:
    for name, share in ALWAYS_REPORTED.items():
        looked.judged.add(FindingKey(CheckName.COUNT_MISSING, view.subject, name))
        calls, reported = view.newest.calls, view.newest.reported.get(name, 0)
        if reported / calls < share and bound_tail(reported, calls, share) < CHANCE:
            yield _find(view, CheckName.COUNT_MISSING, name, usual=share, bound=share)


def _compare_with_twin(view: SeriesView, views: Views, looked: Looked) -> Iterator[Finding]:
    is_stream = view.series.is_stream
    twin = None if is_stream is None else views.get(view.series._replace(is_stream=not is_stream))
    if view.expected.shares or twin is None or not twin.newest.calls:
        return
    for name in EXPECTED_COUNTS:
        share = twin.newest.reported.get(name, 0) / twin.newest.calls
        if share < 2 * PART * RARE:
            continue
        looked.judged.add(FindingKey(CheckName.STREAM_DIFFERS, view.subject, name))
        calls, reported = view.newest.calls, view.newest.reported.get(name, 0)
        if reported / calls < PART * share and bound_tail(reported, calls, share) < CHANCE:
            yield _find(view, CheckName.STREAM_DIFFERS, name, usual=share, bound=PART * share)


def _find(view: SeriesView, check: CheckName, name: str, *, usual: float, bound: float) -> Finding:
    measure = measure_share(name)
    return Finding(
        check=check,
        subject=Subject(*view.series),
        severity=Severity.CRITICAL if name in MONEY else Severity.WARNING,
        figure=name,
        seen=measure(view.newest) or 0.0,
        usual=usual,
        calls=view.newest.calls,
        since=view.find_first(lambda tally: (measure(tally) or 0.0) < bound),
    )
