"""Which credential a token opens, and whether it reaches a private team, as the statements written out say."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from posthog.errors import CredentialClosed, CredentialUnknown
from posthog.llm_analytics.credentials import authenticate_gateway, reaches_private_team
from posthog.models import GatewayCredential, GatewayTeam, Team
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def find(token: str) -> GatewayCredential:
    return authenticate_gateway(f"Bearer {token}")


def test_found_credential_has_every_field(setup: GatewaySetup) -> None:
    """Bytes and times as Django would read them; nothing is left to be loaded later."""
    setup.credential.signing_secret = bytes(range(256))
    setup.credential.expires_at = timezone.now() + timedelta(hours=1)
    setup.credential.last_used_at = timezone.now()
    setup.credential.save()
    found, stored = find(setup.token), GatewayCredential.objects.get()
    assert found == stored
    assert not found.get_deferred_fields()
    names = [field.attname for field in GatewayCredential._meta.concrete_fields if field.name != "signing_secret"]
    assert [getattr(found, name) for name in names] == [getattr(stored, name) for name in names]
    assert bytes(found.signing_secret or b"") == bytes(range(256))


def test_token_before_the_last_opens_its_own_credential(setup: GatewaySetup) -> None:
    """Until its time is over; then it opens nothing."""
    new = setup.credential.rotate_token(previous_valid_until=timezone.now() + timedelta(hours=1))
    setup.credential.save()
    GatewayCredential.objects.create_with_token(gateway=setup.gateway, label="other")
    assert find(setup.token) == find(new) == setup.credential
    GatewayCredential.objects.filter(pk=setup.credential.pk).update(previous_valid_until=timezone.now())
    with pytest.raises(CredentialClosed):
        find(setup.token)


def test_two_credentials_of_one_hash_are_told_apart_by_age(setup: GatewaySetup) -> None:
    """The older one's, though the token be its former and the younger one's own."""
    other, _ = GatewayCredential.objects.create_with_token(gateway=setup.gateway, label="other")
    setup.credential.rotate_token(previous_valid_until=timezone.now() + timedelta(hours=1))
    setup.credential.save()
    other.replace_token(setup.token)
    other.save()
    assert find(setup.token) == setup.credential


def test_token_of_nobody_is_unknown(setup: GatewaySetup) -> None:
    """A credential without a former token is not found by one."""
    with pytest.raises(CredentialUnknown):
        find("phg_nobody")


def give_to_alpha(setup: GatewaySetup) -> None:
    setup.credential.team = setup.alpha
    setup.credential.save()
    GatewayTeam.objects.all().delete()


def unmap_alpha(setup: GatewaySetup) -> None:
    GatewayTeam.objects.filter(team=setup.alpha).delete()


def map_another_gateways(setup: GatewaySetup) -> None:
    unmap_alpha(setup)
    GatewayTeam.objects.create(gateway=make_gateway().gateway, gateway_team_id="x", team=setup.alpha)


@pytest.mark.parametrize(
    ("change", "reaches"),
    [
        pytest.param(lambda _: None, True, id="mapped"),
        pytest.param(give_to_alpha, True, id="its-own"),
        pytest.param(unmap_alpha, False, id="no-longer-mapped"),
        pytest.param(map_another_gateways, False, id="mapped-by-another-gateway"),
    ],
)
def test_private_team_is_reached_by_mapping_and_by_credential(
    setup: GatewaySetup, change: Callable[[GatewaySetup], None], reaches: bool
) -> None:
    """Alpha is private."""
    Team.objects.filter(pk=setup.alpha.pk).update(is_private=True)
    change(setup)
    assert reaches_private_team(find(setup.token)) is reaches
    Team.objects.update(is_private=False)
    assert not reaches_private_team(find(setup.token))


def test_what_every_body_asks_is_two_statements(
    setup: GatewaySetup, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Once its use has been noted in this minute."""
    find(setup.token)
    with django_assert_num_queries(2):
        reaches_private_team(find(setup.token))
