"""The scorer itself: by hand, and against the scoring script that came with the development sets."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.score import Score, score_documents

SCRIPT = Path(__file__).parents[3] / "shared" / "pii" / "score.py"
LABELS = ("PERSON", "PHONE", "ADDRESS")


def test_score_same_spans_is_perfect() -> None:
    score = score_documents([([(0, 3, "PERSON")], [(0, 3, "PERSON")]), ([], [])])
    assert (score.exact_f1, score.overlap_f1, score.leak, score.alarm_rate) == (1, 1, 0, 0)


def test_score_shorter_span_counts_as_overlap_and_leaks_the_rest() -> None:
    score = score_documents([([(0, 4, "PERSON")], [(0, 3, "PERSON")])])
    assert (score.exact_f1, score.overlap_f1, score.leak) == (0, 1, 0.25)


def test_score_other_label_covers_but_does_not_agree() -> None:
    score = score_documents([([(0, 4, "PERSON")], [(0, 4, "ADDRESS")])])
    assert (score.exact_f1, score.overlap_f1, score.leak) == (0, 0, 0)


def test_score_touching_spans_share_nothing() -> None:
    score = score_documents([([(0, 4, "PERSON")], [(4, 8, "PERSON")])])
    assert (score.overlap_f1, score.leak) == (0, 1)


def test_score_one_span_over_two_marks_pairs_once() -> None:
    score = score_documents([([(0, 2, "PERSON"), (3, 9, "PERSON")], [(0, 9, "PERSON")])])
    assert score.overlap == {"right": 1, "missed": 1}


def test_score_clean_documents_count_alarms() -> None:
    score = score_documents([([], []), ([], [(0, 1, "PERSON")]), ([(0, 1, "PERSON")], [])])
    assert (score.clean, score.alarms, score.alarm_rate) == (2, 1, 0.5)


def test_score_labels_given_restricts_both_sides() -> None:
    pairs = [([(0, 2, "PERSON"), (3, 5, "PHONE")], [(0, 2, "PERSON"), (6, 8, "ADDRESS")])]
    assert score_documents(pairs, ("PERSON",)).exact_f1 == 1
    assert score_documents(pairs, ("PHONE",)).leak == 1


def test_score_random_documents_agrees_with_the_shared_script(tmp_path: Path) -> None:
    if not SCRIPT.exists():
        pytest.skip(f"no {SCRIPT.name} beside the repository")
    chance = random.Random(5)

    def make_spans() -> list[tuple[int, int, str]]:
        starts = [chance.randrange(40) for _ in range(chance.randrange(7))]
        return [(start, start + chance.randrange(1, 9), chance.choice(LABELS)) for start in starts]

    # marks are never given twice, findings may be
    pairs = [(sorted(set(make_spans())), make_spans()) for _ in range(300)]
    for name, side in (("gold", 0), ("found", 1)):
        lines = [
            {
                "id": index,
                "text": "",
                "spans": [dict(zip(("start", "end", "label"), s, strict=True)) for s in pair[side]],
            }
            for index, pair in enumerate(pairs)
        ]
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    command = [sys.executable, str(SCRIPT), str(tmp_path / "gold"), str(tmp_path / "found"), "--json"]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout)
    ours = score_documents(pairs)
    assert_same_counts(ours, theirs)


def assert_same_counts(ours: Score, theirs: dict[str, dict[str, dict[str, dict[str, float]]]]) -> None:
    micro = theirs["labels"]["MICRO"]
    for mine, name in ((ours.exact, "exact"), (ours.overlap, "overlap")):
        assert (mine["right"], mine["wrong"], mine["missed"]) == tuple(micro[name][k] for k in ("tp", "fp", "fn"))
    assert ours.exact_f1 == pytest.approx(micro["exact"]["f"], abs=1e-4)
    assert ours.overlap_f1 == pytest.approx(micro["overlap"]["f"], abs=1e-4)
    assert ours.leak == pytest.approx(theirs["leak_rate_chars"], abs=1e-4)
    assert (ours.clean, ours.alarms) == (theirs["negative_docs"], theirs["negative_docs_with_fp"])
