"""Check digits: numbers computed by the published formulas, each with its neighbours that must fail."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from morasanu.detect.check import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable

LAW = Path(__file__).parents[4] / "shared" / "law" / "identifiers.yaml"
# (check, place of the check digit, numbers that are right)
DIGITS = [
    ("my_number", 11, ["123456789018", "987654321093", "111111111118", "000000000019", "621498320257", "202611230003"]),
    ("corporate_number", 0, ["8000000000001", "7123456789012", "5835678256246", "8700110005901"]),
    ("driver_licence_digit", 10, ["309012345620", "620598765410", "450000000120", "102611111150", "509902020170"]),
    ("driver_licence", 10, ["309012345620", "620598765410", "450000000120", "102611111150", "509902020170"]),
    ("luhn", -1, ["4111111111111111", "3530111333300000", "378282246310005", "30569309025904", "2223000000000015"]),
    ("insurer_number", -1, ["01130012", "06139992", "33120015", "39130018", "138008", "270017"]),
]
CASES = [(name, place, number) for name, place, numbers in DIGITS for number in numbers]
# the checks that take digits; the address check takes the whole match
OF_DIGITS = sorted(set(CHECKS) - {"ip_address"})


@pytest.mark.parametrize(("name", "place", "number"), CASES)
def test_check_digit_right_passes_and_any_other_fails(name: str, place: int, number: str) -> None:
    place %= len(number)
    passing = [d for d in "0123456789" if CHECKS[name](number[:place] + d + number[place + 1 :])]
    assert passing == [number[place]]


@pytest.mark.parametrize(("name", "place", "number"), CASES)
def test_check_other_length_fails(name: str, place: int, number: str) -> None:  # noqa: ARG001
    if name == "luhn":
        assert not CHECKS[name](number + "5")
    else:
        assert not CHECKS[name](number[:-1])
        assert not CHECKS[name](number + "0")


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_my_number_any_eleven_digits_take_the_digit_of_the_ordinance(body: str) -> None:
    # 省令5条: Q_n = n + 1 for the 1st to 6th digit from the right, n - 5 beyond; 11 less the rest, 0 for a rest of 0 or 1
    rest = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(body), 1)) % 11
    digit = 0 if rest <= 1 else 11 - rest
    assert [d for d in range(10) if CHECKS["my_number"](f"{body}{d}")] == [digit]


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_corporate_number_any_twelve_digits_take_one_leading_digit(body: str) -> None:
    rest = sum(int(digit) * (2 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(body), 1)) % 9
    assert [d for d in range(10) if CHECKS["corporate_number"](f"{d}{body}")] == [9 - rest]


@given(st.from_regex(r"[1-9][0-9]{13}", fullmatch=True), st.integers(0, 13))
def test_luhn_one_wrong_digit_is_noticed(body: str, place: int) -> None:
    right = next(f"{body}{d}" for d in range(10) if CHECKS["luhn"](f"{body}{d}"))
    other = str((int(right[place]) + 1) % 10)
    assert not CHECKS["luhn"](right[:place] + other + right[place + 1 :])


@given(st.sampled_from(OF_DIGITS), st.text("0123456789", max_size=20))
def test_check_any_digits_give_yes_or_no(name: str, digits: str) -> None:
    assert CHECKS[name](digits) in {True, False}


@given(st.text(max_size=40))
def test_ip_address_any_text_gives_yes_or_no(text: str) -> None:
    assert CHECKS["ip_address"](text) in {True, False}


@pytest.mark.parametrize("name", ["my_number", "corporate_number", "driver_licence", "insurer_number"])
def test_check_empty_string_fails(name: str) -> None:
    assert not CHECKS[name]("")


def test_driver_licence_unknown_commission_fails_but_its_digit_passes() -> None:
    number = "901582113851"  # 90 is 福岡; 01 and 15 are nobody's
    assert CHECKS["driver_licence"](number)
    for code in ("01", "15", "99"):
        shifted = next(
            f"{code}{number[2:10]}{d}1"
            for d in range(10)
            if CHECKS["driver_licence_digit"](f"{code}{number[2:10]}{d}1")
        )
        assert not CHECKS["driver_licence"](shifted)


@pytest.mark.parametrize(
    ("name", "accepted", "refused"),
    [
        ("not_placeholder", ["1234567", "0000001"], ["0000000", "9999999", "1"]),
        (
            "phone",
            ["09012345678", "0312345678", "0120123456", "819012345678"],
            ["0012345678", "0000000000", "01012345678"],
        ),
        ("not_card", ["03378690", "4111111111111112", "123456"], ["4111111111111111", "378282246310005"]),
        ("luhn", ["4111111111111111"], ["0000000000000000", "1111111111111111"]),
        (
            "ip_address",
            ["10.24.7.115", "192.168.0.1", "172.16.5.9", "203.0.113.7", "198.51.100.24", "2001:db8::1", "fe80::1"],
            ["12.1.0.7", "1.2.3.4", "256.1.1.1", "10.0.0", "12:30:45", "00:1b:44:11:3a:b7", "::g", ""],
        ),
    ],
)
def test_check_range_accepts_and_refuses(name: str, accepted: list[str], refused: list[str]) -> None:
    assert [value for value in accepted if not CHECKS[name](value)] == []
    assert [value for value in refused if CHECKS[name](value)] == []


@pytest.mark.parametrize("name", ["my_number", "luhn", "insurer_number", "driver_licence_digit"])
def test_check_random_digits_pass_about_one_in_ten(name: str) -> None:
    """Why no check decides alone."""
    size = {"insurer_number": 8, "luhn": 16}.get(name, 12)
    chance = random.Random(1)
    passed = sum(CHECKS[name]("".join(chance.choices("0123456789", k=size))) for _ in range(4_000))
    assert 0.07 < passed / 4_000 < 0.13


def test_my_number_random_digits_without_label_is_not_found(find: Callable[[str], list[tuple[str, str]]]) -> None:
    chance = random.Random(2)
    numbers = ["".join(chance.choices("0123456789", k=12)) for _ in range(400)]
    assert sum(map(CHECKS["my_number"], numbers)) > 20
    found = find("".join(f"処理 {number} を完了\n" for number in numbers))
    assert [value for value, label in found if label == "MY_NUMBER"] == []


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("my_number", "my_number"),
        ("corporate_number", "corporate_number"),
        ("drivers_licence", "driver_licence"),
        ("insurer_number", "insurer_number"),
        ("card", "luhn"),
    ],
)
def test_check_collected_vectors_agree(identifier: str, name: str) -> None:
    if not LAW.exists():
        pytest.skip(f"{LAW.name} does not stand beside the repository")
    entries: list[dict[str, Any]] = yaml.safe_load(LAW.read_text(encoding="utf-8"))["identifiers"]
    entry = next(entry for entry in entries if entry["id"] == identifier)
    valid, invalid = (v.values() if isinstance(v, dict) else v for v in (entry["valid"], entry["invalid"]))
    assert [v for v in valid if not CHECKS[name](_digits(v))] == []
    assert [v for v in invalid if CHECKS[name](_digits(v))] == []


def _digits(value: str | int) -> str:
    # YAML reads 06139992 as it stands and 138008 as a number
    return str(value)
