"""Empty stores, a team with a gateway, a receiver on this machine."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from posthog.clickhouse.client import sync_execute
from posthog.models.ai_usage_hourly.sql import TABLES
from tests.integration.factories import GatewaySetup, make_gateway
from tests.local_server import LocalServer


@pytest.fixture
def setup(ai_events: str, db: None) -> GatewaySetup:
    """The gateway `main` of an organization of its own; nobody called yet."""
    for grain in TABLES:
        sync_execute(f"TRUNCATE TABLE {grain.table}")
    return make_gateway()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[LocalServer]:
    """A receiver that may be sent to although it is on this machine."""
    settings.CONFIGURED_SECRET_KEY = "s" * 50
    with LocalServer() as server:
        settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"127.0.0.1:{server.port}"]
        yield server
