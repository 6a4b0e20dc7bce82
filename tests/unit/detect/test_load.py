"""The engine as it is put together: shipped examples come out, custom detectors take part, the digest tells rules apart."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

import pytest

from morasanu.detect import lexicon
from morasanu.detect.lexicon import fold_romaji, hiragana_to_katakana, load_lexicon
from morasanu.detect.load import digest_rules, load_engine
from morasanu.detect.spec import load_specs
from morasanu.detect.trial import Failure, try_examples
from morasanu.errors import OutsideError, RuleError

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.detect.interface import Detector
    from morasanu.detect.spec import Spec

STAFF = r"""
id: staff_id
label: STAFF_ID
title: {ja: 職員番号, en: staff number}
checked: verified
source: our own
score: {alone: 0, checked: 0, labelled: 0.9, labelled_checked: 0.9}
forms: ['\d{2}([-/])\d{4}\1\d{2}']
labels: [職員番号, 社番]
keys: [staffid]
negative: [見本]
value: 'S[0-9]{6}'
text_forms: ['STF-([0-9]{5})(?![0-9])']
needs: ['STF-']
examples:
  - {text: "職員番号 S123456", found: [S123456]}
  - {text: "社番：12-3456-78", found: [12-3456-78]}
counter_examples: ["S123456", "12-3456/78"]
"""


def write(folder: Path, text: str) -> list[Path]:
    path = folder / "staff.yaml"
    path.write_text(text, encoding="utf-8")
    return [path]


@pytest.fixture(scope="module")
def with_staff(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return load_engine(write(tmp_path_factory.mktemp("custom"), STAFF))


@pytest.mark.parametrize("spec", load_specs(), ids=lambda spec: spec.id)
def test_shipped_examples_come_out(spec: Spec, engine: Detector) -> None:
    assert try_examples(spec, engine) is None


def test_custom_examples_come_out(tmp_path: Path, with_staff: Detector) -> None:
    *_, spec = load_specs(write(tmp_path, STAFF))
    assert try_examples(spec, with_staff) is None


@pytest.mark.parametrize(
    ("example", "failure"),
    [
        ('{text: "職員番号 X1", found: [X1]}', Failure("職員番号 X1", ("X1",), ())),
        ('{text: "社番 S654321", found: []}', Failure("社番 S654321", (), ("S654321",))),
    ],
)
def test_custom_example_that_does_not_come_out_is_told(
    tmp_path: Path, with_staff: Detector, example: str, failure: Failure
) -> None:
    changed = STAFF.replace("examples:\n", f"examples:\n  - {example}\n", 1)
    *_, spec = load_specs(write(tmp_path, changed))
    assert try_examples(spec, with_staff) == failure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("職員番号：S123456", [("S123456", "STAFF_ID")]),
        ("職員番号,氏名\nS123456,山田太郎\n", [("S123456", "STAFF_ID"), ("山田太郎", "PERSON")]),
        ('{"staff_id": "S123456"}', [("S123456", "STAFF_ID")]),
        ("社番 １２－３４５６－７８", [("１２－３４５６－７８", "STAFF_ID")]),
        ("社番 12-3456/78", []),
        ("見本 社番 S123456", []),
        ("申請者 STF-10452 を登録", []),  # alone, its score is 0
        ("社番 STF-10452 を登録", [("10452", "STAFF_ID")]),
        ("電話 03-1234-5678", [("03-1234-5678", "PHONE")]),
    ],
)
def test_custom_detector_finds_what_its_spec_says(
    with_staff: Detector, text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(text[f.start : f.end], f.label) for f in with_staff.detect(text)] == expected


def test_custom_detector_of_another_engine_is_not_heard(engine: Detector) -> None:
    assert engine.detect("職員番号：S123456") == []


def test_load_engine_broken_custom_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        load_engine(write(tmp_path, STAFF.replace("label: STAFF_ID", "label: staff")))


def test_digest_same_rules_is_the_same_and_any_change_is_another(tmp_path: Path) -> None:
    plain = digest_rules()
    assert plain == digest_rules()
    assert len(bytes.fromhex(plain)) == 32
    first = digest_rules(write(tmp_path, STAFF))
    second = digest_rules(write(tmp_path, STAFF + "\n"))
    assert len({plain, first, second}) == 3


def test_lexicon_broken_or_missing_cache_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build = load_lexicon.__wrapped__
    known = load_lexicon()
    assert build() == known
    (cache,) = (tmp_path / "morasanu").iterdir()
    whole = cache.read_bytes()
    assert build() == known  # read from the cache
    cache.write_bytes(whole[:-9] + b"\x00" * 9)
    assert build() == known
    assert cache.read_bytes() != whole[:-9] + b"\x00" * 9


def test_lexicon_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(lexicon, "version", no_version)
    monkeypatch.setattr(lexicon, "find_spec", lambda _: None)
    with pytest.raises(OutsideError) as caught:
        load_lexicon.__wrapped__()
    assert caught.value.code == "MRS-O-010"


def test_lexicon_holds_names_and_places_in_folded_form() -> None:
    known = load_lexicon()
    assert {"佐藤", "高橋", "渡辺", "斎藤"} <= set(known.surname)
    assert known.surname["佐藤"] > known.surname["山口"] >= 1
    assert not any("髙" in name or "邊" in name for name in known.surname)
    assert {"東京都", "北海道", "京都府"} <= known.prefecture
    assert len(known.prefecture) == 47
    assert {"千代田区", "横浜市", "中区", "軽井沢町", "北佐久郡軽井沢町"} <= known.city
    assert "" not in known.town


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Satoh", "sato"),
        ("SATOU", "sato"),
        ("Satō", "sato"),
        ("Ohno", "ono"),
        ("Yuuki", "yuki"),
        ("Sirota", "shirota"),
        ("Tuchiya", "tsuchiya"),
        ("Huzita", "fujita"),
        ("Syouji", "shoji"),
        ("Honma", "honma"),
        ("Homma", "honma"),
        ("Namba", "nanba"),
        ("O'Hara", "ohara"),
        ("", ""),
    ],
)
def test_fold_romaji_spellings_become_one(written: str, folded: str) -> None:
    assert fold_romaji(written) == folded


def test_hiragana_to_katakana_leaves_the_rest() -> None:
    assert hiragana_to_katakana("たなか ゔぁA漢ー") == "タナカ ヴァA漢ー"
