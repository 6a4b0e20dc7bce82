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
    acts: tuple[tuple[str, str, str, tuple[Callable[[argparse.ArgumentParser, Speaker], None], ...]], ...] = (
        ("init", "新しい台帳を作る（鍵と最初の封）", "make a new ledger: keys and a first checkpoint", (_add_place,)),
        ("append", "記録を加え、確かに残ってから番号を表示する", "append records, print their numbers once durable",
         (_add_source, _add_actor)),
        ("checkpoint", "封をして、署名したチェックポイントを表示し、外に出す",
         "seal, print the signed checkpoint, and let it leave this machine", (_add_outside, _add_mail)),
        ("prove", "一件の証明と、残っている記録を表示する", "print the proof of one event, and its record if kept",
         (_add_number, _add_receipt, _add_json)),
        ("verify", "ファイルだけで確かめる（0 正しい / 1 改ざん / 4 外の控えがない）",
         "verify from the files alone (0 verified / 1 refuted / 4 unproven)", (_add_kept, _add_json)),
        ("export", "公開できるファイルだけを写す", "copy the files that anybody may have", (_add_target,)),
        ("status", "件数、封をした時、外に出した時", "how many events, when sealed, when a checkpoint left", (_add_json,)),
        ("erase", "一件の記録を消す（証明は残る）", "erase the record of one event; the proof stays", (_add_number,)),
        ("rotate", "署名の鍵を取り替える", "change the key that signs", (_add_actor,)),
        ("witness", "ほかの機械の台帳の証人になる（止めるまで動く）", "be the witness of ledgers of other hosts", (_add_witness,)),
    )  # fmt: skip
    for name, ja, en, options in acts:
        parser = add(name, say(ja, en))
        parser.add_argument("folder", metavar="DIR", type=Path, help=say("台帳のフォルダー", "the ledger's folder"))
        for add_option in options:
            add_option(parser, say)


def _add_place(parser: argparse.ArgumentParser, say: Speaker) -> None:
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


def _add_source(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "file",
        metavar="FILE|-",
        help=say("1行に一つのJSON（- は標準入力）", "one JSON record a line (- for standard input)"),
    )
    parser.add_argument(
        "--kind", metavar="K", default="record", help=say("kind のない記録の種類", "the kind of records without a kind")
    )
    parser.add_argument(
        "--accept-clock",
        action="store_true",
        help=say("時計が戻ったことを記録して続ける", "record that the clock went back, and go on"),
    )


def _add_receipt(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--receipt",
        metavar="F",
        type=Path,
        help=say("証明だけを書くファイル（.tlog-proof）", "write the proof alone (.tlog-proof)"),
    )


def _add_json(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("--json", action="store_true", help=say("JSONで表示する", "print as JSON"))


def _add_kept(parser: argparse.ArgumentParser, say: Speaker) -> None:
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


def _add_target(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("to", metavar="TO", type=Path, help=say("写す先の空のフォルダー", "an empty folder to copy to"))


def _add_outside(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--to",
        metavar="FOLDER",
        type=Path,
        action="append",
        default=[],
        help=say("別のディスクや共有のフォルダーへ（何度でも）", "to a folder on another disk or share (repeatable)"),
    )
    parser.add_argument(
        "--witness",
        metavar="URL",
        action="append",
        default=[],
        help=say("証人へ（c2sp.org/tlog-witness。何度でも）", "to a witness (c2sp.org/tlog-witness; repeatable)"),
    )
    parser.add_argument(
        "--witness-key",
        metavar="F",
        type=Path,
        action="append",
        default=[],
        help=say("その証人の公開鍵のファイル（--witness と同じ順）", "the file with its public key, in the same order"),
    )
    parser.add_argument(
        "--print",
        metavar="F",
        type=Path,
        help=say("印刷用の頁（HTML、QR 付き）", "a page to print (HTML, with QR codes)"),
    )
    parser.add_argument(
        "--timestamp",
        metavar="URL",
        default="",
        help=say("タイムスタンプを受ける（RFC 3161）", "have it time-stamped (RFC 3161)"),
    )
    parser.add_argument(
        "--ca",
        metavar="F",
        type=Path,
        help=say(
            "信頼する認証局の証明書（PEM。タイムスタンプの署名もこれで確かめる）",
            "certificates of the CAs to trust (PEM; the signature of time-stamps is verified by them as well)",
        ),
    )


def _add_mail(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--mail",
        metavar="ADDRESS",
        action="append",
        default=[],
        help=say("メールで（何度でも。--smtp が要る）", "by mail (repeatable; needs --smtp)"),
    )
    parser.add_argument(
        "--smtp",
        metavar="HOST[:PORT]",
        default="",
        help=say(
            "メールサーバー。465 は初めから TLS、ほかは STARTTLS（既定 587。この機械なら 25）",
            "the mail server: 465 is TLS from the start, others STARTTLS (default 587; 25 on this machine)",
        ),
    )
    parser.add_argument(
        "--from",
        dest="sender",
        metavar="ADDRESS",
        default="",
        help=say("差出人（既定: 宛先と同じ）", "the sender (default: the address itself)"),
    )
    parser.add_argument(
        "--credentials",
        metavar="F",
        type=Path,
        help=say(
            "メールサーバーの利用者名とパスワード（YAML、url は smtp://HOST[:PORT]）",
            "user and password of the mail server (YAML, url is smtp://HOST[:PORT])",
        ),
    )


def _add_witness(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("--listen", metavar="HOST:PORT", required=True, help=say("待ち受ける場所", "where to listen"))
    parser.add_argument(
        "--tls-cert", metavar="F", type=Path, help=say("TLS の証明書（PEM）", "the certificate for TLS (PEM)")
    )
    parser.add_argument("--tls-key", metavar="F", type=Path, help=say("その鍵（PEM）", "its key (PEM)"))
    parser.add_argument(
        "--log",
        metavar="F",
        type=Path,
        action="append",
        required=True,
        help=say(
            "台帳の公開鍵のファイル（1行に一つ。何度でも）",
            "a file with public keys of ledgers, one a line (repeatable)",
        ),
    )
    parser.add_argument(
        "--name",
        metavar="NAME",
        default="",
        help=say(
            "初めに作る鍵の名前（既定: ホスト名/witness）", "the name of the key made at first (default: host/witness)"
        ),
    )


def _add_number(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("number", metavar="N", type=int, help=say("番号（0 から）", "its number, from 0"))


def _add_actor(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--actor",
        metavar="ID",
        default="cli",
        help=say("行った人の記号（氏名ではない）", "the id of who does it, not a name"),
    )
