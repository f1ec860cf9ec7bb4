"""`GET /api/projects/`: the teams whose resources below this address the visitor may ask for."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.rest.signed_in_view import SignedInView
from posthog.models import Team


class ProjectAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="The `team_id` of the addresses below this one.")
    name = serializers.CharField()
    organization = serializers.UUIDField(source="organization_id")
    timezone = serializers.CharField(help_text="The default of the parameter `timezone`.")
    retention_days = serializers.IntegerField(help_text="Older events are no longer kept.")
    is_private = serializers.BooleanField(help_text="Whether contents of its calls are never kept.")
    created_at = serializers.DateTimeField()


class ProjectsAnswer(serializers.Serializer[Any]):
    results = ProjectAnswer(many=True)


class ProjectsView(SignedInView):
    @extend_schema(operation_id="list_projects", responses=ProjectsAnswer)
    def get(self, request: Request) -> Response:
        """Every team of the visitor's organizations, by name."""
        organization_ids = self.list_memberships().values("organization_id")
        teams = Team.objects.filter(organization_id__in=organization_ids).order_by("name", "id")
        return Response(ProjectsAnswer({"results": teams}).data, headers={"Cache-Control": "private, no-store"})
