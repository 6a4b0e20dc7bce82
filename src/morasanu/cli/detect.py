"""`morasanu detect --jsonl`: texts in, spans out, one JSON object a line."""

from __future__ import annotations

import codecs
import gc
import json
import sys
from typing import TYPE_CHECKING

from morasanu.detect.load import load_engine
from morasanu.errors import InputError
from morasanu.scan.block import BlockCutter

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from morasanu.cli.language import Speaker
    from morasanu.detect.interface import Detector
    from morasanu.scan.block import Block


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0, or 3 when a line could not be read; such a line is answered with an error object and the rest goes on."""
    engine = load_engine(options.detectors)
    gc.freeze()  # the dictionaries stay; looking through them again and again would cost a tenth of the time
    gc.set_threshold(50_000)
    failed = False
    if sys.stdin is None:
        raise InputError("MRS-I-013", "標準入力がありません", "there is no standard input")
    for number, raw in enumerate(sys.stdin.buffer):
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 0 else raw
        if not line.strip():
            continue
        answer = _answer(line, engine, say)
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer, ensure_ascii=True, separators=(",", ":")) + "\n")
        sys.stdout.flush()
    return 3 if failed else 0


def _answer(line: bytes, engine: Detector, say: Speaker) -> dict[str, object]:
    identity: object = None
    try:
        row = _read(line)
        identity = row.get("id")
        text = _text_of(row)
    except InputError as error:
        return {"id": identity, "error": {"code": error.code, "message": error.message(say.language)}}
    spans = [
        {
            "start": block.offset + f.start,
            "end": block.offset + f.end,
            "label": f.label,
            "score": round(f.score, 4),
            "why": list(f.why),
        }
        for block in _cut(text)
        for f in engine.detect(block.text, block.header)
    ]
    return {"id": identity, "spans": spans}


def _cut(text: str) -> Iterator[Block]:
    cutter = BlockCutter()
    yield from cutter.feed(text)
    yield from cutter.finish()


def _text_of(row: dict[str, object]) -> str:
    text = row.get("text")
    if not isinstance(text, str):
        raise InputError("MRS-I-012", "text に文字列がありません", "no string in text")
    return text


def _refuse_constant(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _read(line: bytes) -> dict[str, object]:
    try:
        row = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise InputError("MRS-I-010", "UTF-8として読めない行です", "the line is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise InputError("MRS-I-011", "JSONとして読めない行です", "the line is not JSON") from error
    if not isinstance(row, dict):
        raise InputError("MRS-I-011", "JSONのオブジェクトではありません", "the line is not a JSON object")
    return row
