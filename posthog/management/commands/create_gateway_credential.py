"""`create_gateway_credential --team ID | --gateway NAME --label L`: a bearer token, printed once."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.credential_administration import create_credential
from posthog.llm_analytics.gateway_administration import ensure_team_gateway
from posthog.models import Gateway, Team


class Command(BaseCommand):
    help = "Create a credential and print its token, once."

    def add_arguments(self, parser: CommandParser) -> None:
        scope = parser.add_mutually_exclusive_group(required=True)
        scope.add_argument("--team", type=int, metavar="ID", help="all events go to this team")
        scope.add_argument("--gateway", metavar="NAME", help="the mapping of this gateway decides")
        parser.add_argument("--label", required=True, help="who will use it")
        parser.add_argument("--expires-days", type=int, metavar="N", help="default: never")

    def handle(self, *args: Any, **options: Any) -> None:
        days: int | None = options["expires_days"]
        if days is not None and days < 1:
            raise CommandError(f"--expires-days: expected 1 or more, got {days}")
        team = find_team(options["team"]) if options["team"] is not None else None
        gateway = ensure_team_gateway(team) if team else find_gateway(options["gateway"])
        credential, token = create_credential(
            gateway,
            label=options["label"],
            actor=find_cli_actor(),
            team=team,
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        self.stderr.write(f"Credential {credential.pk}. Its token appears only here:")
        self.stdout.write(token)


def find_team(team_id: int) -> Team:
    try:
        return Team.objects.select_related("organization").get(id=team_id)
    except Team.DoesNotExist:
        raise CommandError(f"--team: there is no team {team_id}") from None


def find_gateway(name: str) -> Gateway:
    """Find the gateway of this name, in whichever organization, or by its id where a name is not enough."""
    found = list(Gateway.objects.filter(name=name)) or [
        gateway for gateway in Gateway.objects.all() if str(gateway.id) == name
    ]
    if not found:
        raise CommandError(f"--gateway: there is no gateway {name!r}")
    if len(found) > 1:
        ids = ", ".join(str(gateway.id) for gateway in found)
        raise CommandError(f"--gateway: several are named {name!r}; give an id instead: {ids}")
    return found[0]
