"""Which rows a bulk button is for: those that were ticked, or all that match the list's search and filters."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import resolve

from troth.kernel.plain_numbers import MAX

MASS_LIMIT = 200
"""So many ticked rows a bulk button takes: what one page of a list shows, a few times over."""
ALL_LIMIT = 1_000
"""So many rows "all that match" stands for at once; the page says so before and the rest is done with the next."""
PAGE_ROWS = 200
ASKED = "_rows"
"""Names the rows that a page asks about, in the form that it sends."""


def keys(request: HttpRequest, path: str) -> list[str]:
    """The keys of the rows that are meant, in their order, each once. `path` is the list's address."""
    if request.POST.get("everything") == "1":
        return keys_under(request, path, request.POST.get("matching", ""))
    return list(dict.fromkeys(request.POST.getlist("selected")))[:MASS_LIMIT]


def chosen(request: HttpRequest, path: str) -> list[int]:
    """The same where keys are ids; what is none is left out."""
    return _ids(keys(request, path))


def written_ids(written: str) -> list[int]:
    """The ids of rows that a page asked about, as it wrote them: "7,8"."""
    return _ids(written.split(",", ALL_LIMIT)[:ALL_LIMIT])


def _ids(written: list[str]) -> list[int]:
    typed = [key for key in written if key.isascii() and key.isdigit()]
    return list(dict.fromkeys(int(key) for key in typed if len(key) < len(str(MAX))))


def keys_under(request: HttpRequest, path: str, query: str) -> list[str]:
    """The keys of the first rows of the list at `path` under this query, as the person may see them now."""
    view: Any = resolve(path).func
    page_kind = view.view_class(**view.view_initkwargs)
    page_kind.setup(_asking(request, path, query))
    asked = replace(page_kind.query(request.actor), after=None, limit=PAGE_ROWS, count=False)  # type: ignore[attr-defined]
    found: list[str] = []
    while len(found) < ALL_LIMIT:
        page = page_kind.rows(asked)
        found += [str(page_kind.row_key(row)) for row in page.rows]
        if page.next is None:
            break
        asked = replace(asked, after=page.next)
    return list(dict.fromkeys(found))[:ALL_LIMIT]


def _asking(request: HttpRequest, path: str, query: str) -> HttpRequest:
    """A request for the list, by the same person."""
    asking = HttpRequest()
    asking.method, asking.path, asking.GET = "GET", path, QueryDict(query)
    asking.actor, asking.clock = request.actor, request.clock  # type: ignore[attr-defined]
    return asking
