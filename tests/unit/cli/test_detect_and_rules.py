"""`morasanu detect` and `morasanu rules` as programs and people use them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from morasanu.cli.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def _detect(data: bytes, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    command = [sys.executable, "-m", "morasanu.cli", "detect", "--jsonl", *arguments]
    process = subprocess.run(command, input=data, capture_output=True, check=False)
    assert b"Traceback" not in process.stderr
    return process.returncode, [json.loads(line, parse_constant=pytest.fail) for line in process.stdout.splitlines()]


def test_detect_answers_every_line_and_goes_on_after_a_broken_one() -> None:
    lines = [
        "\ufeff".encode() + json.dumps({"id": 1, "text": "電話 090-1234-5678"}).encode(),
        b'{"id": 2, "text": "\xff\xfe"}',
        b"not json",
        b'{"id": NaN, "text": "x"}',
        b'{"id": "d", "text": 5}',
        b'["no object"]',
        b"",
        json.dumps({"id": [3], "text": "\ud800 氏名：山田 太郎"}).encode(),
    ]
    code, answers = _detect(b"\n".join(lines) + b"\n")
    assert code == 3
    assert [answer.get("error", {}).get("code") for answer in answers] == [
        None, "MRS-I-010", "MRS-I-011", "MRS-I-011", "MRS-I-012", "MRS-I-011", None,
    ]  # fmt: skip
    assert [answer["id"] for answer in answers] == [1, None, None, None, "d", None, [3]]
    assert answers[0]["spans"][0]["start"] == 3
    assert [span["label"] for span in answers[-1]["spans"]] == ["PERSON"]


def test_detect_offsets_of_a_long_text_count_from_its_beginning() -> None:
    text = "あ" * 40_000 + "\n電話 090-1234-5678\n"
    code, (answer,) = _detect(json.dumps({"id": 1, "text": text}).encode())
    assert code == 0
    assert [text[span["start"] : span["end"]] for span in answer["spans"]] == ["090-1234-5678"]


def test_detect_ends_quietly_when_its_reader_goes_away() -> None:
    rows = json.dumps({"id": 1, "text": "電話 090-1234-5678"}) + "\n"
    command = f"{sys.executable} -m morasanu.cli detect --jsonl | head -n 1"
    process = subprocess.run(command, shell=True, input=(rows * 5000).encode(), capture_output=True, check=False)
    assert b"Traceback" not in process.stderr


@pytest.mark.parametrize(
    "text",
    [
        "id: [",
        "id: 5\n",
        "- &a {id: x}\n- *a\n",
        "id: " + "[" * 100_000,
        "id: x\nid: y\n",
        "id: 2024-99-99\n",
        "- 1\n",
        "id: x\nlabel: X\ntitle: {ja: a, en: b}\nscore: 0.9\nsource: s\nchecked: verified\nforms: ['a{99999999999}']\n",
        "id: x\nlabel: X\ntitle: {ja: a, en: b}\nscore: 0.9\nsource: s\nchecked: verified\ncheck: []\n",
        "id: x\nlabel: X\ntitle: {ja: [1], en: b}\nscore: 0.9\nsource: s\nchecked: verified\n",
    ],
)
def test_a_broken_detector_is_refused_with_a_code(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    assert main(["rules", "check", str(tmp_path / "own.yaml")]) == 2
    assert "MRS-R-01" in capsys.readouterr().err


def test_an_example_that_does_not_come_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.yaml").write_text(
        "id: own\nlabel: OWN\ntitle: {ja: 自前, en: own}\nscore: 0.9\nsource: s\nchecked: verified\n"
        "text_forms: ['Q[0-9]{4}']\nexamples: [{text: 'Q12', found: [Q12]}]\n",
        encoding="utf-8",
    )
    assert main(["rules", "check", str(tmp_path / "own.yaml")]) == 2
    assert "MRS-R-012" in capsys.readouterr().err


def test_rules_list_and_show_speak_of_every_detector(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list"]) == 0
    listed = capsys.readouterr().out
    assert "my_number" in listed
    assert main(["rules", "show", "my_number"]) == 0
    assert "番号法" in capsys.readouterr().out
    assert main(["rules", "show", "nothing"]) == 2


@pytest.mark.parametrize(("language", "word"), [("ja", "使い方"), ("en", "usage")])
@pytest.mark.parametrize("verb", [[], ["scan"], ["detect"], ["rules"], ["rules", "check"]])
def test_help_speaks_the_language_of_the_locale(
    language: str, word: str, verb: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MORASANU_LANG", language)
    assert main([*verb, "--help"]) == 0
    assert capsys.readouterr().out.startswith(word)
