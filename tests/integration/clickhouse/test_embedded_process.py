"""The process around the engine: it starts or says why not, ends in order, and keeps what was committed."""

import signal
import socket
from pathlib import Path

import pytest

from posthog.clickhouse.embedded.__main__ import DEFAULT_MAX_MEMORY_BYTES, MAX_MEMORY_VARIABLE
from posthog.settings.environment import REGISTERED
from stack.system import LOOPBACK, choose_free_ports, is_listening
from tests.integration.clickhouse.embedded_server import EmbeddedServer, run_to_end, wait_until

ROWS = [(n,) for n in range(1000)]
IDLE_BYTES = 450 << 20
ENDLESS = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 0"


def insert_rows(server: EmbeddedServer) -> None:
    client = server.connect()
    client.execute("CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
    client.execute("INSERT INTO t (n) VALUES", ROWS)


def list_rows(server: EmbeddedServer) -> list[tuple[int]]:
    rows: list[tuple[int]] = server.connect().execute("SELECT n FROM t ORDER BY n")
    return rows


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGTERM, 0, id="SIGTERM"),
        pytest.param(signal.SIGINT, 0, id="SIGINT"),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, id="SIGKILL"),
    ],
)
def test_what_was_inserted_is_there_after_a_restart(
    own_server: EmbeddedServer, number: signal.Signals, code: int
) -> None:
    """However the process ended: an INSERT that was answered is on disk."""
    insert_rows(own_server)
    assert own_server.stop(number) == code
    own_server.start()
    assert list_rows(own_server) == ROWS


def test_a_running_query_ends_with_the_server(own_server: EmbeddedServer) -> None:
    """The stop waits for no query; its client is told, by an error and not by an empty result."""
    client = own_server.connect()
    packets = client.execute_iter(ENDLESS)
    other = own_server.connect()
    running = "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number) = 0'"
    wait_until(lambda: other.execute(running) == [(1,)], "the query runs")
    assert own_server.stop() == 0
    with pytest.raises(Exception, match="Query was cancelled"):
        next(packets)


def test_a_client_that_does_not_read_does_not_keep_the_server(own_server: EmbeddedServer) -> None:
    """Its result is larger than the buffers between the two; it is cut off."""
    client = own_server.connect()
    next(client.execute_iter("SELECT repeat('x', 1000) FROM numbers(1000000)"))
    assert own_server.stop() == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_it_listens_on_loopback_only(tmp_path: Path, host: str) -> None:
    """One sentence that names the address and the way out, before anything is opened."""
    code, errors = run_to_end(tmp_path / "data", 1, "--host", host)
    assert code == 1
    assert errors.splitlines() == [errors.strip()]
    assert errors.startswith(f"--host: expected a loopback address such as 127.0.0.1, got {host}")
    assert not (tmp_path / "data").exists()


def test_a_directory_in_use_is_refused(own_server: EmbeddedServer) -> None:
    """The first process goes on."""
    code, errors = run_to_end(own_server.data_dir, choose_free_ports(1)[0])
    assert code == 1
    assert errors == (
        f"The data directory {own_server.data_dir} is open in another process: "
        "stop that process, or give another directory.\n"
    )
    assert own_server.connect().execute("SELECT 1") == [(1,)]


def test_a_port_in_use_is_refused(own_server: EmbeddedServer, tmp_path: Path) -> None:
    """One sentence that names the port."""
    code, errors = run_to_end(tmp_path / "other", own_server.port)
    assert code == 1
    assert errors.startswith(f"--port: cannot listen on {LOOPBACK} port {own_server.port}: ")
    assert "Traceback" not in errors


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """One sentence, not a traceback."""
    (tmp_path / "file").write_text("")
    code, errors = run_to_end(tmp_path / "file" / "data", 1)
    assert (code, errors.splitlines()) == (1, [errors.strip()])
    assert errors.startswith(f"The data directory {tmp_path / 'file' / 'data'} cannot be opened: ")


@pytest.mark.parametrize("value", ["4G", "-1", "1000"])
def test_a_bad_memory_limit_is_refused(tmp_path: Path, value: str) -> None:
    """The sentence names the variable, the rule and the value."""
    code, errors = run_to_end(tmp_path / "data", 1, CLICKHOUSE_MAX_MEMORY_BYTES=value)
    assert (code, errors) == (
        1,
        f"CLICKHOUSE_MAX_MEMORY_BYTES: expected a whole number >= 268435456, got {value!r}.\n",
    )


def test_the_memory_limits_default_is_the_documented_one() -> None:
    """The table of settings is Django's, the default the process's own."""
    assert REGISTERED[MAX_MEMORY_VARIABLE].default == str(DEFAULT_MAX_MEMORY_BYTES)


def test_a_fresh_server_is_modest(own_server: EmbeddedServer) -> None:
    """After some work it still fits on a small machine."""
    insert_rows(own_server)
    assert list_rows(own_server) == ROWS
    assert own_server.resident_bytes < IDLE_BYTES


def test_connections_that_say_nothing_do_no_harm(own_server: EmbeddedServer) -> None:
    """A port probe is a connection that closes at once; hundreds may come and go."""
    for _ in range(300):
        assert is_listening(own_server.port)
    silent = [socket.create_connection((LOOPBACK, own_server.port)) for _ in range(50)]
    assert own_server.connect().execute("SELECT 1") == [(1,)]
    for connection in silent:
        connection.close()
    assert own_server.stop() == 0
    assert "Traceback" not in own_server.errors
