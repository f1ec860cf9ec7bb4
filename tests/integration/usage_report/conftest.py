"""A team, and rollups without the cells of other tests."""

import pytest

from posthog.models import Team
from tests.integration.usage_report.report_events import empty_rollups, make_team


@pytest.fixture
def stored_usage(ai_events: str) -> str:
    """Empty tables of events and of rollups; returns their database."""
    empty_rollups()
    return ai_events


@pytest.fixture
def team(db: None, stored_usage: str) -> Team:
    return make_team()
