"""Run speed and quality in one process, print the tables, keep them by date and commit; exit 1 when a limit is missed."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.common import REPOSITORY, SHARED, describe_machine, format_table, pin_to_one_core
from bench.peer import load_peer
from bench.quality import PEER_DOCUMENTS, PEER_DOCUMENTS_QUICK, check_quality, measure_quality, tabulate_quality
from bench.speed import check_speed, compare_speed, measure_speed
from morasanu.detect.load import load_engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.common import Record
    from bench.quality import Score
    from bench.speed import Row

SPEED_HEAD = ("corpus", "who", "clock", "MB", "MB/s", "detect is × as fast", "note")
QUALITY_HEAD = ("set", "who", "documents", "exact F1", "overlap F1", "leak", "false alarms", "must show")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything that must be shown is shown (or the shared data is absent), else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller corpora and samples, two rounds")
    parser.add_argument("--full", action="store_true", help="the peer reads every document (about ten minutes)")
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder with pii/ and bench/")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "bench" / "results")
    options = parser.parse_args(arguments)
    if not (options.shared / "pii" / "score.py").exists():
        print(f"bench skipped: no evaluation data in {options.shared}")
        return 0
    pin_to_one_core()
    machine = describe_machine()
    engine, peer = load_engine(), load_peer()
    sample = None if options.full else PEER_DOCUMENTS_QUICK if options.quick else PEER_DOCUMENTS
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        rows = measure_speed(options.shared, folder, engine, peer, quick=options.quick)
        scores = measure_quality(options.shared, folder, engine, peer, sample)
    checks = [*check_speed(rows), *check_quality(scores)]
    report = write_markdown(machine, rows, scores, checks, quick=options.quick)
    print(report)
    options.out.mkdir(parents=True, exist_ok=True)
    stem = f"{dt.datetime.now(dt.UTC).date()}-{machine['commit']}"
    (options.out / f"{stem}.md").write_text(report, encoding="utf-8")
    (options.out / f"{stem}.json").write_text(
        json.dumps(collect(machine, rows, scores, checks, quick=options.quick), ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    return 0 if all(passed for _, _, passed in checks) else 1


def write_markdown(
    machine: dict[str, str],
    rows: Sequence[Row],
    scores: Sequence[Score],
    checks: Sequence[tuple[str, str, bool]],
    *,
    quick: bool,
) -> str:
    """Return the report for people."""
    verdicts = [[what, measured, "pass" if passed else "MISS"] for what, measured, passed in checks]
    return "\n".join(
        [
            f"# Bench{' (quick)' if quick else ''}",
            "",
            *(f"- {name}: {value}" for name, value in machine.items()),
            "",
            "## Speed on one core, best round (ratios travel, absolute values do not)",
            "",
            format_table(SPEED_HEAD, compare_speed(rows)),
            "",
            "## Quality",
            "",
            format_table(QUALITY_HEAD, tabulate_quality(scores)),
            "",
            "## Must show",
            "",
            format_table(("what", "measured", "verdict"), verdicts),
            "",
        ]
    )


def collect(
    machine: dict[str, str],
    rows: Sequence[Row],
    scores: Sequence[Score],
    checks: Sequence[tuple[str, str, bool]],
    *,
    quick: bool,
) -> Record:
    """Return the report for programs: every round, every label."""
    return {
        "machine": machine,
        "quick": quick,
        "speed": [
            {
                "corpus": row.corpus,
                "who": row.who,
                "clock": row.clock,
                "megabytes": row.megabytes,
                "seconds": row.seconds,
                "note": row.note,
            }
            for row in rows
        ],
        "quality": [dataclasses.asdict(score) for score in scores],
        "checks": [{"what": what, "measured": measured, "passed": passed} for what, measured, passed in checks],
    }


if __name__ == "__main__":
    sys.exit(main())
