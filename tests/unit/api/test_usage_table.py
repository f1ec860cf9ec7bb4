"""Reports → the page's table."""

from datetime import date
from decimal import Decimal
from typing import Any

from posthog.api.usage_columns import FIGURE_COLUMNS
from posthog.api.usage_table import Content, build_row, build_rows, build_totals, has_anything
from posthog.llm_analytics.usage_report import TeamUsageReport, UsageShare


def make_report(**fields: Any) -> TeamUsageReport:
    defaults: dict[str, Any] = {"team_id": 1, "day": date(2026, 4, 1)}
    return TeamUsageReport(**defaults | fields)


def find_cell(report: TeamUsageReport, key: str) -> Content:
    row = build_row("Alpha", report)
    return next(cell.content for cell in (*row.cells, *row.details) if cell.column.key == key)


def find_text(report: TeamUsageReport, key: str) -> str:
    figure = find_cell(report, key).figure
    assert figure is not None
    return figure.text


def find_lines(report: TeamUsageReport, key: str) -> list[tuple[str, str]]:
    return [(line.name, line.figure.text) for line in find_cell(report, key).lines]


def test_row_has_a_cell_for_every_column() -> None:
    """In the order of the head; lists with nothing in them are left out."""
    (row,) = build_rows([make_report()], {1: "Alpha"})
    assert row.name == "Alpha"
    assert tuple(cell.column for cell in row.cells) == FIGURE_COLUMNS
    assert row.details == ()


def test_unknown_is_a_dash_and_zero_is_zero() -> None:
    """The two are never confused."""
    report = make_report(input_tokens=0, reasoning_tokens=None, total_cost_usd=Decimal(0), saved_cache_cost_usd=None)
    assert [find_text(report, key) for key in ("input", "reasoning", "cost", "saved")] == ["0", "–", "$0", "–"]


def test_events_are_listed_by_type_with_the_rejects() -> None:
    """What arrived and could not be counted is said beside what was."""
    report = make_report(events={"$ai_embedding": 2, "$ai_generation": 5}, rejected_events=3)
    assert find_lines(report, "events") == [("$ai_embedding", "2"), ("$ai_generation", "5"), ("rejected", "3")]


def test_calls_remark_failures_and_the_gateways_own_answers() -> None:
    """Only where there is something to remark."""
    assert find_lines(make_report(calls=4), "calls") == []
    report = make_report(calls=4, failed_calls=1, gateway_cache_hits=2)
    assert find_lines(report, "calls") == [("failed", "1"), ("from the gateway's cache", "2")]


def test_unpriced_calls_are_named_beside_the_cost() -> None:
    """A sum that misses something says so."""
    report = make_report(total_cost_usd=Decimal("1.5"), unpriced_calls=2)
    assert (find_text(report, "cost"), find_lines(report, "cost")) == ("$1.50", [("unpriced", "2")])


def test_savings_are_two_figures_and_never_one_sum() -> None:
    """The provider's cache and the gateway's are different money."""
    report = make_report(saved_cache_cost_usd=Decimal(1), saved_gateway_cache_cost_usd=Decimal(2))
    assert find_text(report, "saved") == "$1.00"
    assert find_lines(report, "saved") == [("by the gateway's cache", "$2.00")]


def test_models_and_providers_are_listed_with_calls_and_cost() -> None:
    """Nobody's name is shown as such."""
    share = UsageShare(name="", calls=3, total_tokens=10, total_cost_usd=None)
    (line,) = find_cell(make_report(models=(share,)), "models").lines
    assert (line.name, line.figure.text) == ("(not named)", "3")
    assert line.detail is not None
    assert line.detail.text == "–"


def test_flags_are_listed_with_their_rows() -> None:
    """A doubt is named, not only counted."""
    assert find_lines(make_report(flags={"price_assumed": 2}), "flags") == [("price_assumed", "2")]


def test_totals_skip_what_no_team_reported() -> None:
    """A sum of unknowns is unknown; a sum with one known is that."""
    reports = [make_report(input_tokens=5, total_cost_usd=Decimal("0.5")), make_report(team_id=2, input_tokens=None)]
    totals = {cell.column.key: cell.content.figure for cell in build_totals(reports)}
    assert [getattr(totals[key], "text", None) for key in ("input", "output", "cost", "events")] == [
        *("5", "–", "$0.5000", None),
    ]


def test_team_with_nothing_but_a_reject_is_shown() -> None:
    """A reject must not hide behind silence."""
    assert has_anything(make_report(rejected_events=1))
    assert not has_anything(make_report())
