"""The command line: verbs, options and their help in both languages."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from morasanu.cli.ledger_options import add_acts
from morasanu.cli.limit import LIMITS
from morasanu.cli.office_options import add_office
from morasanu.errors import InputError
from morasanu.source.interface import Access

if TYPE_CHECKING:
    from morasanu.cli.language import Speaker

# what argparse says, and the same in Japanese
_JAPANESE: Final = (
    (r"unrecognized arguments: (.+)", r"知らないオプションです: \1"),
    (r"the following arguments are required: (.+)", r"足りない引数があります: \1"),
    (r"argument (.+): expected (?:one|at least one) argument", r"\1 には値が要ります"),
    (r"argument (.+): invalid choice: (.+?) \(choose from .+\)", r"\1 に \2 は選べません"),
    (r"argument (.+): invalid value: (.+)", r"\1 の値が正しくありません: \2"),
    (r"argument (.+): ignored explicit argument (.+)", r"\1 は値を取りません: \2"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 は一つに決まりません（\2）"),
)


class _Parser(argparse.ArgumentParser):
    """Speaks the user's language and raises instead of exiting."""

    say: Speaker

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"invalid \w+ value", "invalid value", message)  # argparse names our functions
        ja = message
        for pattern, japanese in _JAPANESE:
            if re.fullmatch(pattern, message):
                ja = re.sub(pattern, japanese, message)
                break
        verb = self.prog
        raise InputError("MRS-I-002", f"{ja}（使い方: {verb} --help）", f"{message} (see: {verb} --help)")

    def format_usage(self) -> str:
        return self._speak(super().format_usage())

    def format_help(self) -> str:
        return self._speak(super().format_help())

    def _speak(self, text: str) -> str:
        if self.say.language != "ja":
            return text
        text = re.sub(r"^usage:", "使い方:", text)
        text = re.sub(r"^positional arguments:", "対象:", text, flags=re.MULTILINE)
        return re.sub(r"^options:", "オプション:", text, flags=re.MULTILINE)


def make_parser(say: Speaker) -> argparse.ArgumentParser:
    """Return the parser; `verb` in its result names the verb."""
    parser = _make(
        say,
        "morasanu",
        say("日本の金融機関のファイルから個人データを見つけ、根拠を示します。", "Finds personal data in a Japanese financial institution's files, and says why."),
        say("終了コード: 0 すべて検査した / 1 見つかった（--fail-on-findings） / 2 使い方の誤り・書き込み失敗 / 3 検査できないものがあった",
            "Exit codes: 0 all inspected / 1 findings (--fail-on-findings) / 2 usage or writing failed / 3 something could not be inspected"),
    )  # fmt: skip
    parser.add_argument("--version", action="store_true", help=say("版を表示する", "show the version"))
    verbs = parser.add_subparsers(dest="verb", title=say("すること", "verbs"), metavar="", parser_class=_Parser)
    _add_scan(verbs, say)
    _add_detect(verbs, say)
    _add_rules(verbs, say)
    _add_extract(verbs, say)
    _add_doctor(verbs, say)
    _add_ledger(verbs, say)
    add_office(say, lambda name, text: _add_verb(verbs, say, name, text))
    return parser


def _make(say: Speaker, prog: str, description: str, epilog: str = "") -> _Parser:
    parser = _Parser(prog=prog, description=description, epilog=epilog, add_help=False, allow_abbrev=False)
    _finish(parser, say)
    return parser


def _finish(parser: argparse.ArgumentParser, say: Speaker) -> None:
    assert isinstance(parser, _Parser)  # noqa: S101 - parser_class says so
    parser.say = say
    parser.add_argument("-h", "--help", action="help", help=say("この説明を表示する", "show this help"))


def _add_verb(
    verbs: argparse._SubParsersAction[_Parser], say: Speaker, name: str, text: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text, add_help=False, allow_abbrev=False)
    _finish(parser, say)
    return parser


