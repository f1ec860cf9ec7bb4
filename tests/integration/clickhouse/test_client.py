"""The application's client: values both ways, errors as one family, connections that come back."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from clickhouse_driver.errors import NetworkError
from pytest_django import Settings

from posthog.clickhouse.client import (
    ClickHouseError,
    ServerException,
    close_connection,
    insert_columns,
    is_data_fault,
    query_rows,
    sync_execute,
)
from tests.integration.clickhouse.embedded_server import PASSWORD, USER, EmbeddedServer

pytestmark = pytest.mark.clickhouse


def use_server(settings: Settings, server: EmbeddedServer, database: str) -> None:
    """Point the client at it."""
    close_connection()
    settings.CLICKHOUSE_HOST = "127.0.0.1"
    settings.CLICKHOUSE_PORT = server.port
    settings.CLICKHOUSE_USER = USER
    settings.CLICKHOUSE_PASSWORD = PASSWORD
    settings.CLICKHOUSE_DATABASE = database


@pytest.fixture
def table(settings: Settings, server: EmbeddedServer, database: str) -> Iterator[str]:
    """A table of a few types."""
    use_server(settings, server, database)
    sync_execute(
        "CREATE TABLE events (id UUID, n Nullable(Int64), s LowCardinality(Nullable(String)), f Float64, "
        "at DateTime64(6, 'UTC'), tags Array(LowCardinality(String))) ENGINE = MergeTree ORDER BY id "
        "SETTINGS non_replicated_deduplication_window = 100"
    )
    yield "events"
    close_connection()


def make_columns(**overrides: list[Any]) -> dict[str, list[Any]]:
    """Two rows; a column can be replaced."""
    columns: dict[str, list[Any]] = {
        "id": [UUID(int=1), UUID(int=2)],
        "n": [0, None],
        "s": ["it's", None],
        "f": [0.1, -1e300],
        "at": [datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC)],
        "tags": [["a", ""], []],
    }
    return columns | overrides


def test_columns_come_back_as_rows_by_name(table: str) -> None:
    """NULL stays NULL, zero stays zero, times keep their microseconds and their zone."""
    columns = make_columns()
    assert insert_columns(table, columns) == 2
    rows = query_rows(f"SELECT * FROM {table} ORDER BY id")
    assert rows == [{name: values[index] for name, values in columns.items()} for index in range(2)]


def test_nothing_to_insert_is_no_error(table: str) -> None:
    """An empty drain writes nothing."""
    assert insert_columns(table, {name: [] for name in make_columns()}) == 0
    assert sync_execute(f"SELECT count() FROM {table}") == [(0,)]


def test_an_empty_result_is_an_empty_list(table: str) -> None:
    """By name and by position; a statement that returns nothing returns the same."""
    assert query_rows(f"SELECT * FROM {table}") == []
    assert sync_execute(f"SELECT * FROM {table}") == []
    assert sync_execute(f"TRUNCATE TABLE {table}") == []


@pytest.mark.parametrize(
    "value",
    ["it's", 'a "b"', "back\\slash", "line\nbreak\ttab\x00nul", "' OR 1 = 1 --", "%(other)s", "ünï\N{PILE OF POO}", ""],
)
def test_a_parameter_is_only_a_value(table: str, value: str) -> None:
    """Whatever characters it has."""
    assert sync_execute("SELECT %(value)s", {"value": value}) == [(value,)]


def test_parameters_of_other_types(table: str) -> None:
    """Lists for IN, times, ids, NULL."""
    query = "SELECT 2 IN %(numbers)s, toDateTime(%(at)s, 'UTC') < now(), toUUID(%(id)s), %(none)s"
    params = {"numbers": [1, 2], "at": datetime(2026, 1, 1, tzinfo=UTC), "id": UUID(int=7), "none": None}
    assert sync_execute(query, params) == [(1, 1, UUID(int=7), None)]


def test_settings_hold_for_one_statement(table: str) -> None:
    """As a row limit of one report must not limit the next."""
    query = "SELECT getSetting('max_block_size')"
    assert sync_execute(query, settings={"max_block_size": 11}) == [(11,)]
    assert sync_execute(query) != [(11,)]


def test_a_repeated_token_inserts_once(table: str) -> None:
    """What a replay after a lost answer relies on."""
    for token in ("drain-1", "drain-1", "drain-2"):
        insert_columns(table, make_columns(), settings={"insert_deduplication_token": token})
    assert sync_execute(f"SELECT count() FROM {table}") == [(4,)]


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param({"n": ["many", None]}, id="text for a count"),
        pytest.param({"n": [2**63, None]}, id="too large a count"),
        pytest.param({"id": ["no uuid", UUID(int=2)]}, id="no uuid"),
        pytest.param({"f": [0.1, "much"]}, id="text for a float"),
    ],
)
def test_a_value_that_cannot_be_stored_is_a_data_fault(table: str, spoiled: dict[str, list[Any]]) -> None:
    """Nothing of its INSERT is stored, and the next good one is."""
    with pytest.raises(ClickHouseError) as error:
        insert_columns(table, make_columns(**spoiled))
    assert is_data_fault(error.value)
    assert insert_columns(table, make_columns()) == 2
    assert sync_execute(f"SELECT count() FROM {table}") == [(2,)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param("SELECT * FROM nowhere", 60, id="unknown table"),
        pytest.param("SELECT throwIf(1)", 395, id="thrown"),
        pytest.param(
            "SELECT groupArray(number) FROM numbers(10000000) SETTINGS max_memory_usage = 1000000", 241, id="memory"
        ),
    ],
)
def test_an_error_of_the_server_is_no_data_fault(table: str, statement: str, code: int) -> None:
    """The same may succeed later, so nothing is rejected for it."""
    with pytest.raises(ServerException) as error:
        sync_execute(statement)
    assert (error.value.code, is_data_fault(error.value)) == (code, False)


def test_a_value_that_the_server_cannot_convert_is_a_data_fault(table: str) -> None:
    """Whoever notices it: here the engine, while it inserts."""
    with pytest.raises(ServerException) as error:
        sync_execute(f"INSERT INTO {table} (n) SELECT toInt64(%(text)s)", {"text": "many"})
    assert is_data_fault(error.value)


def test_threads_do_not_share_a_connection(table: str) -> None:
    """Each has its own session: a setting of one is not the other's."""
    sync_execute("SET max_block_size = 44")
    seen: list[Any] = []

    def ask() -> None:
        seen.extend(sync_execute("SELECT getSetting('max_block_size')"))
        close_connection()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert seen != [(44,)]
    assert sync_execute("SELECT getSetting('max_block_size')") == [(44,)]


