"""Folders of earlier versions: what flows named as text becomes parties, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from morasanu.office.party.models import Party
from morasanu.office.register.models import Flow
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([("register", name)])
    return executor.loader.project_state([("register", name)]).apps


@pytest.fixture
def old() -> Iterator[Any]:
    """Return the models as they were in the first version."""
    yield migrate("0003_plan_stocktakes")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def add(old: Any) -> Callable[[str, str, str], int]:
    now = timezone.now()
    unit_model, holding_model, flow_model = (
        old.get_model(*each) for each in (("people", "OrgUnit"), ("register", "Holding"), ("register", "Flow"))
    )
    root = unit_model.objects.create(code="000", name="本部", kind="house", changed_at=now)
    units = {
        code: unit_model.objects.create(code=code, name=code, kind="branch", parent=root, changed_at=now)
        for code in ("101", "102")
    }

    def add_flow(unit: str, kind: str, party: str) -> int:
        number = holding_model.objects.count()
        holding = holding_model.objects.create(
            code=f"D-{number}", name="名簿", unit=units[unit], purpose="試験", changed_at=now
        )
        return int(flow_model.objects.create(holding=holding, kind=kind, party=party, ground="契約", changed_at=now).pk)

    return add_flow


def test_texts_of_flows_become_parties_once_each(add: Callable[[str, str, str], int]) -> None:
    printer = [add("101", "entrust", "帳票印刷"), add("102", "provide", " 帳票印刷 ")]
    cloud, office, burner, used = (
        add("101", "cross_border", "Cloud Pte. Ltd."),
        add("102", "provide", "税務署"),
        add("101", "erase", "焼却所"),
        add("101", "use", "融資課"),
    )
    bare = [add("101", "acquire", ""), add("101", "use", "　 ")]
    migrate("0006_drop_party_text")
    found = {
        (party.name, party.kind, party.country, party.unit.code): set(party.flows.values_list("pk", flat=True))
        for party in Party.objects.all()
    }
    assert found == {
        ("帳票印刷", "vendor", "JP", "000"): set(printer),
        ("Cloud Pte. Ltd.", "recipient", "", "101"): {cloud},
        ("税務署", "recipient", "JP", "102"): {office},
        ("焼却所", "vendor", "JP", "101"): {burner},
        ("融資課", "other", "JP", "101"): {used},
    }
    assert {flow.pk for flow in Flow.objects.filter(party=None, version=1)} == set(bare)
    assert Flow.objects.get(pk=cloud).ground == "契約"
    assert len(set(Party.objects.values_list("code", flat=True))) == 5
    for row in Party.objects.all():
        row.full_clean()


def test_every_row_that_changes_has_its_trace(add: Callable[[str, str, str], int]) -> None:
    key = add("101", "entrust", "帳票印刷")
    add("101", "use", "")
    migrate("0006_drop_party_text")
    party = Party.objects.get()
    traces = {(each.kind, each.subject, each.subject_version, *each.changed) for each in Outbox.objects.all()}
    assert traces == {
        ("party.party.moved", party.trace_subject, 1),
        ("register.flow.moved", f"register.flow/{key}", 2, "party_id"),
    }
    assert Flow.objects.get(pk=key).version == 2


def test_an_empty_register_moves_without_a_trace(old: Any) -> None:
    del old
    migrate("0006_drop_party_text")
    assert not Party.objects.exists()
    assert not Outbox.objects.exists()


def test_going_back_writes_the_names_again(add: Callable[[str, str, str], int]) -> None:
    key = add("101", "entrust", "帳票印刷")
    migrate("0006_drop_party_text")
    flow = migrate("0003_plan_stocktakes").get_model("register", "Flow").objects.get(pk=key)
    assert flow.party == "帳票印刷"
