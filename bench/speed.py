"""Speed on one core: the engine and the command line beside sha256, ripgrep and Presidio, in rounds so that ratios compare."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import resource
import runpy
import shutil
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest import mock

from bench.common import SCAN, cut_blocks, read_documents
from bench.peer import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.peer import Span
    from morasanu.detect.interface import Detector

PEER_DOCUMENTS = 100
SAMPLE_PASSES = 20
RIPGREP_MEGABYTES = 8
AT_LEAST_TIMES_PEER = 200


@dataclass
class Row:
    """One contender on one corpus: `seconds` has one value per round, or `note` says why there is none."""

    corpus: str
    who: str
    clock: str
    megabytes: float
    run: Callable[[], float] | None
    note: str = ""
    seconds: list[float] = field(default_factory=list)

    @property
    def speed(self) -> float:
        """Return MB/s of the best round; noise only ever slows a run down."""
        return self.megabytes / min(self.seconds)

    def take_turn(self) -> None:
        """Run once, unless an earlier turn failed."""
        if self.run is None:
            return
        try:
            self.seconds.append(max(self.run(), 1e-6))
        except subprocess.CalledProcessError as error:
            self.run, self.note = None, f"failed: exit {error.returncode}"
            self.seconds.clear()


@dataclass(frozen=True)
class Corpus:
    """Texts as the engine gets them, with the header they share, and the same bytes as files."""

    name: str
    path: Path
    texts: list[str]
    header: str = ""
    encoding: str = "utf-8"

    @property
    def megabytes(self) -> float:
        """Return the size of the files."""
        return sum(file.stat().st_size for file in self.files) / 1e6

    @property
    def files(self) -> list[Path]:
        """Return the file, or the files of the folder."""
        return sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]


def measure_speed(
    shared: Path, folder: Path, engine: Detector, peer: tuple[Callable[[str], list[Span]] | None, str], *, quick: bool
) -> list[Row]:
    """Return the rows, measured in `folder` in rounds of one turn for everybody."""
    rows: list[Row] = []
    corpora = make_corpora(shared, folder, megabytes=1 if quick else 4)
    patterns = read_patterns(shared, folder / "corpora")
    for corpus in corpora:
        size = corpus.megabytes
        if corpus.encoding == "utf-8":
            rows.append(Row(corpus.name, "morasanu detect", "cpu", size, cpu(detect_all, engine, corpus)))
        rows += [
            scan_row(corpus, folder),
            Row(corpus.name, "sha256", "cpu", size, cpu(hash_all, corpus.files)),
            ripgrep_row(corpus, patterns, folder),
        ]
    texts = corpora[0].texts
    sample = Corpus(
        f"bank_dev, {PEER_DOCUMENTS} docs", corpora[0].path, texts[:: len(texts) // PEER_DOCUMENTS][:PEER_DOCUMENTS]
    )
    size = sum(len(text.encode()) for text in sample.texts) / 1e6
    analyze, note = peer
    rows.append(Row(sample.name, "morasanu detect", "cpu", size, detect_sample(engine, sample)))
    rows.append(Row(sample.name, NAME, "cpu", size, cpu(analyze_all, analyze, sample) if analyze else None, note))
    engine.detect(sample.texts[0])
    if analyze:
        analyze(sample.texts[0])
    for _ in range(2 if quick else 4):
        for row in rows:
            row.take_turn()
    return rows


def make_corpora(shared: Path, folder: Path, megabytes: int) -> list[Corpus]:
    """Return bank_dev, one file per document, and the four generated corpora."""
    documents = folder / "bank_dev"
    documents.mkdir()
    texts = [document["text"] for document in read_documents(shared, "bank_dev")]
    for number, text in enumerate(texts):
        (documents / f"{number:05}.txt").write_text(text, encoding="utf-8", newline="")
    target = folder / "corpora"
    script = shared / "bench" / "make_corpora.py"
    subprocess.run([sys.executable, script, str(megabytes), target], check=True)
    corpora = [Corpus("bank_dev", documents, texts)]
    for name, encoding in (("a.txt", "utf-8"), ("b.csv", "utf-8"), ("c.log", "utf-8"), ("d.txt", "cp932")):
        text = (target / name).read_text(encoding)
        header = text.partition("\n")[0] if name.endswith(".csv") else ""
        blocks = [block for _, block in cut_blocks(text)]
        corpora.append(Corpus(name, target / name, blocks, header, encoding))
    return corpora


def read_patterns(shared: Path, corpora: Path) -> str:
    """Return the peers' patterns as one alternation; the script reads the surnames that lie beside the corpora."""
    with mock.patch.object(sys, "argv", ["patterns.py", "", str(corpora)]):
        return str(runpy.run_path(str(shared / "bench" / "patterns.py"))["COMB"])


