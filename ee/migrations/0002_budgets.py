"""Budgets of teams and keys, and the alerts that their thresholds raised."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ee", "0001_report_delivery"),
        ("posthog", "0009_usage_report_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "api_key_alias",
                    models.CharField(
                        blank=True,
                        help_text="The gateway's name of a key; null: the whole team",
                        max_length=500,
                        null=True,
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("daily", "A day of the organization's report zone"),
                            ("monthly", "A month of the organization's report zone"),
                        ],
                        max_length=10,
                    ),
                ),
                ("unit", models.CharField(choices=[("tokens", "Total tokens"), ("usd", "US dollars")], max_length=10)),
                ("limit", models.DecimalField(decimal_places=12, max_digits=38)),
                ("thresholds", models.JSONField(help_text="Whole percents of the limit, ascending, each an alert")),
                ("is_enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "destination",
                    models.ForeignKey(
                        blank=True,
                        help_text="Where alerts are sent to; null: nowhere",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ee.deliverydestination",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budgets",
                        to="posthog.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BudgetAlert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        help_text="Also its idempotency key",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "first_day",
                    models.DateField(help_text="Of the period; names it whatever zone the organization has by then"),
                ),
                ("threshold", models.PositiveSmallIntegerField(help_text="Percent of the limit")),
                ("period_start", models.DateTimeField()),
                ("period_end", models.DateTimeField()),
                ("limit", models.DecimalField(decimal_places=12, max_digits=38)),
                ("used", models.DecimalField(decimal_places=12, max_digits=38)),
                (
                    "is_lower_bound",
                    models.BooleanField(help_text="Calls that nobody priced or measured are missing from `used`"),
                ),
                ("raised_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("unsent", "There was no destination to send it to"),
                            ("pending", "To be sent, or sent again"),
                            ("sent", "Taken by the receiver"),
                            ("failed", "Given up"),
                        ],
                        default="unsent",
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
                (
                    "budget",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="ee.budget",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ee.deliverydestination",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="budget",
            index=models.Index(fields=["team"], name="budget_by_team"),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("api_key_alias", None)),
                fields=("team", "period", "unit"),
                name="budget_of_team_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("api_key_alias__isnull", False)),
                fields=("team", "api_key_alias", "period", "unit"),
                name="budget_of_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("api_key_alias", ""), _negated=True), name="budget_key_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(condition=models.Q(("limit__gt", 0)), name="budget_limit_positive"),
        ),
        migrations.AddIndex(
            model_name="budgetalert",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["next_attempt_at"], name="budget_alert_pending"
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetalert",
            constraint=models.UniqueConstraint(
                fields=("budget", "first_day", "threshold"), name="budget_alert_raised_once"
            ),
        ),
    ]
