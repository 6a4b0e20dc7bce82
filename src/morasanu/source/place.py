"""From what a person names to its source: folders, and whatever an address such as `imaps://` leads to."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import urlsplit

from morasanu.errors import InputError, OutsideError
from morasanu.source.address import cut_address
from morasanu.source.folder import FolderSource
from morasanu.source.interface import Access

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from morasanu.source.credential import Credentials
    from morasanu.source.interface import Item, OpenPlace, Rows, Source

GROUP: Final = "morasanu.sources"
"""The entry points of other packages: their names are schemes, each leads to an `OpenPlace`."""
_DATABASES: Final = ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql")
_MODULES: Final[dict[str, str]] = {
    "imap": "imap", "imaps": "imap", "s3": "bucket", **dict.fromkeys(_DATABASES, "database.source"),
}  # fmt: skip
"""The built-in module of each scheme: its `open_place` makes the source, its `missing` says which extra that needs."""
_ADDRESS: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")


def is_address(name: str) -> bool:
    """Return whether `name` is an address and no path of a file.

    >>> is_address("imaps://mail.example.jp"), is_address("支店/台帳")
    (True, False)
    """
    return _ADDRESS.match(name) is not None


def list_missing() -> dict[str, str]:
    """Return for every scheme that is built in the extra it still needs, `""` when it needs none.

    >>> list_missing()["imaps"]
    ''
    """
    return {scheme: import_module(f"morasanu.source.{module}").missing(scheme) for scheme, module in _MODULES.items()}


def open_places(
    names: Sequence[str], credentials: Credentials, access: Access | None = None, skip: Iterable[Path] = ()
) -> Source:
    """Return one source of all that `names` leads to: paths of folders and files, addresses.

    `access` says how tables are read; `skip` are files to leave out. Raises InputError MRS-I-001 for a path that is not
    there, MRS-I-017 for an address nothing here knows, MRS-I-018 for one that holds a user or password, OutsideError MRS-O-033 when an extra is not installed; further errors as the sources do.
    """
    access = access or Access()
    folders = [Path(name) for name in names if not is_address(name)]
    places: list[tuple[str, Source]] = []
    for url in dict.fromkeys(name for name in names if is_address(name)):
        secrets = credentials.find(url)
        places.append((url, _find(url)(url, replace(access, secrets=secrets))))
    if folders:
        places.insert(0, ("", FolderSource(folders, skip)))
    return _Places(places)


def _find(url: str) -> OpenPlace:
    if not url.lower().startswith("sqlite:"):  # a file, on no host
        cut_address(url)
    parts = urlsplit(url)
    if parts.username is not None or parts.query or parts.fragment:  # an address stands in command lines and reports
        raise InputError(
            "MRS-I-018",
            "利用者名・パスワード・設定は宛先に書かず、接続情報のファイル（--credentials）に書いてください",
            "write no user, password or setting into an address; they belong into the credentials file (--credentials)",
        )
    scheme = parts.scheme.lower()
    for entry in entry_points(group=GROUP, name=scheme):
        found: OpenPlace = entry.load()
        return found
    if scheme not in _MODULES:
        raise InputError("MRS-I-017", f"知らない宛先です: {scheme}://", f"unknown kind of address: {scheme}://")
    module = import_module(f"morasanu.source.{_MODULES[scheme]}")
    if extra := module.missing(scheme):
        raise OutsideError(
            "MRS-O-033",
            f"{scheme}:// を読む部品がありません。pip install 'morasanu[{extra}]' で入ります",
            f"the part that reads {scheme}:// is not installed: pip install 'morasanu[{extra}]'",
        )
    made: OpenPlace = module.open_place
    return made


class _Places:
    """Several sources as one; an item belongs to the place whose address its path begins with."""

    def __init__(self, places: list[tuple[str, Source]]) -> None:
        self._places = places
        self._by_length = sorted(places, key=lambda place: -len(place[0]))

    def items(self) -> Iterator[Item]:
        seen = set()
        for item in chain.from_iterable(source.items() for _, source in self._places):
            if not is_address(item.path):
                yield item
            elif item.path not in seen:
                seen.add(item.path)
                yield item

    def open(self, path: str) -> BinaryIO | Rows:
        return self._of(path).open(path)

    def version(self, path: str) -> str:
        return self._of(path).version(path)

    def _of(self, path: str) -> Source:
        return next(source for url, source in self._by_length if path.startswith(url) and bool(url) == is_address(path))
