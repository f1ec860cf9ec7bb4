"""Why a closed day's figures differ: read from the rows that were written since they were last summed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.report_calendar import DaySpan
from posthog.llm_analytics.report_changes import Changes, is_about_costs_alone
from posthog.models.ai_events.sql import TABLE
from posthog.models.report_version import ReportReason

PRECEDENCE = (
    ReportReason.LATE_EVENTS,
    ReportReason.DELETED,
    ReportReason.RENORMALIZED,
    ReportReason.REDELIVERED,
    ReportReason.REPRICED,
    ReportReason.REBUILT,
)
"""Of several reasons of an organization's teams the first is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsSince:
    """
    A team's rows of the day that were written after a moment.

    Attributes:
        newest_ingested_at: Aware UTC; None where there are none.
        rules_versions: Those that they were read by.
    """

    rows: int = 0
    newest_ingested_at: datetime | None = None
    rules_versions: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A reason, and as JSON what it rests on."""

    reason: ReportReason
    evidence: Mapping[str, Any]


def read_rows_since(span: DaySpan, since: Mapping[int, datetime]) -> dict[int, RowsSince]:
    """
    Look at the day's rows that are newer.

    Args:
        since: Team → moment, aware UTC.
    Raises:
        ClickHouseError: The store could not be read.
    """
    if not since:
        return {}
    sql = f"""
        SELECT
            team_id, count() AS rows, max(ingested_at) AS newest_ingested_at,
            groupUniqArray(ifNull(usage_rules_version, '')) AS rules_versions
        FROM {TABLE} FINAL
        WHERE timestamp >= %(start)s AND timestamp < %(end)s AND team_id IN %(team_ids)s
            AND toUnixTimestamp64Micro(ingested_at) > transform(team_id, %(team_ids)s, %(since_us)s, toInt64(0))
        GROUP BY team_id
    """
    params = {
        "start": span.start,
        "end": span.end,
        "team_ids": list(since),
        "since_us": [round(moment.timestamp() * 1_000_000) for moment in since.values()],
    }
    return {
        row["team_id"]: RowsSince(
            rows=row["rows"],
            newest_ingested_at=row["newest_ingested_at"].replace(tzinfo=UTC),
            rules_versions=sorted(row["rules_versions"]),
        )
        for row in query_rows(sql, params)
    }


def find_cause(changes: Changes, *, events: tuple[int, int], rules_version: str, written: RowsSince) -> Cause:
    """
    Name the reason of a difference; pure.

    Args:
        events: Stored events before and after.
        rules_version: Of the version before.
        written: The rows that were written since then.
    """
    evidence = {
        "events": list(events),
        "rows_written_since": written.rows,
        "newest_ingested_at": written.newest_ingested_at,
        "rules_versions": list(written.rules_versions),
    }
    return Cause(reason=_name(changes, events, rules_version, written), evidence=evidence)


def join_causes(causes: Mapping[int, Cause]) -> Cause:
    """An organization's, out of its teams' (by team id)."""
    newest = [cause.evidence["newest_ingested_at"] for cause in causes.values() if cause.evidence["newest_ingested_at"]]
    evidence = {
        "teams": {str(team_id): cause.reason.value for team_id, cause in sorted(causes.items())},
        "events": [_add(cause.evidence["events"][side] for cause in causes.values()) for side in (0, 1)],
        "rows_written_since": _add(cause.evidence["rows_written_since"] for cause in causes.values()),
        "newest_ingested_at": max(newest, default=None),
    }
    reasons = {cause.reason for cause in causes.values()} or {ReportReason.REBUILT}
    return Cause(reason=next(reason for reason in PRECEDENCE if reason in reasons), evidence=evidence)


def _name(changes: Changes, events: tuple[int, int], rules_version: str, written: RowsSince) -> ReportReason:
    before, after = events
    if after != before:
        return ReportReason.LATE_EVENTS if after > before else ReportReason.DELETED
    if not written.rows:
        return ReportReason.REBUILT
    if is_about_costs_alone(changes):
        return ReportReason.REPRICED
    return ReportReason.REDELIVERED if set(written.rules_versions) <= {rules_version, ""} else ReportReason.RENORMALIZED


def _add(counts: Iterable[int]) -> int:
    return sum(counts)
