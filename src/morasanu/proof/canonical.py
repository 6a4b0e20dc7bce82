"""JSON in one spelling only, so that the same record has the same digest everywhere. Source: RFC 8785."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LARGEST: Final = 2**53 - 1
_FLAT: Final = {str, int, bool, type(None)}
_NESTED: Final = {dict, list}
_NESTING: Final = _FLAT | _NESTED
_BEYOND: Final = 21  # digits from which ECMAScript writes an exponent
_quote = json.JSONEncoder(ensure_ascii=False).encode


def _make_encoder() -> Callable[[object], str]:
    """Return Python's own writer with the settings of RFC 8785: its core, which `JSONEncoder` makes anew for every value."""
    encoder = json.JSONEncoder(
        sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    quote = getattr(json.encoder, "encode_basestring", None)
    if make is None or quote is None:
        return encoder.encode
    core = make(None, encoder.default, quote, None, ":", ",", True, False, False)
    return lambda value: "".join(core(value, 0))


_encode = _make_encoder()


def encode_canonical(value: object) -> bytes:
    """Return `value` (None, bool, int, float, str, lists and dicts of them) as canonical JSON in UTF-8.

    Raises ValueError for what JSON or I-JSON cannot hold: other types, keys that are no strings, integers beyond 2**53 - 1,
    not-a-number, half characters.

    >>> encode_canonical({"b": [1.0, 1e21, "あ"], "a": None}).decode()
    '{"a":null,"b":[1,1e+21,"あ"]}'
    """
    try:
        text = _encode(value) if _is_plain(value) else _write(value)
        return text.encode("utf-8")
    except (RecursionError, TypeError) as error:
        raise ValueError from error


def _is_plain(value: object) -> bool:
    """Return whether Python's own writer spells `value` canonically. Raises ValueError for an integer that is too large."""
    values: Iterable[object]
    if type(value) is dict:
        keys = "".join(value)  # TypeError unless all are strings
        if not keys.isascii() and max(keys) >= "\ud800":
            return False  # from there on the order is not that of UTF-16, by which RFC 8785 sorts
        values = value.values()
    else:
        values = value if type(value) is list else (value,)
    kinds = set(map(type, values))
    if int in kinds:
        for each in values:
            if type(each) is int and not -_LARGEST <= each <= _LARGEST:
                raise ValueError
    return kinds <= _FLAT or (kinds <= _NESTING and all(_is_plain(each) for each in values if type(each) in _NESTED))


def _write(value: object) -> str:
    if isinstance(value, float):
        return _write_float(value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
        return f"{{{','.join(f'{_quote(key)}:{_write(item)}' for key, item in pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_write, value))}]"
    if not _is_plain(value):
        raise ValueError
    return _encode(value)


def _write_float(value: float) -> str:
    """Return a number as ECMAScript writes it. Source: RFC 8785, section 3.2.2.3."""
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not-a-number
        raise ValueError
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= _BEYOND:
        text = digits + "0" * (point - count)
    elif 0 < point <= _BEYOND:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{digits}"
    else:
        shown = digits[0] + (f".{digits[1:]}" if count > 1 else "")
        text = f"{shown}e{point - 1:+d}"
    return f"-{text}" if value < 0 else text
