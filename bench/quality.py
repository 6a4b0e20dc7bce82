"""Quality on the development sets: exact and overlap F1, leak and false alarms, beside the peer, and what must be shown."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import random
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest import mock

from bench.common import read_documents
from bench.peer import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import ModuleType

    from bench.common import Record
    from bench.peer import Span
    from morasanu.detect.interface import Detector

HAND = {"exact": 0.70, "overlap": 0.78, "leak": 0.25, "alarms": 0.20}
MUST_SHOW: dict[str, dict[str, float]] = {
    "bank_dev": {"exact": 0.90, "overlap": 0.94, "leak": 0.06, "alarms": 0.05},
    "bank_adv_dev": {"leak": 0.15},
    "jppost_office_addr_dev": {"overlap": 0.97},
    "hand_branch": HAND,
    "hand_office": HAND,
}
"""The sets with their limits: F1 at least, share of personal characters uncovered and of clean documents hit at most."""

ONLY = {"jppost_office_addr_dev": ("ADDRESS",)}
"""Sets whose documents are marked for some labels only."""

PEER_DOCUMENTS = 150
PEER_DOCUMENTS_QUICK = 30


@dataclass(frozen=True)
class Score:
    """What one contender reached on one set; `alarms` is None where no document is clean."""

    dataset: str
    who: str
    documents: int
    exact: float
    overlap: float
    leak: float
    alarms: float | None
    labels: dict[str, Record]
    note: str = ""

    def misses(self) -> list[str]:
        """Return every limit of this set that is not held, in words."""
        missed = []
        for name, limit in MUST_SHOW[self.dataset].items():
            value = getattr(self, name)
            if name in {"exact", "overlap"} and value < limit:
                missed.append(f"{name} {value:.3f} < {limit:.2f}")
            elif name in {"leak", "alarms"} and value is not None and value > limit:
                missed.append(f"{name} {value:.3f} > {limit:.2f}")
        return missed


def measure_quality(
    shared: Path,
    folder: Path,
    engine: Detector,
    peer: tuple[Callable[[str], list[Span]] | None, str],
    peer_documents: int | None,
) -> list[Score]:
    """Return the scores: ours on every document, then ours and the peer's on the same sample (None: on every document)."""
    module = load_scorer(shared)

    def ours(text: str) -> list[Span]:
        return [(finding.start, finding.end, str(finding.label)) for finding in engine.detect(text)]

    scores = []
    for dataset in MUST_SHOW:
        documents = read_documents(shared, dataset)
        scores.append(score_set(module, folder, dataset, "morasanu", documents, find=ours))
        analyze, note = peer
        if analyze is None:
            scores.append(Score(dataset, NAME, 0, 0, 0, 0, None, {}, note))
            continue
        sample = documents
        if peer_documents is not None and peer_documents < len(documents):
            sample = random.Random(7).sample(documents, peer_documents)
            scores.append(score_set(module, folder, dataset, "morasanu, sample", sample, find=ours))
        scores.append(score_set(module, folder, dataset, NAME, sample, find=analyze))
    return scores


def load_scorer(shared: Path) -> ModuleType:
    """Return the shared scoring script as a module."""
    spec = importlib.util.spec_from_file_location("score", shared / "pii" / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(shared / "pii" / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score_set(
    module: ModuleType,
    folder: Path,
    dataset: str,
    who: str,
    documents: Sequence[Record],
    *,
    find: Callable[[str], list[Span]],
) -> Score:
    """Return what `find` reaches on `documents`; the scorer reads files and is asked as on its command line."""
    gold, guess = folder / "gold.jsonl", folder / "guess.jsonl"
    write_lines(gold, documents)
    write_lines(
        guess,
        [
            {"id": d["id"], "spans": [{"start": s, "end": e, "label": label} for s, e, label in find(d["text"])]}
            for d in documents
        ],
    )
    arguments = ["score.py", str(gold), str(guess), "--json"]
    if dataset in ONLY:
        arguments += ["--labels", ",".join(ONLY[dataset])]
    output = io.StringIO()
    with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(output):
        module.main()
    result = json.loads(output.getvalue())
    micro, clean = result["labels"]["MICRO"], result["negative_docs"]
    return Score(
        dataset,
        who,
        len(documents),
        micro["exact"]["f"],
        micro["overlap"]["f"],
        result["leak_rate_chars"],
        result["negative_docs_with_fp"] / clean if clean else None,
        result["labels"],
    )


def write_lines(path: Path, records: Sequence[Record]) -> None:
    """Write `records` as JSON lines."""
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")


def tabulate_quality(scores: Sequence[Score]) -> list[list[str]]:
    """Return the table; only our score on every document is judged."""
    table = []
    for score in scores:
        if score.note:
            table.append([score.dataset, score.who, "-", "-", "-", "-", "-", score.note])
            continue
        alarms = "-" if score.alarms is None else f"{score.alarms:.3f}"
        verdict = ("MISS " + ", ".join(score.misses()) if score.misses() else "pass") if score.who == "morasanu" else ""
        values = [f"{value:.3f}" for value in (score.exact, score.overlap, score.leak)]
        table.append([score.dataset, score.who, str(score.documents), *values, alarms, verdict])
    return table


def check_quality(scores: Sequence[Score]) -> list[tuple[str, str, bool]]:
    """Return what the quality must show: (what, measured, passed)."""
    return [
        (f"quality on {score.dataset}", ", ".join(score.misses()) or "held", not score.misses())
        for score in scores
        if score.who == "morasanu"
    ]
