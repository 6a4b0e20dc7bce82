"""What the engine must reach on documents that people marked: our written set, and the development sets where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conformance.detect.marks import read_written
from tests.conformance.score import Score, score_documents

if TYPE_CHECKING:
    from morasanu.detect.interface import Detector

    Span = tuple[int, int, str]

WRITTEN = Path(__file__).parent / "detect" / "written"
SETS = Path(__file__).parents[3] / "shared" / "pii" / "dev"
ENOUGH = 600  # of two thousand documents of one make


def find(engine: Detector, text: str) -> list[Span]:
    return [(f.start, f.end, f.label) for f in engine.detect(text)]


def measure(engine: Detector, name: str, labels: tuple[str, ...] | None = None, count: int | None = None) -> Score:
    path = SETS / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"the development set {name} does not stand beside the repository")
    documents = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:count]]
    return score_documents(
        (([(s["start"], s["end"], s["label"]) for s in d["spans"]], find(engine, d["text"])) for d in documents), labels
    )


def test_score_written_set_holds_its_limits(engine: Detector) -> None:
    score = score_documents((spans, find(engine, text)) for _, text, spans in read_written(WRITTEN))
    assert score.clean >= 10
    assert score.exact_f1 >= 0.74
    assert score.overlap_f1 >= 0.80
    assert score.leak <= 0.20
    assert score.alarm_rate <= 0.20


@pytest.mark.parametrize(
    ("name", "exact", "overlap", "leak", "alarms"),
    [
        ("unseen", 0.74, 0.80, 0.24, 0.20),
        ("third", 0.76, 0.84, 0.24, 0.18),
        ("fourth", 0.86, 0.90, 0.12, 0.15),
    ],
)
def test_score_set_written_by_others_holds_its_limits(
    engine: Detector, name: str, exact: float, overlap: float, leak: float, alarms: float
) -> None:
    score = score_documents((spans, find(engine, text)) for _, text, spans in read_written(WRITTEN.with_name(name)))
    assert score.clean >= 10
    assert score.exact_f1 >= exact
    assert score.overlap_f1 >= overlap
    assert score.leak <= leak
    assert score.alarm_rate <= alarms


def test_score_bank_documents_holds_its_limits(engine: Detector) -> None:
    score = measure(engine, "bank_dev", count=ENOUGH)
    assert score.exact_f1 >= 0.90
    assert score.overlap_f1 >= 0.94
    assert score.leak <= 0.06
    assert score.alarm_rate <= 0.05


def test_score_rewritten_values_leak_little(engine: Detector) -> None:
    assert measure(engine, "bank_adv_dev").leak <= 0.15


def test_score_office_addresses_are_found(engine: Detector) -> None:
    assert measure(engine, "jppost_office_addr_dev", labels=("ADDRESS",)).overlap_f1 >= 0.97


@pytest.mark.parametrize("name", ["hand_branch", "hand_office"])
def test_score_documents_written_by_hand_holds_its_limits(engine: Detector, name: str) -> None:
    score = measure(engine, name)
    assert score.exact_f1 >= 0.70
    assert score.overlap_f1 >= 0.78
    assert score.leak <= 0.25
    assert score.alarm_rate <= 0.20
