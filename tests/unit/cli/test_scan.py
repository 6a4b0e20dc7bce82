"""`morasanu scan` as a person runs it: exit codes, what is refused, what is never shown, what is read again."""

from __future__ import annotations

import os
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.cli.scanning import NAME, PHONE, SECRET, TEXT, lines, scan

from morasanu.cli.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("japanese")


def test_scan_of_a_share_writes_every_report_and_exits_0(share: Path, tmp_path: Path) -> None:
    names = {kind: tmp_path / f"out.{kind}" for kind in ("html", "jsonl", "csv", "csv-cp932", "sarif")}
    assert scan(share, *(part for kind, path in names.items() for part in (f"--{kind}", path))) == 0
    hits = [row for row in lines(names["jsonl"]) if row["type"] == "hit"]
    assert {hit["label"] for hit in hits} == {"PERSON", "PHONE", "SECRET"}
    assert all(path.stat().st_size for path in names.values())


def test_a_hit_lies_where_it_says_in_the_decoded_file(share: Path, tmp_path: Path) -> None:
    scan(share, "--jsonl", tmp_path / "o", "--reveal")
    for hit in (row for row in lines(tmp_path / "o") if row["type"] == "hit"):
        assert TEXT[hit["start"] : hit["end"]] == hit["shown"]
        line = TEXT.split("\n")[hit["line"] - 1]
        assert line[hit["column"] - 1 :].startswith(hit["shown"])


def test_nothing_personal_is_printed(share: Path, capfd: pytest.CaptureFixture[str]) -> None:
    scan(share)
    out, err = capfd.readouterr()
    assert not [value for value in (NAME, PHONE, SECRET) if value in out + err]
    assert out.startswith("およそ1人分の個人データが、1か所の1ファイルにあります。")


def test_something_not_inspected_exits_3_and_is_named(share: Path, tmp_path: Path) -> None:
    (share / "台帳.xyz").write_bytes(b"\x00\x01\x02\x03" * 200)
    assert scan(share, "--jsonl", tmp_path / "o") == 3
    unread = [row for row in lines(tmp_path / "o") if row.get("status") == "not_inspected"]
    assert [row["reason"]["code"] for row in unread] == ["MRS-X-005"]
    assert "xyz" in unread[0]["reason"]["ja"]


