"""The base of resources that belong to whoever is signed in, by session or by a key of theirs, and to no team."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from posthog.api.rest.strict_serializer import NoParameters
from posthog.models import OrganizationMembership, User


class SignedInView(APIView):
    """
    Attributes:
        query_serializer: What its GET takes.
    """

    query_serializer: type[serializers.Serializer[Any]] = NoParameters

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            self.query_serializer(data=request.query_params).is_valid(raise_exception=True)

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def list_memberships(self) -> QuerySet[OrganizationMembership]:
        """The visitor's own, by the organization's name."""
        memberships = OrganizationMembership.objects.filter(user=self.user).select_related("organization")
        return memberships.order_by("organization__name", "organization_id")
