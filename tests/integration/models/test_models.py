"""What the database itself refuses, whoever writes to it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from posthog.models import (
    Gateway,
    GatewayCredential,
    GatewayTeam,
    Organization,
    OrganizationMembership,
    SignInLink,
    Team,
    UsageReport,
    User,
)
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda s: Team.objects.filter(id=s.alpha.id).update(retention_days=0), id="team-kept-no-day"),
        pytest.param(lambda s: Team.objects.update(api_token="phc_same"), id="project-token-of-two-teams"),
        pytest.param(
            lambda s: Gateway.objects.create(organization=s.gateway.organization, name="main"), id="gateway-name-twice"
        ),
        pytest.param(
            lambda s: GatewayTeam.objects.create(gateway=s.gateway, gateway_team_id="team-alpha", team=s.beta),
            id="gateway-team-of-two-teams",
        ),
        pytest.param(
            lambda s: GatewayCredential.objects.create(gateway=s.gateway, label="x", token_hash=s.token),
            id="token-that-is-not-hashed",
        ),
        pytest.param(
            lambda s: GatewayCredential.objects.create(
                gateway=s.gateway, label="x", token_hash=s.credential.token_hash
            ),
            id="token-of-two-credentials",
        ),
        pytest.param(lambda s: User.objects.bulk_create([User(email="A@example.com")]), id="address-in-upper-case"),
        pytest.param(
            lambda s: [User.objects.create_user(email) for email in ("a@example.com", "A@example.com")],
            id="address-twice",
        ),
        pytest.param(
            lambda s: [make_usage_report(s.alpha) for _ in range(2)],
            id="report-of-a-day-twice",
        ),
        pytest.param(lambda s: add_member(s.gateway.organization, level="king"), id="level-that-is-none"),
        pytest.param(lambda s: add_member(s.gateway.organization, times=2), id="member-twice"),
    ],
)
def test_database_refuses(setup: GatewaySetup, write: Callable[[GatewaySetup], Any]) -> None:
    """No code path, shell or script gets past a constraint."""
    with pytest.raises(IntegrityError):
        write(setup)


def make_usage_report(team: Team) -> UsageReport:
    day = datetime(2026, 4, 1, tzinfo=UTC)
    return UsageReport.objects.create(
        team=team, day=day.date(), starts_at=day, ends_at=day + timedelta(days=1), figures={}
    )


def add_member(organization: Organization, level: str = "member", times: int = 1) -> None:
    user = User.objects.create_user("ada@example.com")
    for _ in range(times):
        OrganizationMembership.objects.create(organization=organization, user=user, level=level)


def test_tokens_are_long_random_and_told_apart(setup: GatewaySetup) -> None:
    """Two of a kind never meet, and each says by its beginning what it is."""
    _, other = GatewayCredential.objects.create_with_token(gateway=setup.gateway, label="other")
    assert setup.token != other
    assert all(token.startswith("phg_") and len(token) == 47 for token in (setup.token, other))
    assert setup.alpha.api_token.startswith("phc_")
    assert setup.alpha.api_token != setup.beta.api_token


def test_what_is_shown_of_a_credential_is_no_key(setup: GatewaySetup) -> None:
    """Its label and the first characters, in lists and logs."""
    assert str(setup.credential) == f"test ({setup.token[:8]}…)"


def test_user_without_a_password_cannot_be_guessed() -> None:
    """Only a link lets them in."""
    user = User.objects.create_user("ada@example.com")
    assert not user.has_usable_password()
    assert not user.check_password("")


def test_link_is_used_up_by_one(setup: GatewaySetup) -> None:
    """Unknown, old, of somebody who left, or used: nobody signs in by it."""
    user, now = User.objects.create_user("ada@example.com"), timezone.now()
    _, token = SignInLink.objects.create_with_token(user=user, now=now, lifetime=timedelta(minutes=1))
    assert SignInLink.objects.consume("unknown", now=now) is None
    assert SignInLink.objects.consume(token, now=now + timedelta(minutes=1)) is None
    User.objects.update(is_active=False)
    assert SignInLink.objects.consume(token, now=now) is None
    User.objects.update(is_active=True)
    assert SignInLink.objects.consume(token, now=now) == user
    assert SignInLink.objects.consume(token, now=now) is None
