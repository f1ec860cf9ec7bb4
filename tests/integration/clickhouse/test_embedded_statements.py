"""Statements as ClickHouse answers them: results, errors, settings, sessions."""

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException
from clickhouse_driver.protocol import ServerPacketTypes

from tests.integration.clickhouse.embedded_server import PASSWORD, USER, EmbeddedServer, answer

ROWS = 100_000


@pytest.mark.parametrize("compression", [pytest.param(False, id="plain"), "lz4", "lz4hc", "zstd"])
def test_a_hundred_thousand_rows_go_in_and_out(server: EmbeddedServer, database: str, compression: str | bool) -> None:
    """They arrive in several blocks each way, none lost, none twice."""
    client = server.connect(database=database, compression=compression)
    client.execute("CREATE TABLE t (n UInt64, v Nullable(String)) ENGINE = MergeTree ORDER BY n")
    rows = [(n, None if n % 7 == 0 else f"value {n}") for n in range(ROWS)]
    assert client.execute("INSERT INTO t (n, v) VALUES", rows, settings={"insert_block_size": 30_000}) == ROWS
    assert client.execute("SELECT n, v FROM t ORDER BY n") == rows


def test_the_result_is_compressed_as_the_client_asks(server: EmbeddedServer) -> None:
    """`network_compression_method` chooses the answer's method; the driver reads whichever comes."""
    client = server.connect(compression="lz4")
    settings = {"network_compression_method": "ZSTD"}
    assert client.execute("SELECT sum(number), count() FROM numbers(1000)", settings=settings) == [(499500, 1000)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param("SELECT * FROM nowhere", 60, id="unknown table"),
        pytest.param("SELECT nothing", 47, id="unknown identifier"),
        pytest.param("SELEC 1 FROM numbers(1) WHERE", 62, id="syntax"),
        pytest.param("SELECT throwIf(number = 99999) FROM numbers(100000)", 395, id="while it runs"),
        pytest.param("CREATE TABLE t (n UInt9) ENGINE = Memory", 50, id="unknown type"),
        pytest.param("DROP TABLE nowhere", 60, id="drop of an unknown table"),
        pytest.param("SELECT 1; SELECT 2", 62, id="two statements"),
        pytest.param("INSERT INTO nowhere (n) VALUES", 60, id="insert into an unknown table"),
        pytest.param("USE nowhere", 81, id="unknown database"),
        pytest.param("SELECT {x:UInt8}", 456, id="parameter without value"),
    ],
)
def test_an_error_has_clickhouses_code(client: Client, statement: str, code: int) -> None:
    """The next statement of the same client is answered all the same."""
    rows = [(1,)] if statement.startswith("INSERT") else None
    with pytest.raises(ServerException) as error:
        client.execute(statement, rows)
    assert error.value.code == code
    assert client.execute("SELECT 1") == [(1,)]


def test_an_error_leaves_the_connection_as_it_was(client: Client) -> None:
    """Packets are in step again: a failure before the result, one within it, then a good statement."""
    failing = (
        "SELECT * FROM nowhere",
        "SELECT throwIf(number = 99999) FROM numbers(100000)",
        "INSERT INTO nowhere VALUES",
    )
    port = None
    for statement in failing:
        assert answer(client, statement)[-1] == ServerPacketTypes.EXCEPTION
        assert answer(client, "SELECT 1")[-1] == ServerPacketTypes.END_OF_STREAM
        port, before = client.connection.socket.getsockname()[1], port
        assert before in (None, port)


