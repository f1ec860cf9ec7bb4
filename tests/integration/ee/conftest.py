"""Organizations with closed reports, a receiver on this machine, and a secret to encrypt with."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from posthog.models import Team
from tests.integration.usage_report.report_events import empty_rollups, make_team
from tests.local_server import LocalServer


@pytest.fixture
def stored_usage(ai_events: str) -> str:
    """Empty tables of events and of rollups; returns their database."""
    empty_rollups()
    return ai_events


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[LocalServer]:
    """A receiver that may be sent to although it is on this machine."""
    settings.CONFIGURED_SECRET_KEY = "s" * 50
    with LocalServer() as server:
        settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"127.0.0.1:{server.port}"]
        yield server