def _add_detectors(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--detectors",
        metavar="F",
        type=Path,
        action="append",
        default=[],
        help=say("自作の検出規則（YAML、何度でも）", "detectors of your own (YAML, repeatable)"),
    )


def _add_scan(verbs: argparse._SubParsersAction[_Parser], say: Speaker) -> None:
    text = say("フォルダやファイルを調べ、報告書を書く", "scan folders and files and write reports")
    parser = _add_verb(verbs, say, "scan", text)
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help=say(
            "調べる場所（フォルダ、ファイル、postgresql:// などの宛先）",
            "what to scan: folders, files, addresses such as postgresql://",
        ),
    )
    reports = (
        ("--html", say("報告書（一つのHTML、印刷もできる）", "report (one HTML file, prints on A4)")),
        ("--jsonl", say("すべての結果（1行に一つのJSON）", "everything, one JSON object a line")),
        ("--csv", say("見つかったもの（Excel用、UTF-8）", "findings for Excel (UTF-8)")),
        ("--csv-cp932", say("同じものをCP932で。書けない文字は F.lost.csv に", "the same in CP932; what does not fit goes to F.lost.csv")),
        ("--sarif", say("SARIF 2.1.0（開発基盤用）", "SARIF 2.1.0 for code platforms")),
    )  # fmt: skip
    for option, meaning in reports:
        parser.add_argument(option, metavar="F", type=Path, help=meaning)
    parser.add_argument(
        "--state",
        metavar="F",
        type=Path,
        help=say(
            "状態ファイル。中断からの再開と、変わらないファイルの読み飛ばし",
            "state file: resume, and skip what has not changed",
        ),
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_read_jobs,
        default=0,
        help=say("並べて動かす数（既定: プロセッサの数）", "how many workers (default: one a processor)"),
    )
    _add_detectors(parser, say)
    _add_opening(parser, say)
    _add_access(parser, say)
    parser.add_argument(
        "--reveal",
        action="store_true",
        help=say("値を伏せずに書く（取扱注意）", "do not mask values (handle with care)"),
    )
    parser.add_argument(
        "--fail-on-findings",
        action="store_true",
        help=say("見つかったら終了コード1", "exit with 1 when there are findings"),
    )
    _add_evidence(parser, say)
    parser.add_argument("--quiet", action="store_true", help=say("何も表示しない", "print nothing"))
    parser.add_argument("--json", action="store_true", help=say("まとめをJSONで表示する", "print the summary as JSON"))


def _add_evidence(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--ledger",
        metavar="DIR",
        type=Path,
        help=say(
            "証拠の台帳に、調べたことと報告書の要約値を記録する",
            "record what was scanned, with digests of the reports, in a ledger",
        ),
    )
    parser.add_argument(
        "--actor",
        metavar="ID",
        default="cli",
        help=say("行った人の記号（氏名ではない）", "the id of who does it, not a name"),
    )


def _add_opening(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--passwords",
        metavar="F",
        type=Path,
        help=say(
            "暗号化されたものに試すパスワード（1行に一つのファイル）",
            "passwords to try on what is encrypted (a file, one a line)",
        ),
    )
    parser.add_argument(
        "--limit",
        metavar="NAME=N",
        type=_read_limit,
        action="append",
        default=[],
        help=say(
            f"上限（{'、'.join(LIMITS)}。何度でも）",
            f"a limit ({', '.join(LIMITS)}; repeatable)",
        ),
    )


def _add_access(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "--credentials",
        metavar="F",
        type=Path,
        help=say(
            "宛先ごとの利用者名とパスワード（YAML、本人だけが読めるもの）",
            "users and passwords of addresses (YAML, readable by its owner only)",
        ),
    )
    parser.add_argument(
        "--rows",
        metavar="N|all",
        type=_read_rows,
        default=Access().rows,
        help=say(
            "データベースの表ごとに読む行数（既定: 10000）", "rows to read of each table of a database (default: 10000)"
        ),
    )
    parser.add_argument(
        "--rows-per-s",
        metavar="N",
        type=_read_count,
        help=say("データベースから1秒に読む行数の上限", "how many rows to read of a database in a second at most"),
    )


