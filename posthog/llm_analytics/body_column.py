"""
Inserts a row of the inbox, its body as it is.

Django writes values into the statement's text: a body of 50 MB is then held as bytes, as hexadecimal digits and as a
statement, 430 MB in all (measured), and Postgres reads the digits. Bound as a binary parameter it is copied once, into
the connection's buffer.
"""

from typing import Any, Final

import psycopg
from django.db import connection, models

from posthog.models import GatewayInboxBody

FIELDS: Final = tuple(field for field in GatewayInboxBody._meta.local_concrete_fields if not field.primary_key)
INSERT: Final = (
    f"INSERT INTO {GatewayInboxBody._meta.db_table} ({', '.join(str(field.column) for field in FIELDS)}) "
    f"VALUES ({', '.join('%b' if isinstance(field, models.BinaryField) else '%s' for field in FIELDS)}) RETURNING id"
)


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


def _prepare(field: "models.Field[Any, Any]", row: GatewayInboxBody) -> Any:
    value = field.pre_save(row, add=True)
    return value if isinstance(field, models.BinaryField) else field.get_db_prep_save(value, connection)