def test_a_value_that_does_not_fit_fails_the_insert_only(client: Client) -> None:
    """A constraint is the engine's to check, after all blocks arrived."""
    client.execute("CREATE TABLE t (n UInt8, CONSTRAINT small CHECK n < 100) ENGINE = Memory")
    with pytest.raises(ServerException) as error:
        client.execute("INSERT INTO t (n) VALUES", [(1,), (200,)])
    assert error.value.code == 469
    assert client.execute("SELECT count() FROM t") == [(0,)]


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        pytest.param("SELECT number, toString(number) AS s FROM numbers(0)", ["number", "s"], id="SELECT"),
        pytest.param("WITH 1 AS x SELECT x WHERE 0 -- nothing\n;", ["x"], id="WITH, comment, semicolon"),
        pytest.param("SHOW TABLES LIKE 'nothing'", ["name"], id="SHOW"),
    ],
)
def test_an_empty_result_still_has_columns(client: Client, statement: str, columns: list[str]) -> None:
    """Callers that read rows by name need the names."""
    rows, names_and_types = client.execute(statement, with_column_types=True)
    assert rows == []
    assert [name for name, _ in names_and_types] == columns


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        pytest.param("SELECT 1 AS n FORMAT JSON", [(1,)], id="the client formats"),
        pytest.param(
            "SELECT 'FORMAT JSON' /* FORMAT x */ FORMAT TSV SETTINGS max_threads = 1;",
            [("FORMAT JSON",)],
            id="in a string",
        ),
        pytest.param("SELECT ';--' AS s", [(";--",)], id="a string like a comment"),
        pytest.param("EXISTS TABLE nowhere", [(0,)], id="EXISTS"),
        pytest.param("(SELECT 1) UNION ALL (SELECT 1)", [(1,), (1,)], id="in brackets"),
        pytest.param("SELECT NULL, []", [(None, [])], id="of no type"),
    ],
)
def test_statements_of_other_shapes(client: Client, statement: str, rows: list[tuple[object, ...]]) -> None:
    """What a client may write is understood."""
    assert client.execute(statement) == rows


def test_names_and_types_come_with_the_rows(client: Client) -> None:
    """Of every column, from the first block on."""
    query = "SELECT 1 AS a, ['x', NULL] AS b, toLowCardinality('y') AS c"
    columns = [("a", "UInt8"), ("b", "Array(Nullable(String))"), ("c", "LowCardinality(String)")]
    assert client.execute(query, with_column_types=True) == ([(1, ["x", None], "y")], columns)


def test_a_type_without_known_layout_can_be_read(client: Client) -> None:
    """Only a client's data must be measured; a result is passed on as it is."""
    assert client.execute("SELECT toJSONString('{\"a\": 1}'::JSON) AS text, '{\"a\": 1}'::JSON AS json") == [
        ('{"a":1}', {"a": 1})
    ]


def test_an_insert_with_its_values_in_the_text(client: Client) -> None:
    """Only an INSERT that ends with VALUES waits for data."""
    client.execute("CREATE TABLE t (n UInt8, s String) ENGINE = Memory")
    client.execute("INSERT INTO t VALUES (1, 'VALUES'), (2, 'FORMAT Native')")
    client.execute("INSERT INTO t SELECT n + 10, s FROM t")
    assert client.execute("SELECT n FROM t ORDER BY n") == [(1,), (2,), (11,), (12,)]


def test_an_insert_names_its_table_in_any_way(client: Client, database: str) -> None:
    """Quoted names, a database before the table, comments, settings, every column but some."""
    client.execute("CREATE TABLE `odd name` (`a b` UInt8, c UInt8 DEFAULT 7, d UInt8) ENGINE = Memory")
    client.execute(
        f"/* why */ insert into {database}.`odd name` (* except(c)) settings max_threads = 1 format Native;",
        [(1, 2)],
    )
    assert client.execute("SELECT * FROM `odd name`") == [(1, 7, 2)]


def test_settings_hold_for_one_statement(client: Client) -> None:
    """The next statement sees the default again."""
    query = "SELECT getSetting('max_block_size')"
    default = client.execute(query)
    assert client.execute(query, settings={"max_block_size": 11}) == [(11,)]
    assert client.execute(query) == default


def test_a_setting_of_the_session_outlives_one_of_a_statement(client: Client) -> None:
    """SET holds until the connection ends; a statement's own value only covers it."""
    query = "SELECT getSetting('max_block_size')"
    client.execute("SET max_block_size = 22")
    assert client.execute(query, settings={"max_block_size": 11}) == [(11,)]
    assert client.execute(query) == [(22,)]


def test_a_setting_of_a_failed_statement_is_taken_back(client: Client) -> None:
    """Also where the value was good and the statement was not."""
    with pytest.raises(ServerException):
        client.execute("SELECT nothing", settings={"max_block_size": 11})
    assert client.execute("SELECT getSetting('max_block_size') = 11") == [(0,)]


@pytest.mark.parametrize(
    ("is_important", "code"), [pytest.param(True, 115, id="important"), pytest.param(False, None, id="not")]
)
def test_an_unknown_setting_fails_only_where_it_is_important(
    server: EmbeddedServer, is_important: bool, code: int | None
) -> None:
    """As the driver's `settings_is_important` says."""
    client = server.connect(settings_is_important=is_important)
    if code is None:
        assert client.execute("SELECT 1", settings={"no_such_setting": 1}) == [(1,)]
    else:
        with pytest.raises(ServerException) as error:
            client.execute("SELECT 1", settings={"no_such_setting": 1})
        assert error.value.code == code


