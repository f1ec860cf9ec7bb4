"""A team that people ask about: in Postgres, with a gateway whose shippers reported, and somebody who is signed in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from posthog.models import Gateway, GatewayTeam, Organization, OrganizationMembership, ShipperReceipt, Team, User

SHIPPERS = 3
EVENTS_AN_HOUR = 1_000
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AskedTeam:
    """The team, and a client that goes through the whole WSGI application: middleware, sign-in, view, serializer."""

    team: Team
    client: Client

    def ask(self, resource: str, **parameters: Any) -> Any:
        """The JSON of an answer of the query API; a failure raises."""
        path = f"/api/projects/{self.team.id}/llm_analytics/{resource}"
        answer = self.client.get(f"{path}?{urlencode(parameters, doseq=True)}")
        assert answer.status_code == 200, answer.content[:500]
        return answer.json()


def make_asked_team(team_id: int, *, start: datetime, end: datetime) -> AskedTeam:
    """Make what Postgres knows of the team; its gateway's shippers reported in every hour of the range."""
    organization = Organization.objects.create(name="Benchmark")
    team = Team.objects.create(id=team_id, organization=organization, name="Large", retention_days=365)
    gateway = Gateway.objects.create(organization=organization, name="main")
    GatewayTeam.objects.create(gateway=gateway, gateway_team_id="large", team=team)
    ShipperReceipt.objects.bulk_create(_list_receipts(gateway, start, end))
    user = User.objects.create_user("benchmark@example.com")
    OrganizationMembership.objects.create(organization=organization, user=user)
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    client.force_login(user)
    return AskedTeam(team, client)


def _list_receipts(gateway: Gateway, start: datetime, end: datetime) -> Iterator[ShipperReceipt]:
    for shipper in range(SHIPPERS):
        for number in range((end - start) // HOUR):
            first = number * EVENTS_AN_HOUR + 1
            hour = start + number * HOUR
            yield ShipperReceipt(
                gateway=gateway,
                shipper_id=f"shipper-{shipper}",
                hour=hour,
                first_sequence=first,
                last_sequence=first + EVENTS_AN_HOUR - 1,
                received_at=hour + HOUR,
            )
