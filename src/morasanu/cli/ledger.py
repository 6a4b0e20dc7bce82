"""`morasanu ledger`: make, append, seal, prove, verify, export, erase."""

from __future__ import annotations

import json
import os
import socket
import sys
from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from morasanu.errors import InputError, OutsideError

try:
    from morasanu.cli.ledger_outside import run_witness, send_checkpoint, tell_left
    from morasanu.ledger.batch import MOST_EVENTS, Draft, prepare
    from morasanu.ledger.export import export_files
    from morasanu.ledger.folder import Folder
    from morasanu.ledger.ledger import Ledger, begin_ledger
    from morasanu.ledger.outside.kept import find_kept
    from morasanu.ledger.outside.record import find_last, read_left
    from morasanu.ledger.reader import Reader
    from morasanu.proof.note import parse_verifier_key
    from morasanu.proof.verify import Fault, Outside, State, verify
except ModuleNotFoundError as error:
    raise OutsideError(
        "MRS-O-034",
        "台帳の部品がありません。pip install 'morasanu[ledger]' で入ります",
        "the parts of the ledger are not installed: pip install 'morasanu[ledger]'",
    ) from error

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from morasanu.cli.language import Speaker

REFUTED, UNPROVEN = 1, 4
_READ_BYTES: Final = 1 << 16
_LONGEST_LINE_BYTES: Final = 16_000_000
_FAULTS: Final = {
    Fault.NO_CHECKPOINT: "チェックポイントがない",
    Fault.NOT_A_CHECKPOINT: "チェックポイントとして読めない",
    Fault.SIGNATURE: "台帳の鍵の署名ではない",
    Fault.ORIGIN: "別の台帳のもの",
    Fault.MISSING: "ない、または長さが違う",
    Fault.ENTRY: "項目として読めない、または場所が違う",
    Fault.TIME: "前の項目より早い時刻",
    Fault.KEY: "鍵を示していない、または示せない鍵",
    Fault.LEAF: "項目とタイルが合わない",
    Fault.TILE: "タイルとその下のタイルが合わない",
    Fault.ROOT: "署名された根と項目が合わない",
    Fault.FORK: "外のチェックポイントと歴史が違う",
    Fault.ROLLED_BACK: "外のチェックポイントより短い（巻き戻し）",
    Fault.NO_OUTSIDE: "比べる外のチェックポイントがない",
}
_STATES: Final = {
    State.VERIFIED: "正しい",
    State.REFUTED: "改ざんまたは破損",
    State.UNPROVEN: "外の控えがないため証明できない",
}


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0, or for `verify` 1 when refuted and 4 when unproven."""
    act = {
        "init": _init,
        "append": _append,
        "checkpoint": send_checkpoint,
        "prove": _prove,
        "verify": _verify,
        "export": _export,
        "status": _status,
        "erase": _erase,
        "rotate": _rotate,
        "witness": run_witness,
    }[options.act]
    return act(options, say)


def _init(options: argparse.Namespace, say: Speaker) -> int:
    origin = options.origin or quote(f"{socket.gethostname()}/{options.folder.resolve().name}")
    begin_ledger(options.folder, origin, options.store)
    key = (options.folder / "key" / "public").read_text(encoding="utf-8").strip()
    print(
        say(
            f"台帳 {origin} を作りました。公開鍵（外に残してください）:",
            f"made the ledger {origin}. Its public key (keep it elsewhere):",
        )
    )
    print(key)
    return 0


def _append(options: argparse.Namespace, _: Speaker) -> int:
    make = partial(_make_draft, kind=options.kind, actor=options.actor)
    if options.file == "-":
        groups: Iterable[list[bytes]] = _read_groups(sys.stdin.fileno())
    else:
        path = Path(options.file)
        if path.exists() and not path.is_file():  # it is read twice
            raise InputError(
                "MRS-I-001",
                f"ファイルではありません（- で標準入力）: {path}",
                f"not a file (- for standard input): {path}",
            )
        try:
            with path.open("rb") as file:
                for number, line in enumerate(file, 1):  # nothing of a file with a broken line is taken
                    make(line, number)
        except OSError as error:
            raise InputError("MRS-I-001", f"読めません: {path}", f"cannot be read: {path}") from error
        groups = _read_file(path)
    with Ledger(options.folder) as ledger:
        if options.accept_clock:
            ledger.accept_clock(options.actor)
        number = 0
        for lines in groups:
            drafts: list[Draft] = []
            try:
                for line in lines:
                    number += 1
                    if line.strip():
                        drafts.append(make(line, number))
            finally:
                if drafts:
                    sys.stdout.write("".join(f"{seq}\n" for seq in ledger.append(drafts)))
                    sys.stdout.flush()
    return 0


def _read_file(path: Path) -> Iterator[list[bytes]]:
    with path.open("rb") as file:
        lines: list[bytes] = []
        for line in file:
            lines.append(line)
            if len(lines) == MOST_EVENTS:
                yield lines
                lines = []
        yield lines


def _read_groups(handle: int) -> Iterator[list[bytes]]:
    """Yield the lines as they come: whatever is there is made durable together."""
    rest = b""
    while data := os.read(handle, _READ_BYTES):
        *lines, rest = (rest + data).split(b"\n")
        yield lines
        if len(rest) > _LONGEST_LINE_BYTES:
            raise InputError("MRS-I-045", "1行が長すぎます（16 MB まで）", "a line is too long (16 MB at most)")
    if rest:
        yield [rest]


def _make_draft(line: bytes, number: int, *, kind: str, actor: str) -> Draft:
    try:
        record = (
            json.loads(line, object_pairs_hook=_read_pairs, parse_constant=_refuse_constant) if line.strip() else {}
        )
    except (ValueError, RecursionError) as error:
        raise InputError("MRS-I-045", f"{number}行目: JSONとして読めません", f"line {number}: not JSON") from error
    if not isinstance(record, dict):
        raise InputError(
            "MRS-I-045", f"{number}行目: JSONのオブジェクトではありません", f"line {number}: not a JSON object"
        )
    given, who = record.get("kind", kind), record.get("actor", actor)
    draft = Draft(given if isinstance(given, str) else "", who if isinstance(who, str) else "", record)
    if line.strip():
        try:
            prepare(draft)
        except InputError as error:
            raise InputError(
                error.code, f"{number}行目: {error.message_ja}", f"line {number}: {error.message_en}"
            ) from error
    return draft


def _read_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError  # which of two values was meant, nobody could say later
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _prove(options: argparse.Namespace, say: Speaker) -> int:
    with Reader(options.folder) as ledger:
        proved = ledger.prove(options.number)
    receipt, (entry, salt, body) = proved.receipt.text, proved.record
    if options.receipt:
        options.receipt.write_text(receipt, encoding="utf-8")
    if options.json:
        shown = {
            "entry": json.loads(entry),
            "record": json.loads(body) if salt else None,
            "salt": b64encode(salt).decode() if salt else None,
            "receipt": receipt,
        }
        print(json.dumps(shown, ensure_ascii=False))
        return 0
    event = proved.event
    print(f"{event.seq}  {event.at}  {event.kind}  {event.actor}")
    print(entry.decode())
    if salt:
        print(f"{say('記録', 'record')}: {body.decode()}")
        print(f"{say('塩', 'salt')}: {b64encode(salt).decode()}")
    else:
        print(say("記録は消されています", "the record was erased"))
    print()
    sys.stdout.write(receipt)
    return 0


def _verify(options: argparse.Namespace, say: Speaker) -> int:
    try:
        outside = [Outside(str(path), found) for path in options.checkpoint for found in find_kept(path.read_bytes())]
        key = parse_verifier_key(options.key.read_text(encoding="utf-8")) if options.key else None
    except OSError as error:
        raise InputError("MRS-I-001", f"読めません: {error.filename}", f"cannot be read: {error.filename}") from error
    except ValueError as error:
        raise InputError(
            "MRS-I-046", f"公開鍵ではありません: {options.key}", f"not a public key: {options.key}"
        ) from error
    folder = Folder(options.folder)
    if not options.folder.is_dir():
        raise InputError("MRS-I-042", f"台帳がありません: {options.folder}", f"there is no ledger: {options.folder}")
    verdict = verify(folder.read, outside, key)
    if options.json:
        shown = {"state": verdict.state, "size": verdict.size, "where": verdict.where, "fault": verdict.fault}
        print(json.dumps(shown, ensure_ascii=False))
    else:
        print(f"{say(_STATES[verdict.state], verdict.state)}  {verdict.size:,} {say('件', 'events')}")
        if verdict.fault:
            why = say(_FAULTS[verdict.fault], verdict.fault)
            print(f"{verdict.where}: {why}" if verdict.where else why)
    return {State.VERIFIED: 0, State.REFUTED: REFUTED, State.UNPROVEN: UNPROVEN}[verdict.state]


def _export(options: argparse.Namespace, say: Speaker) -> int:
    count = export_files(Folder(options.folder), options.to)
    print(say(f"{count:,} 個のファイルを写しました: {options.to}", f"{count:,} files copied to {options.to}"))
    return 0


def _status(options: argparse.Namespace, say: Speaker) -> int:
    with Reader(options.folder) as ledger:
        origin, size, sealed = ledger.origin, ledger.size, ledger.sealed
    left = find_last(read_left(options.folder))
    shown = {
        "origin": origin,
        "size": size,
        "sealed": sealed,
        "left": left._asdict() if left else None,
        "behind": max(0, size - left.size) if left else size,
    }
    if options.json:
        print(json.dumps(shown, ensure_ascii=False))
    else:
        print(origin)
        print(say(f"記録 {size:,} 件、うち封をしたもの {sealed:,} 件", f"{size:,} events, {sealed:,} of them sealed"))
        print(tell_left(left, size, say))
    return 0


def _erase(options: argparse.Namespace, say: Speaker) -> int:
    with Ledger(options.folder) as ledger:
        ledger.erase(options.number)
    print(say(f"{options.number} 番の記録を消しました", f"the record of number {options.number} is erased"))
    return 0


def _rotate(options: argparse.Namespace, _: Speaker) -> int:
    with Ledger(options.folder) as ledger:
        sys.stdout.write(ledger.change_key(options.actor).encoded.decode())
    return 0
