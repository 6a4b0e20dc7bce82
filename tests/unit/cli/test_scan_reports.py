"""The reports of `morasanu scan`: each in its form, none with more than it may show."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from tests.unit.cli.scanning import NAME, PHONE, SECRET, TEXT, lines, scan

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("japanese")


@pytest.mark.parametrize("kind", ["html", "jsonl", "csv", "csv-cp932", "sarif"])
def test_no_report_shows_a_value_unless_revealed(kind: str, share: Path, tmp_path: Path) -> None:
    encoding = "cp932" if kind == "csv-cp932" else "utf-8"
    scan(share, f"--{kind}", tmp_path / "masked")
    masked = (tmp_path / "masked").read_text(encoding=encoding)
    assert not [value for value in (NAME, PHONE, SECRET, "恵理香") if value in masked]
    scan(share, f"--{kind}", tmp_path / "shown", "--reveal")
    assert NAME in (tmp_path / "shown").read_text(encoding=encoding)


def test_reports_and_state_can_be_read_by_their_owner_only(share: Path, tmp_path: Path) -> None:
    scan(share, "--html", tmp_path / "r.html", "--state", tmp_path / "state")
    for name in ("r.html", "state"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_html_report_makes_no_request_and_has_no_script(share: Path, tmp_path: Path) -> None:
    scan(share, "--html", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert not re.findall(r"<script|<link|<img|url\(|@import|https?://|\son[a-z]+=|\sstyle=", page)
    assert "default-src 'none'" in page


def test_html_report_escapes_what_people_call_their_files(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "<img src=x>.txt").write_text(TEXT, encoding="utf-8")
    scan(share, "--html", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "&lt;img src=x&gt;.txt" in page


def test_sarif_is_valid_2_1_0(share: Path, tmp_path: Path) -> None:
    (share / "x.xyz").write_bytes(bytes(500))
    scan(share, "--sarif", tmp_path / "o")
    report = json.loads((tmp_path / "o").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(_SARIF, format_checker=jsonschema.FormatChecker()).validate(report)
    run = report["runs"][0]
    assert {result["ruleId"] for result in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert [n["descriptor"]["id"] for n in run["invocations"][0]["toolExecutionNotifications"]] == ["MRS-X-005"]


# The parts of the OASIS schema that this report uses, with every property that it may not have refused.
def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


_TEXT = _object(["text"], text={"type": "string"})


_PLACE = _object(
    [],
    physicalLocation=_object(
        ["artifactLocation"],
        artifactLocation=_object(["uri"], uri={"type": "string", "format": "uri-reference", "pattern": "^[!-~]+$"}),
        region=_object(
            [],
            startLine={"type": "integer", "minimum": 1},
            startColumn={"type": "integer", "minimum": 1},
            endLine={"type": "integer", "minimum": 1},
            endColumn={"type": "integer", "minimum": 1},
            charOffset={"type": "integer", "minimum": 0},
            charLength={"type": "integer", "minimum": 0},
        ),
    ),
)


_LEVEL = {"enum": ["none", "note", "warning", "error"]}


_SARIF = _object(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "items": _object(
            ["tool"],
            tool=_object(
                ["driver"],
                driver=_object(
                    ["name"],
                    name={"type": "string"},
                    version={"type": "string"},
                    rules={
                        "type": "array",
                        "uniqueItems": True,
                        "items": _object(
                            ["id"], id={"type": "string"}, shortDescription=_TEXT, properties={"type": "object"}
                        ),
                    },
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            invocations={
                "type": "array",
                "items": _object(
                    ["executionSuccessful"],
                    executionSuccessful={"type": "boolean"},
                    startTimeUtc={"type": "string", "format": "date-time"},
                    endTimeUtc={"type": "string", "format": "date-time"},
                    toolExecutionNotifications={
                        "type": "array",
                        "items": _object(
                            ["message"],
                            message=_TEXT,
                            level=_LEVEL,
                            descriptor=_object([], id={"type": "string"}),
                            locations={"type": "array", "items": _PLACE},
                        ),
                    },
                ),
            },
            results={
                "type": "array",
                "items": _object(
                    ["message"],
                    ruleId={"type": "string"},
                    ruleIndex={"type": "integer", "minimum": -1},
                    level=_LEVEL,
                    message=_TEXT,
                    locations={"type": "array", "items": _PLACE},
                    rank={"type": "number", "minimum": -1.0, "maximum": 100.0},
                    properties={"type": "object"},
                ),
            },
        ),
    },
)


def test_csv_cells_never_begin_like_a_formula_and_open_in_excel(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "m.txt").write_text("電話 +81-80-4127-9961", encoding="utf-8")
    scan(share, "--csv", tmp_path / "o", "--reveal")
    data = (tmp_path / "o").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert [row[8] for row in rows[1:]] == ["'+81-80-4127-9961"]


def test_csv_in_cp932_lists_what_it_could_not_write(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "m.txt").write_text("氏名：𠮷野 太郎\n", encoding="utf-8")
    scan(share, "--csv-cp932", tmp_path / "o", "--reveal")
    assert "〓野 太郎" in (tmp_path / "o").read_text(encoding="cp932")
    assert "U+20BB7" in (tmp_path / "o.lost.csv").read_text(encoding="utf-8-sig")


def test_a_name_in_an_older_character_set_is_shown_as_japanese(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    name = os.fsdecode("顧客台帳.txt".encode("cp932"))
    try:
        (share / name).write_text(TEXT, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert scan(share, "--jsonl", tmp_path / "o") == 0
    assert any(row.get("path", "").endswith("顧客台帳.txt") for row in lines(tmp_path / "o"))


def test_html_tables_and_escapes_are_read_where_they_stand(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    page = "<html><body><table><tr><th>氏名</th><td>椎名 &#24693;理香</td></tr></table>"
    (share / "p.html").write_text(page, encoding="utf-8")
    (share / "d.json").write_text(json.dumps({"customer_name": NAME}), encoding="ascii")
    scan(share, "--jsonl", tmp_path / "o", "--reveal")
    hits = {row["path"][-4:]: row for row in lines(tmp_path / "o") if row["type"] == "hit"}
    assert page[hits["html"]["start"] : hits["html"]["end"]] == "椎名 &#24693;理香"
    assert hits["html"]["shown"] == hits["json"]["shown"] == NAME


def test_sarif_keeps_the_address_of_a_database(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra sql is not installed")
    with closing(sqlite3.connect(tmp_path / "core.db")) as database, database:
        database.execute("CREATE TABLE 顧客 (id INTEGER PRIMARY KEY, 氏名 TEXT)")
        database.execute("INSERT INTO 顧客 VALUES (1, ?)", (NAME,))
    assert scan(f"sqlite:///{tmp_path}/core.db", "--sarif", tmp_path / "o") == 0
    (run,) = json.loads((tmp_path / "o").read_text(encoding="utf-8"))["runs"]
    (uri,) = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert uri == f"sqlite:///{tmp_path}/core.db/%E9%A1%A7%E5%AE%A2"
