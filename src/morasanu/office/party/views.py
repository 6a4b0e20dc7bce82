"""The pages about whom data goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render

from morasanu.office.access.reach import NOWHERE, may, read_reach, read_visitor, within
from morasanu.office.base.clock import read_today
from morasanu.office.base.edit import edit_record
from morasanu.office.base.page import keep_filters, take_page
from morasanu.office.base.words import say
from morasanu.office.party import selectors, services
from morasanu.office.party.forms import PartyForm
from morasanu.office.party.models import PARTY_KINDS, Party
from morasanu.office.people.models import OrgUnit
from morasanu.office.register.models import Status
from morasanu.office.seal.selectors import find_seal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_PERSONS = 50


def show_parties(request: HttpRequest) -> HttpResponse:
    """Return the parties. A name that is looked for comes in the body, so that no address holds it."""
    reach, today = read_reach(request), read_today()
    wanted = selectors.read_wanted(request.GET, request.POST.get("words", ""))
    page = take_page(selectors.list_parties(reach, wanted, today), request, ("code",))
    flows = read_visitor(request).reach("register:holdings", "GET") or NOWHERE
    context: dict[str, Any] = {
        "page": page,
        "lines": selectors.make_lines(page.rows, flows, today),
        "wanted": wanted,
        "tally": selectors.count_parties(reach, today),
        "units": within(OrgUnit, reach).order_by("code").values_list("code", "name"),
        "kinds": PARTY_KINDS.items(),
        "query": keep_filters(request).urlencode(),
        "may_add": may(request, "party:party-add"),
        "may_import": may(request, "party:import"),
        "may_export": may(request, "party:export"),
    }
    return render(request, "party/parties.html", context)


def show_party(request: HttpRequest, key: int) -> HttpResponse:
    """Return a party with what flows there, whom it entrusts to, who of it works here."""
    reach, today, visitor = read_reach(request), read_today(), read_visitor(request)
    party = get_object_or_404(within(Party, reach).select_related("unit", "parent"), pk=key)
    holdings = visitor.reach("register:holding", "GET") or NOWHERE
    flows = selectors.list_flows(party, holdings)
    persons = selectors.list_persons(party, visitor.reach("people:persons", "GET") or NOWHERE, today)
    page = take_page(flows, request, ("holding_id",))
    line, *_ = selectors.make_lines([party], holdings, today)
    chain = selectors.find_chain(party)
    shown = list(persons[: _PERSONS + 1])
    context: dict[str, Any] = {
        "party": party,
        "line": line,
        "left": flows.filter(holding__status=Status.ACTIVE).count() if line.state == "late" else 0,
        "page": page,
        "chain": chain,
        "tier": len(chain) + 1,
        "children": within(Party, reach).filter(parent=party)[:200],
        "persons": shown[:_PERSONS],
        "is_more": len(shown) > _PERSONS,
        "may_holdings": may(request, "register:holding"),
        "may_persons": may(request, "people:persons"),
        "may_edit": _may_edit(request, party),
        "seal": find_seal(party.trace_subject),
    }
    return render(request, "party/party.html", context)


def _may_edit(request: HttpRequest, party: Party) -> bool:
    """Return whether the visitor may edit this party: reading reaches further than editing."""
    reach = read_visitor(request).reach("party:party-edit", "POST")
    return reach is not None and (reach.units is None or party.unit_id in reach.units)


def add_party(request: HttpRequest) -> HttpResponse:
    """Return the form for a new party."""
    title = say("相手を加える", "Add a party")
    return edit_record(request, PartyForm, Party(), services.save_party, title=title, route="party:party")


def edit_party(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form for a party."""
    party = get_object_or_404(within(Party, read_reach(request)), pk=key)
    title = say("相手を直す", "Change the party")
    return edit_record(request, PartyForm, party, services.save_party, title=title, route="party:party")
