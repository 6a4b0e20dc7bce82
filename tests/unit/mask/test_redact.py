"""Masked values: a row one knows can be recognised, nothing can be learnt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.finding import Label
from morasanu.mask.redact import redact
from morasanu.rules.load import load_rules

LABELS = sorted(load_rules().labels)
FORM = frozenset(" -‐－ー.,/()（）・:：@_＊")
VALUES = st.text(
    st.one_of(st.sampled_from("山田太郎ヤaZ09-@.()（）ー 　\n＊東京都千葉県府"), st.characters(codec="utf-8")),
    max_size=30,
)


@pytest.mark.parametrize(
    ("label", "value", "shown"),
    [
        ("PERSON", "山田 太郎", "山＊ ＊＊"),
        ("PERSON", "山田太郎", "山＊＊＊"),
        ("PERSON", "山", "＊"),
        ("PERSON", "TARO YAMADA", "T＊＊＊ ＊＊＊＊＊＊"),
        ("PERSON", "山田\n　太郎", "山＊ ＊＊"),
        ("ADDRESS", "千葉県船橋市1-2", "千葉県＊＊＊"),
        ("ADDRESS", "北海道札幌市1-2", "北海道＊＊＊"),
        ("ADDRESS", "京都府京都市1-2", "京都府＊＊＊"),
        ("ADDRESS", "神奈川県横浜市1-2", "神奈川県＊＊＊"),
        ("ADDRESS", "船橋市本町1-2", "＊＊＊"),
        ("PHONE", "090-1234-5678", "＊＊＊-＊＊＊＊-＊＊＊＊"),
        ("PHONE", "０３（１２３４）５６７８", "＊＊（＊＊＊＊）＊＊＊＊"),
        ("EMAIL", "taro@mail.example", "＊＊＊＊@＊＊＊＊.＊＊＊＊＊＊＊"),
        ("SECRET", "hunter2", "＊＊＊"),
        ("SECRET", "", "＊＊＊"),
        ("SENSITIVE", "糖尿病", "＊＊＊"),
        ("MY_NUMBER", "1234 5678 9018", "＊＊＊＊ ＊＊＊＊ ＊＊＊＊"),
        ("STAFF_ID", "S123", "＊＊＊＊"),
    ],
)
def test_redact_value_keeps_what_its_label_allows(label: str, value: str, shown: str) -> None:
    assert redact(value, Label(label)) == shown


@given(st.sampled_from(LABELS).filter(lambda label: label not in {"PERSON", "ADDRESS"}), VALUES)
def test_redact_any_value_shows_nothing_but_its_form(label: str, value: str) -> None:
    assert set(redact(value, Label(label))) <= FORM


@given(VALUES)
def test_redact_any_name_shows_its_first_character_at_most(value: str) -> None:
    shown = redact(value, Label("PERSON"))
    assert set(shown[1:]) <= FORM
    assert shown[:1] in {"", "＊", *FORM, value.split(maxsplit=1)[0][0] if value.split() else ""}


@given(VALUES)
def test_redact_any_name_of_one_character_shows_nothing(value: str) -> None:
    assert set(redact(value.strip()[:1], Label("PERSON"))) <= FORM


@given(VALUES)
def test_redact_any_address_shows_its_prefecture_at_most(value: str) -> None:
    shown = redact(value, Label("ADDRESS"))
    assert shown.endswith("＊＊＊")
    assert shown.removesuffix("＊＊＊")[-1:] in {"", "道", "都", "府", "県"}
    assert len(shown) <= 4 + 3


@given(st.sampled_from(("SECRET", "SENSITIVE")), VALUES, VALUES)
def test_redact_secrets_all_look_alike(label: str, one: str, other: str) -> None:
    assert redact(one, Label(label)) == redact(other, Label(label))


@given(st.sampled_from(LABELS), VALUES)
def test_redact_any_value_stays_on_one_line(label: str, value: str) -> None:
    assert len(redact(value, Label(label)).splitlines()) <= 1


@given(
    st.sampled_from([label for label in LABELS if label not in {"PERSON", "ADDRESS", "SECRET", "SENSITIVE"}]), VALUES
)
def test_redact_twice_is_the_same_as_once(label: str, value: str) -> None:
    once = redact(value, Label(label))
    assert redact(once, Label(label)) == once
