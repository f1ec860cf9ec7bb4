"""Values go in and come out as they were, in every type that `ai_events` has and beside them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

import pytest
from clickhouse_driver import Client

from posthog.models.ai_events.sql import COLUMNS, TABLE, create_table_sql
from tests.integration.clickhouse.embedded_server import EmbeddedServer

RETENTION_DAYS = 32_767
"""The most there is: the rows must not expire while the test looks at them."""
INT64_MAX = 2**63 - 1
COMPRESSIONS = [pytest.param(False, id="plain"), pytest.param("lz4", id="lz4"), pytest.param("zstd", id="zstd")]

LEAST: dict[str, Any] = {
    "UUID": UUID(int=0),
    "String": "",
    "LowCardinality(String)": "",
    "LowCardinality(Nullable(String))": None,
    "Nullable(String)": None,
    "Nullable(Int64)": None,
    "Nullable(Float64)": None,
    "Nullable(UInt8)": None,
    "DateTime64(6, 'UTC')": datetime(2026, 1, 1, tzinfo=UTC),
    "DateTime": datetime(2026, 1, 1),  # noqa: DTZ001 - the driver's form of a column without a time zone
    "Int64": -(2**63),
    "Int16": -(2**15),
    "UInt8": 0,
    "UInt64": 0,
    "Array(LowCardinality(String))": [],
}
MOST: dict[str, Any] = {
    "UUID": UUID(int=2**128 - 1),
    "String": "ünï\x00code \N{PILE OF POO}" * 100,
    "LowCardinality(String)": "$ai_generation",
    "LowCardinality(Nullable(String))": "",
    "Nullable(String)": "",
    "Nullable(Int64)": INT64_MAX,
    "Nullable(Float64)": 1.7976931348623157e308,
    "Nullable(UInt8)": 255,
    "DateTime64(6, 'UTC')": datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "DateTime": datetime(2026, 12, 31, 23, 59, 59),  # noqa: DTZ001 - as above
    "Int64": INT64_MAX,
    "Int16": 2**15 - 1,
    "UInt8": 255,
    "UInt64": 2**64 - 1,
    "Array(LowCardinality(String))": ["total_mismatch", "", "total_mismatch"],
}
WRITTEN = [column for column in COLUMNS if column.is_written]


def make_row(values: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    """A row of `ai_events` with one value for each type."""
    row = {column.name: values[column.type] for column in WRITTEN}
    return row | {"retention_days": RETENTION_DAYS} | overrides


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_row_of_ai_events_comes_back_as_it_was(
    server: EmbeddedServer, database: str, compression: str | bool
) -> None:
    """NULLs, zeros, empty strings and the largest values stay what they are."""
    client = server.connect(database=database, compression=compression)
    client.execute(create_table_sql()[0])
    rows = [make_row(LEAST, team_id=1), make_row(MOST, team_id=2), make_row(LEAST, team_id=3)]
    names = [column.name for column in WRITTEN]
    client.execute(f"INSERT INTO {TABLE} ({', '.join(names)}) VALUES", rows)
    found = client.execute(f"SELECT {', '.join(names)} FROM {TABLE} ORDER BY team_id")
    assert [dict(zip(names, row, strict=True)) for row in found] == rows


def test_a_materialized_column_is_computed(client: Client) -> None:
    """An INSERT without column names takes the written ones; `drop_date` follows from them."""
    client.execute(create_table_sql()[0])
    client.execute(f"INSERT INTO {TABLE} VALUES", [make_row(LEAST)])
    assert client.execute(f"SELECT drop_date FROM {TABLE}") == [(date(2026, 1, 1) + timedelta(days=RETENTION_DAYS),)]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize(
    ("type_", "values"),
    [
        pytest.param("Int128", [-(2**127), 2**127 - 1], id="Int128"),
        pytest.param("Decimal(38, 10)", [Decimal("-0.0000000001"), Decimal("12345678.9")], id="Decimal"),
        pytest.param("FixedString(3)", ["abc", "äa"], id="FixedString"),
        pytest.param("Enum8('a' = 1, 'b, c' = 2)", ["a", "b, c"], id="Enum8"),
        pytest.param("Bool", [True, False], id="Bool"),
        pytest.param("IPv4", [IPv4Address("127.0.0.1"), IPv4Address("255.1.2.3")], id="IPv4"),
        pytest.param("Array(Array(Nullable(String)))", [[[None, "a"], []], []], id="nested Array"),
        pytest.param("Map(String, Array(UInt8))", [{"a": [1, 2], "b": []}, {}], id="Map"),
        pytest.param("Tuple(a LowCardinality(String), b Nullable(Int64))", [("x", None), ("y", 5)], id="Tuple"),
        pytest.param("Array(LowCardinality(Nullable(String)))", [[None, "a", "a"], []], id="Array of keys"),
        pytest.param("LowCardinality(Nullable(DateTime))", [None], id="keys of times"),
        pytest.param("SimpleAggregateFunction(sum, UInt64)", [1, 2**64 - 1], id="SimpleAggregateFunction"),
        pytest.param("Array(Tuple(Float64, Date))", [[(0.5, date(2026, 1, 2))], []], id="Array of tuples"),
    ],
)
def test_other_types_come_back_as_they_were(
    server: EmbeddedServer, database: str, type_: str, values: list[Any], compression: str | bool
) -> None:
    """A second column proves that the first one's end was found."""
    client = server.connect(database=database, compression=compression)
    settings = {"allow_suspicious_low_cardinality_types": 1}
    client.execute(f"CREATE TABLE t (v {type_}, n UInt32) ENGINE = Memory", settings=settings)
    rows = [(value, number) for number, value in enumerate(values)]
    client.execute("INSERT INTO t (v, n) VALUES", rows)
    assert client.execute("SELECT v, n FROM t ORDER BY n") == rows


def test_bytes_that_are_no_text_survive(server: EmbeddedServer, database: str) -> None:
    """A String is bytes to ClickHouse."""
    client = server.connect(database=database, settings={"strings_as_bytes": True})
    client.execute("CREATE TABLE t (v String) ENGINE = Memory")
    client.execute("INSERT INTO t (v) VALUES", [(b"\xff\x00\xfe",)])
    assert client.execute("SELECT v FROM t") == [(b"\xff\x00\xfe",)]


def test_many_distinct_keys_need_wider_numbers(client: Client) -> None:
    """A LowCardinality column of more than 65,536 values is found to its end."""
    client.execute("CREATE TABLE t (v LowCardinality(String), n UInt32) ENGINE = Memory")
    client.execute("INSERT INTO t (v, n) VALUES", [[str(n) for n in range(70_000)], list(range(70_000))], columnar=True)
    assert client.execute("SELECT count(), countIf(v = toString(n)), uniqExact(v) FROM t") == [(70_000, 70_000, 70_000)]


def test_data_of_a_type_without_known_layout_is_refused_by_name(client: Client) -> None:
    """The connection goes on: the refusal comes before the data."""
    client.execute("CREATE TABLE t (v Variant(UInt8, String)) ENGINE = Memory")
    with pytest.raises(Exception, match="takes no data of Variant") as refusal:
        client.execute("INSERT INTO t (v) VALUES", [(1,)])
    assert getattr(refusal.value, "code", None) == 48
    assert client.execute("SELECT 1") == [(1,)]
