"""The first page: today's report of the visitor's teams, and nobody else's."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from posthog.clickhouse.client import close_connection
from posthog.llm_analytics.ingestion import drain_once
from posthog.models import OrganizationMembership, User
from tests.integration.factories import GatewaySetup, deliver, make_call, make_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events", "private_cache")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


@pytest.fixture
def client(setup: GatewaySetup) -> Client:
    user = User.objects.create_user("ada@example.com")
    OrganizationMembership.objects.create(organization=setup.gateway.organization, user=user)
    client = Client()
    client.force_login(user)
    return client


def show(client: Client, day: str = "") -> str:
    """The page's text: tags gone, spaces single."""
    answer = client.get(f"/usage?day={day}" if day else "/usage")
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def store(setup: GatewaySetup, *payloads: dict[str, Any]) -> str:
    """Store the calls, all of one day; returns the day."""
    deliver(setup, payloads)
    drain_once(now=timezone.now())
    return datetime.fromtimestamp(payloads[0]["startTime"], UTC).date().isoformat()


def test_report_of_each_team_is_a_row(setup: GatewaySetup, client: Client) -> None:
    """Figures as the report has them; what was not reported is a dash, and a sum stands below."""
    day = store(setup, make_call(1), make_call(2, "team-beta", response_cost=0.0000012345))
    page = show(client, day)
    assert "Alpha" in page
    assert "Beta" in page
    assert "All teams" in page
    assert "$0.000375" in page
    assert "$0.00000123" in page
    assert "–" in page


def test_day_without_events_says_so(client: Client) -> None:
    """An empty table would look like a fault."""
    assert "No events on" in show(client)


def test_team_without_events_is_named(setup: GatewaySetup, client: Client) -> None:
    """Silence of one team is visible beside the others."""
    assert "No events: Beta." in show(client, store(setup, make_call(1)))


def test_strangers_teams_are_not_shown(setup: GatewaySetup) -> None:
    """A member of another organization sees neither names nor figures."""
    day = store(setup, make_call(1))
    other = make_gateway()
    stranger = User.objects.create_user("eve@example.com")
    OrganizationMembership.objects.create(organization=other.gateway.organization, user=stranger)
    client = Client()
    client.force_login(stranger)
    page = show(client, day)
    assert "$0.000375" not in page
    assert "No events on" in page


def test_user_of_no_organization_is_told(setup: GatewaySetup) -> None:
    """A page without teams explains itself."""
    client = Client()
    client.force_login(User.objects.create_user("new@example.com"))
    assert "You belong to no organization that has a team" in show(client)


def test_events_that_are_nobodys_are_shown_with_the_way_out(setup: GatewaySetup, client: Client) -> None:
    """An unmapped team of the gateway would otherwise be missing in silence."""
    store(setup, make_call(1, "team-omega"), make_call(2, "team-omega"), make_call(3, None))
    page = show(client)
    assert "2 from gateway main: team_unknown" in page
    assert "1 from gateway main: team_missing" in page
    assert "map_gateway_teams" in page


def test_rejects_of_another_organization_are_not_shown(setup: GatewaySetup, client: Client) -> None:
    """Neither its gateways nor their troubles."""
    store(make_gateway(), make_call(1, "team-omega"))
    assert "team_unknown" not in show(client)


def test_bad_day_shows_no_figures(client: Client) -> None:
    """400, and a way back."""
    answer = client.get("/usage?day=tomorrow")
    assert answer.status_code == 400
    assert "YYYY-MM-DD" in answer.content.decode()


def test_page_of_a_day_links_its_neighbours(client: Client) -> None:
    """Yesterday leads back to today."""
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    page = client.get(f"/usage?day={yesterday}").content.decode()
    assert f"?day={today}" in page
    assert f"?day={yesterday - timedelta(days=1)}" in page


def test_page_survives_clickhouse_being_away(client: Client, settings: Settings) -> None:
    """503 with a sentence, no traceback; nothing is lost meanwhile."""
    port = settings.CLICKHOUSE_PORT
    close_connection()
    settings.CLICKHOUSE_PORT = 1
    try:
        answer = client.get("/usage")
    finally:
        close_connection()
        settings.CLICKHOUSE_PORT = port
    assert answer.status_code == 503
    assert "The usage store does not answer right now" in answer.content.decode()


def test_name_of_a_team_is_text_not_markup(setup: GatewaySetup, client: Client) -> None:
    """A team called like a script stays a name."""
    setup.alpha.name = "<script>alert(1)</script>"
    setup.alpha.save()
    day = store(setup, make_call(1))
    assert "<script>alert" not in client.get(f"/usage?day={day}").content.decode()
