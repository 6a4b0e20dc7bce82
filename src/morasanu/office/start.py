"""Opens the office in this process: Django over a data folder, its database brought up to date, its ledger begun."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.office.place import Place

ORIGIN: Final = "office.morasanu.example"
"""What a ledger's name begins with."""


def set_up(
    place: Place, hosts: str = "", *, has_tls: bool = False, is_behind_proxy: bool = False, is_local: bool = False
) -> None:
    """Make Django ready over a data folder. Raises InputError MRS-I-054 when the extra `web` is missing."""
    os.environ["MORASANU_DATA"] = str(place.path)
    os.environ["DJANGO_SETTINGS_MODULE"] = "morasanu.office.settings"
    if hosts:
        os.environ["MORASANU_HOSTS"] = hosts
    os.environ["MORASANU_TLS"] = "1" if has_tls else ""
    os.environ["MORASANU_LOCAL"] = "1" if is_local and not is_behind_proxy else ""
    os.environ["MORASANU_PROXY"] = "1" if is_behind_proxy else ""
    try:
        import django  # noqa: PLC0415 - an extra

        django.setup()
    except ModuleNotFoundError as error:
        raise InputError(
            "MRS-I-054",
            f"画面には追加の部品が要ります: pip install 'morasanu[web]'（{error.name} がありません）",
            f"the office needs an extra: pip install 'morasanu[web]' ({error.name} is missing)",
        ) from error


def prepare(place: Place, examples: Path | None = None) -> str:
    """Return the path of the first administrator's link, empty when there is one; database and ledger are up to date then.

    A demo is filled with the invented bank when it is new; `examples` is the folder with the bank's shares.
    """
    from django.core.management import call_command  # noqa: PLC0415 - after set_up
    from django.db import connection  # noqa: PLC0415 - as above

    from morasanu.ledger.ledger import begin_ledger  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("pragma analysis_limit = 1000")
            cursor.execute("analyze")  # what the planner knows of the tables; PostgreSQL looks by itself
    if not place.ledger.exists():
        begin_ledger(place.ledger, f"{ORIGIN}/{secrets.token_hex(8)}")  # witnesses tell ledgers apart by name
    if place.is_demo:
        from morasanu.office.demo.load import load_bank  # noqa: PLC0415

        load_bank(examples)
    from morasanu.office.people.first import make_link  # noqa: PLC0415

    return make_link(place)
