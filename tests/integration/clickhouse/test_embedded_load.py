"""Many clients, long queries, too little memory, clients that die: the server goes on."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException
from clickhouse_driver.protocol import ClientPacketTypes, ServerPacketTypes

from posthog.clickhouse.embedded.native_blocks import EMPTY_BLOCK, encode_varint
from tests.integration.clickhouse.embedded_server import (
    PASSWORD,
    ROOT,
    USER,
    EmbeddedServer,
    embedded_server,
    start_insert,
    wait_until,
)
from tests.integration.clickhouse.wire_bytes import data, hello, query, talk

CLIENTS = 10
ROUNDS = 20
MAX_MEMORY_BYTES = 600 << 20
GREEDY = "SELECT groupArray(number) FROM numbers(200000000)"
ENDLESS = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 0"
SLEEPING = "SELECT sleepEachRow(0.5) FROM numbers(100000) SETTINGS max_block_size = 1"


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with embedded_server(tmp_path_factory.mktemp("small") / "data", max_memory_bytes=MAX_MEMORY_BYTES) as server:
        yield server


def count_running(client: Client, part: str) -> int:
    """How many statements contain this, the asking one aside."""
    query = (
        "SELECT count() FROM system.processes WHERE position(query, %(part)s) > 0 AND query NOT LIKE '%%processes%%'"
    )
    return int(client.execute(query, {"part": part})[0][0])


def test_ten_clients_at_once(server: EmbeddedServer, database: str) -> None:
    """Each writes and reads its own rows in its own database session; nothing mixes."""
    server.connect(database=database).execute(
        "CREATE TABLE t (client UInt8, n UInt32, s String) ENGINE = MergeTree ORDER BY (client, n)"
    )
    start = threading.Barrier(CLIENTS)

    def work(number: int) -> list[tuple[int, int]]:
        client = server.connect(database=database, compression="lz4" if number % 2 else False)
        start.wait()
        for turn in range(ROUNDS):
            client.execute("INSERT INTO t (client, n, s) VALUES", [(number, turn, f"{number}/{turn}")])
            mine = client.execute(
                f"SELECT countIf(s = concat('{number}/', toString(n))), count() FROM t WHERE client = {number}"
            )
            assert mine == [(turn + 1, turn + 1)]
        return [(number, ROUNDS)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        counts = sum(pool.map(work, range(CLIENTS)), [])
    client = server.connect(database=database)
    assert client.execute("SELECT client, count() FROM t GROUP BY client ORDER BY client") == counts


def test_a_slow_query_does_not_hold_up_the_others(server: EmbeddedServer) -> None:
    """Sessions run side by side."""
    slow = server.connect()
    slow.execute_iter(ENDLESS)
    other = server.connect()
    wait_until(lambda: count_running(other, "sipHash64") == 1, "the slow query runs")
    assert other.execute("SELECT 1") == [(1,)]
    slow.cancel()


@pytest.mark.parametrize("query", [pytest.param(ENDLESS, id="busy"), pytest.param(SLEEPING, id="sleeping")])
def test_a_cancelled_query_stops(server: EmbeddedServer, query: str) -> None:
    """The client hears the end of the stream, and the same connection serves the next statement."""
    client, other = server.connect(), server.connect()
    client.execute_iter(query)
    wait_until(lambda: count_running(other, query[:40]) == 1, "the query runs")
    client.cancel()
    assert client.execute("SELECT 1") == [(1,)]
    assert count_running(other, query[:40]) == 0


def test_a_cancellation_right_behind_its_query_is_heard(server: EmbeddedServer) -> None:
    """Both arrive in one piece, so the second waits in the server's own buffer."""
    answer = talk(server, hello() + query(ENDLESS) + data(EMPTY_BLOCK) + encode_varint(ClientPacketTypes.CANCEL))
    assert answer.endswith(encode_varint(ServerPacketTypes.END_OF_STREAM))
    assert b"DB::Exception" not in answer


