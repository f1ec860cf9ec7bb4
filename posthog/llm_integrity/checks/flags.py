"""
Integrity flags that too many calls raise, and usage keys that no rule knows.

- `flag_share`: more calls of the newest block, or of the newest day, raise a flag than its threshold allows, and than
  twice the worst block of the past; chance has less than one in a million to do with it.
- `unknown_usage_key`: a call's usage has a key that no rule knows, in a series where none had one before. One call is
  enough: a provider that renamed a count is known by its first answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from posthog.llm_integrity.checks.series_view import SeriesView
from posthog.llm_integrity.expectations import Usual, bound_tail, measure_flag
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity
from posthog.llm_integrity.tallies import Hour, add_hours
from posthog.llm_usage.flag_texts import FLAG_TEXTS

CHANCE = 1e-6
WORSE = 2.0
"""Times the worst block of the past: a share that is known to be high must rise to be news."""
DEFAULT_THRESHOLD = 0.01
THRESHOLDS: Mapping[str, float] = MappingProxyType(
    {
        "stream_incomplete": 0.10,  # people close their window
        "usage_estimated": 0.05,
        "stream_without_usage": 0.05,
        "reasoning_estimated": 1.0,  # some gateways estimate it always: no sum depends on it
        "price_assumed": 1.0,  # a rule of thumb is used for every call of such a model
        "duplicate_id_different_body": 0.02,
    }
)
"""Flag → share of calls that may raise it."""
BY_OTHER_CHECKS = frozenset({"unknown_usage_key", "unpriced_model"})
WORRYING = frozenset({"price_assumed", "reasoning_estimated", "duplicate_id_different_body", "stream_incomplete"})
"""Flags under which the counts still are what was reported."""
WATCHED = tuple(name for name in FLAG_TEXTS if name not in BY_OTHER_CHECKS and THRESHOLDS.get(name, 0) < 1)


def look(view: SeriesView, looked: Looked) -> None:
    """Judge the newest calls of a series."""
    if view.newest.calls:
        looked.findings.extend(_list_frequent(view, looked))
    looked.findings.extend(_look_for_unknown(view, looked))


def _list_frequent(view: SeriesView, looked: Looked) -> Iterator[Finding]:
    for flag in WATCHED:
        looked.judged.add(FindingKey(CheckName.FLAG_SHARE, view.subject, flag))
        usual = view.expected.flag_shares.get(flag)
        for hours in (view.block, view.take_day()):
            if finding := _judge_share(view, flag, usual, hours):
                yield finding
                break


def _judge_share(view: SeriesView, flag: str, usual: Usual | None, hours: Sequence[Hour]) -> Finding | None:
    measure, tally = measure_flag(flag), add_hours(hours)
    bound = max(THRESHOLDS.get(flag, DEFAULT_THRESHOLD), WORSE * usual.highest if usual else 0.0)
    share = measure(tally) or 0.0
    if share <= bound or bound_tail(tally.flags.get(flag, 0), tally.calls, bound) >= CHANCE:
        return None
    return Finding(
        check=CheckName.FLAG_SHARE,
        subject=view.subject,
        severity=Severity.WARNING if flag in WORRYING else Severity.CRITICAL,
        figure=flag,
        seen=share,
        usual=usual.median if usual else 0.0,
        calls=tally.calls,
        since=view.find_first(lambda each: (measure(each) or 0.0) > bound, hours),
    )


def _look_for_unknown(view: SeriesView, looked: Looked) -> Iterator[Finding]:
    flag = "unknown_usage_key"
    hours = view.take_day()
    tally = add_hours(hours)
    if not tally.calls:
        return
    looked.judged.add(FindingKey(CheckName.UNKNOWN_USAGE_KEY, view.subject, ""))
    usual = view.expected.flag_shares.get(flag)
    if tally.flags.get(flag, 0) and not (usual and usual.highest > 0):
        yield Finding(
            check=CheckName.UNKNOWN_USAGE_KEY,
            subject=view.subject,
            severity=Severity.WARNING,
            seen=float(tally.flags[flag]),
            usual=0.0,
            calls=tally.calls,
            since=next(hour.hour for hour in hours if hour.tally.flags.get(flag, 0)),
        )
