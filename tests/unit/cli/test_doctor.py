"""`morasanu doctor` tells what is there, what is missing and how to get it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from morasanu.cli import doctor
from morasanu.cli.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def _ask(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, tuple[bool, str]]]:
    code = main(["doctor", "--json"])
    checks = json.loads(capsys.readouterr().out)
    return code, {check["name"]: (check["is_there"], check["remedy"]) for check in checks}


def test_doctor_lists_formats_places_helpers_and_confinements(capsys: pytest.CaptureFixture[str]) -> None:
    code, checks = _ask(capsys)
    for name in (
        "zip",
        "xlsx",
        "eml",
        "imaps://",
        "postgresql://",
        "libarchive",
        "Japanese font",
        "tesseract",
        "paper",
        "sandbox memory",
    ):
        assert name in checks
    assert all(checks[name] == (True, "") for name in ("zip", "xlsx", "eml", "sandbox"))
    assert all(bool(remedy) != is_there for is_there, remedy in checks.values())
    assert code == (0 if all(is_there for is_there, _ in checks.values()) else 3)


def test_doctor_says_how_to_get_what_the_system_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "_FONTS", (str(tmp_path),))
    code, checks = _ask(capsys)
    assert code == 3
    assert not checks["Japanese font"][0]
    assert "fonts-" in checks["Japanese font"][1]
    (tmp_path / "ipaexg.ttf").touch()
    assert _ask(capsys)[1]["Japanese font"] == (True, "")


def test_doctor_names_the_wrong_key_of_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ldap3", reason="needs the extra: ldap")
    (tmp_path / "directory.yaml").write_text("ldap: {server: http://ldap.bank.example}", encoding="utf-8")
    assert main(["doctor", "--data", str(tmp_path)]) == 3
    assert "ldap.server" in capsys.readouterr().out


def test_doctor_says_that_a_directory_is_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ldap3", reason="needs the extra: ldap")
    text = "ldap: {server: 'ldaps://127.0.0.1:1', person: 'uid={name},dc=bank', timeout_s: 1}"
    (tmp_path / "directory.yaml").write_text(text, encoding="utf-8")
    assert main(["doctor", "--data", str(tmp_path)]) == 3
    assert "○ ldap " in capsys.readouterr().out
