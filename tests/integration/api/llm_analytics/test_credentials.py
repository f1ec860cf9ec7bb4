"""`credentials/` and `gateways/`: made, rotated and revoked by administrators; each act has its audit entry."""

from datetime import timedelta

import pytest
from django.utils import timezone

from posthog.models import AuditEntry, Gateway, GatewayCredential, GatewayTeam
from posthog.models.token_hash import hash_token
from tests.integration.api.llm_analytics.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]


def list_shown(world: World) -> list[int]:
    """Ids of the credentials that the owner sees."""
    answer = world.owner.get(world.url("credentials/"))
    return [credential["id"] for credential in answer.json()["credentials"]]


def knock(world: World, token: str) -> int:
    """How the webhook answers the token: 202 where it opens."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = world.owner.post("/api/llm_gateway/webhook", b"[null]", content_type="application/json", headers=headers)
    return answer.status_code


def test_token_is_shown_once_and_opens_the_door(world: World) -> None:
    """It is in the answer that made it and stored as a hash; no cache keeps it."""
    answer = world.owner.post(world.url("credentials/"), b'{"label": "proxy"}', content_type="application/json")
    made = answer.json()
    assert (answer.status_code, answer.headers["Cache-Control"], made["routing"]) == (201, "no-store", "team")
    stored = GatewayCredential.objects.get(id=made["id"])
    assert (stored.token_hash, stored.team) == (hash_token(made["token"]), world.team)
    shown = world.owner.get(world.url(f"credentials/{made['id']}/"))
    assert made["token"] not in shown.content.decode()
    assert shown.json() == {name: value for name, value in made.items() if name not in ("token", "signing_secret")}
    assert knock(world, made["token"]) == 202


@pytest.mark.parametrize(("signature", "unsigned"), [("off", 202), ("optional", 202), ("required", 401)])
def test_signing_is_chosen_when_it_is_made(world: World, signature: str, unsigned: int) -> None:
    """Its secret is in the answer that made it alone; without the required signature nothing is taken."""
    made = world.post("credentials/", {"label": "proxy", "signature": signature}, status=201)
    secret = made["signing_secret"]
    stored = GatewayCredential.objects.get(id=made["id"])
    assert (secret is None, stored.signing_secret is None) == (signature == "off", signature == "off")
    assert made["is_signature_required"] == (signature == "required")
    assert "signing_secret" not in world.owner.get(world.url(f"credentials/{made['id']}/")).json()
    assert knock(world, made["token"]) == unsigned
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["credential_created"] + ["credential_signing_changed"] * (signature != "off")


def test_credential_lives_through_rotation_to_revocation(world: World) -> None:
    """The old token opens until the overlap is over; a revoked credential opens nothing and is not rotated."""
    made = world.post("credentials/", {"label": "proxy"}, status=201)
    rotated = world.post(f"credentials/{made['id']}/rotate/", {"overlap_hours": 1})
    assert (knock(world, made["token"]), knock(world, rotated["token"])) == (202, 202)
    again = world.post(f"credentials/{made['id']}/rotate/", {"overlap_hours": 0})
    assert (knock(world, made["token"]), knock(world, rotated["token"])) == (401, 403)
    assert world.post(f"credentials/{made['id']}/revoke/")["revoked_at"] is not None
    assert knock(world, again["token"]) == 403
    assert world.post(f"credentials/{made['id']}/rotate/", status=409)["code"] == "credential_revoked"
    assert world.post(f"credentials/{made['id']}/revoke/")["id"] == made["id"]


def test_each_act_leaves_an_entry_of_who_did_it(world: World) -> None:
    """For the team's administrators; without the token."""
    made = world.post("credentials/", {"label": "proxy"}, status=201)
    world.post(f"credentials/{made['id']}/rotate/")
    world.post(f"credentials/{made['id']}/revoke/")
    entries = list(AuditEntry.objects.order_by("id"))
    assert [entry.action for entry in entries] == ["credential_created", "credential_rotated", "credential_revoked"]
    assert {(entry.team_id, entry.actor[:6]) for entry in entries} == {(world.team.id, "owner-")}
    assert made["token"] not in str([entry.details for entry in entries])


def test_expiry_is_kept(world: World) -> None:
    """To the moment; afterwards the token opens nothing."""
    expires_at = timezone.now() + timedelta(hours=1)
    made = world.post("credentials/", {"label": "proxy", "expires_at": expires_at.isoformat()}, status=201)
    assert GatewayCredential.objects.get(id=made["id"]).expires_at == expires_at


def test_shared_gateway_gets_a_credential_by_mapping(world: World) -> None:
    """Its credentials are seen by every team that it is mapped to, and by no other."""
    made = world.post(
        "credentials/",
        {"label": "shared", "routing": "mapping", "gateway_id": str(world.ours.gateway.id)},
        status=201,
    )
    assert (made["routing"], made["gateway"]) == ("mapping", "main")
    assert made["id"] in list_shown(world)
    GatewayTeam.objects.filter(team=world.team).delete()
    assert made["id"] not in list_shown(world)


def test_gateway_is_made_by_its_name(world: World) -> None:
    """Once: a second credential of the same name is the same gateway's; its events are the team's."""
    first, second = (
        world.post("credentials/", {"label": label, "gateway_name": "production"}, status=201) for label in "ab"
    )
    assert first["gateway_id"] == second["gateway_id"]
    assert (first["gateway"], first["routing"]) == ("production", "team")
    assert Gateway.objects.get(name="production").organization == world.team.organization


@pytest.mark.parametrize("beside", [{"routing": "mapping"}, {"gateway_id": "00000000-0000-4000-8000-000000000000"}])
def test_gateways_name_goes_with_nothing_else(world: World, beside: dict[str, str]) -> None:
    """An id names another gateway, and a mapping is made for one that is there."""
    problem = world.post("credentials/", {"label": "x", "gateway_name": "production", **beside}, status=400)
    assert problem["errors"][0]["parameter"] == "gateway_name"
    assert not Gateway.objects.filter(name="production").exists()


@pytest.mark.parametrize("routing", ["team", "mapping"])
def test_gateway_of_another_organization_is_no_gateway(world: World, routing: str) -> None:
    """Its id is refused as one that does not exist."""
    theirs = str(world.theirs.gateway.id)
    problem = world.post("credentials/", {"label": "x", "gateway_id": theirs, "routing": routing}, status=400)
    assert problem["errors"][0]["parameter"] == "gateway_id"
    assert not GatewayCredential.objects.filter(label="x").exists()


def test_colleagues_team_is_not_shown_its_neighbours_credentials(world: World) -> None:
    """A credential of Beta alone is none of Alpha's."""
    own, _ = GatewayCredential.objects.create_with_token(gateway=world.ours.gateway, label="beta", team=world.ours.beta)
    assert list_shown(world) == [world.ours.credential.pk]
    assert own.pk not in list_shown(world)


def test_gateways_of_the_team_are_listed(world: World) -> None:
    """With the ids that stand for this team; another gateway of the organization is not the team's."""
    Gateway.objects.create(organization=world.ours.gateway.organization, name="idle")
    (gateway,) = world.get("gateways/")["gateways"]
    assert (gateway["name"], gateway["gateway_team_ids"]) == ("main", ["team-alpha"])
