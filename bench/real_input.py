"""False findings on real input: scan texts nobody wrote for us, let a person judge a sample, print the share per label.

`python -m bench.real_input --out F.jsonl` writes the sample with `"verdict": null`; set it to "true" (it is such a datum) or
"false" by hand, then `--summarise F.jsonl`. A second run with the same --out keeps the verdicts of findings that are still there.
The sample names real people (authors of packages): it does not belong in the repository.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import sysconfig
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from bench.common import SHARED, cut_blocks, format_table
from morasanu.detect.load import load_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.common import Record
    from morasanu.detect.interface import Detector

PER_LABEL = 60
CONTEXT = 60
NAMES = ("*.dist-info/METADATA", "*.md", "*.rst", "*.txt", "AUTHORS")
TEXTS = (".txt", ".xml", ".json")

Key = tuple[str, str, str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0; print what was scanned and found, or the summary of the verdicts."""
    parser = argparse.ArgumentParser(prog="python -m bench.real_input", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--out", type=Path, help="write the sample here")
    mode.add_argument("--summarise", type=Path, metavar="FILE", help="read the verdicts here")
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder with law/texts")
    parser.add_argument("--site", type=Path, default=Path(sysconfig.get_path("purelib")), help="site-packages to read")
    options = parser.parse_args(arguments)
    if options.summarise:
        print(format_table(("label", "found", "judged", "false", "share false"), summarise(options.summarise)))
        return 0
    verdicts = read_verdicts(options.out)
    sample, megabytes, unread = collect_sample(load_engine(), list_sources(options.shared, options.site))
    for record in sample:
        record["verdict"] = verdicts.get(make_key(record))
    options.out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in sample), encoding="utf-8")
    totals = sorted({(str(record["label"]), str(record["of"])) for record in sample})
    print(format_table(("label", "found"), totals))
    kept = sum(record["verdict"] is not None for record in sample)
    print(
        f"{megabytes:.1f} MB read, {unread} files not read (no UTF-8), {len(sample)} findings to judge in {options.out}, {kept} of them judged already"
    )
    return 0


def list_sources(shared: Path, site: Path) -> Iterator[tuple[str, Path]]:
    """Yield (name to show, file): the law texts, then what the installed packages say about themselves, each file once."""
    folder = shared / "law" / "texts"
    for path in sorted(folder.glob("*")):
        if path.suffix in TEXTS:
            yield f"law/{path.name}", path
    for path in sorted({path for name in NAMES for path in site.rglob(name)}):
        if path.is_file():
            yield path.relative_to(site).as_posix(), path


def collect_sample(engine: Detector, sources: Iterator[tuple[str, Path]]) -> tuple[list[Record], float, int]:
    """Return at most 60 distinct findings per label, drawn with a fixed seed, the megabytes read, and the files not read.

    A finding that stands in the same words in several files (a licence text) counts once.
    """
    found: dict[str, dict[Key, Record]] = defaultdict(dict)
    size = unread = 0
    for name, path in sources:
        data = path.read_bytes()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            unread += 1
            continue
        size += len(data)
        for offset, block in cut_blocks(text):
            for finding in engine.detect(block):
                start, end = offset + finding.start, offset + finding.end
                record: Record = {
                    "label": str(finding.label),
                    "value": text[start:end],
                    "before": text[max(0, start - CONTEXT) : start],
                    "after": text[end : end + CONTEXT],
                    "score": round(finding.score, 3),
                    "why": list(finding.why),
                    "source": name,
                    "line": text.count("\n", 0, start) + 1,
                }
                found[record["label"]].setdefault(make_key(record), record)
    sample = []
    for label in sorted(found):
        records = list(found[label].values())
        drawn = random.Random(7).sample(records, min(PER_LABEL, len(records)))
        drawn.sort(key=lambda r: (r["source"], r["line"]))
        sample += [{"verdict": None, "of": len(records), **record} for record in drawn]
    return sample, size / 1e6, unread


def make_key(record: Record) -> Key:
    """Return what makes a finding the same one in another run."""
    return record["label"], record["value"], record["before"], record["after"]


def read_records(path: Path) -> list[Record]:
    """Return the records of a sample."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_verdicts(path: Path) -> dict[Key, str]:
    """Return the verdicts given so far, none when there is no file yet."""
    if not path.exists():
        return {}
    return {make_key(r): r["verdict"] for r in read_records(path) if r["verdict"] is not None}


def summarise(path: Path) -> list[list[str]]:
    """Return per label: found, judged, false, share of false; the last row weighs the labels by what was found."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in read_records(path):
        if record["verdict"] not in {None, "true", "false"}:
            raise SystemExit(f'{path}: a verdict is "true", "false" or null, not {record["verdict"]!r}')
        groups[record["label"]].append(record)
    table, weight, wrong_weight = [], 0, 0.0
    for label, records in sorted(groups.items()):
        judged = [r for r in records if r["verdict"] is not None]
        wrong = sum(r["verdict"] == "false" for r in judged)
        share = wrong / len(judged) if judged else None
        of = records[0]["of"]
        if share is not None:
            weight += of
            wrong_weight += of * share
        cells = [label, str(of), str(len(judged)), str(wrong)]
        table.append([*cells, "-" if share is None else f"{share:.3f}"])
    overall = f"{wrong_weight / weight:.3f}" if weight else "-"
    return [*table, ["all, by weight", str(weight), "-", "-", overall]]


if __name__ == "__main__":
    sys.exit(main())