def test_the_client_comes_back_after_a_restart(settings: Settings, own_server: EmbeddedServer) -> None:
    """The next statement opens a new connection by itself."""
    use_server(settings, own_server, "default")
    sync_execute("CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n")
    insert_columns("kept", {"n": [1]})
    own_server.stop()
    own_server.start()
    assert sync_execute("SELECT n FROM kept") == [(1,)]
    close_connection()


def test_a_server_that_is_away_is_an_error_of_the_family(settings: Settings, own_server: EmbeddedServer) -> None:
    """Every statement says so until it is back; then the same thread goes on."""
    use_server(settings, own_server, "default")
    sync_execute("SELECT 1")
    own_server.stop()
    for _ in range(2):
        with pytest.raises(NetworkError) as error:
            sync_execute("SELECT 1")
        assert not is_data_fault(error.value)
    own_server.start()
    assert sync_execute("SELECT 1") == [(1,)]
    close_connection()


@pytest.mark.parametrize("wrong", [{"CLICKHOUSE_PASSWORD": "wrong"}, {"CLICKHOUSE_DATABASE": "nowhere"}])
def test_a_wrong_setting_is_told_at_the_first_statement(settings: Settings, table: str, wrong: dict[str, str]) -> None:
    """With ClickHouse's own sentence; the right one serves afterwards."""
    close_connection()
    for name, value in wrong.items():
        setattr(settings, name, value)
    with pytest.raises(ServerException) as error:
        sync_execute("SELECT 1")
    assert error.value.code in (516, 81)


def test_the_applications_server_takes_a_row(ai_events: str) -> None:
    """The server that the run's settings name, embedded or real, with the migrated table."""
    columns: dict[str, list[Any]] = {
        "uuid": [uuid4()],
        "event": ["$ai_generation"],
        "timestamp": [datetime.now(UTC)],
        "team_id": [1],
        "input_tokens": [None],
        "output_tokens": [0],
        "integrity_flags": [["price_assumed"]],
    }
    assert insert_columns("ai_events", columns) == 1
    (row,) = query_rows("SELECT * FROM ai_events FINAL")
    assert {name: row[name] for name in columns} == {name: values[0] for name, values in columns.items()}
