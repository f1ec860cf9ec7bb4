"""Postgres, Redis and ClickHouse together: which to start, and when they are ready."""

from collections.abc import Iterable, Mapping

from stack.addresses import Secrets
from stack.child import Program
from stack.environments import APP, REDIS, Environment
from stack.layout import Layout
from stack.postgres import Postgres
from stack.progress import Board, Step
from stack.redis import Redis
from stack.supervisor import Supervisor
from stack.system import is_listening

LABELS = {"postgres": "PostgreSQL", "redis": "Redis", "clickhouse": "ClickHouse"}


def build_clickhouse(layout: Layout, port: int, password: str) -> Program:
    """The embedded ClickHouse: one process that owns the data directory and speaks the native protocol."""
    module = ("-m", "posthog.clickhouse.embedded")
    return Program(
        name="clickhouse",
        command=(
            *(str(layout.app_python), *module),
            *("--data-dir", str(layout.data("clickhouse")), "--port", str(port)),
        ),
        environ={"CLICKHOUSE_USER": "default", "CLICKHOUSE_PASSWORD": password},
        stop_timeout_s=20.0,
        is_ready=lambda: is_listening(port),
        is_store=True,
    )


def build_stores(
    layout: Layout, ports: Mapping[str, int], passwords: Secrets, *, is_throwaway: bool = False
) -> list[Program]:
    """The stores that have a port here."""
    programs = []
    if "postgres" in ports:
        server = Postgres(layout, ports["postgres"], passwords.postgres, is_throwaway=is_throwaway)
        programs.append(server.program())
    if "redis" in ports:
        programs.append(Redis(layout, ports["redis"], passwords.redis).program())
    if "clickhouse" in ports:
        programs.append(build_clickhouse(layout, ports["clickhouse"], passwords.clickhouse))
    return programs


def start_stores(programs: list[Program], supervisor: Supervisor, board: Board) -> list[Step]:
    """Start them side by side; wait for the steps on the board."""
    return [board.add(LABELS[program.name], supervisor.start(program)) for program in programs]


def list_store_environments(embedded: Iterable[str]) -> list[Environment]:
    """What must be installed to start these stores."""
    return [APP, REDIS] if "redis" in embedded else [APP]