def test_a_bad_value_of_a_setting_is_an_error(client: Client) -> None:
    """The statement does not run without it."""
    with pytest.raises(ServerException):
        client.execute("SELECT 1", settings={"max_block_size": "many"})
    assert client.execute("SELECT 1") == [(1,)]


def test_settings_limit_what_they_say(client: Client) -> None:
    """A limit of the result's rows is the engine's to enforce."""
    with pytest.raises(ServerException) as error:
        client.execute("SELECT number FROM numbers(100)", settings={"max_result_rows": 10})
    assert error.value.code == 396


def test_parameters_come_as_settings(client: Client) -> None:
    """`param_NAME` is how clients of this protocol revision send them; the next statement has none."""
    assert client.execute("SELECT {x:String}", settings={"param_x": "it's"}) == [("it's",)]
    with pytest.raises(ServerException):
        client.execute("SELECT {x:String}")


def test_sessions_do_not_see_each_other(server: EmbeddedServer, database: str) -> None:
    """Current database, settings and temporary tables belong to one connection."""
    one, other = server.connect(database=database), server.connect()
    one.execute("SET max_block_size = 33")
    one.execute("CREATE TEMPORARY TABLE mine (n UInt8)")
    one.execute("USE system")
    query = "SELECT currentDatabase(), getSetting('max_block_size') = 33"
    assert (one.execute(query), other.execute(query)) == ([("system", 1)], [("default", 0)])
    with pytest.raises(ServerException) as error:
        other.execute("SELECT * FROM mine")
    assert error.value.code == 60


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param({"password": "wrong"}, 516, id="wrong password"),
        pytest.param({"user": "nobody"}, 516, id="unknown user"),
        pytest.param({"user": "tester\x00", "password": ""}, 516, id="odd user"),
        pytest.param({"database": "nowhere`"}, 81, id="unknown database"),
    ],
)
def test_a_wrong_hello_is_refused(server: EmbeddedServer, options: dict[str, str], code: int) -> None:
    """With ClickHouse's own code."""
    client = server.connect(**options)
    with pytest.raises(ServerException) as error:
        client.execute("SELECT 1")
    assert error.value.code == code
    assert PASSWORD not in str(error.value)


def test_the_driver_learns_what_it_wants_to_know(server: EmbeddedServer) -> None:
    """Version, time zone, progress and the size of the result."""
    client = server.connect(user=USER)
    client.execute("SELECT number FROM numbers(1000)")
    assert client.last_query.profile_info.rows == 1000
    assert client.last_query.progress.rows == 1000
    info = client.connection.server_info
    assert (info.name, info.version_major >= 26, bool(info.timezone)) == ("ClickHouse", True, True)
    assert client.connection.ping()


def test_a_result_can_be_read_piece_by_piece(client: Client) -> None:
    """Blocks arrive as the engine makes them."""
    rows = client.execute_iter("SELECT number FROM numbers(300000)", settings={"max_block_size": 1000})
    assert sum(number for (number,) in rows) == 300_000 * 299_999 // 2


def test_a_repeated_deduplication_token_is_dropped(client: Client) -> None:
    """The same token again writes nothing, another does."""
    client.execute(
        "CREATE TABLE t (n UInt8) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100"
    )
    for token in ("a", "a", "b"):
        client.execute("INSERT INTO t (n) VALUES", [(1,)], settings={"insert_deduplication_token": token})
    assert client.execute("SELECT count() FROM t") == [(2,)]


def test_the_same_data_again_is_dropped_without_a_token(client: Client) -> None:
    """Where the table keeps a deduplication log: the engine compares the blocks, as it does for any INSERT."""
    client.execute(
        "CREATE TABLE t (n UInt8) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100"
    )
    for number in (1, 1, 2):
        client.execute("INSERT INTO t (n) VALUES", [(number,)])
    assert client.execute("SELECT n FROM t ORDER BY n") == [(1,), (2,)]


def test_replacing_collapses_with_final(client: Client) -> None:
    """Two versions of a row are one where FINAL is said, and the newer one wins."""
    client.execute("CREATE TABLE t (k UInt8, v UInt8) ENGINE = ReplacingMergeTree(v) ORDER BY k")
    client.execute("INSERT INTO t (k, v) VALUES", [(1, 2)])
    client.execute("INSERT INTO t (k, v) VALUES", [(1, 1)])
    assert client.execute("SELECT v FROM t FINAL") == [(2,)]
    assert client.execute("SELECT count() FROM t") == [(2,)]