def test_what_lies_inside_is_found_and_what_cannot_be_read_there_is_named(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    with zipfile.ZipFile(share / "退避.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("台帳/名簿.txt", TEXT)
        archive.writestr("写真.xyz", b"\x00\x01\x02\x03" * 200)
    assert scan(share, "--jsonl", tmp_path / "o", "--html", tmp_path / "r.html") == 3
    rows = lines(tmp_path / "o")
    assert {row["part"] for row in rows if row["type"] == "hit"} == {"台帳/名簿.txt"}
    assert [(row["part"], row["code"]) for row in rows if row["type"] == "unread"] == [("写真.xyz", "MRS-X-005")]
    assert [row["status"] for row in rows if row["type"] == "file"] == ["partly"]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<li>写真.xyz <small>" in page
    assert "<td>台帳/名簿.txt 1:" in page


def test_findings_exit_1_when_asked(share: Path) -> None:
    assert scan(share, "--fail-on-findings", "--quiet") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--nonsense"], "MRS-I-002"),
        (["--jobs", "many"], "MRS-I-002"),
        (["--html"], "MRS-I-002"),
        (["--html", "nowhere/r.html"], "MRS-I-003"),
        (["--html", "."], "MRS-I-003"),
        (["--state", "broken"], "MRS-I-006"),
        (["--detectors", "broken"], "MRS-R-010"),
        (["--detectors", "missing"], "MRS-I-001"),
    ],
)
def test_bad_use_exits_2_with_a_code_and_writes_nothing(
    arguments: list[str],
    code: str,
    share: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").write_text("just words that are no state and no detector", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    assert scan(share, "--jsonl", "o.jsonl", *arguments) == 2
    assert code in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_path_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(tmp_path / "nix") == 2
    assert "MRS-I-001" in capsys.readouterr().err


def test_an_unchanged_file_is_not_read_again(share: Path, tmp_path: Path) -> None:
    arguments = (share, "--state", tmp_path / "state", "--jsonl", tmp_path / "o")
    scan(*arguments)
    first = lines(tmp_path / "o")
    scan(*arguments)
    second = lines(tmp_path / "o")
    assert second[0]["bytes_read"] == 0
    assert all(row["from_state"] for row in second if row["type"] == "file")
    assert [row for row in first if row["type"] == "hit"] == [row for row in second if row["type"] == "hit"]


def test_a_changed_file_is_read_again_and_a_removed_one_forgotten(share: Path, tmp_path: Path) -> None:
    arguments = (share, "--state", tmp_path / "state", "--jsonl", tmp_path / "o")
    scan(*arguments)
    (share / "規程.md").write_text(f"連絡先 {PHONE}\n", encoding="utf-8")
    (share / "支店" / "メモ.txt").unlink()
    scan(*arguments)
    hits = [row for row in lines(tmp_path / "o") if row["type"] == "hit"]
    assert [(hit["label"], hit["path"].endswith("規程.md")) for hit in hits] == [("PHONE", True)]


def test_revealing_after_a_masked_scan_reads_again(share: Path, tmp_path: Path) -> None:
    scan(share, "--state", tmp_path / "state")
    scan(share, "--state", tmp_path / "state", "--reveal", "--jsonl", tmp_path / "o")
    assert NAME in {row.get("shown") for row in lines(tmp_path / "o")}


def test_state_of_another_place_is_refused(share: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan(share, "--state", tmp_path / "state")
    other = tmp_path / "other"
    other.mkdir()
    assert scan(other, "--state", tmp_path / "state") == 2
    assert "MRS-I-006" in capsys.readouterr().err


def test_reports_inside_the_scanned_folder_are_not_scanned(share: Path) -> None:
    for _ in range(2):
        scan(share, "--jsonl", share / "o.jsonl", "--state", share / "state")
    assert {row["path"].rsplit("/")[-1] for row in lines(share / "o.jsonl") if row["type"] == "file"} == {
        "メモ.txt",
        "規程.md",
    }


def test_a_progress_line_names_no_file(share: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan(share)
    assert "メモ" not in capsys.readouterr().err


def test_workers_find_what_one_process_finds(share: Path, tmp_path: Path) -> None:
    (share / "big.txt").write_text((TEXT + "あ" * 200 + "\n") * 700, encoding="utf-8")
    outputs = []
    for jobs in ("1", "2"):
        main(["scan", str(share), "--jobs", jobs, "--jsonl", str(tmp_path / jobs), "--quiet"])
        outputs.append([row for row in lines(tmp_path / jobs) if row["type"] == "hit"])
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 2100


def test_an_output_in_the_place_of_an_input_is_refused(share: Path, capsys: pytest.CaptureFixture[str]) -> None:
    victim = share / "規程.md"
    before = victim.read_bytes()
    for option in ("--csv", "--html", "--state"):
        assert scan(share, option, victim) == 2
        assert "MRS-I-005" in capsys.readouterr().err
    assert victim.read_bytes() == before


def test_the_same_output_twice_is_refused(share: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(share, "--csv", tmp_path / "x", "--jsonl", tmp_path / "x") == 2
    assert "MRS-I-005" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_as_an_output_is_refused(share: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert scan(share, "--jsonl", tmp_path / "pipe") == 2
    assert "MRS-I-003" in capsys.readouterr().err


def test_another_programs_database_as_state_is_refused_and_unchanged(
    share: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as db, db:
        db.execute("CREATE TABLE meta (a)")
    before = other.read_bytes()
    assert scan(share, "--state", other) == 2
    assert "MRS-I-006" in capsys.readouterr().err
    assert other.read_bytes() == before


def test_a_file_that_became_a_link_leaves_no_old_hits(share: Path, tmp_path: Path) -> None:
    memo = share / "支店" / "メモ.txt"
    scan(share, "--state", tmp_path / "state")
    memo.unlink()
    memo.symlink_to(tmp_path)
    assert scan(share, "--state", tmp_path / "state", "--jsonl", tmp_path / "o", "--sarif", tmp_path / "s") == 3
    assert not [row for row in lines(tmp_path / "o") if row["type"] == "hit"]


def test_two_files_shown_alike_keep_their_own_hits(tmp_path: Path) -> None:
    folder = tmp_path / "alike"
    folder.mkdir()
    try:
        (folder / os.fsdecode("山田.txt".encode("cp932"))).write_text(f"電話 {PHONE}", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    (folder / "山田.txt").write_text(f"パスワード: {SECRET}", encoding="utf-8")
    scan(folder, "--jsonl", tmp_path / "o")
    assert [row["label"] for row in lines(tmp_path / "o") if row["type"] == "hit"] in (
        ["PHONE", "SECRET"],
        ["SECRET", "PHONE"],
    )


def test_an_interrupted_scan_under_other_settings_spoils_no_record(
    share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (share, "--state", tmp_path / "state", "--jsonl", tmp_path / "o")
    scan(*arguments)
    with monkeypatch.context() as patch:
        patch.setattr("threading.Event.is_set", lambda _: True)
        assert scan(*arguments, "--reveal") == 3
    assert scan(*arguments) == 0
    assert {row["label"] for row in lines(tmp_path / "o") if row["type"] == "hit"} == {"PERSON", "PHONE", "SECRET"}


def test_wide_text_appended_to_a_log_is_told(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "app.log").write_bytes(b"2026-11-24 info ok\r\n" * 4000 + f"氏名: {NAME}\r\n".encode("utf-16-le") * 20)
    assert scan(share, "--jsonl", tmp_path / "o") == 3
    assert [row["reason"]["code"] for row in lines(tmp_path / "o") if row["type"] == "file"] == ["MRS-X-015"]


def test_bytes_read_are_those_that_were_read(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "photo.xyz").write_bytes(b"\xff\xd8\xfe" + bytes(3_000_000))
    scan(share, "--jsonl", tmp_path / "o")
    assert lines(tmp_path / "o")[0]["bytes_read"] < 500_000


def test_control_characters_in_names_never_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share = tmp_path / "share"
    (share / "\x1b]0;pwn\x07").mkdir(parents=True)
    (share / "\x1b]0;pwn\x07" / "a.txt").write_text(TEXT, encoding="utf-8")
    scan(share)
    assert "\x1b" not in capsys.readouterr().out


def test_a_defect_never_looks_like_findings(
    share: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError(NAME)

    monkeypatch.setattr("morasanu.cli.scan.summarise", fail)
    assert scan(share) == 2
    err = capsys.readouterr().err
    assert "MRS-O-099" in err
    assert NAME not in err
