"""`map_gateway_teams --gateway NAME [THEIRS=ID …]`: which of our teams each team of a gateway is."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.team_administration import map_gateway_team
from posthog.management.commands.create_gateway_credential import find_team
from posthog.models import Gateway, GatewayTeam, Team


class Command(BaseCommand):
    help = "Map a gateway's team ids to teams (the gateway is made at the first); print the mapping and the teams."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", required=True, metavar="NAME")
        parser.add_argument(
            "pairs", nargs="*", metavar="THEIRS=ID", help="LiteLLM's team id = ours; `=ID` takes calls without a team"
        )

    def handle(self, *args: Any, gateway: str, pairs: list[str], **options: Any) -> None:
        teams = {theirs: find_team(ours) for theirs, ours in map(parse_pair, pairs)}
        if teams:
            map_teams(gateway, teams)
        for line in list_mapping(gateway):
            self.stdout.write(f"{line.gateway_team_id or '(no team)'} → {line.team.name} (team {line.team_id})")
        unmapped = Team.objects.exclude(gateway_teams__gateway__name=gateway).order_by("id")
        for team in unmapped:
            self.stdout.write(f"not mapped: {team.name} (team {team.id})")


@transaction.atomic
def map_teams(gateway_name: str, teams: Mapping[str, Team]) -> None:
    """Write the pairs over whatever stood for the same team ids; the gateway is the teams' organization's."""
    organization = next(iter(teams.values())).organization
    gateway, _ = Gateway.objects.get_or_create(organization=organization, name=gateway_name)
    for theirs, team in teams.items():
        if team.organization_id != gateway.organization_id:
            raise CommandError(f"{theirs}={team.id}: the team belongs to another organization than the gateway")
        map_gateway_team(gateway, theirs, team, actor=find_cli_actor())


def list_mapping(gateway_name: str) -> list[GatewayTeam]:
    """Every pair of the gateway, by the gateway's team id; none where there is no such gateway yet."""
    lines = GatewayTeam.objects.filter(gateway__name=gateway_name)
    return list(lines.select_related("team").order_by("gateway_team_id"))


def parse_pair(text: str) -> tuple[str, int]:
    """`THEIRS=ID`; their id may hold an equals sign."""
    theirs, separator, ours = text.rpartition("=")
    if not separator or not ours.isdecimal():
        raise CommandError(f"expected THEIRS=ID with our team's number, got {text!r}")
    return theirs, int(ours)
