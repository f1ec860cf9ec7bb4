"""`GET …/gateways/`: who reports this team's calls."""

from typing import Any

from django.db.models import Max
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.queries.answer_completeness import list_gateways
from posthog.llm_analytics.queries.gateway_events import EventEnds, read_event_ends
from posthog.models import Gateway, GatewayTeam, Team


class GatewayAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="When one of its credentials last was.")
    first_event_at = serializers.DateTimeField(
        allow_null=True, help_text="When the first of this team's calls through it began, of those kept; null: none is."
    )
    last_event_at = serializers.DateTimeField(allow_null=True, help_text="The same of the last one.")
    gateway_team_ids = serializers.ListField(
        child=serializers.CharField(),
        help_text="The gateway's own ids that stand for this team; '': calls without one.",
    )


class GatewaysAnswer(serializers.Serializer[Any]):
    gateways = GatewayAnswer(many=True)


class GatewaysView(TeamView):
    @extend_schema(operation_id="list_gateways", responses=GatewaysAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """The gateways that report calls of this team, by name."""
        self.parse_query()
        gateways = list(list_gateways(self.team).annotate(last_used_at=Max("credentials__last_used_at")))
        ends = read_event_ends(self.scope, [each.name for each in gateways])
        told = [tell_gateway(each, self.team, ends[each.name]) for each in gateways]
        return Response(GatewaysAnswer({"gateways": told}).data)


def tell_gateway(gateway: Gateway, team: Team, ends: EventEnds) -> dict[str, Any]:
    mapped = GatewayTeam.objects.filter(gateway=gateway, team=team).order_by("gateway_team_id")
    return {
        "id": gateway.id,
        "name": gateway.name,
        "created_at": gateway.created_at,
        "last_used_at": getattr(gateway, "last_used_at", None),
        **ends._asdict(),
        "gateway_team_ids": list(mapped.values_list("gateway_team_id", flat=True)),
    }
