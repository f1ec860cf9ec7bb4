"""
Two organizations with calls, and clients of people in each role.

Every call is a payload that went through the inbox and the worker; `sent` keeps what was sent, so that a test sums it
by itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.changed_hours import SETTLING
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.usage_rollup import roll_up_changed
from posthog.models import OrganizationMembership, Team, User
from posthog.models.ai_usage_hourly.sql import TABLES
from tests.factories import make_payload
from tests.integration.factories import GatewaySetup, deliver, make_gateway

Level = OrganizationMembership.Level
ROLLUPS = tuple(grain.table for grain in TABLES)


@dataclass(slots=True)
class World:
    """`ours.alpha` is the team that tests ask about; `theirs` is another organization's."""

    ours: GatewaySetup
    theirs: GatewaySetup
    owner: Client
    member: Client
    stranger: Client
    sent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def team(self) -> Team:
        return self.ours.alpha

    def send(self, *payloads: dict[str, Any]) -> None:
        """Deliver calls of our gateway and store them."""
        self.sent += payloads
        store(self.ours, payloads)

    def url(
        self, resource: str, query: Mapping[str, Any] | None = None, *, team: Team | None = None, **more: Any
    ) -> str:
        """The address of a resource (`overview/`) of the team."""
        query = {**(query or {}), **more}
        encoded = f"?{urlencode(query, doseq=True)}" if query else ""
        return f"/api/projects/{(team or self.team).id}/llm_analytics/{resource}{encoded}"

    def get(self, resource: str, query: Mapping[str, Any] | None = None, *, status: int = 200, **more: Any) -> Any:
        """Ask as a member; the answer's JSON."""
        answer = self.member.get(self.url(resource, query, **more))
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, resource: str, body: Mapping[str, Any] | None = None, *, status: int = 200) -> Any:
        """Act as the owner; the answer's JSON."""
        answer = self.owner.post(self.url(resource), json.dumps(body or {}), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()


def make_world() -> World:
    """Empty: nobody called yet."""
    for table in ROLLUPS:
        sync_execute(f"TRUNCATE TABLE {table}")
    ours, theirs = make_gateway(), make_gateway()
    Team.objects.update(retention_days=3650)
    return World(
        ours=ours,
        theirs=theirs,
        owner=make_client(ours, Level.OWNER),
        member=make_client(ours, Level.MEMBER),
        stranger=make_client(theirs, Level.OWNER),
    )


def make_client(setup: GatewaySetup, level: str) -> Client:
    """The browser of a new member of the organization."""
    user = User.objects.create_user(f"{level}-{uuid4().hex[:8]}@example.com")
    OrganizationMembership.objects.create(user=user, organization=setup.gateway.organization, level=level)
    client = Client()
    client.force_login(user)
    return client


def store(setup: GatewaySetup, payloads: Iterable[dict[str, Any]]) -> None:
    """Deliver payloads, read them into rows, roll them up as far as the clock allows."""
    deliver(setup, payloads)
    drain_once(now=timezone.now())
    roll_up_changed(now=timezone.now() + SETTLING)


def call_at(moment: str, number: int = 0, *, team: str | None = "team-alpha", **fields: Any) -> dict[str, Any]:
    """
    A call that began at an ISO time (UTC where it says no offset).

    Args:
        number: Calls of one number and time are the same call.
        fields: Of the payload; `metadata` is merged.
    """
    started = datetime.fromisoformat(moment)
    started_at = (started if started.tzinfo else started.replace(tzinfo=UTC)).timestamp()
    metadata = {"user_api_key_team_id": team, **fields.pop("metadata", {})}
    times = {"startTime": started_at, "endTime": started_at + 1, "completionStartTime": started_at + 0.5}
    return make_payload(
        id=f"r-{started_at}-{number}", litellm_call_id=f"call-{number}", metadata=metadata, **times | fields
    )


def usage(prompt: int, completion: int, *, cached: int | None = None, reasoning: int | None = None) -> dict[str, Any]:
    """A usage object in OpenAI's shape; None: the detail is not reported."""
    details: dict[str, Any] = {}
    if cached is not None:
        details["prompt_tokens_details"] = {"cached_tokens": cached}
    if reasoning is not None:
        details["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**counts, **details}
