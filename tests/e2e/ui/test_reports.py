"""The usage reports in a real browser: a day that was closed and corrected, its files, and its one printed page."""

import base64
import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.e2e.demo_run import DemoRun
from tests.e2e.started_stack import StartedStack
from tests.e2e.ui.looking import find_team_id, look_at, require_clean, require_screenshots
from tests.factories import make_payload

GATEWAY_TEAM = "team-gamma"
DAYS_BACK = 9
"""Long closed, and in no other test's range."""


def send_call(stack: StartedStack, folder: Path, moment: datetime, name: str, **fields: Any) -> None:
    """One call of the team that began then, through the gateway's own door, until it is a row."""
    times = {"startTime": moment.timestamp(), "endTime": moment.timestamp() + 1}
    call = make_payload(
        id=name, litellm_call_id=name, metadata={"user_api_key_team_id": GATEWAY_TEAM}, **times, **fields
    )
    file = folder / f"{name}.json"
    file.write_text(json.dumps([call]))
    credential = stack.query_postgres("SELECT id FROM posthog_gatewaycredential WHERE label = 'Demo'")[0]["id"]
    stack.manage("import_gateway_log", str(file), "--credential", str(credential))
    stack.manage("wait_for_inbox")


@pytest.fixture(scope="module")
def look(demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A day with one call is closed; a second call comes late and corrects it; then the browser looks."""
    stack, folder = demo_run.stack, tmp_path_factory.mktemp("calls")
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=DAYS_BACK)
    for name, cost in (("first-call", 0.25), ("late-call", 0.125)):
        send_call(stack, folder, noon, name, response_cost=cost)
        stack.manage("llm_analytics_usage_report", "--date", noon.date().isoformat())
    seen = look_at(stack, "reports", team_id=find_team_id(stack, GATEWAY_TEAM), day=noon.date().isoformat())
    return {**seen, "day": noon.date().isoformat()}


def test_calendar_says_that_the_day_was_corrected(look: dict[str, Any]) -> None:
    """With its version, in words for everybody."""
    day = look["calendar"][look["day"]]
    assert day["state"] == "corrected"
    assert "corrected v2" in day["name"]


def test_report_shows_every_digit_of_what_was_sent(look: dict[str, Any]) -> None:
    """Two calls of 100 tokens in, 60 of them from the cache, and 20 out; the month has them among its own."""
    assert {name: look["corrected"][name] for name in ("calls", "input_tokens", "cache_read_input_tokens")} == {
        "calls": "2",
        "input_tokens": "200",
        "cache_read_input_tokens": "120",
    }
    assert (look["corrected"]["total_tokens"], look["corrected"]["total_cost_usd"]) == ("240", "$0.375")
    assert look["corrected"]["web_search_count"] == "–"
    assert int(look["month"]["calls"]) >= 2


def test_correction_says_what_changed_when_and_why(look: dict[str, Any]) -> None:
    """Before and after; the closed version stays as it was, one press away, and back returns."""
    assert "Events arrived after the day was closed" in look["correction"]["text"]
    assert look["correction"]["changed"]["calls"] == ["1", "2"]
    assert look["correction"]["changed"]["total_cost_usd"] == ["$0.25", "$0.375"]
    assert (look["first"]["calls"], look["first"]["total_cost_usd"]) == ("1", "$0.25")
    assert look["back"] == look["corrected"]


def read_csv(content: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def read_json_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def read_parquet(content: bytes) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = pq.read_table(io.BytesIO(content)).to_pylist()
    return lines


def read_file(look: dict[str, Any], name: str) -> bytes:
    """What the browser saved under a name that says the day."""
    file = look["exported"][name]
    assert look["day"] in file["name"]
    return base64.b64decode(file["base64"])


@pytest.mark.parametrize(
    ("name", "read"),
    [
        pytest.param("CSV", read_csv, id="csv"),
        pytest.param("JSON", read_json_lines, id="json"),
        pytest.param("Parquet", read_parquet, id="parquet"),
    ],
)
def test_file_holds_the_day(look: dict[str, Any], name: str, read: Callable[[bytes], list[dict[str, Any]]]) -> None:
    """Its lines sum to what the report shows."""
    lines = read(read_file(look, name))
    assert sum(int(line["calls"]) for line in lines) == 2
    assert sum(Decimal(str(line["total_cost_usd"])) for line in lines) == Decimal("0.375")


def test_focus_file_holds_the_days_cost(look: dict[str, Any]) -> None:
    """Its charges sum to what the report shows."""
    charges = read_csv(read_file(look, "FOCUS"))
    assert sum(Decimal(charge["BilledCost"]) for charge in charges) == Decimal("0.375")


def test_report_is_printed_on_one_page(look: dict[str, Any]) -> None:
    """With its definitions and its correction."""
    assert look["printed"] == 1


def test_nothing_is_refused_and_the_screen_is_accessible(look: dict[str, Any]) -> None:
    """In both themes, wide and narrow."""
    require_clean(look)
    require_screenshots("reports")
    require_screenshots("reports-day")
