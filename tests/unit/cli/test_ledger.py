"""`morasanu ledger` as a person or a script uses it: both languages, exit codes, and numbers that are printed once they are durable."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from morasanu.cli.__main__ import main
from morasanu.ledger.batch import Draft
from morasanu.ledger.ledger import Ledger
from morasanu.proof.event import digest_record, parse_event
from morasanu.proof.receipt import parse_receipt

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 60
# each with the line that is wrong, and why
BROKEN = [
    (b"{", "MRS-I-045"), (b"[1]", "MRS-I-045"), (b'"a"', "MRS-I-045"), (b'{"a":1,"a":2}', "MRS-I-045"), (b'{"a":NaN}', "MRS-I-045"),
    (b"\xff\xfe", "MRS-I-045"), (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "MRS-I-045"), (b'{"kind":1}', "MRS-I-043"),
    (b'{"kind":"ledger.key"}', "MRS-I-043"), (b'{"kind":"A"}', "MRS-I-043"), ('{"actor":"椎名"}'.encode(), "MRS-I-043"), (b'{"actor":null}', "MRS-I-043"),
    (b'{"a":9007199254740993}', "MRS-I-043"), (rb'{"a":"\ud800"}', "MRS-I-043"), (b'{"a":"' + b"x" * 1_000_000 + b'"}', "MRS-I-043"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MORASANU_LANG", "en")


@pytest.fixture
def path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "evidence"
    assert ledger("init", path, "--origin", "bank.example/evidence") == 0
    capsys.readouterr()
    return path


def ledger(*arguments: object) -> int:
    return main(["ledger", *map(str, arguments)])


def append(path: Path, data: bytes, *options: str) -> int:
    file = path.parent / "records.jsonl"
    file.write_bytes(data)
    return ledger("append", path, file, *options)


def count(path: Path) -> int:
    with Ledger(path) as opened:
        return opened.size


def test_a_ledger_from_beginning_to_end(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert append(path, b'{"a":1}\n\n{"kind":"scan.done","actor":"u-17"}') == 0
    assert capsys.readouterr().out == "1\n2\n"
    assert ledger("verify", path) == 4
    assert capsys.readouterr().out == "unproven  1 events\nno outside checkpoint to compare with\n"
    assert ledger("checkpoint", path) == 0
    kept = tmp_path / "kept"
    kept.write_text(capsys.readouterr().out, encoding="utf-8")
    assert kept.read_text(encoding="utf-8").startswith("bank.example/evidence\n3\n")
    assert ledger("verify", path, "--checkpoint", kept, "--key", path / "key/public") == 0
    assert capsys.readouterr().out == "verified  3 events\n"
    assert ledger("status", path, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert {name: shown[name] for name in ("origin", "size", "sealed")} == {
        "origin": "bank.example/evidence",
        "size": 3,
        "sealed": 3,
    }
    assert ledger("export", path, tmp_path / "given") == 0
    assert "files copied" in capsys.readouterr().out
    assert ledger("verify", tmp_path / "given", "--checkpoint", kept, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"state": "verified", "size": 3, "where": "", "fault": None}
    tile = tmp_path / "given/tile/0/000.p/3"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    assert ledger("verify", tmp_path / "given", "--checkpoint", kept) == 1
    assert capsys.readouterr().out == "refuted  3 events\nentry 0: entry and tile differ\n"
    assert ledger("rotate", path, "--actor", "u-18") == 0
    assert capsys.readouterr().out.count("\u2014 bank.example/evidence ") == 2
    assert ledger("verify", path, "--checkpoint", kept) == 0


@pytest.mark.usefixtures("japanese")
def test_a_ledger_in_japanese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MORASANU_LANG", "ja")
    path = tmp_path / "台帳"
    assert ledger("init", path) == 0
    said = capsys.readouterr().out
    assert said.startswith("台帳 ")
    assert "%E5%8F%B0%E5%B8%B3 を作りました" in said
    assert ledger("init", path) == 2
    assert capsys.readouterr().err.startswith("morasanu: MRS-I-040: 空のフォルダーではありません")
    assert ledger("verify", path) == 4
    assert capsys.readouterr().out == "外の控えがないため証明できない  1 件\n比べる外のチェックポイントがない\n"
    assert append(path, b"{\n") == 2
    assert capsys.readouterr().err == "morasanu: MRS-I-045: 1行目: JSONとして読めません\n"
    assert append(path, b"{}\n") == 0
    assert ledger("status", path) == 0
    assert "記録 2 件、うち封をしたもの 1 件" in capsys.readouterr().out
    assert ledger("prove", path, 1) == 2
    assert "先に checkpoint" in capsys.readouterr().err
    assert ledger("checkpoint", path) == ledger("prove", path, 1) == 0
    assert "記録: {}\n塩: " in capsys.readouterr().out
    assert ledger("erase", path, 1) == 0
    assert capsys.readouterr().out == "1 番の記録を消しました\n"
    (path / "checkpoint").write_bytes(b"x")
    assert ledger("verify", path) == 1
    assert capsys.readouterr().out == "改ざんまたは破損  0 件\ncheckpoint: チェックポイントとして読めない\n"


def test_a_proof_shows_the_record_until_it_is_erased(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    append(path, '{"b":"椿","a":1.50}\n'.encode(), "--kind", "scan.done", "--actor", "u-17")
    ledger("checkpoint", path)
    capsys.readouterr()
    receipt = tmp_path / "1.tlog-proof"
    assert ledger("prove", path, 1, "--json", "--receipt", receipt) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["record"] == {"a": 1.5, "b": "椿"}
    assert parse_receipt(shown["receipt"]) == parse_receipt(receipt.read_text(encoding="utf-8"))
    entry = json.dumps(shown["entry"], separators=(",", ":")).encode()
    event = parse_event(entry)
    assert (event.kind, event.actor) == ("scan.done", "u-17")
    assert event.digest == digest_record(b64decode(shown["salt"]), '{"a":1.5,"b":"椿"}'.encode())
    assert ledger("prove", path, 1) == 0
    before = capsys.readouterr().out
    assert 'record: {"a":1.5,"b":"椿"}\nsalt: ' in before
    assert ledger("erase", path, 1) == ledger("prove", path, 1) == 0
    after = capsys.readouterr().out
    assert "the record was erased" in after
    assert after.endswith(before[before.index("c2sp.org/tlog-proof@v1") :])
    assert ledger("prove", path, 1, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["record"], shown["salt"]) == (None, None)


@pytest.mark.parametrize(("line", "code"), BROKEN, ids=lambda it: repr(it)[:30])
def test_of_a_file_with_a_broken_line_nothing_is_taken(
    path: Path, line: bytes, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert append(path, b"{}\n" * 1_500 + line + b"\n{}\n") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"morasanu: {code}: line 1501: ")
    assert "椎名" not in said.err
    assert count(path) == 1


@pytest.mark.parametrize(("line", "code"), BROKEN, ids=lambda it: repr(it)[:30])
def test_standard_input_stops_at_a_broken_line_and_what_came_before_is_kept(
    path: Path,
    line: bytes,
    code: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    file = tmp_path / "in"
    file.write_bytes(b"{}\n\n{}\n" + line + b"\n{}\n")
    with file.open("rb") as given:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given))
        assert ledger("append", path, "-") == 2
    said = capsys.readouterr()
    assert said.out == "1\n2\n"
    assert said.err.startswith(f"morasanu: {code}: line 4: ")
    assert count(path) == 3


def test_numbers_are_printed_as_soon_as_they_are_durable_and_not_before(path: Path) -> None:
    command = [sys.executable, "-m", "morasanu.cli", "ledger", "append", str(path), "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as child:
        assert child.stdin
        assert child.stdout
        for number in range(1, 4):
            child.stdin.write(b'{"it":"whole"}\n{"it":')  # the second one is not whole yet
            assert child.stdout.read(2) == b"%d\n" % (2 * number - 1)
            child.stdin.write(b'"late"}\n')
            assert child.stdout.read(2) == b"%d\n" % (2 * number)
            assert child.poll() is None
        child.kill()  # whatever happens afterwards
    with Ledger(path) as opened:
        assert [row.body for row in opened._store.read(1, 9)] == [b'{"it":"whole"}', b'{"it":"late"}'] * 3


def test_a_last_line_without_an_end_counts(path: Path) -> None:
    command = [sys.executable, "-m", "morasanu.cli", "ledger", "append", str(path), "-"]
    done = subprocess.run(command, input=b'{}\r\n{"a":1}', capture_output=True, check=True, timeout=PATIENCE_S)
    assert done.stdout == b"1\n2\n"


def test_a_line_without_end_is_not_waited_for(path: Path) -> None:
    command = [sys.executable, "-m", "morasanu.cli", "ledger", "append", str(path), "-"]
    given = b"{}\n" + b" " * 17_000_000
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stdout) == (2, b"1\n")
    assert b"MRS-I-045: a line is too long" in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_can_be_read_only_once_is_no_file(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path / "pipe", tmp_path, "/dev/null"):
        assert ledger("append", path, wrong) == 2
        assert "MRS-I-001: not a file (- for standard input)" in capsys.readouterr().err


def test_what_is_not_there_is_told(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = tmp_path / "nothing"
    for code, arguments in (
        ("MRS-I-001", ("append", path, nothing)), ("MRS-I-001", ("verify", path, "--checkpoint", nothing)), ("MRS-I-001", ("verify", path, "--key", nothing)),
        ("MRS-I-046", ("verify", path, "--key", path / "checkpoint")), ("MRS-I-044", ("prove", path, 7)), ("MRS-I-044", ("erase", path, -1)),
        ("MRS-I-040", ("export", path, path)), ("MRS-I-041", ("init", nothing, "--origin", "a b")), ("MRS-I-018", ("init", nothing, "--store", "postgresql://u:p@h/x")),
        ("MRS-I-017", ("init", nothing, "--store", "mysql://h/x")), ("MRS-I-002", ("prove", path, "x")), ("MRS-I-002", ("prove", path)),
        *(("MRS-I-042", (act, nothing)) for act in ("checkpoint", "verify", "status", "rotate")), ("MRS-I-042", ("export", nothing, tmp_path / "to")),
    ):  # fmt: skip
        assert ledger(*arguments) == 2, arguments
        said = capsys.readouterr()
        assert said.err.startswith(f"morasanu: {code}: "), arguments
        assert said.out == ""
    assert not nothing.exists()


def test_a_checkpoint_that_is_none_is_told_by_every_act(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path / "checkpoint").write_bytes(b"nothing\n")
    for act in (("status", path), ("checkpoint", path), ("prove", path, 0), ("export", path, tmp_path / "to")):
        assert ledger(*act) == 2
        assert "MRS-E-015" in capsys.readouterr().err
    assert ledger("verify", path) == 1


def test_a_clock_that_went_back_is_accepted_by_whoever_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger(path) as opened:
        late = opened._now() + 174 * 365 * 24 * 60 * 60 * 10**9
    with Ledger(path, now=lambda: late) as opened:
        opened.append([Draft("record", "u-17", {})])
    assert append(path, b"{}\n") == 2
    assert "MRS-E-017" in capsys.readouterr().err
    assert append(path, b"{}\n", "--accept-clock", "--actor", "u-18") == 0
    assert capsys.readouterr().out == "3\n"
    ledger("checkpoint", path)
    assert ledger("verify", path) == 4


WITHOUT = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "cryptography": raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
from morasanu.cli.__main__ import main
code = main(sys.argv[1:])
print("cryptography" in sys.modules, file=sys.stderr)
sys.exit(code)
"""


