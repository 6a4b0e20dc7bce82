"""Writes the generated pages of docs/ from the code and the rules; `--check` exits 1 when one is stale."""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import argparse
import ast
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from law_map import write_law_map
from page import MADE, both, table

from morasanu.cli.language import Speaker
from morasanu.cli.limit import LIMITS
from morasanu.cli.parser import make_parser
from morasanu.detect.context import NONE
from morasanu.detect.spec import load_specs
from morasanu.extract.sandbox import SandboxOptions
from morasanu.rules.load import load_rules
from morasanu.source.interface import Access

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from morasanu.rules.load import Belonging

ROOT: Final = Path(__file__).resolve().parent.parent
_SOURCE: Final = ROOT / "src" / "morasanu"
_CODE: Final = re.compile(r"MRS-[A-Z]-[0-9]{3}\Z")
_RAISED: Final = frozenset(("InputError", "RuleError", "InspectError", "RefusedError", "EvidenceError", "OutsideError", "StaleError", "Reason"))  # fmt: skip


def make_pages() -> dict[Path, str]:
    """Return every generated page and its text."""
    docs = ROOT / "docs"
    return {
        docs / "reference" / "cli.md": _write_cli(),
        docs / "reference" / "errors.md": _write_errors(),
        docs / "reference" / "labels.md": _write_labels(),
        docs / "law-map.md": write_law_map(),
    }


# -- docs/reference/cli.md ---------------------------------------------------------------------------------------------


def _write_cli() -> str:
    ja, en = make_parser(Speaker("ja")), make_parser(Speaker("en"))
    parts = [MADE, "# コマンド / Command line\n", f"{ja.description}  \n{en.description}\n", *_write_parser(ja, en)]
    parts += [
        "## 上限 / Limits\n",
        "`--limit` で変える。超えた分は「読んでいない」と出る。  \n`--limit` changes them; what lies beyond is told as unread.\n",
    ]
    parts.append(
        table(
            ("名前 / name", "既定 / default", "日本語", "English"),
            ((f"`{name}`", f"{_find_default(name):,}", *means) for name, means in LIMITS.items()),
        )
    )
    parts += [f"{ja.epilog}  \n{en.epilog}\n", "## 環境変数 / Environment\n"]
    parts.append(
        table(
            ("変数 / variable", "日本語", "English"),
            (
                (
                    "`MORASANU_LANG`",
                    "`ja` なら日本語、ほかは英語。なければ `LC_ALL`、`LC_MESSAGES`、`LANG`、システムの順に決まる",
                    "`ja` for Japanese, anything else for English; without it `LC_ALL`, `LC_MESSAGES`, `LANG`, then the system decide",
                ),
                (
                    "`DATABASE_URL`",
                    "`morasanu up` の記録を置く PostgreSQL（なければデータフォルダーの SQLite）。`backup` と `restore` にも要る",
                    "the PostgreSQL in which `morasanu up` keeps its records (SQLite in the data folder without it); `backup` and `restore` need it too",
                ),
                ("`NO_COLOR`", "あれば端末でも太字にしない", "when set, no bold type on a terminal either"),
                (
                    "`XDG_CACHE_HOME`",
                    "辞書のキャッシュを置く場所（なければ `~/.cache`）",
                    "where the dictionary cache lies (`~/.cache` without it)",
                ),
            ),
        )
    )
    return "\n".join(parts)


def _find_default(limit: str) -> int:
    options = SandboxOptions()
    places = (options.limits, options, Access())
    return round(next(getattr(place, limit) for place in places if hasattr(place, limit)))


def _write_parser(ja: argparse.ArgumentParser, en: argparse.ArgumentParser, level: int = 2) -> Iterator[str]:
    rows = []
    below = []
    for a, b in zip(ja._actions, en._actions, strict=True):  # noqa: SLF001 - argparse has no other way to ask
        if isinstance(a, argparse._SubParsersAction) and isinstance(b, argparse._SubParsersAction):  # noqa: SLF001
            below = [(a.choices[name], b.choices[name]) for name in a.choices]
            continue
        value = str(a.metavar or "")
        name = ", ".join(a.option_strings) + (f" {value}" if value and a.option_strings else "") or value
        many = {"+": "（1つ以上 / one or more）", "*": "（0個以上 / any number）"}.get(str(a.nargs), "")
        required = "（必須 / required）" if a.required and a.option_strings else ""
        rows.append((f"`{name}`{many}{required}", str(a.help), str(b.help)))
    yield table(("引数 / argument", "日本語", "English"), rows)
    for inner, other in below:
        yield f"{'#' * level} `{inner.prog}`\n"
        yield f"{inner.description}  \n{other.description}\n"
        yield from _write_parser(inner, other, level + 1)


# -- docs/reference/errors.md ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Fault:
    kind: str
    messages: dict[tuple[str, str], None] = field(default_factory=dict)
    modules: dict[str, None] = field(default_factory=dict)


