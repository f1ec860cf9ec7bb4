"""Runs one client's statements: settings around them, the client watched, an exception or an end after them."""

from clickhouse_driver.errors import ErrorCodes

from posthog.clickhouse.embedded.client_packets import DataReader, Query
from posthog.clickhouse.embedded.engine import Engine, quote, quote_name
from posthog.clickhouse.embedded.errors import Malformed, ServerError
from posthog.clickhouse.embedded.frames import find_method
from posthog.clickhouse.embedded.inserts import InsertReceiver
from posthog.clickhouse.embedded.native_blocks import EMPTY_BLOCK
from posthog.clickhouse.embedded.results import ResultSender
from posthog.clickhouse.embedded.server_packets import PacketWriter
from posthog.clickhouse.embedded.session_settings import PARAMETER, SessionSettings
from posthog.clickhouse.embedded.statements import (
    Insert,
    awaits_data,
    changes_session,
    is_reading,
    may_have_more,
    parse_insert,
    without_end,
    without_format,
)
from posthog.clickhouse.embedded.watcher import Client, Watcher


class StatementRunner:
    """
    One client's session of the engine.

    Args:
        client: Watched for a cancellation while a statement runs.
    """

    def __init__(self, engine: Engine, watcher: Watcher, client: Client, writer: PacketWriter) -> None:
        self._engine = engine
        self._watcher = watcher
        self._client = client
        self._writer = writer
        self._session = engine.open_session()
        self._settings = SessionSettings(self._session)

    def close(self) -> None:
        self._session.close()

    def use(self, database: str) -> None:
        """Make a database the current one; raises UNKNOWN_DATABASE where there is none."""
        self._session.run(f"USE {quote_name(database)}")

    def run(self, query: Query) -> None:
        """
        Run one statement; whatever becomes of it, the answer ends with an exception or an end of stream.
        A statement that its client cancelled ends like any other.

        Raises:
            Malformed: The client's bytes cannot be followed any more.
        """
        data = DataReader(self._client.reader, is_compressed=query.is_compressed)
        try:
            _refuse_external_tables(data)
            with self._settings.applied(query.settings):
                self._run(query, data)
        except Malformed:
            raise
        except ServerError as error:
            if error.code != ErrorCodes.QUERY_WAS_CANCELLED or not self._client.has_cancelled():
                self._writer.exception(error)
                return
        self._writer.end_of_stream()

    def _run(self, query: Query, data: DataReader) -> None:
        self._writer.compress_with(find_method(query.settings) if query.is_compressed else None)
        insert = self._parse_insert(query.text)
        if insert:
            InsertReceiver(self._session, self._writer, self._engine.data_dir).receive(insert, data)
            return
        parameters = {
            name.removeprefix(PARAMETER): value
            for name, (value, _) in query.settings.items()
            if name.startswith(PARAMETER)
        }
        with self._watcher.watching(self._client, lambda: self._engine.kill(self._session)):
            ResultSender(self._session, self._writer).send(self._clean(query.text), parameters)
        if changes_session(query.text):
            self._settings.forget()

    def _parse_insert(self, text: str) -> Insert | None:
        return parse_insert(self._canonical(without_end(text))) if awaits_data(text) else None

    def _clean(self, text: str) -> str:
        """The statement alone: fit to stand in brackets, and in no format of its own."""
        text = without_end(text)
        return without_format(self._canonical(text)) if is_reading(text) and may_have_more(text) else text

    def _canonical(self, text: str) -> str:
        answer = self._session.run(f"SELECT formatQuerySingleLine({quote(text)})", "TabSeparatedRaw")
        return answer.decode().removesuffix("\n")


def _refuse_external_tables(data: DataReader) -> None:
    """Read the tables that a client may send with a query: none, then an empty block."""
    is_given = False
    while (piece := data.read()) is not None and piece[0] != EMPTY_BLOCK:
        is_given = True
    if is_given:
        raise ServerError(ErrorCodes.NOT_IMPLEMENTED, "DB::Exception: the embedded server takes no external tables")
