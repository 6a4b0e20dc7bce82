"""The pages of the stocktake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django import forms
from django.conf import settings
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from morasanu.errors import InputError
from morasanu.office.access.reach import may, read_reach, read_visitor, within
from morasanu.office.base.clock import read_today
from morasanu.office.base.edit import edit_record
from morasanu.office.base.form import RecordForm
from morasanu.office.base.page import take_page
from morasanu.office.base.words import say, say_error
from morasanu.office.register import stocktake as rounds
from morasanu.office.register.models import VERDICTS, Stocktake, StocktakeAnswer, StocktakePart, Verdict
from morasanu.office.seal.selectors import find_seal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from morasanu.office.access.reach import Reach

_SIZE: Final = 50


class StocktakeForm(RecordForm[Stocktake]):
    """A new round."""

    class Meta:
        """Its fields."""

        model = Stocktake
        fields = ("title", "due_on")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        del reach
        self.name_fields(title=say("名称（例: 2026年度 台帳棚卸）", "Title"), due_on=say("期限", "Due on"))


def show_stocktakes(request: HttpRequest) -> HttpResponse:
    """Return the rounds, and the parts of the visitor's units that wait."""
    reach = read_reach(request)
    parts = rounds.list_parts(reach).filter(signed_at=None).order_by("stocktake__due_on", "unit__code")
    waiting = rounds.describe_parts(list(parts[:_SIZE])) if reach.units is not None else []
    context: dict[str, Any] = {
        "page": take_page(rounds.list_stocktakes(reach), request, ("-opened_on",)),
        "waiting": waiting,
        "late": parts.filter(stocktake__due_on__lt=read_today()).count() if reach.units is None else 0,
        "may_open": may(request, "register:stocktake"),
        "may_add": may(request, "register:stocktake-add"),
        "is_over": {each.part.pk for each in waiting if each.part.stocktake.due_on < read_today()},
    }
    return render(request, "register/stocktakes.html", context)


def add_stocktake(request: HttpRequest) -> HttpResponse:
    """Return the form for a new round."""

    def write(record: Stocktake, actor: str, *, seen: int | None = None) -> None:
        del seen
        rounds.open_stocktake(record, actor)

    title = say("棚卸を始める", "Begin a stocktake")
    stocktake = Stocktake(opened_on=read_today())
    sentence = say(
        "始めると、台帳のあるすべての部店に、期限までの回答と署名を求めます。",
        "Every unit that holds something is asked to answer and sign by the last day.",
    )
    route = "register:stocktake"
    return edit_record(request, StocktakeForm, stocktake, write, title=title, route=route, sentence=sentence)


def show_stocktake(request: HttpRequest, key: int) -> HttpResponse:
    """Return how far each unit is."""
    stocktake = get_object_or_404(Stocktake, pk=key)
    parts = rounds.list_parts(read_reach(request)).filter(stocktake=stocktake)
    page = take_page(parts, request, ("unit__code",), _SIZE)
    context: dict[str, Any] = {
        "stocktake": stocktake,
        "page": page,
        "standings": rounds.describe_parts(page.rows),
        "left": parts.filter(signed_at=None).count(),
        "missing": parts.aggregate(missing=Sum("missing"))["missing"],
        "is_over": stocktake.due_on < read_today(),
        "seal": find_seal(stocktake.trace_subject),
    }
    return render(request, "register/stocktake.html", context)


def show_part(request: HttpRequest, key: int) -> HttpResponse:
    """Return what a unit has to look for."""
    return _show_part(request, _find(request, key))


def _find(request: HttpRequest, key: int) -> StocktakePart:
    rows = within(StocktakePart, read_reach(request)).select_related("stocktake", "unit", "signed_by")
    return get_object_or_404(rows, pk=key)


