"""
The base of every resource of a team: who may see it, what its parameters are.

Strangers get 404, as for a team that does not exist, so that nobody learns which ids do. Administrative methods are
for owners and administrators, and for keys with the scope `admin`.
"""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from posthog.api.rest.strict_serializer import NoParameters
from posthog.llm_analytics.queries.team_scope import TeamScope
from posthog.models import OrganizationMembership, PersonalAPIKey, Team, User

Level = OrganizationMembership.Level
ADMINISTRATORS = frozenset({Level.OWNER, Level.ADMIN})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class TeamView(APIView):
    """
    A resource of one team.

    Attributes:
        is_administrative: Also reading it is for administrators alone; writing always is.
        is_question: Its POST asks for what does not fit into an address and changes nothing: reading, that is.
        query_serializer: What its GET takes.
    """

    is_administrative = False
    is_question = False
    query_serializer: type[serializers.Serializer[Any]] = NoParameters
    team: Team

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.now = timezone.now()
        membership = find_membership(request.user, self.kwargs["team_id"])
        if membership is None:
            raise NotFound("team_id: there is no such team, or you do not belong to its organization", "team_unknown")
        self.team, level = membership
        is_act = request.method not in SAFE_METHODS and not self.is_question
        if self.is_administrative or is_act:
            require_administrator(level, request.auth)

    @property
    def scope(self) -> TeamScope:
        return TeamScope(self.team.id)

    @property
    def actor(self) -> str:
        """Who acts, for the audit."""
        return str(self.request.user)

    def parse_query(self) -> dict[str, Any]:
        """The GET's parameters, checked; a fault is a 400 that names it."""
        return parse(self.query_serializer, self.request.query_params, team=self.team)

    def parse_body(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body, checked; what a POST does not take in its address is refused, too."""
        parse(NoParameters, self.request.query_params, team=self.team)
        return parse(serializer, self.request.data, team=self.team)


def parse(serializer_class: type[serializers.Serializer[Any]], data: Any, *, team: Team) -> dict[str, Any]:
    """
    Raises:
        ValidationError: Something in `data` breaks its rule.
    """
    serializer = serializer_class(data=data, context={"team": team})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def find_membership(user: Any, team_id: int) -> tuple[Team, str] | None:
    """The team and the user's say in its organization; None for strangers, and where there is no such team."""
    assert isinstance(user, User)
    team = Team.objects.select_related("organization").filter(id=team_id).first()
    if team is None:
        return None
    membership = OrganizationMembership.objects.filter(organization=team.organization_id, user=user).first()
    return None if membership is None else (team, membership.level)


def require_administrator(level: str, key: Any) -> None:
    """
    Raises:
        PermissionDenied: The member is none, or the key may only read.
    """
    if level not in ADMINISTRATORS:
        raise PermissionDenied("This is for owners and administrators of the organization", "administrator_needed")
    if isinstance(key, PersonalAPIKey) and key.scope != PersonalAPIKey.Scope.ADMIN:
        raise PermissionDenied("The personal API key has the scope read; this needs admin", "scope_insufficient")
