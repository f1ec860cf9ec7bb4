"""`GET /api/users/@me/`: who is signed in, and what they may do in which organization."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.rest.signed_in_view import SignedInView
from posthog.api.rest.team_view import ADMINISTRATORS
from posthog.models import OrganizationMembership, PersonalAPIKey


class MembershipAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="organization_id")
    name = serializers.CharField(source="organization.name")
    report_timezone = serializers.CharField(
        source="organization.report_timezone", help_text="Whose days its reports are."
    )
    level = serializers.ChoiceField(choices=OrganizationMembership.Level.values)
    is_administrator = serializers.SerializerMethodField(help_text="Whether administrative acts are open to the user.")

    def get_is_administrator(self, membership: OrganizationMembership) -> bool:
        return membership.level in ADMINISTRATORS


class MeAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="user.id")
    email = serializers.EmailField(source="user.email")
    first_name = serializers.CharField(source="user.first_name")
    key_scope = serializers.ChoiceField(
        choices=PersonalAPIKey.Scope.values,
        allow_null=True,
        help_text="Of the personal API key that asks: read opens no administrative act; null: a session asks.",
    )
    organizations = MembershipAnswer(many=True)


class MeView(SignedInView):
    @extend_schema(operation_id="get_me", responses=MeAnswer)
    def get(self, request: Request) -> Response:
        """The visitor; without organizations they see no team."""
        key = request.auth if isinstance(request.auth, PersonalAPIKey) else None
        answer = {
            "user": self.user,
            "key_scope": key and key.scope,
            "organizations": self.list_memberships(),
        }
        return Response(MeAnswer(answer).data, headers={"Cache-Control": "private, no-store"})
