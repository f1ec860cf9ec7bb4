"""`/_livez` and `/_readyz`: what a balancer and an operator learn, with real stores and with one away."""

import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from posthog.api import health
from posthog.clickhouse.client import close_connection

pytestmark = [pytest.mark.django_db(transaction=True)]

ENDED_WITHIN_S = 10.0
"""A server's process ends a moment after its client has gone."""


@pytest.fixture
def stores_away(settings: Settings) -> Iterator[None]:
    """Redis and ClickHouse at a port where nobody listens; connections of before are forgotten, here and after."""
    settings.REDIS_URL, settings.CLICKHOUSE_PORT = "redis://127.0.0.1:1/0", 1
    _forget_connections()
    yield
    _forget_connections()


def _forget_connections() -> None:
    health._redis.cache_clear()
    health._pinger("clickhouse").submit(close_connection).result()


@pytest.mark.usefixtures("stores_away")
def test_livez_asks_nobody() -> None:
    """A store that is away is no reason to restart the web."""
    answer = Client().get("/_livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.clickhouse
def test_readyz_names_every_store() -> None:
    """200 while all answer."""
    answer = Client().get("/_readyz")
    checks = {"postgres": "ok", "redis": "ok", "clickhouse": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": checks})


@pytest.mark.usefixtures("stores_away")
def test_readyz_names_the_stores_that_are_away() -> None:
    """503, and the one that answers is still named."""
    answer = Client().get("/_readyz")
    checks = {"postgres": "ok", "redis": "ConnectionError", "clickhouse": "NetworkError"}
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "checks": checks})


def test_readyz_may_ask_one_store_only() -> None:
    """A balancer before the webhook asks for Postgres alone: bodies are taken in while others are away."""
    assert Client().get("/_readyz?check=postgres").json()["checks"] == {"postgres": "ok"}


def test_readyz_refuses_a_store_that_does_not_exist() -> None:
    """A typing error in a probe must not look like health."""
    answer = Client().get("/_readyz?check=mysql")
    assert (answer.status_code, answer.json()["code"]) == (400, "check_unknown")


def test_probe_may_come_by_address_and_over_http(settings: Settings) -> None:
    """Probes know no host name and speak no TLS."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["llm.example.com"], True
    assert Client().get("/_livez", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert Client().get("/login", headers={"Host": "10.0.0.7:8000"}).status_code in (301, 400)


def test_ping_leaves_no_connection_behind() -> None:
    """A probe every second must not use up Postgres's connections."""
    before = _count_connections()
    for _ in range(5):
        assert health.check_stores(["postgres"]) == {"postgres": "ok"}
    deadline = time.monotonic() + ENDED_WITHIN_S
    while _count_connections() > before:
        assert time.monotonic() < deadline, "connections stay"
        time.sleep(0.05)


def _count_connections() -> int:
    """Of clients: Postgres's own processes come and go."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        (count,) = cursor.fetchone()
    return int(count)
