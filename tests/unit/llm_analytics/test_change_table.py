"""What a derivation changed, per model and column."""

from datetime import UTC, datetime
from typing import Any

from posthog.llm_analytics.change_table import ChangeTable
from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.rows import Row, RowContext, build_row
from tests.factories import make_payload


def make_row(**payload: Any) -> Row:
    event = build_ai_event(make_payload(**payload), team_id=7)
    return build_row(event, RowContext(ingested_at=datetime(2026, 11, 24, tzinfo=UTC)))


def test_sums_are_of_the_changed_rows() -> None:
    """By model and column; NULL adds nothing, and a column without sums shows none."""
    table = ChangeTable()
    for model in ("openai/gpt-4o", "openai/gpt-4o", "openai/o3"):
        right = make_row(model=model)
        table.add(right | {"input_tokens": 40, "usage_reading": "old"}, right)
    wrong_cost = make_row() | {"total_cost_usd": None}
    table.add(wrong_cost, make_row())
    assert table.rows == 4
    assert table.list_lines()[1:] == [
        ["gpt-4o", "input_tokens", "2", "80", "200"],
        ["gpt-4o", "total_cost_usd", "1", "–", "0.000375"],
        ["gpt-4o", "usage_reading", "2", "–", "–"],
        ["o3", "input_tokens", "1", "40", "100"],
        ["o3", "usage_reading", "1", "–", "–"],
    ]


def test_row_without_a_difference_adds_no_line() -> None:
    """A newer version of the rules that reads the same is none."""
    table = ChangeTable()
    table.add(make_row() | {"usage_rules_version": "0"}, make_row())
    assert table.changes == {}
