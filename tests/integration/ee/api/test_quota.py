"""The endpoint that gateways poll: whose budgets it tells, how it is kept, and that it fails open."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from ee.api.quota import OUTAGE
from ee.models import Budget
from posthog.clickhouse.client import close_connection
from posthog.llm_analytics.credential_administration import revoke_credential
from posthog.models import GatewayCredential
from tests.integration.application import running_web
from tests.integration.ee.budgets.stored_budgets import UNPRICED, make_budget, use_tokens
from tests.integration.factories import GatewaySetup, make_gateway

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("stored_usage", "private_cache", "no_outage"),
]

URL = "/api/llm_gateway/quota"


@pytest.fixture
def no_outage() -> Iterator[None]:
    """What one test found away is not remembered in the next."""
    OUTAGE.forget()
    yield
    OUTAGE.forget()


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


def ask(setup: GatewaySetup, *, headers: dict[str, str] | None = None, **query: str) -> Any:
    return Client().get(URL, query, headers={**setup.headers, **(headers or {})})


def tell(setup: GatewaySetup, **query: str) -> dict[str, Any]:
    answer = ask(setup, headers=None, **query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def use_now(setup: GatewaySetup, tokens: int, **fields: Any) -> None:
    use_tokens(setup.alpha, timezone.now().isoformat(), tokens, **fields)


def test_gateway_learns_what_is_left(setup: GatewaySetup) -> None:
    """And, once it is used up, when to ask again."""
    make_budget(setup.alpha, "100", period="monthly")
    use_now(setup, 40)
    body = tell(setup, team="team-alpha")
    assert (body["is_known"], body["allowed"], body["used"], body["remaining"]) == (True, True, "40", "60")
    assert body["is_complete"] is True


def test_exhausted_budget_closes_the_gate(setup: GatewaySetup) -> None:
    """At the limit itself; with the seconds until the period ends."""
    make_budget(setup.alpha, "100", period="monthly")
    use_now(setup, 100)
    answer = ask(setup, team="team-alpha")
    body = answer.json()
    assert (body["allowed"], body["remaining"]) == (False, "0")
    assert answer.headers["Retry-After"] == str(body["retry_after"])
    assert 0 < body["retry_after"] <= 31 * 86400


def test_key_is_held_by_its_own_budget_and_the_teams(setup: GatewaySetup) -> None:
    """Other keys' budgets are not even mentioned."""
    make_budget(setup.alpha, "1000", period="monthly")
    make_budget(setup.alpha, "10", period="monthly", api_key_alias="ci")
    make_budget(setup.alpha, "10", period="monthly", api_key_alias="prod")
    use_now(setup, 10, key="ci")
    ci, prod, none = (
        tell(setup, team="team-alpha", api_key_alias="ci"),
        tell(setup, team="team-alpha", api_key_alias="prod"),
        tell(setup, team="team-alpha"),
    )
    assert (ci["allowed"], prod["allowed"], none["allowed"]) == (False, True, True)
    told = [[budget["api_key_alias"] for budget in body["budgets"]] for body in (ci, prod, none)]
    assert told == [[None, "ci"], [None, "prod"], [None]]


def test_budget_that_is_off_holds_nobody(setup: GatewaySetup) -> None:
    """As if there were none."""
    make_budget(setup.alpha, "1", period="monthly", is_enabled=False)
    use_now(setup, 5)
    body = tell(setup, team="team-alpha")
    assert (body["is_known"], body["allowed"], body["budgets"]) == (True, True, [])


def test_team_sees_its_own_budgets_alone(setup: GatewaySetup) -> None:
    """Not those of the other team of its gateway, nor another organization's."""
    theirs = make_gateway()
    make_budget(setup.beta, "1", period="monthly")
    make_budget(theirs.alpha, "1", period="monthly")
    use_tokens(setup.beta, timezone.now().isoformat(), 5)
    use_tokens(theirs.alpha, timezone.now().isoformat(), 5)
    assert tell(setup, team="team-alpha")["budgets"] == []
    assert tell(setup, team="team-beta")["allowed"] is False


