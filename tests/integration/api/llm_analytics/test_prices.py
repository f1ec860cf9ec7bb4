"""`prices/`: a team's own prices are set, listed, tried and removed; each act has its audit entry."""

import json
from decimal import Decimal
from typing import Any

import pytest

from posthog.models import AuditEntry, CustomPrice
from posthog.models.custom_price import load_team_prices
from tests.integration.api.llm_analytics.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RATES = {"input": "1.25", "output": "10", "cache_read": "0.125"}
NEW = {"model_pattern": "house-model-*", "provider": "openai", "usd_per_mtok": RATES}
USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "total_tokens": 1200,
    "prompt_tokens_details": {"cached_tokens": 400},
}


def test_price_is_set_and_listed_to_the_digit(world: World) -> None:
    """As dollars per million tokens; what was not set is null."""
    made = world.post("prices/", NEW, status=201)
    assert made["usd_per_mtok"] == {
        "input": "1.25",
        "output": "10",
        "cache_read": "0.125",
        "cache_write": None,
        "cache_write_1h": None,
        "reasoning": None,
    }
    assert world.get("prices/")["prices"] == [made]
    stored = load_team_prices(world.team.id).find("openai", ["house-model-1"], None)
    assert stored is not None
    assert stored.rates.cache_read == Decimal("0.000000125")


def test_price_of_the_same_calls_is_replaced(world: World) -> None:
    """With all of its rates: what the new one leaves out is no longer set."""
    first = world.post("prices/", NEW, status=201)
    second = world.post("prices/", {**NEW, "usd_per_mtok": {"input": "2", "output": "8"}})
    assert second["id"] == first["id"]
    assert (second["usd_per_mtok"]["input"], second["usd_per_mtok"]["cache_read"]) == ("2", None)


def test_each_act_leaves_an_entry(world: World) -> None:
    """Who set and removed what."""
    made = world.post("prices/", NEW, status=201)
    assert world.owner.delete(world.url(f"prices/{made['id']}/")).status_code == 204
    assert not CustomPrice.objects.exists()
    entries = list(AuditEntry.objects.order_by("id"))
    assert [entry.action for entry in entries] == ["team_price_set", "team_price_removed"]
    assert {(entry.team_id, entry.actor[:6]) for entry in entries} == {(world.team.id, "owner-")}
    assert world.owner.delete(world.url(f"prices/{made['id']}/")).json()["code"] == "price_unknown"


@pytest.mark.parametrize(
    ("body", "parameter", "rule"),
    [
        pytest.param({"usd_per_mtok": {"input": "1"}}, "usd_per_mtok.output", "required", id="no-output"),
        pytest.param({"usd_per_mtok": {**RATES, "input": 1.25}}, "usd_per_mtok.input", "decimal text", id="number"),
        pytest.param({"usd_per_mtok": {**RATES, "input": "-1"}}, "usd_per_mtok.input", "from 0 to", id="negative"),
        pytest.param({"usd_per_mtok": {**RATES, "input": "NaN"}}, "usd_per_mtok.input", "from 0 to", id="nan"),
        pytest.param({"usd_per_mtok": {**RATES, "output": "1e9"}}, "usd_per_mtok.output", "from 0 to", id="exponent"),
        pytest.param({"usd_per_mtok": {**RATES, "cached": "1"}}, "usd_per_mtok.cached", "no parameter", id="unknown"),
        pytest.param({"model_pattern": ""}, "model_pattern", "may not be blank", id="no-model"),
    ],
)
def test_what_breaks_a_rule_is_named(world: World, body: dict[str, Any], parameter: str, rule: str) -> None:
    """And nothing is set."""
    problem = world.post("prices/", {**NEW, **body}, status=400)
    (error,) = problem["errors"]
    assert error["parameter"] == parameter
    assert rule in error["detail"]
    assert not CustomPrice.objects.exists()


def try_price(world: World, body: dict[str, Any], *, status: int = 200) -> Any:
    """Ask as a member."""
    answer = world.member.post(world.url("prices/try/"), body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_trial_of_a_teams_price_adds_up_by_hand(world: World) -> None:
    """600 × 1.25 + 400 × 0.125 + 200 × 10 millionths of a dollar: 0.0028."""
    world.post("prices/", NEW, status=201)
    told = try_price(world, {"model": "house-model-7", "provider": "openai", "usage": USAGE})
    costs = told["costs"]
    assert (costs["source"], costs["price_name"]) == ("team_price", "house-model-*")
    assert costs["columns"]["total_cost_usd"] == costs["own_total_usd"] == "0.0028"
    amounts = {term["rate_name"]: (term["quantity"], term["amount_usd"]) for term in costs["terms"]}
    assert amounts == {"input": ("600", "0.00075"), "cache_read": ("400", "0.00005"), "output": ("200", "0.002")}
    assert (told["tokens"]["input_tokens"], told["tokens"]["cache_read_input_tokens"]) == (1000, 400)
    (chosen,) = [candidate for candidate in told["reading"]["candidates"] if candidate["is_chosen"]]
    assert chosen["tokens"] == 1200


def test_trial_of_an_unknown_model_is_flagged(world: World) -> None:
    """Its cost is unknown, not zero, and the flag says so in words."""
    told = try_price(world, {"model": "nobody-knows-it", "usage": USAGE})
    assert told["costs"]["columns"]["total_cost_usd"] is None
    (flag,) = told["flags"]
    assert flag["name"] == "unpriced_model"
    assert "not zero" in flag["text"]


@pytest.mark.parametrize(
    ("usage", "rule"),
    [
        pytest.param([1], "Expected a dictionary", id="list"),
        pytest.param({"prompt_tokens": 2**70}, "64 bits", id="huge-number"),
        pytest.param({"\ud800": 1}, "64 bits", id="half-a-character"),
        pytest.param({"note": json.loads("[" * 500 + "]" * 500)}, "at most 254 deep", id="deep"),
        pytest.param({"prompt_tokens": 1, "note": "x" * 70_000}, "at most 65536 bytes", id="large"),
    ],
)
def test_trial_of_what_is_no_usage_is_refused(world: World, usage: Any, rule: str) -> None:
    """The problem names the field and the rule."""
    problem = try_price(world, {"model": "gpt-4o", "usage": usage}, status=400)
    assert problem["errors"][0]["parameter"] == "usage"
    assert rule in problem["detail"]


def test_trial_changes_nothing(world: World) -> None:
    """It leaves no entry and no price."""
    try_price(world, {"model": "gpt-4o", "usage": USAGE})
    assert not AuditEntry.objects.exists()
    assert not CustomPrice.objects.exists()
