"""
From a real client through a real LiteLLM proxy to the row, the reject and the report: every figure by hand.

The calls are the demo's, made with the `openai` and `anthropic` clients; the providers are the replay server.
Web, worker, beat and stores are those of `bin/start`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from demo.calls import run_sample_calls
from demo.sample_calls import ESTIMATED_CALLS, QUESTION
from posthog.llm_analytics.usage_report import TOKEN_SUMS
from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.e2e.demo_run import DemoRun, find_row, read_rows
from tests.e2e.gateway_expectations import (
    ESTIMATED_ROWS,
    EXPECTED_REJECTS,
    EXPECTED_ROWS,
    EXPECTED_TEAM_SUMS,
    ExpectedReject,
    ExpectedRow,
)
from tests.e2e.started_stack import Row

PICO_USD = Decimal("1e-12")
"""LiteLLM adds costs up in binary floats; what is left of that lies far below."""


@pytest.fixture(scope="package")
def estimated_rows(demo_run: DemoRun) -> list[Row]:
    """Rows of the calls whose provider leaves the usage out, made after the demo's."""
    stack, started_at = demo_run.stack, datetime.now(UTC)
    run_sample_calls(stack.gateway_url, calls=ESTIMATED_CALLS)
    options = ["--since", started_at.isoformat(), "--count", str(len(ESTIMATED_CALLS))]
    stack.manage("wait_for_gateway_events", "--gateway", "Demo gateway", *options)
    return read_rows(stack)


def to_usd(cost: float | None) -> Decimal | None:
    return None if cost is None else Decimal(repr(cost)).quantize(PICO_USD)


def assert_row_is(row: Row, expected: ExpectedRow) -> None:
    """Compare everything that the table says, all token columns among it."""
    assert {name: row[name] for name in COUNT_COLUMNS} == expected.tokens
    assert to_usd(row["total_cost_usd"]) == expected.total_cost_usd
    named = ("gateway_team", "provider", "model", "event", "call_kind")
    assert [row[name] for name in named] == [
        *(expected.team, expected.provider, expected.model, expected.event, expected.call_kind)
    ]
    assert (bool(row["is_stream"]), bool(row["is_error"])) == (expected.is_stream, expected.is_error)
    flags = set(row["integrity_flags"])
    assert set(expected.flags) <= flags <= {*expected.flags, *expected.tolerated_flags}


@pytest.mark.parametrize("expected", EXPECTED_ROWS, ids=lambda row: row.name)
def test_row_of_a_call_equals_the_row_by_hand(demo_run: DemoRun, expected: ExpectedRow) -> None:
    """Every token column, the cost, the flags and whose call it was."""
    assert_row_is(find_row(demo_run.rows, expected.name), expected)


@pytest.mark.parametrize("expected", ESTIMATED_ROWS, ids=lambda row: row.name)
def test_counts_that_the_gateway_made_up_are_flagged(estimated_rows: list[Row], expected: ExpectedRow) -> None:
    """A provider that reports no usage, or no thinking tokens: the figures stand, and say that they are estimates."""
    assert_row_is(find_row(estimated_rows, expected.name), expected)


@pytest.mark.parametrize("expected", [row for row in EXPECTED_ROWS if not row.is_error], ids=lambda row: row.name)
def test_row_keeps_its_evidence(demo_run: DemoRun, expected: ExpectedRow) -> None:
    """The usage object, the reading, the rules and the source of the cost; which key and which call it was."""
    row = find_row(demo_run.rows, expected.name)
    evidence = ("usage_raw", "usage_reading", "usage_rules_version", "cost_source", "gateway_call_id")
    assert [name for name in evidence if not row[name]] == []
    assert row["gateway"] == "Demo gateway"
    assert row["api_key_alias"] == expected.team.replace("team", "demo")


def test_every_call_became_exactly_one_row_or_reject(demo_run: DemoRun) -> None:
    """Nothing is missing, nothing came twice, nothing waits."""
    assert Counter(row["end_user"] for row in demo_run.rows) == Counter(row.name for row in EXPECTED_ROWS)
    assert len({row["uuid"] for row in demo_run.rows}) == len(EXPECTED_ROWS)
    assert len(demo_run.rejects) == len(EXPECTED_REJECTS)
    assert demo_run.waiting_bodies == 0


@pytest.mark.parametrize("expected", EXPECTED_REJECTS, ids=lambda reject: reject.name)
def test_call_of_no_team_of_ours_is_a_reject(demo_run: DemoRun, expected: ExpectedReject) -> None:
    """It keeps its reason and what the gateway said, and belongs to no team."""
    # A call that was turned away at the door names no end user.
    names = {"": "call_with_unknown_key", None: "call_with_unknown_key"}
    found = [
        reject
        for reject in demo_run.rejects
        if names.get(reject.payload.get("end_user"), reject.payload.get("end_user")) == expected.name
    ]
    assert [reject.reason_code for reject in found] == [expected.reason_code]
    assert found[0].team_id is None
    assert found[0].payload["metadata"]["user_api_key_team_id"] == expected.gateway_team


@pytest.mark.parametrize("team", EXPECTED_TEAM_SUMS)
def test_stored_report_equals_the_sums_by_hand(demo_run: DemoRun, team: str) -> None:
    """Counts by event, tokens and dollars; what none of the team's calls reported is null, not 0."""
    report = add_up(demo_run.reports[team])
    expected = EXPECTED_TEAM_SUMS[team]
    assert report["events"] == expected.events
    assert (report["calls"], report["failed_calls"]) == (sum(expected.events.values()), expected.errors)
    assert {name: report[name] for name in TOKEN_SUMS} == {name: expected.tokens.get(name) for name in TOKEN_SUMS}
    assert report["total_cost_usd"] == expected.total_cost_usd
    assert report["unpriced_calls"] == 0


@pytest.mark.parametrize("team", EXPECTED_TEAM_SUMS)
@pytest.mark.parametrize("dimension", ["models", "providers"])
def test_shares_of_a_stored_report_add_up_to_it(demo_run: DemoRun, team: str, dimension: str) -> None:
    """By model and by provider: the same calls, tokens and dollars."""
    expected = EXPECTED_TEAM_SUMS[team]
    shares = [share for report in demo_run.reports[team] for share in report[dimension]]
    assert sum(share["calls"] for share in shares) == sum(expected.events.values())
    assert sum(share["total_tokens"] or 0 for share in shares) == expected.tokens["total_tokens"]
    assert sum(Decimal(share["total_cost_usd"] or 0) for share in shares) == expected.total_cost_usd


def test_no_content_is_in_any_log(demo_run: DemoRun) -> None:
    """What people ask a model stands in no log file of ours."""
    logs = [file for file in (demo_run.stack.instance / "log").glob("*.log") if file.stat().st_size]
    assert {"web.log", "worker.log", "clickhouse.log"} <= {file.name for file in logs}
    assert [file.name for file in logs if QUESTION in file.read_text(errors="replace")] == []


def add_up(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One day's report, or the sum of the two days when the demo ran over midnight; dollars as Decimal."""
    total: dict[str, Any] = {"events": Counter(), "total_cost_usd": Decimal(0)}
    for report in reports:
        total["events"] += Counter(report["events"])
        total["total_cost_usd"] += Decimal(report["total_cost_usd"] or 0)
        for name in (*TOKEN_SUMS, "calls", "failed_calls", "unpriced_calls"):
            counts = [count for count in (total.get(name), report[name]) if count is not None]
            total[name] = sum(counts) if counts else None
    return total
