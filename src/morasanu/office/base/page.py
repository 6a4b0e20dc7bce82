"""Lists of more than a page: cut by key, so that the thousandth page costs what the first one costs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar, cast

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import OrderBy, QuerySet
    from django.http import HttpRequest, QueryDict

Row = TypeVar("Row", bound=Model)
SIZE: Final = 50


class Page(NamedTuple, Generic[Row]):
    """Some rows of a list with the addresses of the pages beside it (empty at the ends) and how many rows there are in all."""

    rows: list[Row]
    total: int
    next: str
    previous: str


def take_page(rows: QuerySet[Row], request: HttpRequest, order: Sequence[str], size: int = SIZE) -> Page[Row]:
    """Return the page that the address asks for. `order` are fields (`-` before one turns it), made unique by the key.

    The address holds the key of a row and nothing of what it holds. Rows without a value are the smallest. Four queries.
    """
    order = (*order, "pk")
    total = rows.count()
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    mark, place = before or after, None
    if mark.isascii() and mark.isdigit() and len(mark) < 19:
        place = rows.filter(pk=int(mark)).order_by().values(*{each.removeprefix("-") for each in order}).first()
    backwards = place is not None and bool(before)
    ordered = rows.order_by(*(_sort(rows.model, _turn(each) if backwards else each) for each in order))
    if place:
        ordered = ordered.filter(_beyond(rows.model, order, place, backwards=backwards))
    keys = list(
        ordered.values_list("pk", flat=True)[: size + 1]
    )  # an index may answer that; whole rows are sorted slowly
    is_more, keys = len(keys) > size, keys[:size]
    by_key = {row.pk: row for row in rows.filter(pk__in=keys)}
    found = [by_key[key] for key in keys if key in by_key]
    if backwards:
        found.reverse()
    has_next = bool(found) and (is_more or backwards)
    has_previous = bool(found) and (is_more if backwards else place is not None)
    return Page(
        found,
        total,
        _address(request, "after", found[-1].pk) if has_next else "",
        _address(request, "before", found[0].pk) if has_previous else "",
    )


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _sort(model: type[Model], name: str) -> OrderBy | str:
    """Return how to order by a field; databases do not agree on where rows without a value stand."""
    if not _is_nullable(model, name.removeprefix("-")):
        return name
    return F(name[1:]).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_first=True)


def _is_nullable(model: type[Model], name: str) -> bool:
    """Return whether rows may have no value there."""
    *path, last = name.split("__")
    is_nullable = False
    for each in path:
        field = model._meta.get_field(each)  # noqa: SLF001 - Django's name for it
        is_nullable |= bool(getattr(field, "null", False))
        model = cast("type[Model]", field.related_model)
    with suppress(FieldDoesNotExist):  # `pk`, or what a query computes
        is_nullable |= bool(getattr(model._meta.get_field(last), "null", False))  # noqa: SLF001 - as above
    return is_nullable


def _beyond(model: type[Model], order: Sequence[str], place: dict[str, Any], *, backwards: bool) -> Q:
    """Return which rows stand beyond `place`. The first field is bounded once more: an index can begin there then."""
    found, same, bound = Q(), Q(), Q()
    for name in order:
        field = name.removeprefix("-")
        is_falling, value = name.startswith("-") != backwards, place[field]
        if value is not None:
            is_nullable = _is_nullable(model, field)
            if name == order[0] and not (is_falling and is_nullable):
                bound = Q(**{f"{field}__{'lte' if is_falling else 'gte'}": value})
            less = Q(**{f"{field}__lt": value})
            less = less | Q(**{f"{field}__isnull": True}) if is_nullable else less
            found |= same & (less if is_falling else Q(**{f"{field}__gt": value}))
        elif not is_falling:
            found |= same & Q(**{f"{field}__isnull": False})
        same &= Q(**{field: value})
    return bound & found


def keep_filters(request: HttpRequest) -> QueryDict:
    """Return what the address narrows a list by, without the place in the list."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return query


def _address(request: HttpRequest, side: str, key: object) -> str:
    query = keep_filters(request)
    query[side] = str(key)
    return f"?{query.urlencode()}"
