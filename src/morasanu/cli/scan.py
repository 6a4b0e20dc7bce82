"""`morasanu scan`: plugs source, store, engine and reports together and says what came out."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from morasanu.cli.opening import make_sandbox
from morasanu.cli.progress import ProgressBar, Silence
from morasanu.detect.spec import load_specs
from morasanu.rules.load import Words, load_rules
from morasanu.scan.perform import ScanOrder, perform_scan, stop_on_signal
from morasanu.scan.report.jsonl import describe_scan, write_jsonl
from morasanu.scan.report.output import check_outputs, open_output
from morasanu.scan.report.page import make_answer, write_html
from morasanu.scan.report.sarif import write_sarif
from morasanu.scan.report.summary import summarise
from morasanu.scan.report.table import write_csv, write_csv_cp932
from morasanu.source.credential import Credentials, load_credentials
from morasanu.source.folder import FolderSource
from morasanu.source.interface import Access
from morasanu.source.place import is_address

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from morasanu.cli.language import Speaker
    from morasanu.rules.load import Rules
    from morasanu.scan.report.summary import Summary
    from morasanu.scan.store import ScanStore

_SHOWN_PLACES: Final = 12
_NAME_WIDTH: Final = 36


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 when all was inspected, 3 when not, 1 for findings with --fail-on-findings. Nothing is written on errors."""
    outputs = _outputs(options)
    credentials = load_credentials(options.credentials) if options.credentials else Credentials()
    spool_bytes = dict(options.limit).get("spool_bytes", Access().spool_bytes)
    access = Access(rows=options.rows, rows_per_s=options.rows_per_s, spool_bytes=spool_bytes)
    folders = [Path(name) for name in options.paths if not is_address(name)]
    FolderSource(folders)  # a missing path is told before anything else
    check_outputs((*outputs, *([options.state] if options.state else [])), folders)
    specs = load_specs(options.detectors)  # a broken detector is told before anything is read
    rules = load_rules().with_titles({spec.label: Words(spec.title_ja, spec.title_en) for spec in specs})
    if options.ledger:
        from morasanu.cli.evidence import check_ledger  # noqa: PLC0415 - an extra

        check_ledger(options.ledger)
    with _open_state(options.state) as state:
        quiet = options.quiet or options.json
        order = ScanOrder(
            tuple(options.paths),
            options.jobs or os.cpu_count() or 1,
            options.reveal,
            tuple(options.detectors),
            credentials,
            access,
            outputs,
            str(sorted(options.limit)),
        )
        progress = Silence() if quiet else ProgressBar(sys.stderr, say)
        with (
            make_sandbox(options) as sandbox,
            stop_on_signal() as stop,
            perform_scan(order, state, sandbox, progress, is_stopped=stop.is_set) as store,
        ):
            summary = summarise(store, rules)
            _write_reports(options, store, summary, rules, say)
    code = 3 if summary.total.not_inspected or not summary.info.is_complete else 0
    if options.fail_on_findings and summary.total.findings:
        code = 1
    if options.ledger:
        from morasanu.cli.evidence import record_scan  # noqa: PLC0415 - an extra

        number = record_scan(options.ledger, options.actor, _describe(summary), outputs)
        if not (options.json or options.quiet):
            print(say(f"台帳 {number} 番に記録しました", f"recorded in the ledger as number {number}"))
    if options.json:
        print(json.dumps(_describe(summary), ensure_ascii=False))
    elif not options.quiet:
        _print(summary, rules, outputs, options, say, code=code)
    return code


def _outputs(options: argparse.Namespace) -> tuple[Path, ...]:
    paths = [options.html, options.jsonl, options.csv, options.csv_cp932, options.sarif]
    if options.csv_cp932:
        paths.append(_lost(options.csv_cp932))
    return tuple(path for path in paths if path)


def _lost(path: Path) -> Path:
    return path.with_name(f"{path.name}.lost.csv")


