"""Empty rollups beside empty rows."""

import pytest

from posthog.clickhouse.client import sync_execute
from posthog.models.ai_usage_hourly.sql import TABLES


@pytest.fixture
def ai_usage(ai_events: str) -> str:
    """The empty tables `ai_events` and its rollups; returns their database."""
    for grain in TABLES:
        sync_execute(f"TRUNCATE TABLE {grain.table}")
    return ai_events
