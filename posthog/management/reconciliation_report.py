"""What `reconcile_gateway` found and did, for a person and for a script."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from posthog.llm_analytics.backfill import Fillable
from posthog.llm_analytics.call_matching import Call
from posthog.llm_analytics.reconciliation import Comparison, HourBooks, StoredCall, count_hour
from posthog.management.commands.gateway_completeness import format_share

LISTED = 100
COUNTS = ("logged", "received", "backfilled", "missing", "surplus")


@dataclass(slots=True, kw_only=True)
class Report:
    """
    Attributes:
        hours: Those in which anything began.
        fillable: The missing calls, each with its obstacle or none.
        surplus: Events that the spend log does not hold.
        filled: Request ids of the missing calls that were put into the inbox; None where that was not tried.
        is_final: False while bodies of the gateway waited in the inbox.
        likely: Pairs that no id made.
        not_kept: Calls that ours may not hold.
    """

    gateway: str
    is_final: bool
    hours: list[HourBooks] = field(default_factory=list)
    fillable: list[Fillable] = field(default_factory=list)
    surplus: list[StoredCall] = field(default_factory=list)
    filled: frozenset[str] | None = None
    likely: int = 0
    recent: int = 0
    not_owed: int = 0
    attempts: int = 0
    not_kept: int = 0

    def add(self, hour: datetime, compared: Comparison, fillable: Sequence[Fillable]) -> None:
        """Add one hour; `fillable` are its missing calls without those that ours may not hold."""
        counted = count_hour(hour, compared, missing=len(fillable))
        if counted.logged or counted.surplus:
            self.hours.append(counted)
        self.fillable += fillable
        self.surplus += compared.surplus
        self.likely += sum(pair.is_likely for pair in compared.pairs)
        self.recent += compared.recent
        self.not_owed += compared.not_owed
        self.attempts += compared.attempts
        self.not_kept += len(compared.missing) - len(fillable)

    @property
    def left(self) -> int:
        """Calls that are missing still."""
        return sum(self.tell(each) == "missing" for each in self.fillable)

    def tell(self, each: Fillable) -> str:
        """What became of a missing call."""
        if self.filled is None or each.row is None:
            return "missing"
        return "back-filled" if each.call.request_id in self.filled else "received meanwhile"

    def count(self, name: str) -> int:
        """The sum of one count of the hours."""
        return sum(getattr(hour, name) for hour in self.hours)

    @property
    def completeness(self) -> float | None:
        """0 to 1; None where the spend log holds no call."""
        logged = self.count("logged")
        return (logged - self.count("missing")) / logged if logged else None


def list_lines(report: Report) -> Iterator[str]:
    """For a person."""
    if report.completeness is None:
        yield f"{report.gateway}: no call in the gateway's spend log in this time"
    else:
        state = "" if report.is_final else "; bodies wait in the inbox, so a call may still come"
        share, logged = format_share(report.completeness), report.count("logged")
        yield f"{report.gateway}: {share} of {logged:,} calls in its spend log{state}"
    if report.hours:
        names = ("logged", "received", "back-filled", "missing", "surplus", "complete")
        yield f"  {'hour (UTC)':<18}" + "".join(f"{name:>12}" for name in names)
    yield from map(_format_hour, report.hours)
    yield from _list_calls(report)
    yield from _list_uncounted(report)


def _format_hour(hour: HourBooks) -> str:
    counts = (hour.logged, hour.received, hour.backfilled, hour.missing, hour.surplus)
    share = "–" if hour.completeness is None else format_share(hour.completeness)
    return f"  {hour.hour:%Y-%m-%d %H:%M}  " + "".join(f"{count:>12,}" for count in counts) + f"{share:>12}"


def _list_calls(report: Report) -> Iterator[str]:
    for each in report.fillable[:LISTED]:
        obstacle = f", cannot be back-filled: {each.obstacle}" if each.obstacle else ""
        yield f"  {report.tell(each)}: {each.call.request_id}, {_describe(each.call)}{obstacle}"
    for event in report.surplus[:LISTED]:
        yield f"  surplus: {event.response_id or event.call_id}, {_describe(event)}, event {event.uuid}"
    if max(len(report.fillable), len(report.surplus)) > LISTED:
        yield f"  … the first {LISTED} of each; --format json lists all"
    if report.filled:
        yield f"  {len(report.filled):,} calls are in the inbox; a running worker turns them into rows"


def _describe(call: Call) -> str:
    return f"{call.started_at:%Y-%m-%d %H:%M:%S} UTC, {call.model or 'unknown model'}"


def _list_uncounted(report: Report) -> Iterator[str]:
    lines = (
        (report.likely, "matched by moment, model and counts alone, no id"),
        (report.recent, "ended too recently to be judged"),
        (report.not_owed, "in the spend log alone that no event need come of: refused, read again, health checks"),
        (report.attempts, "received alone that need no row in the spend log: refused, tried again, rejected"),
        (report.not_kept, "in the spend log that are past retention or were deleted"),
    )
    yield from (f"  {count:,} {what}" for count, what in lines if count)


def to_json(report: Report) -> dict[str, Any]:
    """For a script."""
    return {
        "gateway": report.gateway,
        "completeness": report.completeness,
        **{name: report.count(name) for name in COUNTS},
        "is_final": report.is_final,
        "filled": len(report.filled or ()),
        **{name: getattr(report, name) for name in ("likely", "recent", "not_owed", "attempts", "not_kept")},
        "hours": [
            {"hour": hour.hour.isoformat(), **{name: getattr(hour, name) for name in COUNTS}} for hour in report.hours
        ],
        "missing_calls": [
            {
                "request_id": each.call.request_id,
                "call_id": each.call.call_id,
                "started_at": each.call.started_at.isoformat(),
                "model": each.call.model,
                "state": report.tell(each),
                "obstacle": each.obstacle,
            }
            for each in report.fillable
        ],
        "surplus_calls": [
            {
                "response_id": event.response_id,
                "call_id": event.call_id,
                "started_at": event.started_at.isoformat(),
                "model": event.model,
                "uuid": str(event.uuid),
            }
            for event in report.surplus
        ],
    }
