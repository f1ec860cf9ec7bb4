"""Prices that a team has agreed on, from Postgres to its rows; a call of 40 fresh and 60 cached tokens in, 20 out."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from posthog.llm_analytics.ingestion import drain_once
from posthog.models import CustomPrice
from tests.integration.factories import GatewaySetup, deliver, list_ai_events, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]

UNPRICED: dict[str, Any] = {"model": "openai/in-house", "response_cost": 0.0}
"""What the gateway reports for a model that it has no price for."""
AGREED: dict[str, Any] = {
    "input_token_price": Decimal("0.000001"),
    "cache_read_token_price": Decimal("0.0000001"),
    "output_token_price": Decimal("0.000004"),
}


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def ingest(setup: GatewaySetup, *payloads: dict[str, Any]) -> list[dict[str, Any]]:
    """The first team's rows of these payloads."""
    deliver(setup, payloads)
    drain_once(now=timezone.now())
    return list_ai_events(setup.alpha)


def test_agreed_price_is_charged_where_the_gateway_has_none(setup: GatewaySetup) -> None:
    """40 × 1 + 60 × 0.10 + 20 × 4 millionths of a dollar, to the last digit; the row names the price."""
    CustomPrice.objects.create(team=setup.alpha, model_pattern="in-*", **AGREED)
    (row,) = ingest(setup, make_call(1, **UNPRICED))
    assert (row["input_cost_usd"], row["output_cost_usd"], row["total_cost_usd"]) == (0.000046, 0.00008, 0.000126)
    assert (row["cost_source"], row["cost_model"], row["integrity_flags"]) == ("team_price", "in-*", [])
    assert json.loads(row["properties"])["$ai_cost_model_source"] == "team_price"


def test_price_of_one_team_is_not_anothers(setup: GatewaySetup) -> None:
    """Both teams come through one gateway and one body."""
    CustomPrice.objects.create(team=setup.beta, model_pattern="in-house", **AGREED)
    (row,) = ingest(setup, make_call(1, **UNPRICED), make_call(2, "team-beta", **UNPRICED))
    assert (row["total_cost_usd"], row["integrity_flags"]) == (None, ["unpriced_model"])
    (others,) = list_ai_events(setup.beta)
    assert others["total_cost_usd"] == 0.000126


def test_gateways_figure_stays_and_ours_stands_beside_it(setup: GatewaySetup) -> None:
    """The gateway charged the list price: its figure is the column's, the agreed one is evidence, flagged."""
    CustomPrice.objects.create(team=setup.alpha, model_pattern="gpt-4o", **AGREED)
    (row,) = ingest(setup, make_call(1))
    assert (row["cost_source"], row["total_cost_usd"]) == ("gateway", 0.000375)
    assert json.loads(row["properties"])["$ai_own_total_cost_usd"] == 0.000126
    assert row["integrity_flags"] == ["cost_mismatch"]


def test_price_holds_from_its_day_on(setup: GatewaySetup) -> None:
    """A call before the new price began is charged the old one."""
    now = timezone.now()
    CustomPrice.objects.create(team=setup.alpha, model_pattern="in-house", **AGREED)
    dearer = AGREED | {"input_token_price": Decimal("0.001")}
    CustomPrice.objects.create(
        team=setup.alpha, model_pattern="in-house", valid_from=now + timedelta(hours=1), **dearer
    )
    (row,) = ingest(setup, make_call(1, **UNPRICED))
    assert row["total_cost_usd"] == 0.000126


def test_changed_price_holds_at_the_next_drain(setup: GatewaySetup) -> None:
    """Nothing remembers prices between drains."""
    price = CustomPrice.objects.create(team=setup.alpha, model_pattern="in-house", **AGREED)
    ingest(setup, make_call(1, **UNPRICED))
    price.output_token_price = Decimal("0.000008")
    price.save()
    first, second = ingest(setup, make_call(2, **UNPRICED))
    assert (first["total_cost_usd"], second["total_cost_usd"]) == (0.000126, 0.000206)


def test_price_below_zero_is_refused(setup: GatewaySetup) -> None:
    """Postgres keeps what no form should let through."""
    with pytest.raises(IntegrityError, match="custom_price_output_not_negative"):
        CustomPrice.objects.create(team=setup.alpha, model_pattern="x", output_token_price=Decimal(-1))


def test_same_price_twice_is_refused(setup: GatewaySetup) -> None:
    """One price per team, pattern, provider and start; no provider and no start count as values."""
    CustomPrice.objects.create(team=setup.alpha, model_pattern="x", **AGREED)
    with pytest.raises(IntegrityError, match="custom_price_unique"):
        CustomPrice.objects.create(team=setup.alpha, model_pattern="x", **AGREED)
