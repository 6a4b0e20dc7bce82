"""The options of `morasanu ledger` and their help in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from morasanu.cli.language import Speaker


def add_acts(say: Speaker, add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add every act on a ledger; `add(name, text)` gives the parser of a new one."""
    parser = _add(
        say, add, "init", say("新しい台帳を作る（鍵と最初の封）", "make a new ledger: keys and a first checkpoint")
    )
    parser.add_argument(
        "--origin",
        metavar="NAME",
        default="",
        help=say(
            "台帳の名前（例: bank.example/shouko。既定: ホスト名/フォルダー名）",
            "the ledger's name (such as bank.example/evidence; default: host/folder)",
        ),
    )
    parser.add_argument(
        "--store",
        metavar="URL",
        default="",
        help=say(
            "記録の置き場所（postgresql://[利用者@]ホスト[:ポート]/データベース[/スキーマ]。既定: フォルダーの中の SQLite）",
            "where records are kept (postgresql://[user@]host[:port]/database[/schema]; default: SQLite in the folder)",
        ),
    )
    parser = _add(
        say,
        add,
        "append",
        say("記録を加え、確かに残ってから番号を表示する", "append records, print their numbers once durable"),
    )
    parser.add_argument(
        "file",
        metavar="FILE|-",
        help=say("1行に一つのJSON（- は標準入力）", "one JSON record a line (- for standard input)"),
    )
    parser.add_argument(
        "--kind", metavar="K", default="record", help=say("kind のない記録の種類", "the kind of records without a kind")
    )
    _add_actor(parser, say)
    parser.add_argument(
        "--accept-clock",
        action="store_true",
        help=say("時計が戻ったことを記録して続ける", "record that the clock went back, and go on"),
    )
    _add(
        say,
        add,
        "checkpoint",
        say("封をして、署名したチェックポイントを表示する", "seal, and print the signed checkpoint"),
    )
    parser = _add(
        say,
        add,
        "prove",
        say("一件の証明と、残っている記録を表示する", "print the proof of one event, and its record if kept"),
    )
    _add_number(parser, say)
    parser.add_argument(
        "--receipt",
        metavar="F",
        type=Path,
        help=say("証明だけを書くファイル（.tlog-proof）", "write the proof alone (.tlog-proof)"),
    )
    parser.add_argument("--json", action="store_true", help=say("JSONで表示する", "print as JSON"))
    parser = _add(
        say,
        add,
        "verify",
        say(
            "ファイルだけで確かめる（0 正しい / 1 改ざん / 4 外の控えがない）",
            "verify from the files alone (0 verified / 1 refuted / 4 unproven)",
        ),
    )
    parser.add_argument(
        "--checkpoint",
        metavar="F",
        type=Path,
        action="append",
        default=[],
        help=say("外に残したチェックポイント（何度でも）", "a checkpoint kept elsewhere (repeatable)"),
    )
    parser.add_argument(
        "--key", metavar="F", type=Path, help=say("外に残した最初の公開鍵", "the first public key, kept elsewhere")
    )
    parser.add_argument("--json", action="store_true", help=say("JSONで表示する", "print as JSON"))
    parser = _add(say, add, "export", say("公開できるファイルだけを写す", "copy the files that anybody may have"))
    parser.add_argument("to", metavar="TO", type=Path, help=say("写す先の空のフォルダー", "an empty folder to copy to"))
    parser = _add(
        say,
        add,
        "status",
        say("件数、封をした時、外に出した時", "how many events, when sealed, when a checkpoint left"),
    )
    parser.add_argument("--json", action="store_true", help=say("JSONで表示する", "print as JSON"))
    parser = _add(
        say, add, "erase", say("一件の記録を消す（証明は残る）", "erase the record of one event; the proof stays")
    )
    _add_number(parser, say)
    parser = _add(say, add, "rotate", say("署名の鍵を取り替える", "change the key that signs"))
    _add_actor(parser, say)


def _add(
    say: Speaker, add: Callable[[str, str], argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    parser = add(name, text)
    parser.add_argument("folder", metavar="DIR", type=Path, help=say("台帳のフォルダー", "the ledger's folder"))
    return parser


def _add_number(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("number", metavar="N", type=int, help=say("番号（0 から）", "its number, from 0"))


def _add_actor(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--actor",
        metavar="ID",
        default="cli",
        help=say("行った人の記号（氏名ではない）", "the id of who does it, not a name"),
    )
