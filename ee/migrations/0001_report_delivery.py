"""Destinations and deliveries of usage reports."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("posthog", "0009_usage_report_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeliveryDestination",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("posthog", "A PostHog instance, as an event"),
                            ("webhook", "A webhook, signed"),
                            ("email", "E-mail"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="posthog: https://HOST; webhook: its URL; email: one address", max_length=2000
                    ),
                ),
                (
                    "secret",
                    models.BinaryField(
                        help_text="Encrypted. posthog: the project's API key; webhook: the signing secret; email: none",
                        null=True,
                    ),
                ),
                ("is_enabled", models.BooleanField(default=True)),
                ("first_day", models.DateField(help_text="Earlier days are sent only when asked for by name")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delivery_destinations",
                        to="posthog.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("version", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "To be sent, or sent again"),
                            ("sent", "Taken by the receiver"),
                            ("failed", "Given up"),
                        ],
                        default="pending",
                        max_length=20,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "next_attempt_at",
                    models.DateTimeField(help_text="While a worker sends it: when it is taken for dead"),
                ),
                (
                    "last_error",
                    models.CharField(blank=True, default="", help_text="No secret, no address inside", max_length=500),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="ee.deliverydestination",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="report_deliveries",
                        to="posthog.organization",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="deliverydestination",
            constraint=models.UniqueConstraint(fields=("organization", "name"), name="delivery_destination_name_once"),
        ),
        migrations.AddIndex(
            model_name="reportdelivery",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["next_attempt_at"], name="report_delivery_pending"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdelivery",
            constraint=models.UniqueConstraint(
                fields=("organization", "day", "version", "destination"), name="report_delivery_once"
            ),
        ),
    ]
