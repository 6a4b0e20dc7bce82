"""Names of the files inside archives and mails, as text to search: people write on files whom they are about."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from morasanu.extract.archive.unpack import label_to_name, make_label
from morasanu.extract.interface import Member, Piece, Unread

if TYPE_CHECKING:
    from morasanu.extract.interface import Extracted

_ARCHIVES: Final = frozenset(("zip", "7z", "tar", "lzh", "cab", "rar", "cpio", "iso"))
_MAILS: Final = frozenset(("eml", "msg", "tnef"))
_UNNAMED: Final = re.compile(r"member \d+|before|behind")
_ATTACHED: Final = re.compile(r"(?:.*: )?(?:part|attachment) [\d.]+ (.+)")


class Names:
    r"""The names of one container's members: paths in archives (also of what was not read), file names in mails.

    >>> names = Names("zip")
    >>> names.take(Member("支店/名簿.csv", "名簿.csv", b""))
    >>> names.tell()
    [Piece(part='names', text='支店/名簿.csv\n', header='')]
    """

    def __init__(self, form: str) -> None:
        """Begin with a container of the format `form`; other formats than archives and mails have no names that people gave."""
        self.form = form
        self._names: dict[str, None] = {}

    def take(self, out: Extracted) -> None:
        """Keep the name of `out` when it has one that no extractor made up."""
        name = ""
        if self.form in _ARCHIVES and isinstance(out, Member | Unread):
            name = "" if _UNNAMED.fullmatch(out.part) else out.part
        elif self.form in _MAILS and isinstance(out, Member):
            attached = _ATTACHED.fullmatch(out.part)
            if attached and make_label(out.name).startswith(label_to_name(attached[1])):
                name = attached[1]
        if name:
            self._names[name] = None

    def tell(self) -> list[Piece]:
        """Return the names as a piece, each once and in order, folders only when nothing lies in them; none without a name."""
        parents = {one for one, other in pairwise(sorted(self._names)) if one.endswith("/") and other.startswith(one)}
        shown = [name for name in self._names if name not in parents]
        return [Piece("names", "".join(f"{name}\n" for name in shown))] if shown else []
