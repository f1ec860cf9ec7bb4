"""Exports of stored calls: every format sums to the report, in any zone, before and after a rollup."""

import csv
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ee.exports.formats import FORMATS
from ee.exports.lines import ExportScope, Line, read_lines
from posthog.llm_analytics.report_figures import COST_SUMS, DERIVED_TOKEN_SUMS, TOKEN_SUMS, UsageFigures, sum_figures
from posthog.llm_analytics.report_runs import report_day
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.models import Team
from tests.integration.usage_report.report_events import make_team, store_call

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]

START, END = date(2026, 4, 1), date(2026, 4, 3)
COUNTS = ("calls", "failed_calls", "unpriced_calls", "gateway_cache_hits", *TOKEN_SUMS, *DERIVED_TOKEN_SUMS)
AMOUNTS = (*COST_SUMS, "saved_gateway_cache_cost_usd")


def store_calls(team: Team, other: Team) -> None:
    """Two days of two teams: models, keys, caches, a call without a price, a failed one, one of the day after."""
    calls: list[dict[str, Any]] = [
        {"startTime": "2026-04-01T00:00:00Z", "model": "gpt-4.1"},
        {"startTime": "2026-04-01T12:10:00Z", "model": "=evil,model", "response_cost": 0.1},
        {"startTime": "2026-04-01T23:59:59.999999Z", "model": "gpt-4.1", "response_cost": 0.1 + 0.2},
        {"startTime": "2026-04-02T05:00:00Z", "model": "nobody/knows-this", "response_cost": 0},
        {"startTime": "2026-04-02T20:00:00Z", "status": "failure", "response_cost": 0},
        {"startTime": "2026-04-02T15:00:00Z", "cache_hit": True, "id": "x_cache_hit1", "saved_cache_cost": 0.5},
        {"startTime": "2026-04-03T00:00:00Z", "model": "gpt-4.1"},
    ]
    for number, call in enumerate(calls):
        started_at = call.pop("startTime")
        call.setdefault("id", f"call-{number}")
        store_call(team, started_at, litellm_call_id=f"gateway-{number}", **call)
    store_call(other, "2026-04-01T08:00:00Z", id="theirs")


def list_lines(team: Team, *others: Team, start: date = START, end: date = END) -> list[Line]:
    scope = ExportScope(organization=team.organization, teams=[team, *others], start=start, end=end)
    return list(read_lines(scope, now=timezone.now()))


def sum_reports(*teams: Team, start: date = START, end: date = END) -> UsageFigures:
    """What the reports of these days come to."""
    figures = []
    for number in range((end - start).days):
        day = date.fromordinal(start.toordinal() + number)
        (versions,) = report_day(day, [teams[0].organization_id], now=datetime.now(UTC), is_dry_run=False)
        figures += [versions.teams[team.id] for team in teams]
    from_stored = [parse(report.figures) for report in figures]
    return sum_figures(from_stored)


def parse(figures: dict[str, Any]) -> UsageFigures:
    names = {*COUNTS, *AMOUNTS}
    known = {name: value for name, value in figures.items() if name in names}
    amounts = {name: None if known[name] is None else Decimal(known[name]) for name in AMOUNTS}
    return UsageFigures(**known | amounts)


def sum_column(lines: Iterable[Line], name: str) -> Any:
    known = [line[name] for line in lines if line[name] is not None]
    total = sum(known, Decimal(0)) if name in AMOUNTS else sum(known)
    return None if not known else total


def assert_sums(lines: Iterable[Line], report: UsageFigures) -> None:
    """Each column sums to the report's figure; amounts once rounded as reports round."""
    listed = list(lines)
    counts = {name: sum_column(listed, name) for name in COUNTS}
    assert counts == {name: getattr(report, name) for name in COUNTS}
    rounded = {name: None if (total := sum_column(listed, name)) is None else round(total, 12) for name in AMOUNTS}
    assert rounded == {name: getattr(report, name) for name in AMOUNTS}


@pytest.mark.parametrize("is_rolled_up", [False, True])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_lines_sum_to_the_reports(zone: str, is_rolled_up: bool) -> None:
    """Of an organization, in whichever zone its days are, from rows or from rollups."""
    alpha = make_team(zone=zone)
    beta = make_team("Beta", alpha.organization)
    store_calls(alpha, beta)
    if is_rolled_up:
        assert roll_up_changed(now=datetime.now(UTC)) > 0
    lines = list_lines(alpha, beta)
    report = sum_reports(alpha, beta)
    assert report.calls > 4
    assert report.gateway_cache_hits == 1
    assert_sums(lines, report)


