"""The pages about holdings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render

from morasanu.errors import InputError
from morasanu.office.access.reach import may, read_reach, read_visitor, within
from morasanu.office.base.clock import read_today
from morasanu.office.base.edit import edit_record
from morasanu.office.base.form import RecordForm, add_errors
from morasanu.office.base.page import keep_filters, take_page
from morasanu.office.base.words import say, say_error
from morasanu.office.people.models import OrgUnit
from morasanu.office.register import selectors, services
from morasanu.office.register.export import TITLES
from morasanu.office.register.forms import FlowForm, HoldingForm, StorageForm
from morasanu.office.register.models import MEDIUMS, STATUSES, Flow, Holding, Status, Storage
from morasanu.office.seal.selectors import find_seal
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def show_holdings(request: HttpRequest) -> HttpResponse:
    """Return the register. Words that are looked for come in the body, so that no address holds them."""
    reach, today = read_reach(request), read_today()
    wanted = selectors.read_wanted(request.GET, request.POST.get("words", ""))
    page = take_page(selectors.list_holdings(reach, wanted, today), request, selectors.SORTS[wanted.sort])
    rules = load_rules()
    context: dict[str, Any] = {
        "page": page,
        "lines": selectors.make_lines(page.rows, today),
        "wanted": wanted,
        "tally": selectors.count_holdings(reach, today),
        "units": within(OrgUnit, reach).order_by("code").values_list("code", "name"),
        "labels": [(label, rule.title) for label, rule in rules.labels.items()],
        "classes": [(rule.id, rule.title) for rule in rules.classes],
        "mediums": MEDIUMS.items(),
        "statuses": STATUSES.items(),
        "sorts": selectors.SORT_TITLES.items(),
        "query": keep_filters(request).urlencode(),
        "exports": TITLES.items(),
        "may_add": may(request, "register:holding-add"),
        "may_export": may(request, "register:export"),
        "may_import": may(request, "register:import"),
        "may_count": may(request, "register:stocktakes"),
    }
    return render(request, "register/holdings.html", context)


def show_holding(request: HttpRequest, key: int) -> HttpResponse:
    """Return a holding with where it lies, where it flows, and what was seen there."""
    holding = _find(request, key)
    return _show(request, holding)


def _find(request: HttpRequest, key: int) -> Holding:
    """Return a holding that the visitor reaches on this route, with what its page shows."""
    rows = within(Holding, read_reach(request)).select_related("unit", "custodian")
    return get_object_or_404(rows.prefetch_related("storages__location", "flows__party"), pk=key)


def _show(
    request: HttpRequest,
    holding: Holding,
    *,
    storage_form: StorageForm | None = None,
    flow_form: FlowForm | None = None,
    status: int = 200,
) -> HttpResponse:
    reach, today = read_reach(request), read_today()
    rules = load_rules()
    may_edit = may(request, "register:holding-edit") and _reaches(request, holding)
    sightings = selectors.list_sightings(holding)
    kind, title = selectors.describe_state(holding, today)
    context: dict[str, Any] = {
        "holding": holding,
        "state": kind,
        "state_words": title,
        "seen": selectors.sum_sightings([holding]).get(holding.pk),
        "labels": [
            rules.labels[label].title if label in rules.labels else Words(label, label) for label in holding.labels
        ],
        "classes": selectors.find_classes(holding.labels),
        "sightings": sightings[:20],
        "sightings_more": max(0, len(sightings) - 20),
        "open_units": reach.units,
        "may_locations": may(request, "register:location"),
        "may_parties": may(request, "party:party"),
        "may_edit": may_edit,
        "may_close": may_edit and holding.status == Status.ACTIVE,
        "storage_form": (storage_form or StorageForm(instance=Storage(holding=holding), reach=reach))
        if may_edit
        else None,
        "flow_form": (flow_form or FlowForm(instance=Flow(holding=holding), reach=reach)) if may_edit else None,
        "seal": find_seal(holding.trace_subject),
    }
    return render(request, "register/holding.html", context, status=status)


def _reaches(request: HttpRequest, holding: Holding) -> bool:
    """Return whether the visitor may edit this holding: reading may reach further than editing."""
    reach = read_visitor(request).reach("register:holding-edit", "POST")
    return reach is not None and (reach.units is None or holding.unit_id in reach.units)


def add_holding(request: HttpRequest) -> HttpResponse:
    """Return the form for a new holding."""
    title = say("台帳に加える", "Add to the register")
    return edit_record(request, HoldingForm, Holding(), services.save_holding, title=title, route="register:holding")


def edit_holding(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form for a holding."""
    holding = get_object_or_404(within(Holding, read_reach(request)), pk=key)
    title = say("台帳を直す", "Change the holding")
    return edit_record(request, HoldingForm, holding, services.save_holding, title=title, route="register:holding")


def check_holding(request: HttpRequest, key: int) -> HttpResponse:
    """Note that a holding was checked today."""
    holding = get_object_or_404(within(Holding, read_reach(request)), pk=key)
    services.check_holding(holding, read_today(), read_visitor(request).actor)
    return redirect("register:holding", key)


def close_holding(request: HttpRequest, key: int) -> HttpResponse:
    """Note that a holding is no longer in use."""
    holding = get_object_or_404(within(Holding, read_reach(request)), pk=key)
    services.close_holding(holding, read_visitor(request).actor)
    return redirect("register:holding", key)


def add_storage(request: HttpRequest, key: int) -> HttpResponse:
    """Write where a holding lies."""
    holding = _find(request, key)
    form = StorageForm(request.POST, instance=Storage(holding=holding), reach=read_reach(request))
    if _write(request, form, services.add_storage):
        return redirect("register:holding", key)
    return _show(request, holding, storage_form=form, status=422)


def add_flow(request: HttpRequest, key: int) -> HttpResponse:
    """Write what happens to a holding."""
    holding = _find(request, key)
    form = FlowForm(request.POST, instance=Flow(holding=holding), reach=read_reach(request))
    if _write(request, form, services.add_flow):
        return redirect("register:holding", key)
    return _show(request, holding, flow_form=form, status=422)


def _write(request: HttpRequest, form: RecordForm[Any], write: Callable[[Any, str], None]) -> bool:
    """Return whether what was sent is good and written; what is wrong stands in the form then."""
    if not form.is_valid():
        return False
    try:
        write(form.instance, read_visitor(request).actor)
    except ValidationError as error:
        add_errors(form, error)
    except InputError as error:
        form.add_error(None, say_error(error))
    else:
        return True
    return False


def drop_storage(request: HttpRequest, key: int, part: int) -> HttpResponse:
    """Note that a holding no longer lies somewhere."""
    rows = within(Storage, read_reach(request)).filter(holding=key)
    services.drop_storage(get_object_or_404(rows, pk=part), read_visitor(request).actor)
    return redirect("register:holding", key)


def drop_flow(request: HttpRequest, key: int, part: int) -> HttpResponse:
    """Note that something no longer happens to a holding."""
    rows = within(Flow, read_reach(request)).filter(holding=key)
    services.drop_flow(get_object_or_404(rows, pk=part), read_visitor(request).actor)
    return redirect("register:holding", key)
