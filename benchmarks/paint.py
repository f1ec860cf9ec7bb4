"""
When the screens of the UI paint first, and how soon they answer a press, in Chromium on the demo's stack.

A paint is the first contentful one of a browser that has nothing of the site in its cache; beside it stands that of the
daily table, a page of the server without scripts. A press (a filter, another range, a call's drawer, a column to sort
by) is measured as Interaction to Next Paint: the longest of its events, from the input to the next frame.

PAINT_REPEATS: loads of each screen, and presses of each kind. Takes three minutes.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import Figure, Goal
from tests.e2e.started_stack import started_stack
from tests.e2e.ui.looking import look_at

REPEATS = int(os.environ.get("PAINT_REPEATS") or 5)
FIRST_PAINT = Goal("value", "<=", 1000)
NEXT_PAINT = Goal("value", "<=", 100)
TEAM = "SELECT id FROM posthog_team WHERE name = 'Team Beta'"
"""Of the demo's teams, the one with most kinds of calls."""


def run() -> Iterable[Figure]:
    """Start the demo, look at it, tell the times."""
    with TemporaryDirectory() as folder, started_stack(Path(folder) / "stack", "--demo") as stack:
        seen = look_at(stack, "paint", team_id=stack.query_postgres(TEAM)[0]["id"], repeats=REPEATS)
    daily = seen["paints"].pop("daily")
    for name, times_ms in seen["paints"].items():
        yield from _list_figures(f"first_paint_of_{name}", times_ms, FIRST_PAINT, daily)
    for name, times_ms in seen["presses"].items():
        yield from _list_figures(f"next_paint_after_{name}", times_ms, NEXT_PAINT, [])


def _list_figures(name: str, times_ms: list[float], goal: Goal, baseline: list[float]) -> Iterable[Figure]:
    """The goal is that of the slowest: it holds for every one."""
    beside = (median(baseline), max(baseline)) if baseline else (None, None)
    yield Figure(name=f"{name}_p50_ms", value=median(times_ms), unit="ms", baseline=beside[0])
    yield Figure(name=f"{name}_max_ms", value=max(times_ms), unit="ms", baseline=beside[1], goal=goal)
