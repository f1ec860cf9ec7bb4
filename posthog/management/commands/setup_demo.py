"""
`setup_demo --json`: the demo's organization, teams, gateway and credential.

Safe to repeat: what exists stays, but the credential gets a new token each time, for only its hash is kept: the one
in the environment variable POSTHOG_WEBHOOK_TOKEN, else a random one.
"""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from posthog.management.commands.setup_instance import make_owner
from posthog.models import Gateway, GatewayCredential, GatewayTeam, Organization, Team, User

ORGANIZATION = "Demo"
GATEWAY = "Demo gateway"
CREDENTIAL = "Demo"
TEAMS = {"team-alpha": "Team Alpha", "team-beta": "Team Beta", "team-gamma": "Team Gamma"}
"""The team as the gateway names it → ours."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo's gateway needs to know; `teams` maps its team ids to ours."""

    webhook_token: str
    teams: dict[str, int]


class Command(BaseCommand):
    help = "Create the demo's organization, teams, gateway and credential; print the credential's new token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--first-user", action="store_true", help="do and print what setup_instance does instead")

    def handle(self, *args: Any, **options: Any) -> None:
        demo = ensure_demo()
        if options["first_user"]:
            call_command("setup_instance", stdout=self.stdout)
            return
        if options["json"]:
            self.stdout.write(json.dumps(asdict(demo)))
            return
        for gateway_team_id, team_id in demo.teams.items():
            self.stdout.write(f"{gateway_team_id} → team {team_id}")
        self.stdout.write(f"token: {demo.webhook_token}")


@transaction.atomic
def ensure_demo() -> Demo:
    """Create what is missing and put a new token in place of the credential's last one."""
    organization, _ = Organization.objects.get_or_create(name=ORGANIZATION)
    gateway, _ = Gateway.objects.get_or_create(organization=organization, name=GATEWAY)
    teams = {theirs: _ensure_team(gateway, theirs, name).id for theirs, name in TEAMS.items()}
    for administrator in User.objects.filter(is_superuser=True):
        make_owner(administrator, organization)
    return Demo(webhook_token=_replace_token(gateway), teams=teams)


def _ensure_team(gateway: Gateway, gateway_team_id: str, name: str) -> Team:
    team, _ = Team.objects.get_or_create(organization=gateway.organization, name=name)
    GatewayTeam.objects.update_or_create(gateway=gateway, gateway_team_id=gateway_team_id, defaults={"team": team})
    return team


def _replace_token(gateway: Gateway) -> str:
    credential = GatewayCredential.objects.filter(gateway=gateway, label=CREDENTIAL).first()
    credential = credential or GatewayCredential(gateway=gateway, label=CREDENTIAL)
    token = credential.replace_token(os.environ.get("POSTHOG_WEBHOOK_TOKEN", ""))
    credential.revoked_at = credential.expires_at = None
    credential.save()
    return token
