"""What Postgres says about the teams that a credential, or a project token, may write to."""

from collections.abc import Collection

from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_usage.pricing.custom import TeamPrice, TeamPrices
from posthog.llm_usage.pricing.request import NO_PRICES
from posthog.models import CustomPrice, GatewayCredential, GatewayInboxBody, GatewayTeam, Team


def load_attribution(credential: GatewayCredential) -> Attribution:
    """
    Read the teams, their retention and their prices; two queries, however many teams are mapped.

    One more each for the gateway and the team of a credential that was found without them.
    """
    mapping = list(GatewayTeam.objects.filter(gateway=credential.gateway).select_related("team"))
    teams = {line.team_id: line.team for line in mapping}
    if credential.team is not None:
        teams[credential.team.id] = credential.team
    return Attribution(
        only_team_id=credential.team_id,
        team_id_by_gateway_team_id={line.gateway_team_id: line.team_id for line in mapping},
        policies=_build_policies(teams.values()),
        gateway=credential.gateway.name,
    )


def load_team_attribution(team: Team) -> Attribution:
    """What came with the team's project token is the team's."""
    return Attribution(only_team_id=team.id, policies=_build_policies([team]))


def load_body_attribution(body: GatewayInboxBody) -> Attribution:
    """The teams that the events of a body may go to."""
    if body.credential is not None:
        return load_attribution(body.credential)
    assert body.team is not None  # the table's constraint: one of them is there
    return load_team_attribution(body.team)


def _build_policies(teams: Collection[Team]) -> dict[int, TeamPolicy]:
    prices = _load_prices([team.id for team in teams])
    return {
        team.id: TeamPolicy(
            team_id=team.id,
            retention_days=team.retention_days,
            prices=TeamPrices(prices[team.id]) if team.id in prices else NO_PRICES,
            is_private=team.is_private,
            events_deleted_before=team.events_deleted_before,
        )
        for team in teams
    }


def _load_prices(team_ids: Collection[int]) -> dict[int, list[TeamPrice]]:
    prices: dict[int, list[TeamPrice]] = {}
    for price in CustomPrice.objects.filter(team__in=team_ids):
        prices.setdefault(price.team_id, []).append(price.to_team_price())
    return prices
