"""`morasanu extract`: the text inside one file, with where it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from morasanu.cli.opening import make_sandbox
from morasanu.errors import InputError
from morasanu.extract.interface import Piece

if TYPE_CHECKING:
    import argparse

    from morasanu.cli.language import Speaker
    from morasanu.extract.interface import Unread


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 when everything inside was read, 3 when something was not. Raises InputError MRS-I-001."""
    try:
        file = options.file.open("rb")
    except OSError as error:
        raise InputError("MRS-I-001", f"読めません: {options.file}", f"cannot be read: {options.file}") from error
    is_whole = True
    with file, make_sandbox(options) as sandbox:
        for out in sandbox.read(file, options.file.name):
            is_whole = is_whole and isinstance(out, Piece)
            print(_describe(out) if options.jsonl else _show(out, say))
    return 0 if is_whole else 3


def _describe(out: Piece | Unread) -> str:
    kind = "piece" if isinstance(out, Piece) else "unread"
    return json.dumps({"type": kind, **out._asdict()}, ensure_ascii=False)


def _show(out: Piece | Unread, say: Speaker) -> str:
    if isinstance(out, Piece):
        return f"── {out.part or say('本文', 'text')} ──\n{out.text.rstrip()}\n"
    return f"▲ {out.part} {out.code}: {say(out.ja, out.en)}\n"
