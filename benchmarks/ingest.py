"""
Events per second from the request to the visible row, for recorded bodies in batches of a hundred.

The whole stack as `bin/start` runs it, with durable stores. Beside it, on the same ClickHouse:

(a) The limit: one program that does nothing but parse the same bodies and insert their finished rows with
    `clickhouse-driver`. `…_of_as_many_processes` is the same program once for each process of the worker, all at
    once: what the machine's cores could do, where one program leaves the others idle.
(b) Raw events, from which a materialized view extracts the columns with JSONExtract, as upstream does: one program
    that has the same calls as events of an SDK, in batches of a hundred, parses each batch, writes each event's
    properties as text and inserts the rows. Neither HTTP nor a queue is counted, though upstream has both.
    `…_insert_alone` is what is left of (b) if the rows to insert are there already, as they never are.

The acknowledgement stands beside a bare Django view that only commits the same bytes.

The stack needs a moment until all its processes are at work and the last drain ends with one of them alone; a round
is long enough that this is a small part of it. INGEST_EVENTS: events of one round, in hundreds.
"""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import psycopg
from clickhouse_driver import Client

from benchmarks import Figure, Goal, _bare_web
from benchmarks._ingest_bodies import CALLS_PER_BODY, build_rows, group_bodies, make_bodies
from benchmarks._raw_events import RAW_TABLE, list_statements, read_batches, write_batches
from benchmarks._senders import send_all
from posthog.llm_usage.rows import Row
from posthog.models.ai_events.sql import TABLE, WRITTEN_COLUMNS, create_table_sql
from stack.application import KEEP_ALIVE_S, WEB_THREADS, WEB_WORKERS, WORKER_PROCESSES
from stack.env_file import read_env_file
from stack.system import choose_free_ports, is_listening
from tests.chaos.senders import PATH
from tests.chaos.stack_under_test import StackUnderTest, stack_under_test, wait_until

EVENTS = int(os.environ.get("INGEST_EVENTS") or 40_000)
ROUNDS = 3
CONNECTIONS = 4
GROUPS_PER_PROCESS = 4
"""What each of several processes inserts: enough for a rate, and no more than memory holds finished at once."""
FINISHED_TABLE = "bench_finished_events"
TIMEOUT_S = 600.0
POLL_S = 0.01
ROOT = Path(__file__).resolve().parents[1]
JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Measured:
    """Of every round: events per second, and the seconds of each answer."""

    ours: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    parallel_limit: list[float] = field(default_factory=list)
    upstream: list[float] = field(default_factory=list)
    upstream_inserts: list[float] = field(default_factory=list)
    answers_s: list[float] = field(default_factory=list)
    bare_answers_s: list[float] = field(default_factory=list)


def run() -> Iterable[Figure]:
    """Each rate is the best of some rounds, for noise only ever slows; the ways take turns."""
    measured = Measured()
    variables = {"LLM_GATEWAY_MAX_BODIES_PER_MINUTE": "0"}
    with TemporaryDirectory() as folder, stack_under_test(Path(folder), **variables) as stack:
        addresses = read_env_file(stack.started.instance / "stack.env")
        with _connected(addresses) as client, _running_bare_web(addresses) as bare_port:
            for number in range(ROUNDS):
                sys.stderr.write(f"… round {number + 1} of {ROUNDS}\n")
                sys.stderr.flush()
                bodies = make_bodies(EVENTS, prefix=f"ingest-{number}")
                _wait_until_merged(client)
                _measure_ours(stack, client, bodies, measured)
                _wait_until_merged(client)
                _measure_inserts(client, bodies, stack.team_id, measured)
                _wait_until_merged(client)
                measured.parallel_limit.append(_measure_parallel_limit(addresses, bodies, stack.team_id))
                measured.bare_answers_s += send_all((bare_port, "/"), JSON, bodies, connections=CONNECTIONS)
    yield from _list_figures(measured)


def _list_figures(measured: Measured) -> Iterator[Figure]:
    ours = max(measured.ours)
    unit = "events/s"
    yield Figure(
        name="events_per_s_beside_the_limit",
        value=ours,
        unit=unit,
        baseline=max(measured.limit),
        goal=Goal("ratio", ">=", 0.5),
    )
    yield Figure(
        name="events_per_s_beside_the_limit_of_as_many_processes",
        value=ours,
        unit=unit,
        baseline=max(measured.parallel_limit),
    )
    yield Figure(
        name="events_per_s_beside_json_extract",
        value=ours,
        unit=unit,
        baseline=max(measured.upstream),
        goal=Goal("ratio", ">=", 1),
    )
    yield Figure(
        name="events_per_s_beside_json_extract_insert_alone",
        value=ours,
        unit=unit,
        baseline=max(measured.upstream_inserts),
    )
    for name, percentile in (("p50", 50), ("p99", 99)):
        yield Figure(
            name=f"acknowledged_{name}_ms",
            value=_find_percentile_ms(measured.answers_s, percentile),
            unit="ms",
            baseline=_find_percentile_ms(measured.bare_answers_s, percentile),
        )


def _find_percentile_ms(times_s: Sequence[float], percentile: int) -> float:
    return quantiles(times_s, n=100)[percentile - 1] * 1000


