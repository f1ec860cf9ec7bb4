"""Bring both databases to the code's state."""

from collections.abc import Mapping

from stack.jobs import build_manage_job
from stack.layout import Layout
from stack.progress import Board
from stack.supervisor import Supervisor


def migrate(layout: Layout, environ: Mapping[str, str], supervisor: Supervisor, board: Board) -> None:
    """Run the migrations of Postgres and ClickHouse side by side; each does nothing where nothing is new."""
    postgres = build_manage_job(layout, environ, "migrate", "--verbosity", "0")
    clickhouse = build_manage_job(layout, environ, "migrate_clickhouse")
    board.wait(
        board.add("migrations of PostgreSQL", supervisor.start_job(postgres)),
        board.add("migrations of ClickHouse", supervisor.start_job(clickhouse)),
    )
    layout.migrated_mark.touch()


def is_migrated(layout: Layout) -> bool:
    """Whether the instance's databases have been migrated at least once."""
    return layout.migrated_mark.exists()
