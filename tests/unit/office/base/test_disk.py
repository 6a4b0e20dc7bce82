"""A full disk and a folder that cannot be written: a banner on every page, reading goes on, nothing is half-written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.urls import reverse
from tests.unit.office.house import EAST, House

from morasanu.office.access.role import Role
from morasanu.office.base import disk as module
from morasanu.office.base.disk import LEAST_BYTES, Fault, find_fault
from morasanu.office.base.middleware import READING
from morasanu.office.people.models import Person
from morasanu.office.place import Place, open_place

if TYPE_CHECKING:
    from pathlib import Path


class Disk(NamedTuple):
    """What POSIX says of a disk."""

    f_bavail: int
    f_flag: int = 0
    f_frsize: int = 1


def put_on(monkeypatch: pytest.MonkeyPatch, disk: Disk) -> None:
    monkeypatch.setattr(module.os, "statvfs", lambda _: disk)


@pytest.mark.parametrize(
    ("disk", "fault"),
    [
        (Disk(LEAST_BYTES), None),
        (Disk(LEAST_BYTES - 1), Fault.FULL),
        (Disk(LEAST_BYTES, os.ST_RDONLY), Fault.READ_ONLY),
        (Disk(0, os.ST_RDONLY), Fault.READ_ONLY),
    ],
)
def test_find_fault_says_what_the_disk_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Disk, fault: Fault | None
) -> None:
    put_on(monkeypatch, disk)
    assert find_fault(tmp_path) == fault


def test_a_folder_that_is_gone_cannot_be_written(tmp_path: Path) -> None:
    assert find_fault(tmp_path) is None
    assert find_fault(tmp_path / "gone") == Fault.READ_ONLY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert find_fault(tmp_path) == Fault.READ_ONLY


@pytest.mark.parametrize("disk", [Disk(0), Disk(LEAST_BYTES, os.ST_RDONLY)])
def test_while_nothing_can_be_written_pages_say_so_and_changes_are_refused(
    house: House, place: Place, monkeypatch: pytest.MonkeyPatch, disk: Disk
) -> None:
    client = house.sign_in(Role.ADMINISTRATOR, EAST)
    sent = {"number": "S9", "name": "潮田 汀", "unit": house.units[EAST].pk, "kind": "staff", "joined_on": "2026-04-01"}
    before = Person.objects.count()
    put_on(monkeypatch, disk)
    page = client.get("/people/persons/")
    assert page.status_code == 200
    assert 'class="fault" role="alert"' in page.content.decode()
    refused = client.post("/people/persons/new/", sent)
    assert refused.status_code == 503
    assert "いまは保存できません" in refused.content.decode()
    assert Person.objects.count() == before
    assert client.post("/people/persons/", {"words": "潮田"}).status_code == 200
    assert {reverse(name) for name in READING}
    put_on(monkeypatch, Disk(LEAST_BYTES))
    assert 'class="fault"' not in client.get("/people/persons/").content.decode()
    assert open_place(place.path) == place
    assert client.post("/people/persons/new/", sent).status_code == 302
