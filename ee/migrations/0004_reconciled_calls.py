"""How many calls of ours a comparison with a provider's books looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ee", "0003_provider_reconciliations"),
    ]

    operations = [
        migrations.AddField(
            model_name="providerreconciliation",
            name="calls",
            field=models.BigIntegerField(
                default=0, help_text="Ours that were compared; 0 also where nobody counted them"
            ),
        ),
    ]
