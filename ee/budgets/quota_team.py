"""Whose quota a gateway asks for: the team that the call would be attributed to, by the same rule."""

from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.models import GatewayCredential, GatewayTeam, Team


def find_quota_team(credential: GatewayCredential, gateway_team_id: str | None) -> Team:
    """
    Find the team that a call would belong to.

    Args:
        gateway_team_id: As the gateway names its team; None: the call carries none.
    Raises:
        InvalidEvent: `team_unknown`, `team_missing`, `wrong_team`: the call would belong to none that this credential
            may ask for.
    """
    asked = GatewayTeam.objects.filter(gateway=credential.gateway_id, gateway_team_id=gateway_team_id or "")
    lines = list(asked.select_related("team__organization"))
    teams = {line.team_id: line.team for line in lines}
    own_id = credential.team_id
    if own_id is not None and own_id not in teams:
        teams[own_id] = Team.objects.select_related("organization").get(id=own_id)
    attribution = Attribution(
        only_team_id=own_id,
        team_id_by_gateway_team_id={line.gateway_team_id: line.team_id for line in lines},
        policies={team_id: TeamPolicy(team_id=team_id) for team_id in teams},
    )
    return teams[attribution.find_policy(gateway_team_id).team_id]