def _show_part(request: HttpRequest, part: StocktakePart, sentence: str = "", status: int = 200) -> HttpResponse:
    rows = rounds.list_part_holdings(part).prefetch_related("storages__location")
    is_left = request.GET.get("left") == "1"
    if is_left:
        rows = rows.exclude(stocktake_answers__part=part)
    page = take_page(rows, request, ("code",), _SIZE)
    answers = {
        each.holding_id: each
        for each in StocktakeAnswer.objects.filter(part=part, holding__in=[row.pk for row in page.rows])
    }
    context: dict[str, Any] = {
        "part": part,
        "page": page,
        "lines": [(row, *_describe(request, row.pk, answers.get(row.pk))) for row in page.rows],
        "verdicts": VERDICTS.items(),
        "left": rounds.count_left(part) if part.signed_at is None else 0,
        "is_left": is_left,
        "sentence": sentence,
        "may_answer": part.signed_at is None and _may_answer(request, part),
        "seal": find_seal(part.trace_subject),
    }
    return render(request, "register/stocktake-part.html", context, status=status)


def _describe(request: HttpRequest, key: int, answer: StocktakeAnswer | None) -> tuple[str, str]:
    """Return verdict and note of a holding: as typed, else as stored."""
    if request.method == "POST":
        return request.POST.get(f"verdict-{key}", ""), request.POST.get(f"note-{key}", "")
    return (answer.verdict, answer.note) if answer else ("", "")


def _may_answer(request: HttpRequest, part: StocktakePart) -> bool:
    reach = read_visitor(request).reach("register:stocktake-answer", "POST")
    return reach is not None and (reach.units is None or part.unit_id in reach.units)


def answer_part(request: HttpRequest, key: int) -> HttpResponse:
    """Write what was found of the holdings of one page."""
    part = _find(request, key)
    answers = {}
    for name, verdict in request.POST.items():
        holding = name.removeprefix("verdict-")
        if name.startswith("verdict-") and holding.isascii() and holding.isdigit() and verdict in Verdict.values:
            answers[int(holding)] = rounds.Answer(verdict, request.POST.get(f"note-{holding}", "")[:300])
    try:
        rounds.answer_holdings(part, answers, read_visitor(request).actor)
    except InputError as error:
        return _show_part(request, part, say_error(error), status=422)
    query = request.GET.urlencode()
    target = redirect("register:stocktake-part", key)
    target["Location"] += f"?{query}" if query else ""
    return target


class SignForm(forms.Form):
    """The signature: the name, typed."""

    name = forms.CharField(max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Say what it is."""
        super().__init__(*args, **kwargs)
        self.fields["name"].label = say("署名（あなたの氏名を入力）", "Signature (type your name)")


def _is_asked(request: HttpRequest) -> bool:
    """Return whether the visitor has to prove again who they are; in the demo they came without a password."""
    is_demo = settings.PLACE is not None and settings.PLACE.is_demo and request.session.get("demo")
    return not is_demo and not did_recently_reauthenticate(request)


def sign_part(request: HttpRequest, key: int) -> HttpResponse:
    """Return the page to sign a unit's part; signed, it is closed. A signature needs a fresh proof of who signs."""
    part = _find(request, key)
    if request.method == "POST" and _is_asked(request):
        return redirect(
            f"{reverse('account_reauthenticate')}?next={request.path}"
        )  # allauth's own way would skip the table
    visitor = read_visitor(request)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and visitor.account.person is not None:
        try:
            rounds.sign_part(part, visitor.account.person, form.cleaned_data["name"], visitor.actor)
        except InputError as error:
            form.add_error(None, say_error(error))
        else:
            return redirect("register:stocktake-part", key)
    answers = part.answers.exclude(verdict=Verdict.PRESENT).select_related("holding").order_by("holding__code")
    context: dict[str, Any] = {
        "part": part,
        "form": form,
        "left": rounds.count_left(part),
        "is_asked": _is_asked(request),
        "answers": answers,
        "present": part.answers.filter(verdict=Verdict.PRESENT).count(),
    }
    return render(request, "register/stocktake-sign.html", context, status=422 if request.method == "POST" else 200)
