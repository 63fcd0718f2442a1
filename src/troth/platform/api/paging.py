"""Pages of a list: `limit` rows after a mark, and the address of the next page.

A page goes on after the last row seen, so rows that come in meanwhile move nothing. The number of rows is counted only
when asked for, and only up to 10,000: above, `count` is 10,000 and not exact.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, Field

from troth.platform.api.values import Entry
from troth.platform.web import keyset

T = TypeVar("T")
LIMIT_MAX = 200


class Paging(Entry):
    """What a list takes beside its filters. `after` is the mark from the address of the next page."""

    after: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50
    count: bool = False


class Page(BaseModel, Generic[T]):
    """`next` is the address of the next page, null on the last one.

    `count` is there where it was asked for; where there are more than 10,000 it is 10,000 and `count_is_exact` false.
    """

    items: list[T]
    next: str | None = None
    count: int | None = None
    count_is_exact: bool | None = None


def page(
    request: HttpRequest,
    rows: Any,
    paging: Paging,
    show: Callable[[Iterable[Any]], list[Any]],
    *,
    order: tuple[str, ...] = ("-id",),
) -> dict[str, Any]:
    """A page of a queryset; `show` makes what is shown of all its rows at once."""
    found = keyset.page(rows, order, paging.after or None, paging.limit, count=paging.count)
    return _shown(request, found, paging, show)


def page_of_marks(
    request: HttpRequest, marks: Iterable[str], paging: Paging, show: Callable[[Iterable[Any]], list[Any]]
) -> dict[str, Any]:
    """A page of a list whose marks are all known; `show` makes what is shown of the chosen ones."""
    return _shown(request, keyset.page_of_marks(marks, paging.after or None, paging.limit), paging, show)


def _shown(
    request: HttpRequest, found: keyset.Page, paging: Paging, show: Callable[[Iterable[Any]], list[Any]]
) -> dict[str, Any]:
    shown = {"items": show(found.rows), "next": next_address(request, found.next)}
    if not paging.count:
        return shown
    is_exact = found.count is not None
    return {**shown, "count": found.count if is_exact else keyset.COUNT_LIMIT, "count_is_exact": is_exact}


def whole(rows: list[Any]) -> dict[str, Any]:
    """A list that has no further page."""
    return {"items": rows, "next": None, "count": len(rows), "count_is_exact": True}


def next_address(request: HttpRequest, mark: str | None) -> str | None:
    """This address with the mark of the next page in place of its own."""
    if mark is None:
        return None
    query = request.GET.copy()
    query["after"] = mark
    return f"{request.path}?{query.urlencode()}"
