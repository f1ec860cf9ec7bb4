"""Everything that the two databases hold, as text: what a search for a customer's words looks through."""

from collections.abc import Iterator

import zstandard
from django.db import connection

from posthog.clickhouse.client import query_rows

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def list_places_of(marker: str) -> list[str]:
    """The tables, of Postgres and of ClickHouse, in whose rows the text stands, compressed values opened."""
    return [place for place, text in [*_list_postgres(), *_list_clickhouse()] if marker in text]


def _list_postgres() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield f"postgres {table}", " ".join(_to_text(value) for value in row)


def _list_clickhouse() -> Iterator[tuple[str, str]]:
    for table in query_rows("SELECT name FROM system.tables WHERE database = currentDatabase()"):
        for row in query_rows(f"SELECT * FROM {table['name']}"):
            yield f"clickhouse {table['name']}", " ".join(_to_text(value) for value in row.values())


def _to_text(value: object) -> str:
    if not isinstance(value, bytes | memoryview):
        return str(value)
    kept = bytes(value)
    if kept.startswith(ZSTD_MAGIC):
        kept = zstandard.ZstdDecompressor().decompressobj().decompress(kept)
    return kept.decode("utf-8", "replace")
