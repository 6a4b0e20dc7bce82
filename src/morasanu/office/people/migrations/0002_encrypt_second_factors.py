"""Second factors that older folders hold in the clear are encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import encrypt
from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SECRETS = {"totp": "secret", "recovery_codes": "seed"}


def encrypt_all(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Encrypt what allauth stored as it was."""
    del editor
    for each in apps.get_model("mfa", "Authenticator").objects.filter(type__in=SECRETS):
        name = SECRETS[each.type]
        if name in each.data:
            each.data = {**each.data, name: encrypt(each.data[name])}
            each.save()


class Migration(migrations.Migration):
    """After the table of allauth stands."""

    dependencies = (("people", "0001_initial"), ("mfa", "0003_authenticator_type_uniq"))
    operations = (migrations.RunPython(encrypt_all, migrations.RunPython.noop),)
