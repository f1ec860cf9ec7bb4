"""Comparisons with providers' own books, kept with their lines."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ee", "0002_budgets"),
        ("posthog", "0009_usage_report_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderReconciliation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=100)),
                (
                    "source",
                    models.CharField(choices=[("api", "The provider's own API"), ("csv", "A file")], max_length=10),
                ),
                ("start", models.DateField(help_text="First day of UTC")),
                ("end", models.DateField(help_text="The day after the last one")),
                ("compared_at", models.DateTimeField()),
                ("threshold", models.DecimalField(decimal_places=4, help_text="Per cent", max_digits=7)),
                (
                    "lowest_agreement",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="Per cent, of the kind that agrees least; null: no usage",
                        max_digits=7,
                        null=True,
                    ),
                ),
                (
                    "kinds",
                    models.JSONField(
                        help_text="Kind → theirs, ours, agreement, not_told; numbers as text, null: not known"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose calls were compared; null: those of all",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="provider_reconciliations",
                        to="posthog.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProviderReconciliationLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="Of UTC")),
                (
                    "model",
                    models.CharField(blank=True, help_text="Pooled name; '': booked without a model", max_length=500),
                ),
                ("kind", models.CharField(max_length=50)),
                ("theirs", models.DecimalField(decimal_places=12, max_digits=38)),
                ("ours", models.DecimalField(decimal_places=12, max_digits=38, null=True)),
                ("agreement", models.DecimalField(decimal_places=4, help_text="Per cent", max_digits=7, null=True)),
                ("causes", models.JSONField(help_text="Codes of ee/reconciliation/causes.py, the likeliest first")),
                (
                    "reconciliation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="ee.providerreconciliation",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="providerreconciliation",
            index=models.Index(fields=["provider", "-compared_at"], name="provider_reconciliation_newest"),
        ),
        migrations.AddConstraint(
            model_name="providerreconciliationline",
            constraint=models.UniqueConstraint(
                fields=("reconciliation", "day", "model", "kind"), name="provider_reconciliation_line_once"
            ),
        ),
    ]
