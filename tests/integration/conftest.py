"""Real servers: a ClickHouse database of this run's own, a corner of the shared Redis."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from pytest_django import Settings

from posthog.clickhouse.client import close_connection, sync_execute
from posthog.clickhouse.migrate import apply_migrations


@pytest.fixture(scope="session")
def clickhouse_database() -> Iterator[str]:
    """A migrated ClickHouse database that goes with the run."""
    name = f"test_{uuid4().hex[:12]}"
    configured = settings.CLICKHOUSE_DATABASE
    sync_execute(f"CREATE DATABASE {name}")
    try:
        _use_database(name)
        list(apply_migrations())
        yield name
    finally:
        _use_database(configured)
        sync_execute(f"DROP DATABASE IF EXISTS {name} SYNC")
        close_connection()


def _use_database(name: str) -> None:
    close_connection()
    settings.CLICKHOUSE_DATABASE = name


@pytest.fixture
def ai_events(clickhouse_database: str) -> str:
    """The empty table `ai_events`; returns its database."""
    sync_execute("TRUNCATE TABLE ai_events")
    return clickhouse_database


@pytest.fixture
def private_cache(settings: Settings) -> None:
    """Keys of this test alone in the shared Redis."""
    default = {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid4().hex}"}
    settings.CACHES = {"default": default}
