"""Runs a statement and sends its result: blocks, progress while they come, the sizes after them."""

import json
from collections.abc import Mapping
from contextlib import closing, suppress

from posthog.clickhouse.embedded.engine import EngineSession, Progress
from posthog.clickhouse.embedded.errors import Malformed, NotStreamed
from posthog.clickhouse.embedded.native_blocks import describe_block, encode_header, split_blocks
from posthog.clickhouse.embedded.server_packets import PacketWriter
from posthog.clickhouse.embedded.statements import is_reading


class ResultSender:
    """The answer to one statement."""

    def __init__(self, session: EngineSession, writer: PacketWriter) -> None:
        self._session = session
        self._writer = writer
        self._blocks = 0
        self._rows = 0
        self._size_bytes = 0
        self._told: Progress = {}

    def send(self, text: str, parameters: Mapping[str, str]) -> None:
        """Run the statement; chDB streams the results of queries and gives those of all others in one piece."""
        self._session.report_progress(self._send_progress)
        try:
            self._send_stream(text, parameters)
        except NotStreamed:
            self._send_whole(text, parameters)
        finally:
            self._session.report_progress(None)
        self._writer.profile(rows=self._rows, blocks=self._blocks, size_bytes=self._size_bytes)

    def _send_stream(self, text: str, parameters: Mapping[str, str]) -> None:
        with closing(self._session.stream(text, parameters)) as blocks:
            for block, rows in blocks:
                self._send_block(block, rows)
        if not self._blocks:
            description = self._session.run(f"DESCRIBE TABLE ({text})", "JSONCompact", parameters)
            self._writer.block(encode_header([(row[0], row[1]) for row in json.loads(description)["data"]]))

    def _send_whole(self, text: str, parameters: Mapping[str, str]) -> None:
        for block, rows in split_blocks(self._session.run(text, parameters=parameters)):
            self._send_block(block, rows)
        if not self._blocks and is_reading(text):
            meta = json.loads(self._session.run(text, "JSONCompact", parameters))["meta"]
            self._writer.block(encode_header([(column["name"], column["type"]) for column in meta]))

    def _send_block(self, block: bytes, rows: int) -> None:
        if not self._blocks:
            self._send_header_of(block)
        self._writer.block(block)
        self._blocks += 1
        self._rows += rows
        self._size_bytes += len(block)

    def _send_header_of(self, block: bytes) -> None:
        """As a server does: the driver takes names and types only from a block without rows."""
        with suppress(Malformed):  # a type whose layout is not known here (JSON): the rows come all the same
            self._writer.block(encode_header(describe_block(block)))

    def _send_progress(self, progress: Progress) -> None:
        """The engine counts from the statement's begin, the protocol from the last packet."""
        told, self._told = self._told, progress
        self._writer.progress(
            rows=progress["read_rows"] - told.get("read_rows", 0),
            size_bytes=progress["read_bytes"] - told.get("read_bytes", 0),
            total_rows=progress["total_rows_to_read"] - told.get("total_rows_to_read", 0),
            written_rows=progress["written_rows"] - told.get("written_rows", 0),
        )
