"""How long what was used is kept for gateways that poll."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from ee.budgets.quota import Quota, find_quota
from posthog.models import Team
from tests.integration.ee.budgets.stored_budgets import at, make_budget, use_tokens

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("stored_usage", "private_cache"),
]

MOMENT = timedelta.resolution


def find(team: Team, now: datetime) -> Quota:
    return find_quota(team, api_key_alias=None, now=now)


def test_use_is_kept_as_long_as_an_answer_holds(team: Team, settings: Settings) -> None:
    """And read again to the moment."""
    settings.LLM_GATEWAY_QUOTA_MAX_AGE_S = 60
    make_budget(team, "100")
    now = at("2026-03-10T12:00")
    assert find(team, now).valid_until == now + timedelta(seconds=60)
    use_tokens(team, "2026-03-10T09:00", 100)
    assert find(team, now + timedelta(seconds=60) - MOMENT).is_allowed
    assert not find(team, now + timedelta(seconds=60)).is_allowed


def test_use_is_not_kept_past_the_end_of_its_period(team: Team, settings: Settings) -> None:
    """Whoever is held until midnight is let in at midnight."""
    settings.LLM_GATEWAY_QUOTA_MAX_AGE_S = 60
    make_budget(team, "100")
    use_tokens(team, "2026-03-10T09:00", 100)
    held = find(team, at("2026-03-10T23:59:50"))
    assert (held.is_allowed, held.valid_until) == (False, at("2026-03-11T00:00"))
    assert not find(team, at("2026-03-10T23:59:59")).is_allowed
    assert find(team, at("2026-03-11T00:00")).is_allowed