def run_without(*arguments: str, language: str = "en", given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MORASANU_LANG": language}
    command = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, input=given)


def test_without_cryptography_the_ledger_says_what_to_install_and_the_rest_works(tmp_path: Path) -> None:
    done = run_without("ledger", "verify", str(tmp_path))
    assert done.returncode == 2
    assert "MRS-O-034: the parts of the ledger are not installed: pip install 'morasanu[ledger]'" in done.stderr
    assert "MRS-O-034: 台帳の部品がありません" in run_without("ledger", "status", str(tmp_path), language="ja").stderr
    (tmp_path / "a.txt").write_text("電話 080-4127-9961\n", encoding="utf-8")
    assert run_without("scan", str(tmp_path), "--quiet", "--jobs", "1", "--jsonl", str(tmp_path / "o")).returncode == 0
    for arguments in (("--help",), ("ledger", "--help"), ("ledger", "append", "--help"), ("--version",), ("rules",)):
        assert run_without(*arguments).returncode in {0, 2}, arguments
        assert "MRS-O" not in run_without(*arguments).stderr


def test_help_does_not_wait_for_cryptography() -> None:
    code = "import sys\nfrom morasanu.cli.__main__ import main\nmain(sys.argv[1:])\nprint('cryptography' in sys.modules, 'psycopg' in sys.modules)"
    for arguments in (["--help"], ["ledger", "--help"], ["ledger", "init", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("False False\n")
