"""`bin/start` as a person runs it: a process with a folder of its own, its words in files, its stores to look into."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, LiteralString

import psutil
import psycopg
from clickhouse_driver import Client
from psycopg.rows import dict_row

from stack.addresses import PORT_VARIABLES, STORE_VARIABLES, take_any_ports
from stack.env_file import read_env_file

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 150.0
STOP_TIMEOUT_S = 60.0
POLL_S = 0.1
READY_LINE = "Ctrl-C stops everything."
"""What bin/start says last: everything runs, and with --demo the report is printed."""

Row = dict[str, Any]
NOTHING_SET: Mapping[str, str] = {}


def make_environment(instance: Path, **variables: str) -> dict[str, str]:
    """The caller's environment without the stores of this test run, with free ports and a folder of its own."""
    # Every CLICKHOUSE_* variable counts, not only the host: they describe the stores of the tests.
    prefixes = (*STORE_VARIABLES.values(), "CLICKHOUSE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    ports = take_any_ports(tuple(PORT_VARIABLES))
    chosen = {PORT_VARIABLES[server][0]: str(port) for server, port in ports.items()}
    return {**kept, **chosen, "STACK_DIR": str(instance), **variables}


def run_command(environment: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run `bin/NAME ARGUMENTS…` to its end."""
    program = [str(ROOT / "bin" / command[0]), *command[1:]]
    return subprocess.run(program, env=environment, capture_output=True, text=True, timeout=START_TIMEOUT_S)


class StartedStack:
    """One run of `bin/start ARGUMENTS…`."""

    def __init__(self, instance: Path, *arguments: str, variables: Mapping[str, str] = NOTHING_SET) -> None:
        self.instance = instance
        self.environment = make_environment(instance, **variables)
        instance.mkdir(parents=True, exist_ok=True)
        with open(self._stdout, "w") as stdout, open(self._stderr, "w") as stderr:
            command = [str(ROOT / "bin" / "start"), *arguments]
            self._process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )

    @property
    def stdout(self) -> str:
        return self._stdout.read_text()

    @property
    def stderr(self) -> str:
        return self._stderr.read_text()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['WEB_PORT']}"

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['GATEWAY_PORT']}"

    def wait_until_ready(self) -> None:
        """
        Return when everything runs.

        Raises:
            AssertionError: It ended, or is not ready in time; with what it said.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while READY_LINE not in self.stderr:
            assert self._process.poll() is None, self.stderr
            assert time.monotonic() < deadline, self.stderr
            time.sleep(POLL_S)

    def list_processes(self) -> list[psutil.Process]:
        """The supervisor and every process below it."""
        supervisor = psutil.Process(self._process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def find_child(self, name: str) -> psutil.Process:
        """The supervised process of that name."""
        return psutil.Process(int((self.instance / "run" / f"{name}.pid").read_text().split()[0]))

    def send(self, number: signal.Signals) -> int:
        """Send the supervisor a signal and wait for its end: its exit code."""
        self._process.send_signal(number)
        return self._process.wait(STOP_TIMEOUT_S)

    def stop(self) -> None:
        """End what still runs, as Ctrl-C does."""
        if self._process.poll() is None:
            self.send(signal.SIGINT)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Another command in the same folder, e.g. `manage`, …"""
        return run_command(self.environment, *command)

    def manage(self, *arguments: str) -> str:
        """stdout of `bin/manage ARGUMENTS…`."""
        outcome = self.run("manage", *arguments)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout

    def query_postgres(self, sql: LiteralString) -> list[Row]:
        """Rows of one SELECT."""
        with psycopg.connect(self._addresses["DATABASE_URL"], row_factory=dict_row) as connection:
            return connection.execute(sql).fetchall()

    def query_clickhouse(self, sql: str) -> list[Row]:
        """Rows of one SELECT."""
        names = ("host", "port", "user", "password", "database")
        place = {name: self._addresses[f"CLICKHOUSE_{name.upper()}"] for name in names}
        with Client(**place) as client:
            rows, columns = client.execute(sql, with_column_types=True)
        return [dict(zip((name for name, _ in columns), row, strict=True)) for row in rows]

    @property
    def _addresses(self) -> dict[str, str]:
        return read_env_file(self.instance / "stack.env")

    @property
    def _stdout(self) -> Path:
        return self.instance / "stdout.txt"

    @property
    def _stderr(self) -> Path:
        return self.instance / "stderr.txt"


@contextlib.contextmanager
def started_stack(instance: Path, *arguments: str) -> Iterator[StartedStack]:
    """Start, wait until ready, and have it ended whatever happens."""
    stack = StartedStack(instance, *arguments)
    try:
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()
