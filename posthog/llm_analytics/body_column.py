"""
Inserts a row of the inbox, and reads its body again, as it is.

Django writes values into the statement's text: a body of 50 MB is then held as bytes, as hexadecimal digits and as a
statement, 430 MB in all (measured), and Postgres reads the digits. Bound as a binary parameter it is copied once, into
the connection's buffer. Read by Django it comes as digits, too.
"""

from collections.abc import Sequence
from typing import Any, Final

import psycopg
from django.db import connection, models

from posthog.models import GatewayInboxBody

FIELDS: Final = tuple(field for field in GatewayInboxBody._meta.local_concrete_fields if not field.primary_key)
INSERT: Final = (
    f"INSERT INTO {GatewayInboxBody._meta.db_table} ({', '.join(str(field.column) for field in FIELDS)}) "
    f"VALUES ({', '.join('%b' if isinstance(field, models.BinaryField) else '%s' for field in FIELDS)}) RETURNING id"
)

READ: Final = f"SELECT id, body FROM {GatewayInboxBody._meta.db_table} WHERE id = ANY(%s)"


def insert_body(row: GatewayInboxBody, compressed: bytes | bytearray) -> None:
    """
    Insert an unsaved row with its body; committed when it returns, unless in a transaction of the caller's.

    Raises:
        django.db.Error: It was not stored.
    """
    row.body = compressed
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(INSERT, [_prepare(field, row) for field in FIELDS])
        (row.id,) = cursor.fetchone() or (None,)


def read_bodies(rows: Sequence[GatewayInboxBody]) -> list[GatewayInboxBody]:
    """
    Fill in the bodies of rows that were read without them; returns the rows that are still there.

    Raises:
        django.db.Error: They could not be read.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        bodies = dict(cursor.execute(READ, [[row.id for row in rows]], binary=True))
    found = [row for row in rows if row.id in bodies]
    for row in found:
        row.body = bodies[row.id]
    return found


def _prepare(field: "models.Field[Any, Any]", row: GatewayInboxBody) -> Any:
    value = field.pre_save(row, add=True)
    return value if isinstance(field, models.BinaryField) else field.get_db_prep_save(value, connection)
