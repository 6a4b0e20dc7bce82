"""Flows name a party of the house; the text they named it by stays beside it until the parties are made."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("party", "0001_initial"),
        ("register", "0003_plan_stocktakes"),
    ]

    operations = [
        migrations.RenameField("flow", "party", "party_text"),
        migrations.AddField(
            "flow",
            "party",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="flows",
                to="party.party",
            ),
        ),
        migrations.AddIndex("flow", models.Index(fields=["party", "holding"], name="flow_party")),
    ]
