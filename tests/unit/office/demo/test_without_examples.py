"""The invented bank where there are no shares to scan: installed from a package."""

from __future__ import annotations

import pytest

from morasanu.errors import InputError
from morasanu.office.demo.load import load_bank
from morasanu.office.due.models import DueEvent
from morasanu.office.people.models import OrgUnit, UnitKind
from morasanu.office.people.services import save_unit
from morasanu.office.reality.models import Plan, Run
from morasanu.office.reality.services import SCAN
from morasanu.office.register.models import Location

pytestmark = pytest.mark.django_db


def test_loading_without_examples_asks_for_no_scan() -> None:
    assert load_bank()
    assert not DueEvent.objects.filter(kind=SCAN).exists()
    assert not Plan.objects.exists()
    assert not Run.objects.filter(state="waiting").exists()
    assert Location.objects.get(code="S-003").address == r"\\fs003\share"


def test_loading_into_a_house_that_is_there_is_refused() -> None:
    save_unit(OrgUnit(code="000", name="本物", kind=UnitKind.HOUSE), "test")
    with pytest.raises(InputError, match="MRS-I-079"):
        load_bank()
    assert OrgUnit.objects.count() == 1
