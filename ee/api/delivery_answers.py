"""Destinations of an organization's reports, and what became of each delivery, as the API takes and tells them."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from rest_framework import serializers

from ee.delivery.administration import LONGEST_NAME
from ee.models import DeliveryDestination, ReportDelivery
from posthog.api.rest.fields import TrueFalseField
from posthog.api.rest.strict_serializer import StrictSerializer
from posthog.models import Organization

DESTINATION_KINDS: list[str] = DeliveryDestination.Kind.values
DELIVERY_STATUSES: list[str] = ReportDelivery.Status.values
LONGEST_ADDRESS = 2000
LONGEST_API_KEY = 500
ADDRESS_HELP = "posthog: https://HOST; webhook: its URL; email: one address."
FIRST_DAY_HELP = "The first day that is delivered by itself."


class DestinationBody(StrictSerializer):
    name = serializers.CharField(max_length=LONGEST_NAME, help_text="Once in the organization.")
    kind = serializers.ChoiceField(choices=DESTINATION_KINDS)
    address = serializers.CharField(max_length=LONGEST_ADDRESS, help_text=ADDRESS_HELP)
    api_key = serializers.CharField(
        required=False, max_length=LONGEST_API_KEY, help_text="Of the PostHog project; of the kind posthog alone."
    )
    first_day = serializers.DateField(required=False, help_text=f"{FIRST_DAY_HELP} Default: today (UTC).")


class DestinationChangeBody(StrictSerializer):
    """What is left out stays as it is."""

    is_enabled = TrueFalseField(
        required=False, help_text="false: nothing is sent; what closed meanwhile is sent when it is true again."
    )


class DestinationAnswer(serializers.Serializer[Any]):
    """Without its secret, which is never told again."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=DESTINATION_KINDS)
    address = serializers.CharField(help_text=ADDRESS_HELP)
    is_enabled = serializers.BooleanField()
    first_day = serializers.DateField(help_text=FIRST_DAY_HELP)
    created_at = serializers.DateTimeField()
    pending = serializers.IntegerField(help_text="Deliveries to be sent, or sent again.")
    sent = serializers.IntegerField(help_text="Deliveries that the receiver took.")
    failed = serializers.IntegerField(help_text="Deliveries that were given up.")
    last_sent_at = serializers.DateTimeField(allow_null=True)


class DestinationSecretAnswer(DestinationAnswer):
    signing_secret = serializers.CharField(allow_null=True, help_text="Of a webhook, shown once; null: it has none.")


class DestinationsAnswer(serializers.Serializer[Any]):
    destinations = DestinationAnswer(many=True)


class DeliveriesParameters(StrictSerializer):
    destination_id = serializers.UUIDField(required=False, help_text="Only to this one.")
    status = serializers.ChoiceField(choices=DELIVERY_STATUSES, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)


class DeliveryAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    destination_id = serializers.UUIDField()
    destination = serializers.CharField(source="destination.name")
    day = serializers.DateField()
    version = serializers.IntegerField(help_text="Of the day's report; from 2 on a correction.")
    status = serializers.ChoiceField(choices=DELIVERY_STATUSES)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.SerializerMethodField(help_text="null: there is none to come.")
    last_error = serializers.CharField(help_text="Neither secret nor address inside; '': none.")
    sent_at = serializers.DateTimeField(allow_null=True)

    def get_next_attempt_at(self, delivery: ReportDelivery) -> datetime | None:
        is_to_come = delivery.status == ReportDelivery.Status.PENDING and delivery.destination.is_enabled
        return delivery.next_attempt_at if is_to_come else None


class DeliveriesAnswer(serializers.Serializer[Any]):
    deliveries = DeliveryAnswer(many=True)


def list_destinations(organization: Organization) -> QuerySet[DeliveryDestination]:
    """With the counts of their deliveries, by name."""
    counts = {status: Count("deliveries", filter=Q(deliveries__status=status)) for status in DELIVERY_STATUSES}
    found = DeliveryDestination.objects.filter(organization=organization)
    return found.annotate(**counts, last_sent_at=Max("deliveries__sent_at")).order_by("name", "id")