def _measure_ours(stack: StackUnderTest, client: Client, bodies: Sequence[bytes], measured: Measured) -> None:
    """From the first byte sent until every event is a row."""
    before = _count(client, TABLE)
    headers = JSON | {"Authorization": f"Bearer {stack.door.token}"}
    started_at = time.perf_counter()
    measured.answers_s += send_all((stack.door.port, PATH), headers, bodies, connections=CONNECTIONS)
    while (missing := EVENTS - (_count(client, TABLE) - before)) > 0:
        elapsed_s = time.perf_counter() - started_at
        assert elapsed_s < TIMEOUT_S, "not all events became rows"
        time.sleep(max(POLL_S, elapsed_s * missing / EVENTS / 2))  # looking takes the server's time, too
    measured.ours.append(EVENTS / (time.perf_counter() - started_at))
    stack.wait_until_drained(TIMEOUT_S)


def _measure_inserts(client: Client, bodies: Sequence[bytes], team_id: int, measured: Measured) -> None:
    """Both ways insert as many rows at a time as a drain does."""
    limit_s = written_s = inserted_s = 0.0
    for group in group_bodies(bodies):
        rows = build_rows(group, team_id)
        finished = _lay_out(rows)
        batches = write_batches(rows)
        started_at = time.perf_counter()
        _parse_and_insert(client, group, finished)
        limit_s += time.perf_counter() - started_at
        started_at = time.perf_counter()
        raw = read_batches(batches)
        written_s += time.perf_counter() - started_at
        started_at = time.perf_counter()
        _insert(client, RAW_TABLE, raw)
        inserted_s += time.perf_counter() - started_at
    measured.limit.append(EVENTS / limit_s)
    measured.upstream.append(EVENTS / (written_s + inserted_s))
    measured.upstream_inserts.append(EVENTS / inserted_s)


Finished = tuple[Sequence[bytes], Mapping[str, Sequence[Any]]]
"""Bodies, and the columns of their rows."""


def _measure_parallel_limit(addresses: Mapping[str, str], bodies: Sequence[bytes], team_id: int) -> float:
    """Events per second of several processes that share the groups; each has connected before the clock starts."""
    groups = islice(group_bodies(bodies), GROUPS_PER_PROCESS * WORKER_PROCESSES)
    finished = [(group, _lay_out(build_rows(group, team_id))) for group in groups]
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(WORKER_PROCESSES + 1)
    shares = [finished[first::WORKER_PROCESSES] for first in range(WORKER_PROCESSES)]
    processes = [fork.Process(target=_insert_share, args=(addresses, share, start)) for share in shares]
    for process in processes:
        process.start()
    start.wait(TIMEOUT_S)
    started_at = time.perf_counter()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * WORKER_PROCESSES, "a process failed"
    return sum(len(group) for group, _ in finished) * CALLS_PER_BODY / (time.perf_counter() - started_at)


def _insert_share(addresses: Mapping[str, str], share: Sequence[Finished], start: Barrier) -> None:
    with _connect(addresses) as client:
        _count(client, FINISHED_TABLE)
        start.wait(TIMEOUT_S)
        for group, finished in share:
            _parse_and_insert(client, group, finished)


def _lay_out(rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in WRITTEN_COLUMNS}


def _parse_and_insert(client: Client, bodies: Iterable[bytes], finished: Mapping[str, Sequence[Any]]) -> None:
    for body in bodies:
        orjson.loads(body)
    _insert(client, FINISHED_TABLE, finished)


def _insert(client: Client, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    client.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES", list(columns.values()), columnar=True)


def _wait_until_merged(client: Client) -> None:
    """No way pays for what the one before it left to merge."""
    wait_until(lambda: client.execute("SELECT count() FROM system.merges") == [(0,)], "no merges", TIMEOUT_S)


def _count(client: Client, table: str) -> int:
    ((count,),) = client.execute(f"SELECT count() FROM {table}")
    return int(count)


@contextmanager
def _connected(addresses: Mapping[str, str]) -> Iterator[Client]:
    """A connection, and the tables of the other ways."""
    (storage,) = create_table_sql()
    with _connect(addresses) as client:
        for statement in (storage.replace(f"EXISTS {TABLE} ", f"EXISTS {FINISHED_TABLE} ", 1), *list_statements()):
            client.execute(statement)
        yield client


def _connect(addresses: Mapping[str, str]) -> Client:
    """A connection like the application's."""
    names = ("host", "port", "user", "password", "database")
    return Client(**{name: addresses[f"CLICKHOUSE_{name.upper()}"] for name in names}, compression="lz4")


@contextmanager
def _running_bare_web(addresses: Mapping[str, str]) -> Iterator[int]:
    """The bare view under a web server with the same options as ours; its port."""
    with psycopg.connect(addresses["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(_bare_web.CREATE)
    (port,) = choose_free_ports(1)
    options = ["--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS), "--keep-alive", str(KEEP_ALIVE_S)]
    command = [sys.executable, "-m", "gunicorn", f"{_bare_web.__name__}:load_application()", *options]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--no-control-socket"]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **addresses}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: is_listening(port), "the bare web", TIMEOUT_S)
        yield port
    finally:
        process.terminate()
        process.wait()
