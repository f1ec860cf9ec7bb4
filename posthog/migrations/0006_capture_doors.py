import django.db.models.deletion
from django.db import migrations, models

SOURCES = [("gateway", "Gateway"), ("capture", "Capture")]


class Migration(migrations.Migration):
    dependencies = [("posthog", "0005_reconciliation")]

    operations = [
        migrations.CreateModel(
            name="ClientReportHour",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("hour", models.DateTimeField(help_text="Its begin, UTC")),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="posthog.team",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("team", "hour"), name="client_report_hour_once")],
            },
        ),
        migrations.AddField(
            model_name="gatewayinboxbody",
            name="source",
            field=models.CharField(choices=SOURCES, default="gateway", max_length=10),
        ),
        migrations.AlterField(
            model_name="gatewayinboxbody",
            name="credential",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="posthog.gatewaycredential",
            ),
        ),
        migrations.AddField(
            model_name="gatewayinboxbody",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Of a captured body; a gateway's credential says whose its events are",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="posthog.team",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatewayinboxbody",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credential__isnull", False), ("source", "gateway"), ("team__isnull", True)),
                    models.Q(("credential__isnull", True), ("source", "capture"), ("team__isnull", False)),
                    _connector="OR",
                ),
                name="inbox_body_has_one_owner",
            ),
        ),
        migrations.AddField(
            model_name="rejectedevent",
            name="source",
            field=models.CharField(choices=SOURCES, default="gateway", max_length=10),
        ),
    ]
