"""The demo's calls through a gateway that runs, and the usage report of the day they were made on."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from stack.jobs import Job, build_manage_job
from stack.layout import Layout
from stack.progress import Board, write_line
from stack.supervisor import Supervisor

GATEWAY = "Demo gateway"
"""The name that `setup_demo` gives it."""
GATEWAY_TIMEOUT_S = 180
"""For a gateway that is starting; the clients load meanwhile."""
DIRECT_TO_LOOPBACK = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


class SampleCalls:
    """
    One round of sample calls.

    Args:
        addresses: Of the stores and of the gateway (GATEWAY_URL).
    """

    def __init__(self, layout: Layout, addresses: Mapping[str, str], supervisor: Supervisor, board: Board) -> None:
        self._layout = layout
        self._addresses = addresses
        self._supervisor = supervisor
        self._board = board

    def run(self) -> None:
        """Make the calls, wait for their events, print the report to stdout: two of them around midnight."""
        started_at = datetime.now(UTC)
        calls = self._make_calls()
        ended_at = datetime.now(UTC)
        self._wait_for_events(calls, started_at)
        for day in sorted({started_at.date(), ended_at.date()}):
            report = self._run_command("llm_analytics_usage_report", "--date", day.isoformat(), label="usage report")
            sys.stdout.write(f"\n{report}\n")
            sys.stdout.flush()

    def _make_calls(self) -> int:
        """Show a line for each call as it ends; how many there were."""
        options = ["-m", "demo.calls", "--base-url", self._addresses["GATEWAY_URL"], "--wait-s", str(GATEWAY_TIMEOUT_S)]
        job = Job("calls", [str(self._layout.gateway_python), *options], self._layout, DIRECT_TO_LOOPBACK)
        self._board.wait(self._board.add("sample calls", echo_lines(job, self._supervisor.start_job(job))))
        return len(job.output().splitlines())

    def _wait_for_events(self, count: int, since: datetime) -> None:
        """The gateway sends every second and the worker drains on its own: wait for the events themselves."""
        options = ["--gateway", GATEWAY, "--since", since.isoformat(), "--count", str(count)]
        self._run_command("wait_for_gateway_events", *options, label=f"events of {count} calls")

    def _run_command(self, *arguments: str, label: str) -> str:
        """stdout of a management command."""
        job = build_manage_job(self._layout, self._addresses, *arguments)
        self._board.wait(self._board.add(label, self._supervisor.start_job(job)))
        return job.output()


def echo_lines(job: Job, poll: Callable[[], bool]) -> Callable[[], bool]:
    """The job's poll, which also shows what it wrote."""

    def poll_and_show() -> bool:
        is_done = poll()
        for line in job.take_lines():
            write_line(f"    {line}")
        return is_done

    return poll_and_show
