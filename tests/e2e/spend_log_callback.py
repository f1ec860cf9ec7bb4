"""
Runs inside a LiteLLM proxy, named by its config: writes the spend log as LiteLLM does, without Prisma.

LiteLLM's own `ProxyDBLogger` decides which calls are logged, and its own writer makes the rows. Prisma's engine, a
binary that is fetched when it is first used, is what cannot be had in tests: the rows go into Postgres by psycopg.
"""

import os
from datetime import UTC, datetime
from typing import Any

import psycopg
from litellm.proxy.db.db_spend_update_writer import DBSpendUpdateWriter
from litellm.proxy.hooks.proxy_track_cost_callback import ProxyDBLogger

DATABASE_URL = "SPEND_LOG_DATABASE_URL"


class PostgresSpendWriter(DBSpendUpdateWriter):
    """Stores spend rows at once; spend by key, team and user is not kept."""

    async def _record_spend_log(self, payload: Any, *args: Any, **kwargs: Any) -> bool:
        row = {name: _to_utc(value) for name, value in payload.items()}
        columns = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(["%s"] * len(row))
        statement = f'INSERT INTO "LiteLLM_SpendLogs" ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING'
        async with await psycopg.AsyncConnection.connect(os.environ[DATABASE_URL], autocommit=True) as connection:
            await connection.execute(statement, list(row.values()))
        return True

    async def _batch_database_updates(self, *args: Any, **kwargs: Any) -> None:
        """Nothing besides the log."""


def _to_utc(value: Any) -> Any:
    """A moment as the text of its UTC time, whatever zone the session is in."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


WRITER = PostgresSpendWriter()


class SpendLogger(ProxyDBLogger):
    """What the proxy registers itself where it has a database."""

    async def async_log_success_event(self, *args: Any, **kwargs: Any) -> None:
        from litellm.proxy import proxy_server  # complete only once the proxy runs

        proxy_server.proxy_logging_obj.db_spend_update_writer = WRITER
        await super().async_log_success_event(*args, **kwargs)


spend_logger = SpendLogger(spend_writer=lambda: WRITER)
