"""Where a ledger's rows are kept: SQLite in its folder, or the PostgreSQL that the second line of its file `ledger` names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.sqlite import SqliteStore, open_reader
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.folder import Folder
    from morasanu.ledger.interface import Store

LEDGER: Final = "ledger"
"""The file with the ledger's name and, in a line of its own, the address of its rows unless they lie beside it."""
_ROWS: Final = "rows.db"
_SCHEMES: Final = frozenset(("postgresql", "postgres"))
_SCHEMA: Final = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}\Z")
_DEFAULT_SCHEMA: Final = "morasanu_ledger"


class Place(NamedTuple):
    """A schema of a database; what is empty or None is left to libpq (environment, service file, its defaults)."""

    host: str
    port: int | None
    user: str
    database: str
    schema: str = _DEFAULT_SCHEMA

    @property
    def is_near(self) -> bool:
        """Return whether the server is on this machine, so that nobody in between can listen.

        >>> parse_place("postgresql:///evidence").is_near, parse_place("postgresql://db.example.jp/evidence").is_near
        (True, False)
        """
        return not self.host or is_loopback(self.host)


def parse_place(address: str) -> Place:
    """Return what `address` says. Without a schema it is `morasanu_ledger`: each ledger has a schema of its own.

    Raises InputError MRS-I-017 for an address of something else, MRS-I-018 for one with a password or a setting, MRS-I-030 for another form.

    >>> parse_place("postgresql://sealer@db.example.jp:5433/evidence")
    Place(host='db.example.jp', port=5433, user='sealer', database='evidence', schema='morasanu_ledger')
    """
    try:
        parts = urlsplit(address)
        port = parts.port
        names = list(map(unquote, parts.path.removeprefix("/").rstrip("/").split("/")))
    except ValueError as error:
        raise _refuse_form() from error
    if parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            "MRS-I-018",
            "パスワードや設定は宛先に書かず、libpq のファイルか環境変数（PGPASSFILE、PGSERVICE など）で渡してください",
            "write no password or setting into the address; give it by libpq's files or environment (PGPASSFILE, PGSERVICE and such)",
        )
    if parts.scheme not in _SCHEMES:
        raise InputError(
            "MRS-I-017", "台帳の置き場所は postgresql:// だけです", "a ledger's store is postgresql:// only"
        )
    host, user = unquote(parts.hostname or ""), unquote(parts.username or "")
    given = (host, user, *names)
    if not 1 <= len(names) <= 2 or not all(names) or not all(name.isprintable() for name in given) or "," in host:
        raise _refuse_form()
    place = Place(host, port, user, *names)
    if not _SCHEMA.match(place.schema):
        raise _refuse_form()
    return place


def _refuse_form() -> InputError:
    form = "postgresql://[user@]host[:port]/database[/schema]"
    return InputError("MRS-I-030", f"宛先は {form} の形で書いてください", f"write the address as {form}")


def write_place(folder: Folder, origin: str, address: str) -> None:
    """Write the ledger's name and where its rows are (empty: beside it)."""
    folder.write(LEDGER, "".join(f"{line}\n" for line in (origin, address) if line).encode())


def read_place(folder: Folder) -> tuple[str, str]:
    """Return the ledger's name and the address of its rows, empty when they lie beside it. Raises InputError MRS-I-042 without a ledger."""
    data = folder.read(LEDGER)
    if data is None:
        raise InputError("MRS-I-042", f"台帳がありません: {folder.path}", f"there is no ledger: {folder.path}")
    origin, address, *_ = (*data.decode("utf-8", "replace").split("\n"), "", "")
    return origin.strip(), address.strip()


def open_store(path: Path, address: str, *, is_reader: bool = False) -> Store:
    """Return the store of the ledger in `path`; for a reader it keeps no writer out and changes nothing. Raises EvidenceError as stores do, OutsideError MRS-O-034 when psycopg is missing."""
    if not address:
        return open_reader(path / _ROWS) if is_reader else SqliteStore(path / _ROWS)
    place = parse_place(address)
    try:
        from morasanu.ledger.postgresql import PostgresqlStore  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise OutsideError(
            "MRS-O-034",
            "PostgreSQL の部品がありません。pip install 'morasanu[postgresql]' で入ります",
            "the parts for PostgreSQL are not installed: pip install 'morasanu[postgresql]'",
        ) from error
    return PostgresqlStore(place, is_reader=is_reader)
