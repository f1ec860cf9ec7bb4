"""The calls that show what a finding is about: a few uuids of its first wrong hour, never what was said in them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.alerts.arrival_hours import CALLED_AFTER, CALLED_BEFORE, CALLED_S, HAS_ID, RECEIVED_S
from posthog.llm_analytics.cell_sql import between_sql
from posthog.llm_integrity.checks.arrivals import BEHIND, CLOCK_TOLERANCE
from posthog.llm_integrity.findings import CheckName, Finding, Subject
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.models.ai_events.sql import TABLE
from posthog.models.ai_integrity_hourly.sql import HAS_USED_TOKENS, IS_TALLIED

MOST_SAMPLES = 5
OF_ARRIVALS = frozenset({CheckName.CLOCK_SKEWED, CheckName.CALLS_REPEATED})
"""Their hours are those in which calls arrived."""
HOUR = timedelta(hours=1)

HAS_FLAG = "has(e.integrity_flags, %(flag)s)"


def _find_unreported(finding: Finding) -> str:
    return f"isNull(e.{finding.figure})" if finding.figure in COUNT_COLUMNS else "0"


def _find_skewed(finding: Finding) -> str:
    if finding.figure == "ahead":
        return f"{CALLED_S} > {RECEIVED_S} + {CLOCK_TOLERANCE.total_seconds()}"
    return f"{CALLED_S} < {RECEIVED_S} - {BEHIND.total_seconds()}"


CONDITIONS: Mapping[CheckName, Callable[[Finding], str]] = {
    CheckName.FIELD_VANISHED: _find_unreported,
    CheckName.COUNT_MISSING: _find_unreported,
    CheckName.STREAM_DIFFERS: _find_unreported,
    CheckName.RATIO_JUMPED: lambda finding: "1",
    CheckName.FLAG_SHARE: lambda finding: HAS_FLAG,
    CheckName.UNKNOWN_USAGE_KEY: lambda finding: HAS_FLAG,
    CheckName.UNPRICED_MODEL: lambda finding: HAS_FLAG,
    CheckName.COST_MISSING: lambda finding: f"isNull(e.total_cost_usd) AND {HAS_USED_TOKENS}",
    CheckName.CLOCK_SKEWED: _find_skewed,
    CheckName.CALLS_REPEATED: lambda finding: f"{HAS_ID} AND count() OVER (PARTITION BY e.generation_id) > 1",
}
"""What a call of the wrong hour must be like to show it; none for what is wrong because there are no calls."""


def list_samples(finding: Finding, team_ids: Sequence[int]) -> list[str]:
    """
    Uuids of at most MOST_SAMPLES calls, the first of the hour.

    Raises:
        ClickHouseError: The store could not be read.
    """
    find_condition = CONDITIONS.get(finding.check)
    if find_condition is None or not team_ids:
        return []
    where, params = _describe_subject(finding.subject)
    flag = finding.figure if finding.check == CheckName.FLAG_SHARE else str(finding.check)
    start, end = finding.since, finding.since + HOUR
    span = {"start": start, "end": end, "arrived_start": start, "arrived_end": end}
    if finding.check in OF_ARRIVALS:
        where.append("e._timestamp >= toDateTime(%(arrived_start)s, 'UTC')")
        where.append("e._timestamp < toDateTime(%(arrived_end)s, 'UTC')")
        span |= {"start": start - CALLED_BEFORE, "end": end + CALLED_AFTER}
    sql = f"""
        SELECT toString(e.uuid) AS uuid
        FROM {TABLE} AS e FINAL
        PREWHERE e.team_id IN %(team_ids)s AND {between_sql("start", "end")}
        WHERE {" AND ".join(where)}
        QUALIFY {find_condition(finding)}
        ORDER BY e.timestamp, e.uuid
        LIMIT {MOST_SAMPLES}
    """
    rows = query_rows(sql, {**params, **span, "team_ids": list(team_ids), "flag": flag})
    return [row["uuid"] for row in rows]


def _describe_subject(subject: Subject) -> tuple[list[str], dict[str, Any]]:
    labels = {"gateway": subject.gateway, "provider": subject.provider, "model": subject.model}
    given = {name: value for name, value in labels.items() if value is not None}
    where = [IS_TALLIED, *(f"ifNull(e.{name}, '') = %({name})s" for name in given)]
    params: dict[str, Any] = dict(given)
    if subject.model is not None:  # a series: streamed, not streamed, or nobody said
        is_stream = subject.is_stream
        where.append("isNull(e.is_stream)" if is_stream is None else f"e.is_stream = {int(is_stream)}")
    return where, params
