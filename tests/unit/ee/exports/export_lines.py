"""Lines as `read_lines` gives them, with valid defaults."""

from datetime import UTC, date, datetime
from typing import Any

from ee.exports.lines import COLUMNS, Line

DEFAULTS: Line = {
    "day": date(2026, 2, 3),
    "timezone": "UTC",
    "day_start": datetime(2026, 2, 3, tzinfo=UTC),
    "day_end": datetime(2026, 2, 4, tzinfo=UTC),
    "team_id": 7,
    "team": "Search",
    "model": "claude-sonnet-5",
    "provider": "anthropic",
    "cost_source": "gateway",
    "calls": 2,
    "failed_calls": 0,
    "unpriced_calls": 0,
    "gateway_cache_hits": 0,
}


def make_line(**overrides: Any) -> Line:
    """Labels that are not given are '', other figures None."""
    empty = {name: "" if kind == "text" else None for name, kind in COLUMNS}
    return {**empty, **DEFAULTS, **overrides}