def cpu(function: Callable[..., None], *arguments: object) -> Callable[[], float]:
    """Return a turn that takes the CPU seconds of this process."""

    def turn() -> float:
        start = time.process_time()
        function(*arguments)
        return time.process_time() - start

    return turn


def detect_all(engine: Detector, corpus: Corpus) -> None:
    """Find everything in every text; the first block of a table carries its header itself."""
    for number, text in enumerate(corpus.texts):
        engine.detect(text, corpus.header if number else "")


def detect_sample(engine: Detector, sample: Corpus) -> Callable[[], float]:
    """Return a turn that takes the mean of several passes: one pass over the peer's documents lasts only 50 ms."""

    def detect_passes() -> None:
        for _ in range(SAMPLE_PASSES):
            detect_all(engine, sample)

    turn = cpu(detect_passes)
    return lambda: turn() / SAMPLE_PASSES


def analyze_all(analyze: Callable[[str], list[Span]], corpus: Corpus) -> None:
    """Let the peer read every text."""
    for text in corpus.texts:
        analyze(text)


def hash_all(files: Sequence[Path]) -> None:
    """Read and hash every file: what any pass over the bytes costs at least."""
    for file in files:
        hashlib.sha256(file.read_bytes()).digest()


def scan_row(corpus: Corpus, folder: Path) -> Row:
    """Return the command line over the same files, start included: what a person waits for."""
    row = Row(corpus.name, "morasanu scan", "wall", corpus.megabytes, None, "no command line")
    if importlib.util.find_spec("morasanu.cli.__main__"):
        row.run, row.note = (lambda: run_scan(corpus.path, folder / "hits.jsonl")), ""
    return row


def run_scan(path: Path, target: Path) -> float:
    """Return the seconds that one scan of `path` took; a scan that leaves no findings behind has failed."""
    target.unlink(missing_ok=True)
    start = time.perf_counter()
    done = subprocess.run([*SCAN, "--jobs", "1", path, "--jsonl", target], check=True)
    seconds = time.perf_counter() - start
    if not target.stat().st_size:
        raise subprocess.CalledProcessError(done.returncode, done.args)
    return seconds


def ripgrep_row(corpus: Corpus, patterns: str, folder: Path) -> Row:
    """Return ripgrep with the peers' patterns over the same files, named several times: compiling them costs 20 ms."""
    row = Row(corpus.name, "ripgrep", "cpu", corpus.megabytes, None, "not installed")
    binary = shutil.which("rg", path=sysconfig.get_path("scripts")) or shutil.which("rg")
    if binary:
        charset = "none" if corpus.encoding == "utf-8" else "shift_jis"
        options = ["--no-config", "--no-ignore", "-j1", "-E", charset, "-ob", "-e", patterns]
        times = math.ceil(RIPGREP_MEGABYTES / corpus.megabytes)
        command = [binary, *options, *[str(corpus.path)] * times]
        row.run, row.note = (lambda: run_child(command, folder / "matches") / times), ""
    return row


def run_child(command: Sequence[str], output: Path) -> float:
    """Return the CPU seconds of a child that writes to the file `output`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with output.open("wb") as sink:
        subprocess.run(command, stdout=sink, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare_speed(rows: Sequence[Row]) -> list[list[str]]:
    """Return the table: who, on what, how fast, and how many times as fast as it the engine is on the same corpus."""
    engine = {row.corpus: row.speed for row in rows if row.who == "morasanu detect"}
    table = []
    for row in rows:
        cells = [row.corpus, row.who, row.clock, f"{row.megabytes:.2f}"]
        if not row.seconds:
            table.append([*cells, "-", "-", row.note])
            continue
        ratio = f"{engine[row.corpus] / row.speed:.3g}" if row.corpus in engine else "-"
        table.append([*cells, f"{row.speed:.3g}", ratio, ""])
    return table


def check_speed(rows: Sequence[Row]) -> list[tuple[str, str, bool]]:
    """Return what the speed must show: (what, measured, passed); what was not measured is not judged."""
    checks = [
        (f"scan works on {row.corpus}", row.note or "yes", bool(row.seconds))
        for row in rows
        if row.who == "morasanu scan"
    ]
    engine, peer = rows[-2:]
    if peer.seconds:
        times = engine.speed / peer.speed
        checks.append((f"detect ≥ {AT_LEAST_TIMES_PEER} × {NAME}", f"{times:.0f} ×", times >= AT_LEAST_TIMES_PEER))
    return checks
