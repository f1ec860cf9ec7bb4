"""
What the doors need: rotation, signatures and limits of credentials, privacy and deletion of teams, ranges of
bodies, how rejects are kept, and the audit.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("posthog", "0002_inbox_storage"),
    ]

    operations = [
        migrations.AddField(
            model_name="gatewaycredential",
            name="bodies_per_minute",
            field=models.PositiveIntegerField(
                blank=True, help_text="null: LLM_GATEWAY_MAX_BODIES_PER_MINUTE", null=True
            ),
        ),
        migrations.AddField(
            model_name="gatewaycredential",
            name="is_signature_required",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="gatewaycredential",
            name="previous_token_hash",
            field=models.CharField(blank=True, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="gatewaycredential",
            name="previous_valid_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="gatewaycredential",
            name="signing_secret",
            field=models.BinaryField(help_text="Encrypted; null: bodies are not signed", null=True),
        ),
        migrations.AddField(
            model_name="gatewayinboxbody",
            name="pending_ranges",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="[start, end) positions of the elements still to do, the next range first; empty: all at once",
            ),
        ),
        migrations.AddField(
            model_name="gatewayinboxbody",
            name="rejected_event",
            field=models.OneToOneField(
                blank=True,
                help_text="The reject that this body tries again",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="replay",
                to="posthog.rejectedevent",
            ),
        ),
        migrations.AddField(
            model_name="rejectedevent",
            name="event_format",
            field=models.CharField(
                choices=[("nothing", "Nothing"), ("stripped", "Stripped"), ("encrypted", "Encrypted")],
                default="nothing",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="events_deleted_before",
            field=models.DateTimeField(
                blank=True, help_text="Deliveries that arrived before add no event any more.", null=True
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="is_private",
            field=models.BooleanField(
                default=False, help_text="Only numbers, names and times of its calls are kept; what was said never is."
            ),
        ),
        migrations.AlterField(
            model_name="rejectedevent",
            name="event",
            field=models.BinaryField(
                help_text="zstd of JSON without what was said, or of all of it, encrypted", null=True
            ),
        ),
        migrations.RunSQL(
            "UPDATE posthog_rejectedevent SET event_format = 'stripped' WHERE event IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.CharField(
                        help_text="A user's e-mail address, or `cli:` and the system's user name", max_length=200
                    ),
                ),
                ("action", models.CharField(help_text="Stable, snake_case, e.g. `credential_revoked`", max_length=64)),
                ("target", models.CharField(help_text="Kind and id, e.g. `credential 7`", max_length=200)),
                (
                    "details",
                    models.JSONField(default=dict, help_text="Values before and after; never a token or a secret"),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="posthog.organization",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="posthog.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "-at"], name="audit_entry_by_organization"),
                    models.Index(fields=["-at"], name="audit_entry_by_time"),
                ],
            },
        ),
    ]