def _add_extract(verbs: argparse._SubParsersAction[_Parser], say: Speaker) -> None:
    text = say("一つのファイルの中の文字を、場所とともに表示する", "print the text inside a file with where it stands")
    parser = _add_verb(verbs, say, "extract", text)
    parser.add_argument("file", metavar="FILE", type=Path, help=say("開くファイル", "the file to open"))
    parser.add_argument("--jsonl", action="store_true", help=say("1行に一つのJSON", "one JSON object a line"))
    _add_opening(parser, say)


def _add_doctor(verbs: argparse._SubParsersAction[_Parser], say: Speaker) -> None:
    text = say("どの形式を開けるか、何が足りないかを示す", "say which formats can be opened and what is missing")
    parser = _add_verb(verbs, say, "doctor", text)
    parser.add_argument("--json", action="store_true", help=say("JSONで表示する", "print as JSON"))
    parser.add_argument(
        "--data",
        metavar=say("フォルダー", "DIR"),
        type=Path,
        help=say(
            "データフォルダーの directory.yaml を読み、社内の認証に届くかも確かめる",
            "read directory.yaml of a data folder too, and try to reach what it names",
        ),
    )


def _add_ledger(verbs: argparse._SubParsersAction[_Parser], say: Speaker) -> None:
    parser = _add_verb(
        verbs, say, "ledger", say("証拠の台帳を作り、加え、確かめる", "keep a ledger of evidence, and verify it")
    )
    acts = parser.add_subparsers(
        dest="act", title=say("すること", "verbs"), metavar="", required=True, parser_class=_Parser
    )
    add_acts(say, lambda name, text: _add_verb(acts, say, name, text))


def _add_detect(verbs: argparse._SubParsersAction[_Parser], say: Speaker) -> None:
    text = say(
        "標準入力の文章から見つける（1行に一つのJSON）", "detect in texts from standard input, one JSON object a line"
    )
    parser = _add_verb(verbs, say, "detect", text)
    parser.add_argument(
        "--jsonl",
        action="store_true",
        required=True,
        help=say('{"id","text"} を読み {"id","spans"} を書く', 'read {"id","text"}, write {"id","spans"}'),
    )
    _add_detectors(parser, say)


def _add_rules(verbs: argparse._SubParsersAction[_Parser], say: Speaker) -> None:
    text = say("検出規則を見る・確かめる", "look at and check detectors")
    parser = _add_verb(verbs, say, "rules", text)
    acts = parser.add_subparsers(
        dest="act", title=say("すること", "verbs"), metavar="", required=True, parser_class=_Parser
    )
    listing = _add_verb(acts, say, "list", say("すべての規則を並べる", "list all detectors"))
    _add_detectors(listing, say)
    show = _add_verb(acts, say, "show", say("一つの規則を表示する", "show one detector"))
    show.add_argument("id", metavar="ID", help=say("規則の名前", "its id"))
    _add_detectors(show, say)
    check = _add_verb(
        acts,
        say,
        "check",
        say("規則を読み、例と反例を試す", "load detectors and try their examples and counter-examples"),
    )
    check.add_argument(
        "files", metavar="F", nargs="*", type=Path, help=say("自作の検出規則（YAML）", "detectors of your own (YAML)")
    )


def _read_limit(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in LIMITS or int(number) < 1:
        raise ValueError
    return name, int(number)


def _read_rows(text: str) -> int | None:
    return None if text == "all" else _read_count(text)


def _read_count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _read_jobs(text: str) -> int:
    jobs = int(text)
    if not 0 <= jobs <= 256:
        raise ValueError
    return jobs
