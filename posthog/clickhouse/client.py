"""
The one importer of the ClickHouse driver.

A native connection serves one query at a time, so each thread keeps its own. The driver closes a connection
on any error and opens it again for the next query; whether to try again is the caller's decision, because
only the caller knows if that is safe.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from clickhouse_driver import Client
from clickhouse_driver.errors import (
    CannotParseUuidError,
    Error,
    ErrorCodes,
    NetworkError,
    ServerException,
    TypeMismatchError,
)
from django.conf import settings as django_settings

__all__ = [
    "ClickHouseError",
    "ServerException",
    "close_connection",
    "insert_columns",
    "is_data_fault",
    "query_rows",
    "query_together",
    "stream_rows",
    "sync_execute",
    "waiting_at_most",
]

ClickHouseError = Error
"""Every error of the server, the connection or the driver; `code` is ClickHouse's number."""

SEND_RECEIVE_TIMEOUT_S = 300

WAIT_FOR_SHARDS = {"distributed_foreground_insert": 1}
"""An INSERT into a Distributed table is answered once the shards have the rows, not once they wait in a queue."""

DATA_FAULT_CODES = frozenset(
    {
        ErrorCodes.CANNOT_PARSE_TEXT,
        ErrorCodes.CANNOT_PARSE_NUMBER,
        ErrorCodes.CANNOT_PARSE_UUID,
        ErrorCodes.CANNOT_PARSE_DATETIME,
        ErrorCodes.CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN,
        ErrorCodes.TYPE_MISMATCH,
        ErrorCodes.CANNOT_CONVERT_TYPE,
        ErrorCodes.ARGUMENT_OUT_OF_BOUND,
        ErrorCodes.INCORRECT_DATA,
        ErrorCodes.VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE,
        ErrorCodes.TOO_LARGE_STRING_SIZE,
    }
)

_local = threading.local()


def sync_execute(
    query: str, params: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """
    Run one statement and return its rows; empty for statements that return none.

    Args:
        params: Values for `%(name)s` in the query, escaped by the driver. Datetimes are aware; they arrive as UTC.
        settings: ClickHouse settings of this query only.
    Raises:
        ClickHouseError: The server refused, or could not be reached.
    """
    with _connection() as client:
        rows = client.execute(query, _write_moments(params), settings=dict(settings or {}))
        return rows if isinstance(rows, list) else []


def query_rows(
    query: str, params: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Run one SELECT; each row maps column names to values. The arguments are those of `sync_execute`."""
    with _connection() as client:
        settings = dict(settings or {})
        rows, columns = client.execute(query, _write_moments(params), with_column_types=True, settings=settings)
        names = [name for name, _ in columns]
        return [dict(zip(names, row, strict=True)) for row in rows]


def stream_rows(
    query: str, params: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """
    Run one SELECT and hand over its rows as they come, a block in memory at a time; arguments as of `sync_execute`.

    The rows come over a connection of their own, which closes when the last is taken or the iterator is closed.
    """
    client = _connect()
    try:
        rows = client.execute_iter(query, _write_moments(params), with_column_types=True, settings=dict(settings or {}))
        names = [name for name, _ in next(rows)]
        for row in rows:
            yield dict(zip(names, row, strict=True))
    except (EOFError, OSError) as error:
        raise NetworkError(f"{type(error).__name__}: {error}") from error
    finally:
        client.disconnect()


def query_together(
    queries: Sequence[tuple[str, Mapping[str, Any]]], *, settings: Mapping[str, Any] | None = None
) -> Iterator[list[Sequence[Any]]]:
    """
    Run several SELECTs at once, each over a connection of its own: the server works on one while another is read.

    Args:
        queries: Statements and their parameters, few of them.
        settings: ClickHouse settings of each.
    Yields:
        The columns of each, in the order of the queries, as soon as they are there; none where it has no row.
    Raises:
        ClickHouseError: One of them failed; the others are over by then.
    """

    def run(query: tuple[str, Mapping[str, Any]]) -> list[Sequence[Any]]:
        sql, params = query
        try:
            with _connection() as client:
                columns = client.execute(sql, _write_moments(params), settings=dict(settings or {}), columnar=True)
                return list(columns)
        finally:
            close_connection()

    with ThreadPoolExecutor(max_workers=len(queries), thread_name_prefix="clickhouse") as pool:
        yield from pool.map(run, queries)


def insert_columns(
    table: str, columns: Mapping[str, Sequence[Any]], *, settings: Mapping[str, Any] | None = None
) -> int:
    """
    Insert rows given as columns, all in one INSERT; returns how many were sent.

    Args:
        table: A constant of this project, never input; so are the column names.
        columns: Column name → values, all of one length.
    """
    with _connection() as client:
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES"
        settings = {**WAIT_FOR_SHARDS, **(settings or {})}
        return int(client.execute(statement, list(columns.values()), columnar=True, settings=settings))


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Within the block a statement of this thread fails with NetworkError where the server is silent for so long."""
    with _connection() as client:
        connection = client.connection
        try:
            _set_patience(connection, seconds)
            yield
        finally:
            _set_patience(connection, SEND_RECEIVE_TIMEOUT_S)


def _set_patience(connection: Any, seconds: float) -> None:
    """Of the driver's connection, open or yet to be opened."""
    connection.send_receive_timeout = seconds
    if connection.socket is not None:
        connection.socket.settimeout(seconds)


def _write_moments(params: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """
    Datetimes as the text of their UTC time, which is how a column in UTC reads a literal.

    Left to itself the driver writes the server's zone instead, and drops the microseconds.
    """
    if params is None:
        return None
    return {name: _to_utc_text(value) if isinstance(value, datetime) else value for name, value in params.items()}


def _to_utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def is_data_fault(error: Error) -> bool:
    """True where the values sent are at fault: sending the same again cannot succeed."""
    return error.code in DATA_FAULT_CODES or isinstance(error, TypeMismatchError | CannotParseUuidError)


def close_connection() -> None:
    """Close this thread's connection, if it has one."""
    client: Client | None = getattr(_local, "client", None)
    _local.client = None
    if client is not None:
        client.disconnect()


@contextmanager
def _connection() -> Iterator[Client]:
    if getattr(_local, "client", None) is None:
        _local.client = _connect()
    try:
        yield _local.client
    except (EOFError, OSError) as error:
        close_connection()
        raise NetworkError(f"{type(error).__name__}: {error}") from error


def _connect() -> Client:
    return Client(
        host=django_settings.CLICKHOUSE_HOST,
        port=django_settings.CLICKHOUSE_PORT,
        user=django_settings.CLICKHOUSE_USER,
        password=django_settings.CLICKHOUSE_PASSWORD,
        database=django_settings.CLICKHOUSE_DATABASE,
        secure=django_settings.CLICKHOUSE_SECURE,
        verify=django_settings.CLICKHOUSE_VERIFY,
        ca_certs=django_settings.CLICKHOUSE_CA or None,
        connect_timeout=django_settings.CLICKHOUSE_CONNECT_TIMEOUT_S,
        send_receive_timeout=SEND_RECEIVE_TIMEOUT_S,
        compression="lz4",
    )
