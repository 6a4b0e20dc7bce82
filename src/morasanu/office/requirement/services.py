"""What changes controls, evidence and the coverage of rules."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.base.clock import read_now, read_today
from morasanu.office.requirement.models import Control, Coverage, Evidence, EvidenceKind, Exclusion
from morasanu.office.seal.keep import drop, keep
from morasanu.rules.requirement import load_requirements
from morasanu.text.calendar import months_after

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from morasanu.duty.judgement import Reading
    from morasanu.office.people.models import OrgUnit

LARGEST_FILE_BYTES: Final = 20_000_000
LONGEST_EXCLUSION_MONTHS: Final = 12
"""What does not concern an institution may concern it next year."""


def adopt_controls(unit: OrgUnit, actor: str) -> int:
    """Return how many of the shipped controls were adopted; those that are there already stay as they are."""
    known = set(Control.objects.values_list("code", flat=True))
    new = [each for each in load_requirements().as_of(read_today()).controls if each.id not in known]
    with transaction.atomic():
        for each in new:
            control = Control(
                code=each.id,
                title=each.title.ja,
                does=each.does.ja,
                unit=unit,
                answers=list(each.answers),
                judged_by=each.judged_by,
                cycle_months=each.cycle_months,
            )
            keep(control, "requirement.control.adopted", actor)
    return len(new)


def save_control(control: Control, actor: str, *, seen: int | None = None) -> None:
    """Write a control."""
    keep(control, "requirement.control.saved", actor, seen=seen)


def exclude(exclusion: Exclusion, actor: str, *, seen: int | None = None) -> None:
    """Write that a requirement does not concern the institution. Raises InputError MRS-I-101 for longer than twelve months, or the past."""
    today = read_today()
    if not today <= exclusion.valid_until <= months_after(today, LONGEST_EXCLUSION_MONTHS):
        raise InputError(
            "MRS-I-101",
            f"見直す日は、今日から {LONGEST_EXCLUSION_MONTHS} か月のうちにしてください",
            f"look again within {LONGEST_EXCLUSION_MONTHS} months from today",
        )
    keep(exclusion, "requirement.excluded", actor, seen=seen)


def include(exclusion: Exclusion, actor: str) -> None:
    """Let the requirement concern the institution again."""
    drop(exclusion, "requirement.included", actor)


def add_evidence(evidence: Evidence, actor: str) -> None:
    """Write what a person collected for a control now; it is good for the control's cycle unless it says otherwise."""
    evidence.collected_at = read_now()
    if evidence.control is not None:
        evidence.unit = evidence.control.unit
        if evidence.valid_until is None:
            evidence.valid_until = months_after(read_today(), evidence.control.cycle_months)
    keep(evidence, "requirement.evidence.added", actor)


def add_reading(control: Control, reading: Reading, actor: str) -> None:
    """Write a machine's reading of a control."""
    evidence = Evidence(
        control=control,
        unit=control.unit,
        kind=EvidenceKind.MACHINE,
        holds=reading.holds,
        ja=reading.sentence.ja,
        en=reading.sentence.en,
        collected_at=read_now(),
        valid_until=reading.to_evidence(read_today()).valid_until,
    )
    keep(evidence, "requirement.evidence.read", actor)


def store_file(folder: Path, chunks: Iterable[bytes]) -> str:
    """Return the digest of a file that is kept under it now. Raises InputError MRS-I-061 when it is too large; nothing is kept then."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    new = folder / f".new-{os.urandom(8).hex()}"
    try:
        with new.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_FILE_BYTES:
                    raise InputError(
                        "MRS-I-061", "ファイルが大きすぎます（20 MB まで）", "the file is too large (20 MB at most)"
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / digest.hexdigest())
    finally:
        new.unlink(missing_ok=True)
    return digest.hexdigest()


def save_cell(cell: Coverage, actor: str, *, seen: int | None = None) -> None:
    """Write a cell of the coverage matrix. Raises InputError MRS-I-059 for one with neither section nor reason."""
    if not cell.section.strip() and not cell.reason.strip():
        raise InputError(
            "MRS-I-059",
            "規程の条か、定めない理由のどちらかを書いてください",
            "write the section, or the reason why there is none",
        )
    keep(cell, "requirement.coverage.saved", actor, seen=seen)