def test_lines_of_a_team_are_its_own(team: Team) -> None:
    """Of others nothing is read."""
    other = make_team("Beta", team.organization)
    store_calls(team, other)
    assert {line["team_id"] for line in list_lines(team)} == {team.id}
    assert_sums(list_lines(other), sum_reports(other))


def test_days_without_usage_have_no_line(team: Team) -> None:
    """Nor has an organization without teams."""
    assert list_lines(team) == []
    assert list(read_lines(ExportScope(organization=team.organization, teams=[], start=START, end=END), now=NOW)) == []


NOW = datetime(2026, 5, 1, tzinfo=UTC)


def export(team: Team, name: str, folder: Path) -> bytes:
    """By the command, of the team."""
    file = folder / "usage"
    days = ("--start", START.isoformat(), "--end", END.isoformat())
    call_command("export_usage", "--format", name, "--team", str(team.id), *days, "--out", str(file))
    return file.read_bytes()


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode(), newline="")))


def read_file(name: str, content: bytes) -> list[Line]:
    """The lines of a file, numbers as numbers."""
    if name == "parquet":
        return list(pq.read_table(BytesIO(content)).to_pylist())
    rows: list[Any] = read_csv(content) if name == "csv" else [json.loads(line) for line in content.splitlines()]
    return [{column: _parse(column, value) for column, value in row.items()} for row in rows]


def _parse(column: str, value: Any) -> Any:
    if column in AMOUNTS:
        return None if value in ("", None) else Decimal(value)
    if column in COUNTS:
        return None if value in ("", None) else int(value)
    return value


@pytest.mark.parametrize("name", ["csv", "json", "parquet"])
def test_every_file_sums_to_the_report(team: Team, tmp_path: Path, name: str) -> None:
    """As a program reads it that knows nothing of us."""
    store_calls(team, make_team("Beta", team.organization))
    lines = read_file(name, export(team, name, tmp_path))
    assert len(lines) >= 5
    assert_sums(lines, sum_reports(team))


def test_focus_charges_sum_to_the_report(team: Team, tmp_path: Path) -> None:
    """Costs and tokens; calls without a price are charges of their own."""
    store_calls(team, make_team("Beta", team.organization))
    charges = read_csv(export(team, "focus", tmp_path))
    report = sum_reports(team)
    assert report.total_cost_usd is not None
    for cost in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"):
        assert round(sum((Decimal(charge[cost]) for charge in charges), Decimal(0)), 12) == report.total_cost_usd
    inputs = {"Uncached Input Tokens", "Cache Read Input Tokens", "Cache Write Input Tokens"}
    assert sum(int(c["ConsumedQuantity"]) for c in charges if c["SkuMeter"] in inputs) == report.input_tokens
    assert sum(int(c["ConsumedQuantity"]) for c in charges if c["SkuMeter"] == "Output Tokens") == report.output_tokens
    unpriced = [charge for charge in charges if charge["x_CostKnown"] == "false"]
    assert {charge["x_Model"] for charge in unpriced} >= {"nobody/knows-this"}
    assert {Decimal(charge["BilledCost"]) for charge in unpriced} == {Decimal(0)}


def test_command_writes_to_standard_output(team: Team, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Bytes, whole."""
    store_calls(team, make_team("Beta", team.organization))
    call_command("export_usage", "--team", str(team.id), "--start", "2026-04-01", "--end", "2026-04-02")
    out = capfdbinary.readouterr().out
    assert out.startswith(b"day,timezone,day_start,")
    assert b"'=evil,model" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--start", "2026-04-02", "--end", "2026-04-02"), "a day after --start"),
        (("--start", "yesterday", "--end", "2026-04-02"), "expected YYYY-MM-DD"),
        (("--start", "2026-04-01", "--end", "2026-04-02", "--team", "0"), "no team 0"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[str, ...], message: str) -> None:
    """In one sentence."""
    make_team()
    with pytest.raises(CommandError, match=message):
        call_command("export_usage", *arguments)


def test_formats_are_those_of_the_issue() -> None:
    """The names that scripts rely on."""
    assert set(FORMATS) == {"csv", "json", "parquet", "focus"}
