"""
Writes the inbox's `body` column; large values are sent as they are.

Django writes values into the statement's text: a body of 50 MB is then held as bytes, as hexadecimal digits and as a
statement, 430 MB in all (measured). Bound as a binary parameter it is copied once, into the connection's buffer.
"""

from typing import Final

import psycopg
from django.db import connection, transaction

from posthog.models import GatewayInboxBody

LARGE_BYTES: Final = 1024 * 1024
UPDATE: Final = f"UPDATE {GatewayInboxBody._meta.db_table} SET body = %b WHERE id = %s"


def insert_body(row: GatewayInboxBody, compressed: bytes | bytearray) -> None:
    """
    Insert an unsaved row with its body; committed when it returns, unless in a transaction of the caller's.

    Raises:
        django.db.Error: It was not stored.
    """
    if len(compressed) < LARGE_BYTES:
        row.body = compressed
        row.save(force_insert=True)
        return
    row.body = b""
    with transaction.atomic():
        row.save(force_insert=True)
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(UPDATE, [compressed, row.id])
