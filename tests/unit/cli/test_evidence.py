"""A scan leaves evidence in a ledger: what was scanned, by which rules, with digests of the reports."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from morasanu.cli.__main__ import main

pytest.importorskip("cryptography", reason="the extra `ledger` is not installed")

if TYPE_CHECKING:
    from pathlib import Path


def test_scan_is_recorded_with_the_digest_of_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "控え.txt").write_text("氏名：佐伯 恵理子\n", encoding="utf-8")
    ledger, report = str(tmp_path / "ledger"), tmp_path / "a.html"
    assert main(["ledger", "init", ledger, "--origin", "shiomi.example/shouko"]) == 0
    arguments = ["scan", str(tmp_path / "share"), "--html", str(report), "--ledger", ledger, "--actor", "u-17"]
    assert main(arguments) == 0
    assert main(["ledger", "checkpoint", ledger]) == 0
    capsys.readouterr()
    assert main(["ledger", "prove", ledger, "1", "--json"]) == 0
    proved = json.loads(capsys.readouterr().out)
    assert (proved["entry"]["kind"], proved["entry"]["actor"]) == ("scan.done", "u-17")
    record = proved["record"]
    assert record["reports"] == [{"file": "a.html", "sha256": sha256(report.read_bytes()).hexdigest()}]
    assert (record["files"], record["findings"], len(record["rules_digest"])) == (1, 1, 64)
    assert "佐伯" not in json.dumps(proved, ensure_ascii=False)


def test_scan_into_a_ledger_that_is_not_there_reads_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    report = tmp_path / "r" / "a.jsonl"
    report.parent.mkdir()
    assert main(["scan", str(tmp_path / "a.txt"), "--jsonl", str(report), "--ledger", str(tmp_path / "none")]) == 2
    assert "MRS-I-042" in capsys.readouterr().err
    assert not report.exists()
