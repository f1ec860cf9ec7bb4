"""The base of resources that belong to whoever is signed in, by session or by a key of theirs, and to no team."""

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.views import APIView

from posthog.api.rest.strict_serializer import NoParameters
from posthog.models import OrganizationMembership, User


class SignedInView(APIView):
    """It takes no parameters."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            NoParameters(data=request.query_params).is_valid(raise_exception=True)

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def list_memberships(self) -> QuerySet[OrganizationMembership]:
        """The visitor's own, by the organization's name."""
        memberships = OrganizationMembership.objects.filter(user=self.user).select_related("organization")
        return memberships.order_by("organization__name", "organization_id")
