"""A team of a gateway with calls of known figures, another team beside it, and people who ask."""

import pytest

from tests.integration.api.llm_analytics.world import World, make_world


@pytest.fixture
def world(ai_events: str, db: None, private_cache: None) -> World:
    return make_world()
