"""The list: one page kind for all lists, declared by columns, filters and a source.

The page is a plain GET form, so it works without scripts and every state of it is an address that can be sent to a
colleague. With scripts, htmx replaces only the region below the search field.

    class DueDeliveries(ListPage):
        title = _("Deliveries due")
        columns = (Column("number", _("Order"), "link"), Column("due_on", _("Due"), "date", sort=True))
        source = queries.deliveries_due
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from troth.platform.web import exports, formats, personal, workplace
from troth.platform.web.access import Actor, allowed, demand, may
from troth.platform.web.columns import Cell, Column, Exported, Filter, exported, exported_labels
from troth.platform.web.keyset import InvalidCursor, Page
from troth.platform.web.language import worded
from troth.platform.web.selection import ALL_LIMIT
from troth.platform.web.values import Empty, Link, Step, Text

EXPORT_PAGE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a source is asked for.

    `filters` maps a filter's key to its value: text, True, or a pair of dates. `sort` is a column's key, "-" in front
    for descending, or empty for the source's own order. `after` is a cursor that a page of the same query carried.
    """

    actor: Any
    filters: Mapping[str, Any]
    search: str = ""
    sort: str = ""
    after: str | None = None
    limit: int = 50
    count: bool = True


Source = Callable[[ListQuery], Page]


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Posts the chosen rows' keys as `selected` to `url`. `sentence` holds %(count)s: "Release %(count)s orders".

    `single` says it of one row.
    """

    label: Text
    sentence: Text
    url: Text
    permission: str = ""
    danger: bool = False
    single: Text = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force. `without` names the parameters that go when the chip is removed."""

    label: Text
    words: str
    names: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: `sort` is the value its link asks for, `state` how the list is sorted by it now."""

    column: Column
    sort: str
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Field:
    """A filter as the form shows it, with what is chosen."""

    filter: Filter
    values: tuple[str, ...]


class ListPage(View):
    """Subclass and declare, or hand the same names to `as_view`."""

    http_method_names = ("get", "head", "options")

    title: Text = ""
    lead: Text = ""
    permission: str = ""
    columns: Sequence[Column] = ()
    filters: Sequence[Filter] = ()
    bulk: Sequence[BulkAction] = ()
    tabs: Sequence[Link] = ()
    crumbs: Sequence[Link] = ()
    steps: Sequence[Step] = ()
    routes: Sequence[tuple[Text, str]] = ()
    """(label, route) of what may be begun from here, the most usual first; drawn for those who may open the route."""
    empty: Empty = Empty(_("Nothing here yet"))
    source: Any = None
    row_url: Callable[[Any], str] | None = None
    row_key: Callable[[Any], Any] | None = None
    search_label: Text = _("Search")
    searchable: bool = True
    exportable: bool = True
    limit: int = 50
    file_name: str = ""
    template_name: ClassVar[str] = "web/list.html"
    kept: personal.Kept = personal.Kept()
    shown: Sequence[Column] = ()

    def __init_subclass__(cls, **arguments: Any) -> None:
        """A function given as `source`, `row_url` or `row_key` is called with its own arguments, not as a method."""
        super().__init_subclass__(**arguments)
        for name in ("source", "row_url", "row_key"):
            given = cls.__dict__.get(name)
            if isinstance(given, FunctionType):
                setattr(cls, name, staticmethod(given))

    def get(self, request: HttpRequest, **_captured: Any) -> HttpResponseBase:
        query = self.query(demand(request, self.permission))
        self.kept = personal.kept(query.actor, request.resolver_match.view_name if request.resolver_match else "")
        self.shown = personal.arranged(self.columns, self.kept.columns)
        if self.begins_with and not request.GET:
            return HttpResponseRedirect(f"{request.path}?{self.begins_with}")
        if self.exportable and (write := exports.FILES.get(request.GET.get("export", ""))):
            return write(self.file_name or slugify(str(self.title)) or "list", self._header(), self._exported(query))
        notice = ""
        try:
            page = self.rows(query)
        except InvalidCursor as error:
            notice, page = worded(error.message), self.rows(replace(query, after=None))
        partial = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "list-region"
        context = {**self.context(query, page), "notice": notice, "partial": partial}
        answer = render(request, "web/list_region.html" if partial else self.template_name, context)
        patch_vary_headers(answer, ("HX-Request",))
        return answer

    def rows(self, query: ListQuery) -> Page:
        """Ask the source. Override where the source needs more of the request than the actor."""
        assert self.source is not None, "a list needs a source"
        page: Page = self.source(query)
        return page

    def query(self, actor: Actor) -> ListQuery:
        parameters = self.request.GET
        sortable = {column.key for column in self.columns if column.sort}
        sort = parameters.get("sort", "")
        chosen = {f.key: value for f in self.filters if (value := f.read(parameters)) is not None}
        return ListQuery(
            actor=actor,
            filters=chosen,
            search=parameters.get("q", "").strip() if self.searchable else "",
            sort=sort if sort.removeprefix("-") in sortable else "",
            after=parameters.get("after") or None,
            limit=self.limit,
        )

    @property
    def begins_with(self) -> str:
        """What the list is narrowed by when it is opened: the person's view, else the site they work at."""
        if self.kept.opens_with:
            return self.kept.opens_with.query or "view=all"
        here = workplace.site_of(self.request)
        return urlencode({"site": here}) if here and any(one.key == "site" for one in self.filters) else ""

    @property
    def plain_url(self) -> str:
        """The list with nothing narrowed, also where it begins with something."""
        return f"{self.request.path}?view=all" if self.begins_with else self.request.path

    def context(self, query: ListQuery, page: Page) -> dict[str, Any]:
        narrowed = bool(query.filters or query.search)
        return {
            **self._personal(query.actor),
            **self._everything(page),
            "title": self.title,
            "lead": self.lead,
            "crumbs": self.crumbs,
            "tabs": self._tabs(),
            "steps": self._steps(query.actor),
            "searchable": self.searchable,
            "search": query.search,
            "search_label": self.search_label,
            "exportable": self.exportable,
            "sort": query.sort,
            "page": page,
            "count": self._count(page),
            "fields": [self._field(f) for f in self.filters],
            "chips": list(self._chips(query)),
            "headings": [_heading(column, query.sort) for column in self.shown],
            "rows": [self._row(row) for row in page.rows],
            "bulk": [b for b in self.bulk if may(self.request, b.permission)] if self.row_key else [],
            "empty": self._nothing_found() if narrowed else self._empty(query.actor),
            "list_path": self.request.path,
            "plain_url": self.plain_url,
        }

    def _personal(self, actor: Actor) -> dict[str, Any]:
        """What the menus for views and columns need; nothing for who keeps nothing."""
        if actor.user_id is None or not self.request.resolver_match:
            return {}
        return {
            "list_name": self.request.resolver_match.view_name,
            "narrowed": personal.narrowed(self.request.GET),
            "kept": self.kept,
            "choices": personal.choices(self.columns, self.shown),
            "roles": personal.shareable(actor),
            "view": next((v for v in self.kept.views if v.query == personal.narrowed(self.request.GET)), None),
        }

    def _everything(self, page: Page) -> dict[str, Any]:
        """How many rows "all that match" stands for, where it is more than the page shows."""
        if not (page.next or page.previous):
            return {}
        count = ALL_LIMIT if page.count is None else min(page.count, ALL_LIMIT)
        return {
            "everything": count,
            "everything_is_all": page.count is not None and page.count <= ALL_LIMIT,
            "matching": personal.narrowed(self.request.GET),
        }

    def _steps(self, actor: Actor) -> list[Step]:
        return [
            *self.steps,
            *(Step(label, reverse(name), "get") for label, name in self.routes if allowed(actor, name)),
        ]

    def _count(self, page: Page) -> str:
        if page.count is not None:
            return formats.number(page.count)
        return gettext("over %(count)s") % {"count": formats.number(page.most)} if page.next or page.previous else ""

    def _tabs(self) -> list[tuple[Link, bool]]:
        """Declared and saved views; the one that narrows as this address does is current, else the plain one."""
        here = personal.narrowed(self.request.GET)
        plain = Link(gettext("All"), self.plain_url)
        declared = [replace(tab, url=self.plain_url) if tab.url == self.request.path else tab for tab in self.tabs]
        saved = [Link(view.name, f"{self.request.path}?{view.query or 'view=all'}") for view in self.kept.views]
        found = [*declared, *saved] if declared or not saved else [plain, *saved]
        queries = [personal.narrowed(QueryDict(str(tab.url).partition("?")[2])) for tab in found]
        current = queries.index(here) if here in queries else queries.index("") if "" in queries else -1
        return [(tab, n == current) for n, tab in enumerate(found)]

    def _empty(self, actor: Actor) -> Empty:
        """The empty state, with the first step that the person may take where none was named."""
        first = next(iter(self._steps(actor)), None)
        return replace(self.empty, step=self.empty.step or first)

    def _nothing_found(self) -> Empty:
        return Empty(
            gettext("Nothing matches"),
            gettext("No entry fits this search and these filters."),
            Step(gettext("Show all"), self.plain_url, method="get"),
        )

    def _row(self, row: Any) -> Row:
        url = self.row_url(row) if self.row_url else ""
        cells = tuple(Cell(c, c.of(row), url if n == 0 else "") for n, c in enumerate(self.shown))
        return Row(cells, str(self.row_key(row)) if self.row_key else "")

    def _field(self, of: Filter) -> Field:
        return Field(of, tuple(self.request.GET.get(name, "") for name in of.names))

    def _chips(self, query: ListQuery) -> Iterator[Chip]:
        if query.search:
            yield self._chip(gettext("Search"), query.search, ("q",))
        for f in self.filters:
            if f.key in query.filters:
                yield self._chip(f.label, f.words(query.filters[f.key]), f.names)

    def _chip(self, label: Text, words: str, names: tuple[str, ...]) -> Chip:
        left = self.request.GET.copy()
        for name in (*names, "after"):
            left.pop(name, None)
        return Chip(label, words, names, f"{self.request.path}?{left.urlencode() or 'view=all'}")

    def _header(self) -> list[str]:
        return [label for column in self.shown for label in exported_labels(column)]

    def _exported(self, query: ListQuery) -> Iterator[list[Exported]]:
        """All rows of the query, page by page, whatever page the person looks at."""
        page = self.rows(replace(query, after=None, limit=EXPORT_PAGE_ROWS, count=False))
        while True:
            for row in page.rows:
                yield [cell for column in self.shown for cell in exported(column, column.of(row))]
            if page.next is None:
                return
            page = self.rows(replace(query, after=page.next, limit=EXPORT_PAGE_ROWS, count=False))


def _heading(column: Column, sort: str) -> Heading:
    if not column.sort:
        return Heading(column, "", "")
    if sort == column.key:
        return Heading(column, f"-{column.key}", "ascending")
    return Heading(column, column.key, "descending" if sort == f"-{column.key}" else "")
