"""The report's one query, and how its amounts are written."""

import re
from datetime import date
from decimal import Decimal

import pytest

from posthog.llm_analytics.usage_report import COST_SUMS, TOKEN_SUMS, ModelUsage, TeamUsageReport, _report_sql
from posthog.models.ai_events.sql import COLUMNS


@pytest.mark.parametrize("is_filtered", [True, False])
def test_report_reads_the_events_once_and_deduplicated(is_filtered: bool) -> None:
    """One scan, FINAL, a day by its bounds; team ids only as a parameter."""
    sql = " ".join(_report_sql(is_filtered=is_filtered).split())
    assert re.findall(r"\b(?:FROM|JOIN) .*? WHERE", sql) == ["FROM ai_events FINAL WHERE"]
    assert "timestamp >= %(start)s AND timestamp < %(end)s" in sql
    assert ("team_id IN %(team_ids)s" in sql) is is_filtered


def test_every_summed_figure_is_a_column_and_a_field() -> None:
    """A name that is one and not the other would be a figure that nobody stores or shows."""
    summed = {*TOKEN_SUMS, *COST_SUMS}
    assert summed <= {column.name for column in COLUMNS}
    assert summed <= set(TeamUsageReport.__dataclass_fields__)


def test_amounts_are_written_as_decimal_text() -> None:
    """No exponent, no trailing zeros, no digit lost on the way; null and zero as they are."""
    share = ModelUsage(name="m", calls=1, total_tokens=None, total_cost_usd=Decimal("1E-12"))
    report = TeamUsageReport(
        team_id=1,
        day=date(2026, 4, 1),
        total_cost_usd=Decimal("0.500000000000"),
        input_cost_usd=Decimal("0E-12"),
        models=(share,),
    )
    written = report.to_json()
    assert (written["day"], written["total_cost_usd"], written["input_cost_usd"]) == ("2026-04-01", "0.5", "0")
    assert written["output_cost_usd"] is None
    assert written["models"] == [{"name": "m", "calls": 1, "total_tokens": None, "total_cost_usd": "0.000000000001"}]
