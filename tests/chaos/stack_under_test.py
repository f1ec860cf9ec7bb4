"""A whole stack, started as a person starts it, with one team and its credential, and what lies in its stores."""

import contextlib
import fcntl
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from stack.system import answers_ok
from tests.chaos.killer import PROGRAMS, find_program
from tests.chaos.senders import Door
from tests.e2e.started_stack import Row, StartedStack

POLL_S = 0.1
LOCKED_FILE = "status"
"""ClickHouse starts on a data directory only if it can lock this file in it."""


class StackUnderTest:
    """One run of `bin/start`; it is durable, as in production: an acknowledged commit survives SIGKILL."""

    def __init__(self, started: StartedStack, team_id: int, token: str) -> None:
        self.started = started
        self.team_id = team_id
        self.door = Door(int(started.environment["WEB_PORT"]), token)

    @property
    def records(self) -> Path:
        """Where its supervisor writes down whom it started."""
        return self.started.instance / "run"

    def wait_until_up(self, timeout_s: float) -> None:
        """Return when every program runs and the web reaches all stores."""
        wait_until(lambda: all(find_program(self.records, name) for name in PROGRAMS), "all programs up", timeout_s)
        wait_until(lambda: answers_ok(self.door.port, "/_readyz"), "the web ready", timeout_s)

    def count_waiting(self) -> int | None:
        """Bodies in the inbox; None while Postgres is away."""
        try:
            return int(self.started.query_postgres("SELECT count(*) FROM posthog_gatewayinboxbody")[0]["count"])
        except psycopg.OperationalError:
            return None

    def wait_until_drained(self, timeout_s: float) -> None:
        """Return when the inbox is empty."""
        wait_until(lambda: self.count_waiting() == 0, "the inbox empty", timeout_s)

    def list_rejects(self) -> list[Row]:
        """What was rejected, by reason."""
        return self.started.query_postgres(
            "SELECT reason_code, count(*) FROM posthog_rejectedevent GROUP BY reason_code ORDER BY reason_code"
        )

    def list_rows(self, prefix: str) -> list[Row]:
        """The deduplicated rows of calls whose names have the prefix: id, cost and every token column."""
        columns = ", ".join(("generation_id", "total_cost_usd", *COUNT_COLUMNS))
        return self.started.query_clickhouse(
            f"SELECT {columns} FROM ai_events FINAL WHERE team_id = {self.team_id} "
            f"AND startsWith(generation_id, '{prefix}-')"
        )

    @contextlib.contextmanager
    def clickhouse_away(self) -> Iterator[None]:
        """Kill it, and let none start on its data directory until the end of the block: connections are refused."""
        with open(self.started.instance / "clickhouse" / LOCKED_FILE, "ab") as status:
            while (server := find_program(self.records, "clickhouse")) is None:
                time.sleep(POLL_S)
            server.send_signal(signal.SIGKILL)
            fcntl.flock(status, fcntl.LOCK_EX)
            yield


def wait_until(is_so: Callable[[], bool], what: str, timeout_s: float) -> None:
    """
    Look again and again.

    Raises:
        AssertionError: Not in time.
    """
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s:g} s"
        time.sleep(POLL_S)


@contextlib.contextmanager
def stack_under_test(instance: Path, **variables: str) -> Iterator[StackUnderTest]:
    """Start it with these settings, and have it ended whatever happens."""
    started = StartedStack(instance, variables=variables)
    try:
        started.wait_until_ready()
        team_id = int(started.manage("create_team", "Chaos"))
        token = started.manage("create_gateway_credential", "--team", str(team_id), "--label", "chaos").strip()
        yield StackUnderTest(started, team_id, token)
    finally:
        started.stop()
