"""
Whose event it is: decided by the credential and its gateway's mapping, never by what a client wrote.

A credential of one team writes to that team alone. A credential of a gateway writes to the team that the
gateway's mapping names for the gateway's own team id; the empty id stands for calls that carry none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from posthog.errors import InvalidEvent
from posthog.llm_usage.pricing.custom import TeamPrices
from posthog.llm_usage.pricing.request import NO_PRICES


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPolicy:
    """
    What ingestion needs to know of one team.

    Attributes:
        prices: Those it has agreed on itself.
        is_private: Nothing that was said in its calls may be stored.
        events_deleted_before: Deliveries that arrived earlier (aware UTC) add nothing any more.
    """

    team_id: int
    retention_days: int = 30
    prices: TeamPrices = NO_PRICES
    is_private: bool = False
    events_deleted_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """
    The teams that one credential may write to.

    Attributes:
        only_team_id: Set where the credential belongs to one team.
        team_id_by_gateway_team_id: The gateway's mapping; '' is the id of calls without a team.
        policies: One for each team id in the two fields above.
        gateway: The gateway's name.
    """

    only_team_id: int | None = None
    team_id_by_gateway_team_id: Mapping[str, int] = field(default_factory=dict)
    policies: Mapping[int, TeamPolicy] = field(default_factory=dict)
    gateway: str = ""
    has_private_team: bool = field(init=False)

    def __post_init__(self) -> None:
        is_any_private = any(policy.is_private for policy in self.policies.values())
        object.__setattr__(self, "has_private_team", is_any_private)

    def find_policy(self, gateway_team_id: str | None) -> TeamPolicy:
        """
        Find the team of a call.

        Args:
            gateway_team_id: The gateway's own word; None where the call carried no team.
        Raises:
            InvalidEvent: `wrong_team`: the call is another team's. `team_unknown`: the mapping does not name
                the id. `team_missing`: no id, and the mapping names no team for such calls.
        """
        mapped = self.team_id_by_gateway_team_id.get(gateway_team_id or "")
        if self.only_team_id is not None:
            return self._only_policy(mapped, gateway_team_id)
        if mapped is not None:
            return self.policies[mapped]
        if gateway_team_id is None:
            raise InvalidEvent(
                "team_missing",
                "metadata.user_api_key_team_id: expected a team id, got nothing; "
                f"map calls without a team of gateway {self.gateway!r} to a team to accept them",
            )
        raise InvalidEvent(
            "team_unknown",
            f"metadata.user_api_key_team_id: {gateway_team_id!r} is mapped to no team of gateway {self.gateway!r}",
        )

    def may_keep_content(self, gateway_team_id: str | None) -> bool:
        """
        Whether what was said in a call may be stored.

        A call whose team is not known may be a private team's: it may not where the credential reaches one.
        """
        if not self.has_private_team:
            return True
        mapped = self.team_id_by_gateway_team_id.get(gateway_team_id or "")
        teams = {team_id for team_id in (self.only_team_id, mapped) if team_id is not None}
        return not any(self.policies[team_id].is_private for team_id in teams or self.policies)

    def _only_policy(self, mapped: int | None, gateway_team_id: str | None) -> TeamPolicy:
        assert self.only_team_id is not None
        if gateway_team_id is not None and mapped not in (None, self.only_team_id):
            raise InvalidEvent(
                "wrong_team",
                f"metadata.user_api_key_team_id: {gateway_team_id!r} is another team's than the credential's",
            )
        return self.policies[self.only_team_id]
