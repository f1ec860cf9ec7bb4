"""`budgets/`: members read what was used, administrators make, change and remove; each act is on record."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from ee.budgets.administration import MOST_BUDGETS
from ee.budgets.alerts import raise_alerts
from ee.models import Budget
from posthog.clickhouse.client import close_connection
from posthog.models import AuditEntry, PersonalAPIKey
from tests.integration.api.llm_analytics.world import Level, World, make_client, make_world
from tests.integration.ee.budgets.stored_budgets import UNPRICED, make_budget, use_tokens
from tests.integration.ee.delivery.closed_reports import add

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

NEW = {"period": "monthly", "unit": "usd", "limit": "250.50"}


@pytest.fixture
def world(ai_events: str, db: None, private_cache: None) -> World:
    return make_world()


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    data = "" if body is None else json.dumps(body)
    return client.generic(method, path, data, content_type="application/json")


def path_of(world: World, budget: Budget) -> str:
    return world.url(f"budgets/{budget.id}/")


def test_budget_is_made_and_listed(world: World) -> None:
    """With its defaults, and what was used."""
    made = world.post("budgets/", NEW, status=201)
    use_tokens(world.team, timezone.now().isoformat(), 10, response_cost=0.5)
    listed = world.get("budgets/")
    (budget,) = listed["budgets"]
    assert budget["id"] == made["id"]
    assert (budget["limit"], budget["thresholds"], budget["is_enabled"]) == ("250.5", [50, 80, 100], True)
    assert (budget["api_key_alias"], budget["destination_id"], budget["alerts"]) == (None, None, [])
    use = budget["use"]
    assert (use["used"], use["remaining"], use["allowed"], use["is_lower_bound"]) == ("0.5", "250", True, False)
    assert listed["completeness"] == {"complete": True, "reasons": []}


def test_thresholds_that_were_reached_are_listed(world: World) -> None:
    """Those of this period with the list, all of them with the budget."""
    budget = make_budget(world.team, "100", period="monthly", thresholds=(10, 50))
    use_tokens(world.team, timezone.now().isoformat(), 60)
    raise_alerts(now=timezone.now())
    listed, alone = world.get("budgets/")["budgets"][0], world.get(f"budgets/{budget.id}/")
    assert [alert["threshold"] for alert in listed["alerts"]] == [50, 10]
    assert listed["alerts"] == alone["alerts"]
    assert (alone["alerts"][0]["used"], alone["alerts"][0]["status"]) == ("60", "unsent")


def test_lower_bounds_keep_the_list_from_being_complete(world: World) -> None:
    """It says how many budgets are concerned."""
    make_budget(world.team, period="monthly", unit="usd")
    use_tokens(world.team, timezone.now().isoformat(), 5, **UNPRICED)
    (reason,) = world.get("budgets/")["completeness"]["reasons"]
    assert (reason["code"], reason["count"]) == ("budgets_lower_bounds", 1)


def test_change_leaves_the_rest_as_it_is(world: World) -> None:
    """And is on record with what was before; the same once more is no act."""
    budget = make_budget(world.team, "100", api_key_alias="ci")
    destination, _ = add(world.team.organization, "email", "ops@example.com")
    change = {"limit": "120", "destination_id": str(destination.id)}
    changed = send(world.owner, "PATCH", path_of(world, budget), change).json()
    send(world.owner, "PATCH", path_of(world, budget), change)
    assert (changed["limit"], changed["thresholds"], changed["api_key_alias"]) == ("120", [50, 80, 100], "ci")
    (entry,) = AuditEntry.objects.filter(action="budget_changed")
    assert (entry.details["before"]["limit"], entry.details["after"]["limit"]) == ("100", "120")
    assert (entry.team, entry.target) == (world.team, "budget daily tokens of key ci")


def test_removed_budget_is_gone_and_on_record(world: World) -> None:
    """With the terms that it had."""
    budget = make_budget(world.team, "100")
    assert send(world.owner, "DELETE", path_of(world, budget)).status_code == 204
    assert send(world.owner, "DELETE", path_of(world, budget)).status_code == 404
    assert AuditEntry.objects.get(action="budget_deleted").details["limit"] == "100"


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("admin", 200), ("member", 403), ("stranger", 404), ("anonymous", 401)]
)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_only_administrators_change(world: World, role: str, status: int, method: str) -> None:
    """Whoever may not has changed nothing."""
    clients = {"owner": world.owner, "member": world.member, "stranger": world.stranger, "anonymous": Client()}
    client = clients.get(role) or make_client(world.ours, Level.ADMIN)
    budget = make_budget(world.team, "100")
    answer = send(client, method, path_of(world, budget), {"limit": "1"} if method == "PATCH" else None)
    assert answer.status_code == (204 if (status, method) == (200, "DELETE") else status)
    assert Budget.objects.filter(id=budget.id, limit=100).exists() is (status != 200)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_another_teams_budget_is_not_found(world: World, method: str) -> None:
    """Neither a colleague team's nor a stranger's."""
    for other in (world.ours.beta, world.theirs.alpha):
        budget = make_budget(other, "100")
        answer = send(world.owner, method, path_of(world, budget), {} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "budget_unknown")
    assert Budget.objects.count() == 2


def test_key_that_may_only_read_changes_nothing(world: World) -> None:
    """A personal API key acts with the scope `admin` alone."""
    user = world.ours.gateway.organization.memberships.get(level=Level.OWNER).user
    _, token = PersonalAPIKey.objects.create_with_token(user=user, label="bi", scope=PersonalAPIKey.Scope.READ)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    assert client.get(world.url("budgets/")).status_code == 200
    assert send(client, "POST", world.url("budgets/"), NEW).status_code == 403


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        pytest.param({"period": "weekly"}, "period", id="period"),
        pytest.param({"unit": "eur"}, "unit", id="unit"),
        pytest.param({"limit": "0"}, "limit", id="zero"),
        pytest.param({"limit": "-1"}, "limit", id="negative"),
        pytest.param({"limit": "many"}, "limit", id="no-number"),
        pytest.param({"limit": "NaN"}, "limit", id="nan"),
        pytest.param({"limit": "1e300"}, "limit", id="huge"),
        pytest.param({"limit": "0.0000000000001"}, "limit", id="too-fine"),
        pytest.param({"limit": "1.5", "unit": "tokens"}, "limit", id="half-a-token"),
        pytest.param({"thresholds": [0]}, "thresholds", id="threshold"),
        pytest.param({"thresholds": "50"}, "thresholds", id="no-list"),
        pytest.param({"thresholds": list(range(1, 40))}, "thresholds", id="many-thresholds"),
        pytest.param({"api_key_alias": ""}, "api_key_alias", id="nameless"),
        pytest.param({"api_key_alias": "a\x00"}, "api_key_alias", id="nul"),
        pytest.param({"api_key_alias": "\ud800"}, "api_key_alias", id="surrogate"),
        pytest.param({"destination_id": "00000000-0000-4000-8000-000000000000"}, "destination_id", id="destination"),
        pytest.param({"limti": "5"}, "limti", id="unknown"),
    ],
)
def test_bad_body_is_refused_by_name(world: World, change: dict[str, Any], parameter: str) -> None:
    """400, and nothing is made."""
    refused = world.post("budgets/", NEW | change, status=400)
    assert refused["errors"][0]["parameter"].partition(".")[0] == parameter
    assert not Budget.objects.exists()


def test_destination_of_another_organization_is_none(world: World) -> None:
    """Alerts cannot be sent to strangers' addresses, nor is it said that there is one."""
    theirs, _ = add(world.theirs.alpha.organization, "email", "them@example.com")
    refused = world.post("budgets/", {**NEW, "destination_id": str(theirs.id)}, status=400)
    assert refused["errors"][0]["parameter"] == "destination_id"


