"""
LiteLLM's own API over a spend log in Postgres: its application, its sign-in, its SQL, with psycopg for Prisma.

    python -m tests.e2e.spend_log_server --port 4010      # in the gateway's environment

Reads the environment: LITELLM_MASTER_KEY and SPEND_LOG_DATABASE_URL.
"""

import argparse
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import psycopg
import uvicorn
from psycopg.rows import dict_row

DATABASE_URL = "SPEND_LOG_DATABASE_URL"


class Transaction:
    """What LiteLLM asks of a Prisma transaction."""

    def __init__(self, connection: psycopg.AsyncConnection[dict[str, Any]]) -> None:
        self._connection = connection

    async def execute_raw(self, sql: str) -> None:
        await self._connection.execute(sql)

    async def query_raw(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """Prisma's placeholders are Postgres' own; it answers moments as text."""
        cursor = psycopg.AsyncRawCursor(self._connection, row_factory=dict_row)
        await cursor.execute(sql, parameters)
        return [{name: _to_json(value) for name, value in row.items()} for row in await cursor.fetchall()]


def _to_json(value: Any) -> Any:
    return f"{value.isoformat(timespec='milliseconds')}+00:00" if isinstance(value, datetime) else value


class Database:
    """Reads of the spend log; every other table is absent."""

    @asynccontextmanager
    async def tx(self, timeout: timedelta) -> AsyncIterator[Transaction]:
        connecting = psycopg.AsyncConnection.connect(os.environ[DATABASE_URL], row_factory=dict_row)
        async with await connecting as connection:
            yield Transaction(connection)


class PrismaStandIn:
    """What LiteLLM takes for its Prisma client."""

    def __init__(self) -> None:
        self.db = self.read_db = Database()


class PrismaModule(ModuleType):
    """`prisma` and `prisma.errors`, of which LiteLLM asks only whether an error is one of theirs."""

    def __getattr__(self, name: str) -> Any:
        if name == "errors":
            return self
        return type(name, (Exception,), {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    sys.modules["prisma"] = sys.modules["prisma.errors"] = PrismaModule("prisma")
    from litellm.proxy import proxy_server  # takes seconds, and asks for the module above

    proxy_server.prisma_client = PrismaStandIn()
    proxy_server.master_key = os.environ["LITELLM_MASTER_KEY"]
    uvicorn.run(proxy_server.app, host="127.0.0.1", port=port, lifespan="off", log_level="warning")


if __name__ == "__main__":
    main()
