"""The credentials and gateways that a team's administrators look after: its own, and those of gateways it shares."""

from django.db.models import Q, QuerySet

from posthog.models import GatewayCredential, Team


def list_team_credentials(team: Team) -> QuerySet[GatewayCredential]:
    """Credentials whose events may be the team's, the newest first."""
    is_shared = Q(team=None, gateway__gateway_teams__team=team)
    found = GatewayCredential.objects.filter(Q(team=team) | is_shared, gateway__organization=team.organization_id)
    return found.select_related("gateway__organization", "team__organization").distinct().order_by("-id")
