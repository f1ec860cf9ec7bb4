"""An embedded server of a test's own, and the driver as its client."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import psutil
from clickhouse_driver import Client
from clickhouse_driver.block import RowOrientedBlock
from clickhouse_driver.protocol import ServerPacketTypes

from stack.system import LOOPBACK, choose_free_ports, is_listening

ROOT = Path(__file__).parents[3]
USER = "tester"
PASSWORD = "correct horse"
TIMEOUT_S = 60
POLL_S = 0.02


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Poll until the condition holds; fails by name after a generous time."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(POLL_S)


def start_process(
    data_dir: Path, port: int, *arguments: str, errors: IO[str] | int, **environ: str
) -> subprocess.Popen[str]:
    """Start the program as the stack does."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "posthog.clickhouse.embedded"),
            *("--data-dir", str(data_dir), "--port", str(port), *arguments),
        ],
        cwd=ROOT,
        env={**os.environ, "CLICKHOUSE_USER": USER, "CLICKHOUSE_PASSWORD": PASSWORD, **environ},
        stdout=subprocess.DEVNULL,
        stderr=errors,
        text=True,
    )


def run_to_end(data_dir: Path, port: int, *arguments: str, **environ: str) -> tuple[int, str]:
    """For starts that must fail: the exit code and what was said."""
    process = start_process(data_dir, port, *arguments, errors=subprocess.PIPE, **environ)
    _, errors = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, errors


class EmbeddedServer:
    """One data directory and the process that serves it; can be stopped, killed and started again."""

    def __init__(self, data_dir: Path, *, max_memory_bytes: int = 1 << 30) -> None:
        self.data_dir = data_dir
        self.port = choose_free_ports(1)[0]
        self._max_memory_bytes = max_memory_bytes
        self._clients: list[Client] = []
        self._errors_file = data_dir.with_name("stderr.txt")
        self.start()

    def start(self) -> None:
        """Start the process and wait until it listens."""
        with open(self._errors_file, "a") as errors:
            limit = str(self._max_memory_bytes)
            self._process = start_process(self.data_dir, self.port, errors=errors, CLICKHOUSE_MAX_MEMORY_BYTES=limit)
        wait_until(lambda: is_listening(self.port) or not self.is_running, "the server listens")
        assert self.is_running, self.errors

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def resident_bytes(self) -> int:
        return int(psutil.Process(self._process.pid).memory_info().rss)

    @property
    def errors(self) -> str:
        """Everything that it said so far."""
        return self._errors_file.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it; returns the exit code."""
        self._process.send_signal(number)
        return self._process.wait(TIMEOUT_S)

    def connect(self, **options: Any) -> Client:
        """A new client; it is closed with the server."""
        client = Client(**{"host": LOOPBACK, "port": self.port, "user": USER, "password": PASSWORD, **options})
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.disconnect()
        if self.is_running:
            self.stop()


@contextlib.contextmanager
def embedded_server(data_dir: Path, *, max_memory_bytes: int = 1 << 30) -> Iterator[EmbeddedServer]:
    """Start a server and have it ended whatever happens."""
    server = EmbeddedServer(data_dir, max_memory_bytes=max_memory_bytes)
    try:
        yield server
    finally:
        server.close()


def start_insert(client: Client, table: str) -> Callable[[list[tuple[int]]], None]:
    """Send an INSERT's statement; the result sends blocks, and never the empty one that ends the data."""
    client.establish_connection(None)
    client.connection.send_query(f"INSERT INTO {table} (n) VALUES")
    client.connection.send_external_tables(None)
    columns = client.receive_sample_block().columns_with_types

    def send(rows: list[tuple[int]]) -> None:
        client.connection.send_data(RowOrientedBlock(columns, rows))

    return send


def answer(client: Client, statement: str) -> list[int]:
    """The kinds of packets that answer a statement, on the connection as it is: `execute` renews it after errors."""
    client.establish_connection(None)
    client.connection.send_query(statement)
    client.connection.send_external_tables(None)
    kinds: list[int] = []
    while not kinds or kinds[-1] not in (ServerPacketTypes.END_OF_STREAM, ServerPacketTypes.EXCEPTION):
        kinds.append(client.connection.receive_packet().type)
    client.connection.is_query_executing = False
    return kinds
