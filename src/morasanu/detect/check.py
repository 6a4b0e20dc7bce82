"""Check digits and ranges: pure functions from a string of digits to yes or no.

A check digit never decides alone: one random number in ten passes each of these.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def is_my_number(digits: str) -> bool:
    """Return whether twelve digits carry the check digit of 個人番号 (weights 6,5,4,3,2,7,6,5,4,3,2 modulo 11).

    Source: 番号法の規定による省令 (平成26年総務省令第85号) 5条, as reproduced by python-stdnum.

    >>> is_my_number("123456789018"), is_my_number("123456789019")
    (True, False)
    """
    if len(digits) != 12:
        return False
    rest: int = sum(map(mul, map(int, digits), (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_corporate_number(digits: str) -> bool:
    """Return whether thirteen digits carry the leading check digit of 法人番号 (weights 1,2 from the right modulo 9).

    >>> is_corporate_number("7123456789012"), is_corporate_number("8123456789012")
    (True, False)
    """
    if len(digits) != 13:
        return False
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits[1:])))
    return int(digits[0]) == 9 - total % 9


_COMMISSIONS: Final = frozenset(
    (
        "00 10 11 12 13 14 20 21 22 23 24 25 30 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 60 61 62 63 64 65 "
        "70 71 72 73 74 80 81 82 83 90 91 92 93 94 95 96 97"
    ).split()
)


def is_driver_licence(digits: str) -> bool:
    """Return whether twelve digits have a public safety commission's code and the check digit of 運転免許証番号.

    Source: three public descriptions that agree (weights 5,4,3,2,7,6,5,4,3,2 modulo 11, eleventh digit).

    >>> is_driver_licence("309012345620"), is_driver_licence("309012345630")
    (True, False)
    """
    return len(digits) == 12 and digits[:2] in _COMMISSIONS and is_driver_licence_digit(digits)


def is_driver_licence_digit(digits: str) -> bool:
    """Return whether the eleventh of twelve digits is the check digit of 運転免許証番号, whatever the commission's code.

    >>> is_driver_licence_digit("901582113851")
    True
    """
    if len(digits) != 12:
        return False
    rest: int = sum(map(mul, map(int, digits), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
    return int(digits[10]) == (11 - rest) % 10


_DOUBLED: Final = str.maketrans("0123456789", "0246813579")  # the digit sum of twice the digit


def is_luhn(digits: str) -> bool:
    """Return whether the digits pass the Luhn check of payment cards (ISO/IEC 7812-1 Annex B).

    >>> is_luhn("4111111111111111"), is_luhn("4111111111111112")
    (True, False)
    """
    total = sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))
    return total % 10 == 0 and len(set(digits)) > 1


def is_insurer_number(digits: str) -> bool:
    """Return whether six or eight digits carry the check digit of 保険者番号 (weights 2,1 from the right, digit sums).

    >>> is_insurer_number("01130012"), is_insurer_number("01130013"), is_insurer_number("138008")
    (True, False, True)
    """
    if len(digits) not in (6, 8):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits[:-1])):
        number = int(digit) * (2 - place % 2)
        total += number // 10 + number % 10
    return int(digits[-1]) == (10 - total % 10) % 10


def is_not_placeholder(digits: str) -> bool:
    """Return whether the digits are not one digit repeated, as in a form's sample.

    >>> is_not_placeholder("0000000"), is_not_placeholder("1234567")
    (False, True)
    """
    return len(set(digits)) > 1


def is_phone(digits: str) -> bool:
    """Return whether the digits may be a Japanese or international telephone number: no 00 at the start, no single digit.

    Source: numbering plan as in phonenumbers 9.0.43 metadata.

    >>> is_phone("09012345678"), is_phone("0000148000"), is_phone("5552314")
    (True, False, True)
    """
    if digits[:1] == "0" and digits[2:3] == "0" and digits[1:2] in "56789" and len(digits) != 11:
        return False  # mobile and IP telephones have eleven digits
    return not digits.startswith(("00", "010")) and len(set(digits)) > 2


def is_ip_address(text: str) -> bool:
    """Return whether `text` is an IP address rather than a version number: private, or with large octets.

    Source: RFC 1918, RFC 4291; version numbers written with four parts have small parts.

    >>> is_ip_address("10.24.7.115"), is_ip_address("203.0.113.7"), is_ip_address("12.1.0.7"), is_ip_address("09:12:44")
    (True, True, False, False)
    """
    if ":" in text and "::" not in text and text.count(":") != 7:  # a time of day, a MAC address
        return False
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        return True
    first, second, *rest = address.packed
    if (first, second) == (255, 255):  # a mask
        return False
    private = (
        (first in (10, 127) and (second > 3 or max(rest) > 9))
        or (first, second) == (192, 168)
        or (first == 172 and 16 <= second < 32)
    )
    public = first >= 128 and rest[-1] != 0  # 131.0.0.0 is a browser
    return private or public or sum(octet >= 50 for octet in address.packed) >= 2


def is_not_card(digits: str) -> bool:
    """Return whether the digits are no payment card number, so that a member number may be meant.

    >>> is_not_card("03378690"), is_not_card("4111111111111111")
    (True, False)
    """
    return not (14 <= len(digits) <= 19 and is_luhn(digits))


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "my_number": is_my_number,
    "corporate_number": is_corporate_number,
    "driver_licence": is_driver_licence,
    "driver_licence_digit": is_driver_licence_digit,
    "luhn": is_luhn,
    "insurer_number": is_insurer_number,
    "not_placeholder": is_not_placeholder,
    "phone": is_phone,
    "ip_address": is_ip_address,
    "not_card": is_not_card,
}
"""The checks a detector spec may name; each is pure and takes the digits only, or the whole match of a `text_forms`."""
