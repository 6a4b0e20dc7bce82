"""The text is a party by now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("register", "0005_parties_of_flows")]

    operations = [migrations.RemoveField("flow", "party_text")]
