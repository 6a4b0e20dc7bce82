"""Opens the office in this process: Django over a data folder, its database brought up to date, its ledger begun."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, MorasanuError, OutsideError
from morasanu.office.backup import make_backup

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


def update(place: Place) -> None:
    """Bring the database up to date, after a checked copy was made of an older one.

    Raises InputError MRS-I-050 for a database of a newer program, MRS-I-124 for an empty one that is not the folder's, OutsideError
    MRS-O-053 when the copy cannot be made: nothing is changed then.
    """
    from django.core.management import call_command  # noqa: PLC0415 - after set_up
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    loader = executor.loader
    if set(loader.applied_migrations) - set(loader.disk_migrations):
        raise InputError(
            "MRS-I-050",
            f"{place.path} は新しい版で使われています。この版では開けません",
            f"{place.path} was used by a newer version, which this one cannot open",
        )
    if place.ledger.exists() and not loader.applied_migrations:  # what it evidences was written into another database
        raise InputError(
            "MRS-I-124",
            f"{place.path} の記録は別のデータベースにあります。DATABASE_URL を確かめてください",
            f"the rows of {place.path} are in another database: see to DATABASE_URL",
        )
    if loader.applied_migrations and executor.migration_plan(loader.graph.leaf_nodes()):
        _copy_first(place)
    call_command("migrate", verbosity=0, interactive=False)


def _copy_first(place: Place) -> None:
    try:
        make_backup(place, dt.datetime.now(dt.UTC))
    except (MorasanuError, OSError) as error:
        name = error.code if isinstance(error, MorasanuError) else type(error).__name__
        raise OutsideError(
            "MRS-O-053",
            f"新しい版にする前の控えを取れないため、何も変えていません（{name}）。空き容量と権限を確かめてください",
            f"nothing was brought up to date, for no copy could be made first ({name}): see to free space and rights",
        ) from error


def prepare(place: Place, examples: Path | None = None) -> str:
    """Return the path of the first administrator's link, empty when there is one; database and ledger are up to date then.

    A demo is filled with the invented bank when it is new; `examples` is the folder with the bank's shares.
    """
    from django.db import connection  # noqa: PLC0415 - after set_up

    from morasanu.ledger.ledger import begin_ledger  # noqa: PLC0415

    update(place)
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
