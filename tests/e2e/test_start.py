"""`bin/start` as a person uses it: what it prints, what a second start does, how it ends and comes back."""

import json
import re
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.demo_run import DemoRun, parse_printed_report
from tests.e2e.gateway_expectations import EXPECTED_TEAM_SUMS, ExpectedTeamSums
from tests.e2e.started_stack import StartedStack, make_environment, run_command, started_stack
from tests.processes import wait_until_gone

A_FEW_SECONDS = 10.0
MEMORY_LIMIT_BYTES = 1_500_000_000


def as_printed(expected: ExpectedTeamSums) -> dict[str, str]:
    """The cells of one team, digit by digit."""
    columns = {
        "input": "input_tokens",
        "output": "output_tokens",
        "total": "total_tokens",
        "cache read": "cache_read_input_tokens",
        "cache written": "cache_creation_input_tokens",
        "reasoning": "reasoning_tokens",
    }
    cells = {title: f"{expected.tokens[column]:,}" for title, column in columns.items()}
    return cells | {
        "calls": str(sum(expected.events.values())),
        "cost USD": str(expected.total_cost_usd),
        "unpriced": "0",
        "rejected": "0",
    }


def count_calls(stack: StartedStack) -> int:
    """All teams' calls in the report of today, made anew."""
    document = json.loads(stack.manage("llm_analytics_usage_report", "--date", "today", "--format", "json"))
    return sum(report["calls"] for report in document["reports"])


@pytest.mark.parametrize("team", EXPECTED_TEAM_SUMS)
def test_printed_report_equals_the_sums_by_hand(demo_run: DemoRun, team: str) -> None:
    """Digit by digit what the replayed provider bodies add up to."""
    cells = parse_printed_report(demo_run.printed)[team]
    expected = as_printed(EXPECTED_TEAM_SUMS[team])
    assert {title: cells[title] for title in expected} == expected


def test_report_names_nobody_else(demo_run: DemoRun) -> None:
    """Three teams, and the day in the headline."""
    assert list(parse_printed_report(demo_run.printed)) == list(EXPECTED_TEAM_SUMS)
    assert re.search(r"^LLM usage on \d{4}-\d\d-\d\d \(UTC\), 3 of 3 teams with events$", demo_run.printed, re.M)


def test_every_step_has_its_line(demo_run: DemoRun) -> None:
    """What is done is said on stderr, with the seconds it took."""
    steps = re.findall(r"^✓ (.+) \d+\.\d s$", demo_run.stack.stderr, re.M)
    expected = {
        *("PostgreSQL", "Redis", "ClickHouse", "migrations of PostgreSQL", "migrations of ClickHouse"),
        *(
            "first organization, teams and user",
            "LiteLLM proxy",
            "web",
            "worker",
            "beat",
            "sample calls",
            "usage report",
        ),
    }
    assert expected <= set(steps)
    assert len(re.findall(r"^    \w+ +(?:team-\w+|no team) +\d{3} +\d+ ms", demo_run.stack.stderr, re.M)) == 30


def test_printed_url_answers(demo_run: DemoRun) -> None:
    """The page at the URL asks for the sign-in whose link stands below it."""
    assert f"  LLM Analytics  {demo_run.stack.url}\n" in demo_run.stack.stderr
    with urllib.request.urlopen(demo_run.stack.url) as answer:
        assert answer.url.startswith(f"{demo_run.stack.url}/login")
    assert re.search(rf"Sign in as \S+ .*: {demo_run.stack.url}/\S+", demo_run.stack.stderr)


def test_memory_stays_below_its_limit(demo_run: DemoRun) -> None:
    """Stores, web, worker, beat and supervisor together, the demo's gateway left out: under 1.5 GB, each page once."""
    gateway = demo_run.stack.find_child("demo")
    left_out = {gateway, *gateway.children(recursive=True)}
    stack = [process for process in demo_run.stack.list_processes() if process not in left_out]
    assert sum(process.memory_full_info().pss for process in stack) < MEMORY_LIMIT_BYTES


def test_second_start_says_where_the_first_runs(demo_run: DemoRun) -> None:
    """It starts nothing and is no failure."""
    second = demo_run.stack.run("start")
    assert second.returncode == 0
    assert second.stderr == f"✓ running already (process {demo_run.stack.pid}): {demo_run.stack.url}\n"


def test_second_demo_sends_the_calls_to_the_running_gateway(demo_run: DemoRun) -> None:
    """One more round of calls, in the report of all calls of the day."""
    before = count_calls(demo_run.stack)
    second = demo_run.stack.run("start", "--demo", "--exit-after-report")
    assert second.returncode == 0, second.stderr
    printed = [int(cells["calls"]) for cells in parse_printed_report(second.stdout).values()]
    round_of_calls = sum(sum(expected.events.values()) for expected in EXPECTED_TEAM_SUMS.values())
    assert sum(printed) == before + round_of_calls


def test_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    """It names the port, the server and the variable to set; nothing was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run_command(make_environment(tmp_path / "stack", WEB_PORT=str(port)), "start")
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr == (
        f"✗ Port {port} (web) cannot be used: Address already in use. "
        f"Stop the program that has it, or choose another port: WEB_PORT={port + 1}\n"
    )


def test_killed_stack_leaves_nothing_and_starts_again(tmp_path: Path) -> None:
    """After SIGKILL every process ends, the next start needs no help and its Ctrl-C ends it in order."""
    with started_stack(tmp_path / "stack") as stack:
        team = stack.query_postgres("SELECT id FROM posthog_team")
        processes = stack.list_processes()
        stack.send(signal.SIGKILL)
        assert wait_until_gone(processes, A_FEW_SECONDS) == []
    with started_stack(tmp_path / "stack") as stack:
        assert stack.query_postgres("SELECT id FROM posthog_team") == team
        processes = stack.list_processes()
        assert stack.send(signal.SIGINT) == 0
        assert wait_until_gone(processes, 1.0) == []
        assert stack.stderr.endswith("✓ stopped\n")
