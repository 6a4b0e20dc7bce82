"""Addresses of databases and of the tables in them, without asking any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from morasanu.errors import InputError
from morasanu.source.address import cut_address, read_name, show_name
from morasanu.text.host import is_loopback

_FORMS: Final = {
    "sqlite": "sqlite:///path/to.db",
    "postgresql": "postgresql://host[:port]/database[/schema]",
    "mysql": "mysql://host[:port][/database]",
    "mariadb": "mariadb://host[:port][/database]",
    "oracle": "oracle://host[:port]/service[/schema]",
    "mssql": "mssql://host[:port]/database[/schema]",
}
_PARTS: Final = {"postgresql": (1, 2), "mysql": (0, 1), "mariadb": (0, 1), "oracle": (1, 2), "mssql": (1, 2)}
"""How many names follow the host at least and at most; one more than the least is the schema."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is. `base` begins the paths of its tables; `schema` None means every schema but the system's.

    With MySQL and MariaDB, where databases are schemas, `database` is `""`; with SQLite it is the file.
    """

    base: str
    scheme: str
    host: str
    port: int | None
    database: str
    schema: str | None = None

    @property
    def is_near(self) -> bool:
        """Return whether the server is on this machine, so that nobody in between can listen.

        >>> parse_address("postgresql://[::1]:5432/core").is_near, parse_address("postgresql://db.example.jp/core").is_near
        (True, False)
        """
        return is_loopback(self.host)


def parse_address(url: str) -> Address:
    """Return what `url` says; names in it may be percent-encoded. Raises InputError MRS-I-030, or MRS-I-030 when it has another form.

    Three slashes of `sqlite:///` begin a relative path, four an absolute one.

    >>> parse_address("postgresql://db.example.jp:5433/core/public")
    Address(base='postgresql://db.example.jp:5433/core', scheme='postgresql', host='db.example.jp', port=5433, database='core', schema='public')
    """
    scheme = url.partition("://")[0].lower()
    base = url.rstrip("/")
    if scheme == "sqlite":
        parts = urlsplit(url)
        path = read_name(parts.path.removeprefix("/"))
        if parts.netloc or not path.strip("/") or "\0" in path:
            raise _refuse_form(scheme)
        return Address(base, scheme, "", None, path)
    host, port, path = cut_address(url)
    names = [read_name(name) for name in path.rstrip("/").split("/")] if path.strip("/") else []
    least, most = _PARTS[scheme]
    if not least <= len(names) <= most or not all(names) or any("\0" in name for name in names):
        raise _refuse_form(scheme)
    is_whole = len(names) == least
    return Address(
        base if is_whole else base.rpartition("/")[0],
        scheme,
        host,
        port,
        names[0] if least else "",
        None if is_whole else names[least],
    )


def _refuse_form(scheme: str) -> InputError:
    form = _FORMS[scheme]
    return InputError("MRS-I-030", f"宛先は {form} の形で書いてください", f"write the address as {form}")


def write_path(base: str, *names: str) -> str:
    r"""Return the path of what `names` lead to below `base`, escaped so that `read_path` finds them again.

    >>> write_path("mysql://db.example.jp", "営業", "得意先 50%/\n")
    'mysql://db.example.jp/営業/得意先 50%25%2F%0A'
    """
    return "/".join((base, *(show_name(name, "/") for name in names)))


def read_path(base: str, path: str) -> tuple[str, ...]:
    r"""Return the names of which `write_path` made `path`.

    >>> read_path("mysql://db.example.jp", "mysql://db.example.jp/営業/得意先 50%25%2F%0A")
    ('営業', '得意先 50%/\n')
    """
    return tuple(map(read_name, path.removeprefix(base).removeprefix("/").split("/")))
