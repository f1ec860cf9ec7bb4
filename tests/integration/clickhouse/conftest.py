"""Private embedded servers: a shared one for what leaves it healthy, a fresh one for what stops or kills it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from clickhouse_driver import Client

from tests.integration.clickhouse.embedded_server import EmbeddedServer, embedded_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """One server for the run; each test makes its own database in it."""
    with embedded_server(tmp_path_factory.mktemp("clickhouse") / "data") as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of this test alone."""
    with embedded_server(tmp_path / "clickhouse") as server:
        yield server


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[str]:
    """A database of this test alone."""
    name = f"test_{uuid4().hex[:12]}"
    client = server.connect()
    client.execute(f"CREATE DATABASE {name}")
    yield name
    client.execute(f"DROP DATABASE {name} SYNC")
    client.disconnect()


@pytest.fixture
def client(server: EmbeddedServer, database: str) -> Iterator[Client]:
    """A client of that database."""
    client = server.connect(database=database)
    yield client
    client.disconnect()
