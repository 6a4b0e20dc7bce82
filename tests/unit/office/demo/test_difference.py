"""The first scans of the invented bank find what is wrong in its shares, and nothing else."""

from __future__ import annotations

import pytest
from tests.unit.office.demo.conftest import EXAMPLES

from morasanu.office.finding.models import Finding
from morasanu.office.reality.models import Run
from morasanu.office.reality.reconcile import reconcile
from morasanu.office.reality.scanning import scan_run
from morasanu.office.register.models import Location

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("bank"),
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no examples beside the tests"),
]


def list_differences() -> set[tuple[str, str, str]]:
    rows = Finding.objects.filter(kind="difference").exclude(state="closed")
    return {
        (Location.objects.get(pk=each.facts["location"]).code, each.facts["place"], each.reason_code) for each in rows
    }


def test_before_the_first_scan_the_places_that_were_scanned_agree_with_the_register() -> None:
    reconcile(list(Run.objects.filter(state="done").values_list("location", flat=True).distinct()))
    assert list_differences() == set()


def test_the_first_scans_find_exactly_what_the_story_says(tmp_path) -> None:
    for run in Run.objects.filter(state="waiting"):
        scan_run(run.pk, tmp_path)
    assert not Run.objects.exclude(state="done").exists()
    assert list_differences() - {
        ("S-003", "", "not_inspected"),
        ("S-004", "", "not_inspected"),
    } == {  # without an extra
        ("S-003", "_旧PC移行", "unregistered"),
        ("S-003", "カレンダー", "undeclared_label"),
        ("S-003", "相続/スキャン", "undeclared_label"),
        ("S-003", "融資", "undeclared_label"),
        ("S-004", "_backup_20190331", "unregistered"),
        ("S-HQ", "融資審査", "undeclared_label"),
        ("S-003", "渉外", "exposed"),
        ("S-004", "_backup_20190331", "exposed"),
        ("S-HQ", "", "not_inspected"),
    }
