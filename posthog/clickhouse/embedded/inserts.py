"""
An INSERT with its data: sample block out, blocks in, then all of it into the engine.

Nothing reaches the engine before the client's empty block said that the data is complete: a client that dies
before that leaves no row. Until then the blocks wait in a file that has no name and goes with the process.

The engine reads that file by INSERT … SELECT. chDB's own `send_insert` loses rows without a word: what fails
after the data was parsed (a constraint, a full disk, the memory limit) is not reported (seen in chdb 26.9.0).
"""

import json
import tempfile
from pathlib import Path
from typing import IO

from clickhouse_driver.errors import ErrorCodes

from posthog.clickhouse.embedded.client_packets import DataReader
from posthog.clickhouse.embedded.column_bytes import parse_column
from posthog.clickhouse.embedded.engine import EngineSession, quote, quote_name
from posthog.clickhouse.embedded.errors import ServerError
from posthog.clickhouse.embedded.native_blocks import EMPTY_BLOCK, encode_header
from posthog.clickhouse.embedded.server_packets import PacketWriter
from posthog.clickhouse.embedded.statements import Insert

LIKE_A_PLAIN_INSERT = ", ".join(
    (
        # The same blocks come from the same file in the same order, so the engine may compare them with earlier ones.
        "deduplicate_insert_select = 'enable_even_for_bad_queries'",
        # The table exists: whether its types are wise was asked when it was made.
        "allow_suspicious_low_cardinality_types = 1",
        "allow_suspicious_fixed_string_types = 1",
    )
)


class InsertReceiver:
    """
    Takes the data of one INSERT.

    Args:
        spool_dir: Where data waits for its end.
    """

    def __init__(self, session: EngineSession, writer: PacketWriter, spool_dir: Path) -> None:
        self._session = session
        self._writer = writer
        self._spool_dir = spool_dir

    def receive(self, insert: Insert, data: DataReader) -> None:
        """Take all of it and apply it, or do nothing."""
        columns = self._describe(insert)
        self._writer.block(encode_header(columns))
        with tempfile.TemporaryFile(dir=self._spool_dir) as spool:
            rows = _receive_blocks(data, spool)
            spool.flush()
            self._session.run(_to_select(insert, columns, spool))
        self._writer.progress(written_rows=rows)

    def _describe(self, insert: Insert) -> list[tuple[str, str]]:
        """The columns that the data must have; raises NOT_IMPLEMENTED for a type that cannot be received."""
        description = self._session.run(f"DESCRIBE TABLE ({insert.sample})", "JSONCompact")
        columns = [(name, type_) for name, type_, *_ in json.loads(description)["data"]]
        for _, type_ in columns:
            parse_column(type_)
        return columns


def _receive_blocks(data: DataReader, spool: IO[bytes]) -> int:
    """
    Read to the empty block; returns the rows.

    Raises:
        ServerError: The client cancelled, or the disk did not take it all.
    """
    total_rows = 0
    failure: OSError | None = None
    while (block := data.read()) is not None:
        content, rows = block
        if content == EMPTY_BLOCK:
            if failure:
                raise ServerError(ErrorCodes.NOT_ENOUGH_SPACE, f"DB::Exception: {failure.strerror}")
            return total_rows
        if rows and not failure:
            total_rows += rows
            failure = _write(content, spool)
    raise ServerError(ErrorCodes.QUERY_WAS_CANCELLED, "DB::Exception: Query was cancelled.")


def _write(content: bytes, spool: IO[bytes]) -> OSError | None:
    try:
        spool.write(content)
    except OSError as error:
        return error
    return None


def _to_select(insert: Insert, columns: list[tuple[str, str]], spool: IO[bytes]) -> str:
    names = ", ".join(quote_name(name) for name, _ in columns)
    structure = ", ".join(f"{quote_name(name)} {type_}" for name, type_ in columns)
    path = f"/proc/self/fd/{spool.fileno()}"
    source = f"file({quote(path)}, 'Native', {quote(structure)})"
    return f"{insert.head} SELECT {names} FROM {source} SETTINGS {LIKE_A_PLAIN_INSERT}"
