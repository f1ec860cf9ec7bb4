"""
What the embedded ClickHouse's protocol costs: the driver over the server, beside the engine called directly.

Both have the same table and the same rows. The driver turns Python values into bytes and back, which is most of
the difference; the engine reads a file that has the bytes already, and gives bytes.
"""

import signal
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from chdb.state.sqlitelike import Connection, connect
from clickhouse_driver import Client

from benchmarks import Figure, Goal
from tests.integration.clickhouse.embedded_server import EmbeddedServer, embedded_server

ROWS = 100_000
ROUNDS = 3
QUERIES = 200
MB = 1_000_000
CREATE = (
    "CREATE TABLE events (id UInt64, team_id Int64, at DateTime64(6, 'UTC'), model LowCardinality(Nullable(String)), "
    "trace_id String, input_tokens Nullable(Int64), cost_usd Nullable(Float64)) "
    "ENGINE = MergeTree ORDER BY (team_id, id)"
)
SELECT = "SELECT * FROM events"


def run() -> Iterable[Figure]:
    """Measure; each figure is the best of some rounds, for noise only ever slows."""
    with TemporaryDirectory() as folder, embedded_server(Path(folder) / "server") as server:
        client, engine = server.connect(compression="lz4"), connect(str(Path(folder) / "direct"))
        client.execute(CREATE)
        engine.query(CREATE)
        columns = _make_columns()
        yield Figure(
            name="rows_inserted_per_s",
            value=ROWS / _time(lambda: _insert(client, columns)),
            unit="rows/s",
            baseline=ROWS / _time_direct_insert(client, engine, Path(folder) / "rows.native"),
            goal=Goal("value", ">=", 40_000),
        )
        yield Figure(
            name="rows_selected_per_s",
            value=ROWS / _time(lambda: client.execute(SELECT, columnar=True)),
            unit="rows/s",
            baseline=ROWS / _time(lambda: engine.query(SELECT, "Native").bytes()),
            goal=Goal("value", ">=", 40_000),
        )
        yield from _measure_queries(client, engine)
        yield from _measure_process(server)
        engine.close()


def _measure_queries(client: Client, engine: Connection) -> Iterable[Figure]:
    """The time of the smallest query: what the protocol adds to every one."""
    yield Figure(
        name="smallest_query_ms",
        value=1000 * _time(lambda: [client.execute("SELECT 1") for _ in range(QUERIES)]) / QUERIES,
        unit="ms",
        baseline=1000 * _time(lambda: [engine.query("SELECT 1", "Native") for _ in range(QUERIES)]) / QUERIES,
        goal=Goal("value", "<=", 20),
    )


def _measure_process(server: EmbeddedServer) -> Iterable[Figure]:
    """What it takes and how soon it is back, after the work above."""
    yield Figure(name="resident_mb", value=server.resident_bytes / MB, unit="MB", goal=Goal("value", "<=", 600))
    server.stop(signal.SIGKILL)
    start = perf_counter()
    server.start()
    yield Figure(name="start_after_a_kill_s", value=perf_counter() - start, unit="s", goal=Goal("value", "<=", 15))


def _time(work: Callable[[], object]) -> float:
    """Seconds of the fastest round."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        best = min(best, perf_counter() - start)
    return best


def _make_columns() -> dict[str, list[Any]]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "id": list(range(ROWS)),
        "team_id": [number % 100 for number in range(ROWS)],
        "at": [at] * ROWS,
        "model": [None if number % 10 == 0 else f"model-{number % 20}" for number in range(ROWS)],
        "trace_id": [f"trace-{number // 3}" for number in range(ROWS)],
        "input_tokens": [None if number % 10 == 0 else number for number in range(ROWS)],
        "cost_usd": [None if number % 7 == 0 else number / 1000 for number in range(ROWS)],
    }


def _insert(client: Client, columns: dict[str, list[Any]]) -> None:
    client.execute("TRUNCATE TABLE events")
    client.execute(f"INSERT INTO events ({', '.join(columns)}) VALUES", list(columns.values()), columnar=True)


def _time_direct_insert(client: Client, engine: Connection, file: Path) -> float:
    """The engine's own INSERT of the rows that the server has, from a file of native blocks."""
    structure = ", ".join(f"{name} {type_}" for name, type_, *_ in client.execute("DESCRIBE TABLE events"))
    escaped = structure.replace("'", "\\'")
    engine.query(f"INSERT INTO events SELECT number, number % 100, now64(6), 'm', 't', number, 1 FROM numbers({ROWS})")
    file.write_bytes(engine.query(SELECT, "Native").bytes())

    def insert() -> None:
        engine.query("TRUNCATE TABLE events")
        engine.query(f"INSERT INTO events SELECT * FROM file('{file}', 'Native', '{escaped}')")

    return _time(insert)
