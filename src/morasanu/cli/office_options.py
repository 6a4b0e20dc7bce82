"""The options of the verbs about the office, and their help in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from morasanu.cli.language import Speaker


def add_office(say: Speaker, add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add `up`, `backup` and `restore`; `add(name, text)` gives the parser of a new verb."""
    _add_up(add("up", say("画面を開く（サーバーと作業係を動かす）", "open the office: web server and worker")), say)
    folder = say("データフォルダー（既定 morasanu-data）", "the data folder (default morasanu-data)")
    parser = add(
        "backup", say("データフォルダーの控えを取る（動かしたまま）", "copy the data folder, while it is in use")
    )
    parser.add_argument("--data", type=Path, default=Path("morasanu-data"), metavar="DIR", help=folder)
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help=say("控えの置き場所（既定 DIR/backups/日時）", "where to (default DIR/backups/time)"),
    )
    parser.add_argument(
        "--drill",
        action="store_true",
        help=say("続けて、戻せることを試す", "then try to put it back, in a folder that goes away"),
    )
    parser = add(
        "restore",
        say(
            "控えを空のフォルダーへ戻す（DATABASE_URL があれば、記録はその空のデータベースへ）",
            "put a copy back into an empty folder; its records into the empty database of DATABASE_URL, when there is one",
        ),
    )
    parser.add_argument("copy", type=Path, metavar="COPY", help=say("控えのフォルダー", "the copy"))
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=folder)


def _add_up(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=say(
            "データフォルダー（既定 morasanu-data、デモでは morasanu-demo）",
            "the data folder (default morasanu-data, morasanu-demo for the demo)",
        ),
    )
    _add_demo(parser, say)
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help=say("待ち受ける番地（既定 127.0.0.1）", "address to listen at (default 127.0.0.1)"),
    )
    parser.add_argument("--port", type=int, default=8000, help=say("ポート（既定 8000）", "port (default 8000)"))
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help=say("ブラウザーが使う名前（くり返せる）", "a name that browsers use; may be repeated"),
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help=say(
            "TLS。証明書は自分で作り、データフォルダーに置く", "TLS, with a certificate of its own in the data folder"
        ),
    )
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help=say("TLS の証明書（PEM）", "certificate for TLS (PEM)")
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help=say("その秘密鍵（PEM）", "its private key (PEM)"))
    parser.add_argument(
        "--behind-proxy",
        action="store_true",
        help=say("TLS を受け持つ代理サーバーの後ろに置く", "stands behind a proxy that does TLS"),
    )
    parser.add_argument(
        "--checkpoint-to",
        type=Path,
        metavar="DIR",
        help=say(
            "台帳のチェックポイントを毎日送るフォルダー（この機械の外がよい）",
            "folder to which the ledger's checkpoint goes every day, better not on this machine",
        ),
    )


def _add_demo(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--demo",
        action="store_true",
        help=say("架空の信用金庫を入れて開く", "open it with an invented bank inside"),
    )
    parser.add_argument(
        "--today",
        metavar="DAY",
        type=date.fromisoformat,
        help=say("デモの日付（既定 2026-11-23）", "the day of the demo (default 2026-11-23)"),
    )
    parser.add_argument(
        "--examples",
        metavar="DIR",
        type=Path,
        help=say(
            "デモで走査する架空の共有フォルダー（既定 examples/bank）",
            "the invented shares that the demo scans (default examples/bank)",
        ),
    )
