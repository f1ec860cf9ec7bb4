"""
What differs between two versions of a day: figure by figure, and in breakdowns share by share. Pure.

`rejected_events` and `gateways` are observations of the moment, which change by themselves (rejects are removed by
age): they are stored with a version and make none.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_analytics.report_figures import BREAKDOWNS, UsageFigures

OBSERVATIONS = frozenset({"rejected_events", "gateways"})
COUNT_MAPS = frozenset({"events", "flags"})
OTHERS = "(others)"
"""Stands for the share of all end users who are not named."""

Changes = dict[str, Any]
"""
Figure → [before, after]; of `events` and `flags`: name → [before, after]; of breakdowns: name → figure → [before,
after]. Values as in `UsageFigures.to_json`; null on one side: nobody reported it, or the share was not there.
"""


def find_changes(before: UsageFigures, after: UsageFigures) -> Changes:
    """List what differs; {}: nothing that would make a version."""
    if before == after:
        return {}
    old, new = before.to_json(), after.to_json()
    changes: Changes = {}
    for name in new.keys() - OBSERVATIONS:
        if name in BREAKDOWNS:
            changes[name] = _compare_shares(old[name], new[name])
        elif name in COUNT_MAPS:
            changes[name] = _compare(old[name], new[name])
    changes |= _compare(*({k: v for k, v in side.items() if not isinstance(v, list | dict)} for side in (old, new)))
    return {name: changes[name] for name in new if changes.get(name)}


def is_about_costs_alone(changes: Changes) -> bool:
    """Whether amounts changed and no count of calls or tokens did."""
    counts = changes.keys() - {"flags", "unpriced_calls", "unpriced_tokens", *BREAKDOWNS}
    return all(name.endswith("_usd") for name in counts)


def _compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    names = sorted((old.keys() | new.keys()) - OBSERVATIONS)
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def _compare_shares(old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> Changes:
    before, after = _index(old), _index(new)
    compared = {name: _compare(before.get(name, {}), after.get(name, {})) for name in sorted(before.keys() | after)}
    return {name: change for name, change in compared.items() if change}


def _index(shares: list[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        OTHERS if share["name"] is None else share["name"]: {k: v for k, v in share.items() if k != "name"}
        for share in shares
    }
