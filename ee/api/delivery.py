"""
`…/delivery_destinations/` and `…/report_deliveries/`: where an organization's closed reports are sent to, and whether
they got there.

For owners and administrators, reading too: whoever knows the address of a webhook may often write to it. A secret is
in the answer that makes it and nowhere else; each act leaves an audit entry.
"""

from datetime import UTC
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ee.api.delivery_answers import (
    DeliveriesAnswer,
    DeliveriesParameters,
    DeliveryAnswer,
    DestinationAnswer,
    DestinationBody,
    DestinationChangeBody,
    DestinationsAnswer,
    DestinationSecretAnswer,
    list_destinations,
)
from ee.delivery.administration import (
    InvalidDestination,
    NewDestination,
    add_destination,
    deliver_again,
    set_enabled,
)
from ee.models import DeliveryDestination, ReportDelivery
from posthog.api.rest.conflict import Conflict
from posthog.api.rest.strict_serializer import NoParameters
from posthog.api.rest.team_view import TeamView


class DestinationsView(TeamView):
    is_administrative = True

    @extend_schema(operation_id="list_delivery_destinations", responses=DestinationsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Every destination of the team's organization, by name, with how many deliveries got where."""
        self.parse_query()
        return Response(DestinationsAnswer({"destinations": list_destinations(self.team.organization)}).data)

    @extend_schema(
        operation_id="create_delivery_destination", request=DestinationBody, responses={201: DestinationSecretAnswer}
    )
    def post(self, request: Request, team_id: int) -> Response:
        """Make a destination; a webhook's signing secret is in this answer and nowhere else."""
        body = self.parse_body(DestinationBody)
        new = NewDestination(**{"first_day": self.now.astimezone(UTC).date(), **body})
        try:
            made, secret = add_destination(self.team.organization, new, actor=self.actor)
        except InvalidDestination as fault:
            raise ValidationError({fault.field: fault.rule}) from fault
        told = DestinationAnswer(find_destination(self, made.id)).data | {"signing_secret": secret or None}
        return Response(told, status=201, headers={"Cache-Control": "no-store"})


class DestinationView(TeamView):
    is_administrative = True

    @extend_schema(
        operation_id="change_delivery_destination", request=DestinationChangeBody, responses=DestinationAnswer
    )
    def patch(self, request: Request, team_id: int, destination_id: UUID) -> Response:
        """Stop or resume deliveries."""
        body = self.parse_body(DestinationChangeBody)
        destination = find_destination(self, destination_id)
        is_enabled: bool = body.get("is_enabled", destination.is_enabled)
        if destination.is_enabled != is_enabled:
            set_enabled(destination, is_enabled=is_enabled, actor=self.actor)
        return Response(DestinationAnswer(destination).data)


class DeliveriesView(TeamView):
    is_administrative = True
    query_serializer = DeliveriesParameters

    @extend_schema(operation_id="list_report_deliveries", parameters=[DeliveriesParameters], responses=DeliveriesAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """What became of the organization's reports, the newest days first."""
        query: dict[str, Any] = self.parse_query()
        limit = query.pop("limit")
        listed = ReportDelivery.objects.filter(organization=self.team.organization, **query)
        ordered = listed.select_related("destination").order_by("-day", "-version", "destination__name", "id")
        return Response(DeliveriesAnswer({"deliveries": ordered[:limit]}).data)


class DeliveryAgainView(TeamView):
    is_administrative = True

    @extend_schema(operation_id="deliver_report_again", request=None, responses=DeliveryAnswer)
    def post(self, request: Request, team_id: int, delivery_id: int) -> Response:
        """Send a report that was taken or given up once more, with the same idempotency key as before."""
        self.parse_body(NoParameters)
        delivery = find_delivery(self, delivery_id)
        if not deliver_again(delivery, actor=self.actor, now=self.now):
            raise Conflict("delivery_id: it is to be sent anyway, or its destination is stopped", "delivery_not_over")
        return Response(DeliveryAnswer(find_delivery(self, delivery_id)).data)


def find_delivery(view: TeamView, delivery_id: int) -> ReportDelivery:
    """
    Raises:
        NotFound: The team's organization has none of this id.
    """
    listed = ReportDelivery.objects.filter(organization=view.team.organization, id=delivery_id)
    delivery = listed.select_related("destination").first()
    if delivery is None:
        raise NotFound("delivery_id: the organization has no delivery of this id", "delivery_unknown")
    return delivery


def find_destination(view: TeamView, destination_id: UUID) -> DeliveryDestination:
    """
    Raises:
        NotFound: The team's organization has none of this id.
    """
    destination = list_destinations(view.team.organization).filter(id=destination_id).first()
    if destination is None:
        raise NotFound("destination_id: the organization has no destination of this id", "destination_unknown")
    return destination
