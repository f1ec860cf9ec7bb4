"""`--start`, `--end` and `--team` of the commands that go through hours."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from posthog.llm_analytics.changed_hours import floor_hour
from posthog.llm_analytics.rollup_verification import Scope


def add_scope_arguments(parser: CommandParser, *, is_required: bool = True) -> None:
    parser.add_argument("--start", required=is_required, help="first day, YYYY-MM-DD, UTC")
    parser.add_argument("--end", required=is_required, help="the day after the last one, YYYY-MM-DD, UTC")
    parser.add_argument("--team", type=int, help="only this team's hours")


def parse_scope(options: dict[str, Any], *, now: datetime) -> Scope:
    """
    Read the arguments; what lies after the current hour is cut off.

    Raises:
        CommandError: One is no day, or the range is empty.
    """
    start, end = parse_days(options)
    if start >= now:
        raise CommandError(f"--start: expected a day up to today, got {options['start']}")
    team_ids = None if options["team"] is None else [options["team"]]
    return Scope(start=start, end=min(end, floor_hour(now.astimezone(UTC))), team_ids=team_ids)


def parse_days(options: dict[str, Any]) -> tuple[datetime, datetime]:
    """
    The midnights (UTC) of `start` and of `end`, which is after it.

    Raises:
        CommandError: One is no day, or the range is empty.
    """
    start, end = (_parse_day(name, options[name]) for name in ("start", "end"))
    if end <= start:
        raise CommandError(f"--end: expected a day after --start {options['start']}, got {options['end']}")
    return start, end


def _parse_day(name: str, text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise CommandError(f"--{name}: expected YYYY-MM-DD, got {text!r}") from None
