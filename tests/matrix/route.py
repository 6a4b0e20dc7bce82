"""Every route of the office, with its arguments."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

from django.core.signals import request_finished
from django.db import close_old_connections
from django.urls import URLResolver, get_resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http.response import HttpResponseBase


class Route(NamedTuple):
    """A named address and the names of its arguments."""

    name: str
    arguments: tuple[str, ...]


def read_body(answer: HttpResponseBase) -> str:
    """Return what was answered as text; of a workbook what lies in it, but not when it was made. Bytes that are no text are left out."""
    data = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    release(answer)
    if data.startswith(b"PK\3\4"):
        with ZipFile(BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist() if name != "docProps/core.xml")
    return data.decode(errors="ignore")


def release(answer: HttpResponseBase) -> None:
    """Close the file that was answered, if any. As in Django's own client the connection stays: the test is in a transaction."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def list_routes() -> list[Route]:
    """Return the routes by name."""
    return sorted(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, space: str, above: tuple[str, ...]) -> Iterator[Route]:
    for each in resolver.url_patterns:
        arguments = (*above, *each.pattern.regex.groupindex) if each.pattern.regex.groups else above
        if isinstance(each, URLResolver):
            yield from _walk(each, f"{space}{each.namespace}:" if each.namespace else space, arguments)
        else:
            yield Route(f"{space}{each.name}", arguments)
