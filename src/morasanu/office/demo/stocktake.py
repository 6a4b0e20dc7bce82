"""The invented bank's stocktakes: last year's, this year's that two units have not signed, and a small one that is under way."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.office.base.clock import TOKYO
from morasanu.office.register import stocktake as rounds
from morasanu.office.register.models import Holding, Stocktake, StocktakeAnswer, Verdict
from morasanu.office.seal.keep import keep_changed, keep_new

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.office.people.models import OrgUnit, Person


class Round(NamedTuple):
    """A round, and from which day on a holding that was checked counts as answered in it."""

    title: str
    opened_on: dt.date
    due_on: dt.date


ROUNDS: Final = (
    Round("2025年度 台帳棚卸", dt.date(2025, 9, 1), dt.date(2025, 10, 31)),
    Round("2026年度 台帳棚卸", dt.date(2026, 9, 1), dt.date(2026, 10, 30)),
    Round("2026年度 臨時棚卸（保管庫の入替え）", dt.date(2026, 11, 16), dt.date(2026, 12, 4)),
)


def load_rounds(managers: Mapping[OrgUnit, Person], actor: str) -> None:
    """Write the rounds as units answered them. What was answered is when the register says that it was checked."""
    for number, each in enumerate(ROUNDS):
        stocktake = Stocktake(title=each.title, opened_on=each.opened_on, due_on=each.due_on)
        rounds.open_stocktake(stocktake, actor)
        _answer(stocktake, managers, actor, is_past=number == 0)


def _answer(stocktake: Stocktake, managers: Mapping[OrgUnit, Person], actor: str, *, is_past: bool) -> None:
    parts, answers = [], []
    for part in list(stocktake.parts.select_related("unit")):
        part.stocktake = stocktake
        mine = list(Holding.objects.filter(unit=part.unit))
        done = [each for each in mine if is_past or (each.checked_on and each.checked_on >= stocktake.opened_on)]
        answers += [StocktakeAnswer(part=part, holding=each, verdict=Verdict.PRESENT) for each in done]
        if len(done) == len(mine) and part.unit in managers:
            checked = [each.checked_on for each in done if each.checked_on]
            day = stocktake.due_on if is_past else max(checked)
            part.signed_by, part.present = managers[part.unit], len(done)
            part.signed_at = dt.datetime.combine(day, dt.time(17, 20), TOKYO)
            parts.append(part)
    keep_new(answers, "register.stocktake.answered", actor)
    keep_changed(parts, ("signed_by", "signed_at", "present"), "register.stocktake.signed", actor)
