"""Organizations, teams, gateways and credentials in Postgres; rows as tests like to read them."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import zstandard
from django.utils import timezone

from posthog.clickhouse.client import query_rows
from posthog.llm_analytics.inbox import IncomingBody, store_body
from posthog.models import Gateway, GatewayCredential, GatewayTeam, Organization, Team
from tests.factories import make_payload


@dataclass(frozen=True, slots=True)
class GatewaySetup:
    """A gateway whose ids `team-alpha` and `team-beta` are mapped, and a credential that uses the mapping."""

    gateway: Gateway
    alpha: Team
    beta: Team
    credential: GatewayCredential
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def make_gateway() -> GatewaySetup:
    organization = Organization.objects.create(name=f"org {uuid4().hex[:8]}")
    alpha, beta = (Team.objects.create(organization=organization, name=name) for name in ("Alpha", "Beta"))
    gateway = Gateway.objects.create(organization=organization, name="main")
    GatewayTeam.objects.create(gateway=gateway, gateway_team_id="team-alpha", team=alpha)
    GatewayTeam.objects.create(gateway=gateway, gateway_team_id="team-beta", team=beta)
    credential, token = GatewayCredential.objects.create_with_token(gateway=gateway, label="test")
    return GatewaySetup(gateway, alpha, beta, credential, token)


def make_call(number: int, team: str | None = "team-alpha", **fields: Any) -> dict[str, Any]:
    """A call of the last full hour; calls of one number are the same call."""
    started_at = time.time() // 3600 * 3600 - 3600 + number
    times = {"startTime": started_at, "endTime": started_at + 1}
    return make_payload(id=f"r{number}", metadata={"user_api_key_team_id": team}, **times, **fields)


def deliver(setup: GatewaySetup, payloads: Iterable[Any], at: datetime | None = None) -> None:
    """Put one body with these payloads into the inbox, as the webhook does."""
    body = json.dumps(list(payloads)).encode()
    incoming = IncomingBody(compressed=zstandard.ZstdCompressor().compress(body), body_bytes=len(body))
    store_body(incoming, credential=setup.credential, received_at=at or timezone.now())


def list_ai_events(team: Team) -> list[dict[str, Any]]:
    """The team's deduplicated rows, oldest first."""
    sql = "SELECT * FROM ai_events FINAL WHERE team_id = %(team_id)s ORDER BY timestamp, uuid"
    return query_rows(sql, {"team_id": team.id})
