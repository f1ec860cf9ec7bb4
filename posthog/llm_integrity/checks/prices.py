"""
Calls without a cost.

- `unpriced_model`: in the newest day a call used tokens whose price nobody knows. One is enough: its cost is missing
  from every sum until a price is set and history derived again.
- `cost_missing`: more than one in a hundred calls of the newest block used tokens and have no cost, though their model
  has a price.
"""

from posthog.llm_integrity.checks.series_view import SeriesView
from posthog.llm_integrity.expectations import bound_tail
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Looked, Severity
from posthog.llm_integrity.tallies import Tally, add_hours

MOST_COSTLESS = 0.01
CHANCE = 1e-6


def look(view: SeriesView, looked: Looked) -> None:
    """Judge the newest calls of a series."""
    _look_for_unpriced(view, looked)
    if view.newest.calls:
        _look_for_costless(view, looked)


def _look_for_unpriced(view: SeriesView, looked: Looked) -> None:
    hours = view.take_day()
    tally = add_hours(hours)
    if not tally.calls:
        return
    looked.judged.add(FindingKey(CheckName.UNPRICED_MODEL, view.subject, ""))
    if tally.unpriced_calls:
        finding = Finding(
            check=CheckName.UNPRICED_MODEL,
            subject=view.subject,
            severity=Severity.CRITICAL,
            seen=float(tally.unpriced_calls),
            calls=tally.calls,
            since=next(hour.hour for hour in hours if hour.tally.unpriced_calls),
        )
        looked.findings.append(finding)


def _look_for_costless(view: SeriesView, looked: Looked) -> None:
    looked.judged.add(FindingKey(CheckName.COST_MISSING, view.subject, ""))
    calls, costless = view.newest.calls, view.newest.costless_calls
    if costless / calls <= MOST_COSTLESS or bound_tail(costless, calls, MOST_COSTLESS) >= CHANCE:
        return

    def is_wrong(tally: Tally) -> bool:
        return tally.costless_calls > MOST_COSTLESS * tally.calls

    finding = Finding(
        check=CheckName.COST_MISSING,
        subject=view.subject,
        severity=Severity.CRITICAL,
        seen=costless / calls,
        usual=0.0,
        calls=calls,
        since=view.find_first(is_wrong),
    )
    looked.findings.append(finding)