@pytest.mark.parametrize("team", ["team-gamma", ""], ids=["unmapped", "none"])
def test_team_that_is_not_mapped_is_not_found(setup: GatewaySetup, team: str) -> None:
    """A gateway can be told of nobody else's budget, nor whether there is one."""
    answer = ask(setup, team=team)
    assert (answer.status_code, answer.json()["code"]) == (404, "team_unknown")


def test_credential_of_one_team_asks_for_that_team_alone(setup: GatewaySetup) -> None:
    """Without naming it, and not for the one that its gateway has mapped besides."""
    _, token = GatewayCredential.objects.create_with_token(gateway=setup.gateway, label="own", team=setup.alpha)
    make_budget(setup.alpha, "7", period="monthly")
    make_budget(setup.beta, "9", period="monthly")
    own = GatewaySetup(setup.gateway, setup.alpha, setup.beta, setup.credential, token)
    assert [tell(own)["limit"], tell(own, team="team-alpha")["limit"]] == ["7", "7"]
    answer = ask(own, team="team-beta")
    assert (answer.status_code, answer.json()["code"]) == (404, "team_unknown")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"tema": "team-alpha"}, "tema"),
        ({"team": ["team-alpha", "team-beta"]}, "team"),
        ({"team": "team-alpha", "api_key_alias": "k" * 501}, "api_key_alias"),
        ({"team": "team-alpha", "api_key_alias": "a\x00b"}, "api_key_alias"),
    ],
)
def test_bad_parameter_is_named(setup: GatewaySetup, query: dict[str, Any], parameter: str) -> None:
    """400 with the rule: a typing mistake must not pass for an open gate."""
    answer = Client().get(f"{URL}?{urlencode(query, doseq=True)}", headers=setup.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert parameter in answer.json()["detail"]


def test_token_opens_as_at_the_webhook(setup: GatewaySetup) -> None:
    """None: 401; revoked: 403; another method than GET: 405."""
    assert Client().get(URL).status_code == 401
    assert Client().post(URL, headers=setup.headers).status_code == 405
    assert Client().head(URL, {"team": "team-alpha"}, headers=setup.headers).status_code == 200
    revoke_credential(setup.credential, actor="test", now=timezone.now())
    assert ask(setup, team="team-alpha").status_code == 403


def test_polling_asks_the_stores_once(setup: GatewaySetup, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Then two look-ups in Postgres are all, whichever key is asked for; ClickHouse is left alone."""
    make_budget(setup.alpha, "100", period="monthly")
    make_budget(setup.alpha, "50", period="monthly", api_key_alias="ci")
    first = tell(setup, team="team-alpha")
    use_now(setup, 30)
    with django_assert_num_queries(2):
        second = tell(setup, team="team-alpha", api_key_alias="ci")
    assert (second["as_of"], second["used"]) == (first["as_of"], "0")


def test_polling_with_a_teams_own_credential_asks_as_little(
    setup: GatewaySetup, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Its team is the mapping's line; where the gateway does not map it, it is one look-up more."""
    setup.credential.team = setup.alpha
    setup.credential.save()
    make_budget(setup.alpha, "100", period="monthly")
    tell(setup, team="team-alpha")
    with django_assert_num_queries(2):
        tell(setup, team="team-alpha")
    with django_assert_num_queries(3):
        tell(setup)


def test_same_decision_is_answered_with_304(setup: GatewaySetup, settings: Settings) -> None:
    """Even when it was read anew; another use is told in full."""
    settings.LLM_GATEWAY_QUOTA_MAX_AGE_S = 0
    make_budget(setup.alpha, "100", period="monthly")
    known = {"If-None-Match": ask(setup, team="team-alpha").headers["ETag"]}
    again = ask(setup, team="team-alpha", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    use_now(setup, 1)
    assert ask(setup, team="team-alpha", headers=known).status_code == 200


def test_calls_that_nobody_priced_are_said(setup: GatewaySetup) -> None:
    """The dollars are a lower bound, and the answer is not complete."""
    make_budget(setup.alpha, "100", period="monthly", unit="usd")
    use_now(setup, 5, **UNPRICED)
    body = tell(setup, team="team-alpha")
    assert (body["is_lower_bound"], body["is_complete"], body["budgets"][0]["unpriced_calls"]) == (True, False, 1)


def assert_open(answer: Any) -> None:
    assert answer.status_code == 200
    body = answer.json()
    assert (body["allowed"], body["is_known"], body["budgets"]) == (True, False, [])
    assert answer.headers["Cache-Control"] == "private, max-age=2"


def exhaust(setup: GatewaySetup) -> None:
    make_budget(setup.alpha, "1", period="monthly")
    use_now(setup, 5)


def test_clickhouse_away_opens_the_gate(setup: GatewaySetup, settings: Settings) -> None:
    """For a moment nobody asks it again; then the gate closes as it should."""
    exhaust(setup)
    port = settings.CLICKHOUSE_PORT
    close_connection()
    settings.CLICKHOUSE_PORT = 1
    try:
        assert_open(ask(setup, team="team-alpha"))
    finally:
        close_connection()
        settings.CLICKHOUSE_PORT = port
    assert_open(ask(setup, team="team-alpha"))
    OUTAGE.forget()
    assert tell(setup, team="team-alpha")["allowed"] is False


def test_clickhouse_that_hangs_opens_the_gate(setup: GatewaySetup, settings: Settings) -> None:
    """It takes the connection and never says a word; the poll does not wait for minutes."""
    exhaust(setup)
    port, settings.LLM_GATEWAY_QUOTA_TIMEOUT_S = settings.CLICKHOUSE_PORT, 1
    close_connection()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CLICKHOUSE_PORT = silent.getsockname()[1]
        try:
            assert_open(ask(setup, team="team-alpha"))
        finally:
            close_connection()
            settings.CLICKHOUSE_PORT = port
    assert OUTAGE.is_recent


def test_redis_away_opens_the_gate(setup: GatewaySetup, settings: Settings) -> None:
    """The store is not asked by every poll instead."""
    exhaust(setup)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert_open(ask(setup, team="team-alpha"))


def test_sum_that_takes_too_long_opens_the_gate_for_its_team(setup: GatewaySetup, settings: Settings) -> None:
    """A server that refuses one sum still answers others."""
    exhaust(setup)
    database = settings.CLICKHOUSE_DATABASE
    close_connection()
    settings.CLICKHOUSE_DATABASE = "default"  # where there is no table to sum
    try:
        assert_open(ask(setup, team="team-alpha"))
        assert not OUTAGE.is_recent
    finally:
        close_connection()
        settings.CLICKHOUSE_DATABASE = database


@pytest.mark.django_db(transaction=True)
def test_postgres_away_opens_the_gate(tmp_path: Path) -> None:
    """Through the real web process; nobody is told anything but that nothing is known."""
    away = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    with (
        running_web(tmp_path / "web.log", **away) as port,
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
    ):
        connection.request("GET", f"{URL}?team=team-alpha", headers={"Authorization": "Bearer phg_any"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
    assert (answer.status, body["allowed"], body["is_known"]) == (200, True, False)


def test_deleted_budget_holds_nobody(setup: GatewaySetup, settings: Settings) -> None:
    """From the next reading on."""
    settings.LLM_GATEWAY_QUOTA_MAX_AGE_S = 0
    exhaust(setup)
    assert tell(setup, team="team-alpha")["allowed"] is False
    Budget.objects.all().delete()
    assert tell(setup, team="team-alpha")["allowed"] is True