@contextmanager
def _open_state(path: Path | None) -> Iterator[Path]:
    """Yield the state file to use: the one asked for, or one that goes away afterwards."""
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="morasanu-") as folder:
        yield Path(folder) / "state"


def _write_reports(options: argparse.Namespace, store: ScanStore, summary: Summary, rules: Rules, say: Speaker) -> None:
    language = say.language
    if options.html:
        with open_output(options.html) as file:
            write_html(store, summary, rules, language, file)
    if options.jsonl:
        with open_output(options.jsonl) as file:
            write_jsonl(store, file)
    if options.csv:
        with open_output(options.csv) as file:
            write_csv(store, rules, language, file)
    if options.csv_cp932:
        with open_output(options.csv_cp932, "cp932") as file, open_output(_lost(options.csv_cp932)) as lost:
            write_csv_cp932(store, rules, language, file, lost)
    if options.sarif:
        with open_output(options.sarif) as file:
            write_sarif(store, rules, language, file)


def _describe(summary: Summary) -> dict[str, object]:
    low, likely, high = summary.total.persons
    return {
        **describe_scan(summary.info),
        "type": "summary",
        "files": summary.total.files,
        "files_with_findings": summary.total.files_found,
        "not_inspected": summary.total.not_inspected,
        "findings": summary.total.findings,
        "counts": summary.total.counts,
        "classes": summary.total.classes,
        "persons": {"low": low, "likely": likely, "high": high},
    }


def _print(
    summary: Summary, rules: Rules, outputs: tuple[Path, ...], options: argparse.Namespace, say: Speaker, *, code: int
) -> None:
    bold, plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")
    print(f"{bold}{make_answer(summary).of(say.language)}{plain}")
    if summary.tasks:
        print(say("まず: ", "First: ") + summary.tasks[0].advice.title.of(say.language))
    if not summary.info.is_complete:
        resume = say("同じ --state で続きから", "run again with the same --state to go on")
        again = (
            resume
            if options.state
            else say("--state を付けると続きから再開できます", "with --state a scan can go on later")
        )
        print(say(f"▲ 途中で止めました。{again}", f"▲ stopped before the end; {again}"))
    if summary.places:
        print()
        _print_places(summary, rules, say)
    print()
    for path in outputs:
        print(say(f"報告書: {path}", f"report: {path}"))
    unread = summary.total.not_inspected
    if unread:
        print(
            say(
                f"終了コード{code}: 検査できなかったものが{unread:,}件あります（「ない」ことにはなりません）。",
                f"exit code {code}: {unread:,} could not be inspected (which does not mean clean).",
            )
        )


def _print_places(summary: Summary, rules: Rules, say: Speaker) -> None:
    columns = [
        say("置き場所", "place"),
        say("人数", "persons"),
        say("件数", "findings"),
        say("リスク", "risk"),
        say("未検査", "not insp."),
    ]
    rows = [
        [
            _tail(place.name),
            f"{place.persons.likely:,}",
            f"{place.findings:,}",
            str(risk.points),
            f"{place.not_inspected:,}",
        ]
        for place, risk in summary.places[:_SHOWN_PLACES]
    ]
    table = [columns, *rows]
    widths = [max(_width(row[i]) for row in table) for i in range(len(columns))]
    for row in table:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        print(
            "  ".join([first, *(" " * (w - _width(cell)) + cell for cell, w in zip(row[1:], widths[1:], strict=True))])
        )
    more = len(summary.places) - _SHOWN_PLACES
    if more > 0:
        print(say(f"ほか {more:,} か所", f"{more:,} more places"))
    kinds = summary.total.counts.most_common(8)
    print("\n" + say("、", ", ").join(f"{rules.title(label).of(say.language)} {count:,}" for label, count in kinds))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _tail(name: str) -> str:
    if _width(name) <= _NAME_WIDTH:
        return name
    while _width(name) > _NAME_WIDTH - 1:
        name = name[1:]
    return f"…{name}"