def test_a_query_stops_when_its_client_goes(server: EmbeddedServer) -> None:
    """Nobody waits for its result any more."""
    client, other = server.connect(), server.connect()
    client.execute_iter(ENDLESS)
    wait_until(lambda: count_running(other, "sipHash64") == 1, "the query runs")
    client.disconnect()
    wait_until(lambda: count_running(other, "sipHash64") == 0, "the query has stopped")


def test_a_long_query_tells_its_progress(server: EmbeddedServer) -> None:
    """Before its end, so that no client takes it for dead."""
    client = server.connect()
    progress = client.execute_with_progress("SELECT sum(sipHash64(number)) FROM numbers(50000000)")
    steps = list(progress)
    assert len(steps) > 1
    assert client.last_query.progress.rows == 50_000_000


def test_a_query_past_the_memory_limit_fails_alone(small_server: EmbeddedServer) -> None:
    """With MEMORY_LIMIT_EXCEEDED; the same connection and others go on."""
    client, other = small_server.connect(), small_server.connect()
    for _ in range(3):
        with pytest.raises(ServerException) as error:
            client.execute(GREEDY)
        assert error.value.code == 241
        assert client.execute("SELECT 1") == other.execute("SELECT 1") == [(1,)]


def test_no_setting_lifts_the_memory_limit(small_server: EmbeddedServer) -> None:
    """It is the server's, not the query's."""
    client = small_server.connect()
    with pytest.raises(ServerException) as error:
        client.execute(GREEDY, settings={"max_memory_usage": 0, "max_memory_usage_for_user": 0})
    assert error.value.code == 241


def test_a_query_can_have_a_lower_limit_of_its_own(server: EmbeddedServer) -> None:
    """Past what the engine may use, it could still run."""
    client = server.connect()
    with pytest.raises(ServerException) as error:
        client.execute("SELECT groupArray(number) FROM numbers(10000000)", settings={"max_memory_usage": 10_000_000})
    assert error.value.code == 241


def test_an_insert_past_the_memory_limit_says_so(small_server: EmbeddedServer) -> None:
    """Whoever was told that rows are stored finds them; who was refused finds none."""
    client = small_server.connect()
    client.execute("CREATE TABLE grown (n UInt64, CONSTRAINT hungry CHECK length(range(n)) > 0) ENGINE = Memory")
    with pytest.raises(ServerException) as error:
        client.execute(
            "INSERT INTO grown (n) VALUES", [(100_000_000,)], settings={"function_range_max_elements_in_block": 10**9}
        )
    assert error.value.code == 241
    assert client.execute("SELECT count() FROM grown") == [(0,)]


@pytest.mark.parametrize("compression", [pytest.param(False, id="plain"), pytest.param("lz4", id="lz4")])
def test_an_insert_without_its_end_leaves_nothing(
    server: EmbeddedServer, database: str, compression: str | bool
) -> None:
    """Also where whole blocks had arrived: the client goes before the empty one."""
    client, other = server.connect(database=database, compression=compression), server.connect(database=database)
    other.execute("CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
    send = start_insert(client, "t")
    send([(n,) for n in range(5000)])
    client.disconnect()
    other.execute("INSERT INTO t (n) VALUES", [(7,)])
    assert other.execute("SELECT n FROM t") == [(7,)]


def test_a_client_killed_within_an_insert_leaves_nothing(server: EmbeddedServer, database: str) -> None:
    """A process that sends block after block dies by SIGKILL."""
    watcher = server.connect(database=database)
    watcher.execute("CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
    command = [sys.executable, "-m", "tests.integration.clickhouse.insert_endlessly"]
    environ = {**os.environ, "USER_NAME": USER, "PASSWORD": PASSWORD, "DATABASE": database, "PORT": str(server.port)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline() == "sent\n"
        process.send_signal(signal.SIGKILL)
    assert watcher.execute("SELECT count() FROM t") == [(0,)]


def test_an_insert_that_is_cancelled_leaves_nothing(server: EmbeddedServer, database: str) -> None:
    """The client says so between two blocks."""
    client = server.connect(database=database)
    client.execute("CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
    start_insert(client, "t")([(1,)])
    with pytest.raises(ServerException) as error:
        client.cancel()
    assert error.value.code == 394
    client.disconnect()
    assert client.execute("SELECT count() FROM t") == [(0,)]
