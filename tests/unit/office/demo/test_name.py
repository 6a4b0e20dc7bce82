"""The names of invented people."""

from __future__ import annotations

import re

import pytest

from morasanu.office.demo.name import MEN, SURNAMES, WOMEN, make_names


def test_names_of_a_seed_are_the_same_each_time_and_others_for_another() -> None:
    assert make_names("a", 50) == make_names("a", 50)
    assert make_names("a", 50) != make_names("b", 50)


def test_every_name_comes_from_the_lists_with_its_reading() -> None:
    families, given = dict(SURNAMES), dict((*MEN, *WOMEN))
    for name in make_names("seed", 800):
        (family, own), (kana, own_kana) = name.text.split(), name.kana.split()
        assert families[family] == kana
        assert own_kana in {each.kana for each in (*MEN, *WOMEN) if each.text == own}
        assert own in given


@pytest.mark.parametrize("names", [SURNAMES, MEN, WOMEN], ids=["surnames", "men", "women"])
def test_lists_hold_each_name_once_and_readings_in_katakana(names) -> None:
    assert len({name.text for name in names}) == len(names)
    assert all(re.fullmatch("[ァ-ヶー]+", name.kana) for name in names)


def test_more_names_than_there_are_raise() -> None:
    with pytest.raises(ValueError, match="larger"):
        make_names("seed", 100_000)