def test_second_budget_of_one_kind_is_a_conflict(world: World) -> None:
    """One for each period and unit of the team, and of each key."""
    for body in (NEW, NEW | {"period": "daily"}, NEW | {"unit": "tokens", "limit": 5}, NEW | {"api_key_alias": "ci"}):
        world.post("budgets/", body, status=201)
        assert world.post("budgets/", body, status=409)["code"] == "budget_exists"
    assert Budget.objects.count() == 4


def test_number_of_budgets_is_bounded(world: World) -> None:
    """All of a team's are read together."""
    shared = {"team": world.team, "period": "daily", "unit": "usd", "limit": 1, "thresholds": []}
    Budget.objects.bulk_create([Budget(**shared, api_key_alias=f"key {n}") for n in range(MOST_BUDGETS)])
    assert world.post("budgets/", NEW, status=409)["code"] == "too_many_budgets"


@pytest.fixture
def clickhouse_away(settings: Settings) -> Iterator[None]:
    port = settings.CLICKHOUSE_PORT
    close_connection()
    settings.CLICKHOUSE_PORT = 1
    yield
    close_connection()
    settings.CLICKHOUSE_PORT = port


def test_nothing_is_made_that_cannot_be_told(world: World, clickhouse_away: Any) -> None:
    """503 means that the same request may be sent again."""
    assert world.post("budgets/", NEW, status=503)["code"] == "store_unavailable"
    assert not Budget.objects.exists()
    assert not AuditEntry.objects.exists()