def _write_errors() -> str:
    faults: dict[str, _Fault] = {}
    for path in sorted(_SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(_SOURCE.parent).with_suffix("").parts)
        for code, kind, ja, en in _find_faults(ast.parse(path.read_text(encoding="utf-8"))):
            fault = faults.setdefault(code, _Fault(kind))
            fault.messages[ja, en] = None
            fault.modules[module] = None
    branches = "\n".join(line for line in (_SOURCE / "errors.py").read_text(encoding="utf-8").split("\n")[2:10] if line)
    parts = [
        MADE,
        "# エラーコード / Error codes\n",
        both(
            "コードは変わらない。`{…}` には実際の値が入る。調べたファイルの中身がエラー文に入ることはない。",
            "Codes are stable; `{…}` stands for what is filled in. A message never repeats what stands in a scanned file.",
        ),
        f"```text\n{branches}\n```\n",
    ]
    rows = (
        (
            f"`{code}`",
            f"`{fault.kind}`" if fault.kind != "Reason" else "（理由 / reason）",
            "<br>".join(ja for ja, _ in fault.messages),
            "<br>".join(en for _, en in fault.messages),
            "<br>".join(f"`{module}`" for module in fault.modules),
        )
        for code, fault in sorted(faults.items())
    )
    parts.append(table(("コード", "種類 / kind", "日本語", "English", "出所 / raised in"), rows))
    parts.append(
        both(
            "`MRS-X-…` は、ファイルを検査できなかった（一部だけ検査した）理由として、報告書と JSONL にも現れる。",
            "`MRS-X-…` also appears in reports and JSONL as the reason why a file was not, or only partly, inspected.",
        )
    )
    return "\n".join(parts)


def _find_faults(tree: ast.Module) -> Iterator[tuple[str, str, str, str]]:
    """Yield code, kind and both messages of every error the module makes, also by helpers that take the messages."""
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        if function.name.startswith("_refuse"):
            parameters = [argument.arg for argument in function.args.args]
            for code, kind, ja, en in _find_calls(function, {}):
                for call in _calls(tree, function.name):
                    given = dict(zip(parameters, (_text(a) for a in call.args), strict=True))
                    yield code, kind, _fill(ja, given), _fill(en, given)
    names = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in tree.body:
        if not (isinstance(node, ast.FunctionDef) and node.name.startswith("_refuse")):
            yield from _find_calls(node, names)
    for pairs in (node for node in ast.walk(tree) if isinstance(node, ast.Dict)):
        for key, value in zip(pairs.keys, pairs.values, strict=True):
            if isinstance(key, ast.Constant) and _CODE.match(str(key.value)) and isinstance(value, ast.Tuple):
                yield str(key.value), "Reason", _text(value.elts[0]), _text(value.elts[1])


def _find_calls(tree: ast.AST, names: Mapping[str, object]) -> Iterator[tuple[str, str, str, str]]:
    for kind in sorted(_RAISED):
        for call in _calls(tree, kind):
            if len(call.args) < 3:
                continue
            first = call.args[0]
            code = first.value if isinstance(first, ast.Constant) else names.get(getattr(first, "id", ""))
            if isinstance(code, str) and _CODE.match(code):
                yield code, kind, _text(call.args[1]), _text(call.args[2])


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def _fill(message: str, given: dict[str, str]) -> str:
    for name in ("ja", "en"):
        message = message.replace(f"{{{name}}}", given.get(name, f"{{{name}}}"))
    return message


def _text(node: ast.expr) -> str:
    """Return a string expression with its placeholders named by their last word: `{path}`."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        words = [n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)]
        words += [n.attr for n in ast.walk(node.value) if isinstance(n, ast.Attribute)]
        return f"{{{words[-1]}}}" if words else "{…}"
    return f"{{{ast.unparse(node)}}}"


# -- docs/reference/labels.md ------------------------------------------------------------------------------------------


def _write_labels() -> str:
    rules, specs = load_rules(), [spec for spec in load_specs() if spec.label != NONE]
    titles = {rule.id: rule.title for rule in rules.classes}

    def describe(belonging: Belonging) -> str:
        title = titles[belonging.legal_class]
        mark = "" if belonging.is_sure else "（要確認 / review）"
        return f"{title.ja} / {title.en}{mark}: {' '.join(belonging.citation)}"

    parts = [MADE, "# 見つけるもの / What is found\n", "## ラベル / Labels\n"]
    parts.append(
        table(
            (
                "ラベル / label",
                "日本語",
                "English",
                "それだけで個人データ / personal by itself",
                "法の区分 / legal classes",
            ),
            (
                (
                    f"`{rule.id}`",
                    *rule.title,
                    "○" if rule.is_personal else "—",
                    "<br>".join(map(describe, rule.classes)) or "—",
                )
                for rule in rules.labels.values()
            ),
        )
    )
    parts.append("## 人が判断すること / Questions to a person\n")
    parts.append(
        table(
            ("ラベル / label", "区分 / class", "日本語", "English"),
            (
                (f"`{rule.id}`", titles[b.legal_class].ja, b.question.ja, b.question.en)
                for rule in rules.labels.values()
                for b in rule.classes
                if b.question
            ),
        )
    )
    parts.append("## 検出規則 / Detectors\n")
    parts.append(
        both(
            "`morasanu rules show ID` は規則の全体を表示する。点数 0.5 未満は報告しない。",
            "`morasanu rules show ID` prints the whole detector. What scores below 0.5 is not reported.",
        )
    )
    parts.append(
        table(
            ("id", "ラベル / label", "確かめる関数 / check", "点数 / score: 単独 / alone, 検査 / checked, 見出し / labelled, 両方 / both", "例＋反例 / examples", "確認 / checked", "出所 / source"),
            (
                (
                    f"`{spec.id}`",
                    f"`{spec.label}`",
                    f"`{spec.check}`" if spec.check else "—",
                    f"{spec.score.alone:g}, {spec.score.checked:g}, {spec.score.labelled:g}, {spec.score.labelled_checked:g}",
                    f"{len(spec.examples)} + {len(spec.counter_examples)}",
                    spec.checked,
                    spec.source,
                )
                for spec in specs
            ),
        )
    )  # fmt: skip
    return "\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Write the pages and return 0; with `--check` write nothing and return 1 when a page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a page is stale")
    is_check = parser.parse_args(arguments).check
    stale = [
        (path, text)
        for path, text in make_pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        sys.stdout.write(f"{'stale' if is_check else 'written'}: {path.relative_to(ROOT)}\n")
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
