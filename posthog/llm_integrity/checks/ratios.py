"""
`ratio_jumped`: a ratio that left its range.

Cache reads per input, over all calls and over those that have any, cache writes per input, reasoning per output and
dollars per token: averages over the calls of the newest block, beside the median and the range of the past's blocks.
Distances are quotients, and a fifth at least.
It has jumped where

- it lies further from the median than `BEYOND` times the furthest block of the past, which is a new level; or
- it lies further than any block of the past, and differs from the four hours before: a step. How applications mix
  changes by the hour, not in an instant.

Either is certain: by chance it happens in one of ten million blocks (a gateway of twenty series has some 70,000 a
month, with five ratios each). What few calls say of their own spread is itself uncertain: Student's t takes that in.
An alert stays open until the ratio is back in the past's range.
Where a ratio has jumped in calls that have any of its part, nothing is said, or judged, of it over all calls.
"""

import math
from collections.abc import Iterator

from posthog.llm_integrity.checks.series_view import SeriesView
from posthog.llm_integrity.expectations import (
    COST_PER_TOKEN,
    RATIOS,
    WHERE_ANY,
    Usual,
    count_normal_errors,
    measure_ratio,
)
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity
from posthog.llm_integrity.tallies import Quotients, Tally

BEYOND = 1.75
LEAST = math.log(1.2)
MIN_ERRORS = 5.33
"""Standard errors that a normal distribution exceeds, either way, once in ten million."""
MIN_BLOCKS = 72
"""Three days of a busy series: a range needs more of a past than a share does."""


def look(view: SeriesView, looked: Looked) -> None:
    """Judge the newest calls of a series."""
    if view.newest.calls:
        looked.findings.extend(_list_jumped(view, looked))


def is_outside(value: float, usual: Usual, *, beyond: float) -> bool:
    """
    Whether a ratio lies outside the range of the past, widened `beyond` times.

    What was 0 in some block of the past may be 0 again; a ratio of 0 alone has no range.
    """
    if usual.median <= 0:
        return False
    if value <= 0:
        return usual.lowest > 0
    distance = math.log(value / usual.median)
    if distance > 0:
        return distance > max(LEAST, beyond * math.log(usual.highest / usual.median))
    return usual.lowest > 0 and -distance > max(LEAST, beyond * math.log(usual.median / usual.lowest))


def _list_jumped(view: SeriesView, looked: Looked) -> Iterator[Finding]:
    told: set[str] = set()
    # The surer ratios first: those over calls that have any of the part.
    for name in sorted(view.expected.ratios, key=lambda name: not RATIOS[name].is_where_any):
        usual = view.expected.ratios[name]
        # Nobody reports it any more: that is another check's finding.
        if measure_ratio(name)(view.newest) is None or usual.blocks < MIN_BLOCKS or name in told:
            continue
        key = FindingKey(CheckName.RATIO_JUMPED, view.subject, name)
        looked.judged.add(key)
        if _has_jumped(view, name, usual, is_open=key in view.open_keys):
            told.add(name.removesuffix(WHERE_ANY))
            yield _find(view, name, usual)


def _has_jumped(view: SeriesView, name: str, usual: Usual, *, is_open: bool) -> bool:
    newest, before = view.newest.quotients[name], view.before.quotients.get(name)
    if not is_outside(newest.mean, usual, beyond=1):
        return False
    if is_open or (is_outside(newest.mean, usual, beyond=BEYOND) and _differs(newest, usual.median, 0.0)):
        return True
    if before is None or before.calls < RATIOS[name].min_calls:
        return False
    return _differs(newest, before.mean, before.standard_error)


def _differs(quotients: Quotients, other: float, error: float) -> bool:
    distance, spread = abs(quotients.mean - other), math.hypot(quotients.standard_error, error)
    if not spread:
        return distance > 0
    return count_normal_errors(distance / spread, calls=quotients.calls) > MIN_ERRORS


def _find(view: SeriesView, name: str, usual: Usual) -> Finding:
    def is_wrong(tally: Tally) -> bool:
        quotients = tally.quotients.get(name)
        return quotients is not None and is_outside(quotients.mean, usual, beyond=1)

    return Finding(
        check=CheckName.RATIO_JUMPED,
        subject=view.subject,
        severity=Severity.CRITICAL if name == COST_PER_TOKEN else Severity.WARNING,
        figure=name,
        seen=view.newest.quotients[name].mean,
        usual=usual.median,
        calls=view.newest.quotients[name].calls,
        since=view.find_first(is_wrong),
    )
