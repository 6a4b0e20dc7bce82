"""What is shown of a row's key: enough to find the row again, nothing that could say who somebody is."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Sequence

_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_CODE: Final = re.compile(r"(?=.*[0-9])[A-Z]{0,4}[-_]?[0-9]{0,6}(?:[-_][0-9]{1,4})?")
_PLAIN_DIGITS: Final = 9
_LONG_DIGITS: Final = 17
_UNPRINTABLE: Final = re.compile(r"[^\w $#-]")


def show_key(names: Sequence[str], values: Sequence[object]) -> str:
    """Return a primary key to show (`id=17`, `a=1, b=2`), `""` when a part of it might itself be personal data.

    Shown are UUIDs, integers of up to 9 digits or from 17 on (in between lie telephone, card and individual numbers) and short codes of a few capital letters
    and digits. Names, mail addresses and longer numbers are not.

    >>> show_key(("支店", "番号"), ("B-12", 4)), show_key(("携帯",), ("09012345678",)), show_key(("id",), (90_1234_5678,))
    ('支店=B-12, 番号=4', '', '')
    """
    shown = [_show(value) for value in values]
    if not shown or not all(shown):
        return ""
    return ", ".join(f"{_UNPRINTABLE.sub('?', name)[:64]}={value}" for name, value in zip(names, shown, strict=True))


def _show(value: object) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, int):
        digits = len(str(abs(value))) if abs(value) < 10**40 else 0
        return str(value) if 0 < digits <= _PLAIN_DIGITS or digits >= _LONG_DIGITS else ""
    text = str(value).rstrip(" ") if isinstance(value, str | UUID) else ""
    return text if _UUID.fullmatch(text) or _CODE.fullmatch(text) else ""
