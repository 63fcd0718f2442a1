"""Every table as a file: taken out, filled in, looked at before anything is written, and brought in."""

import hashlib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from troth.business.masterdata import imports
from troth.business.masterdata.actions import Brought
from troth.business.masterdata.imports import FileReport, Kind, Shape
from troth.kernel.errors import NotFound, Refusals, Sentence
from troth.platform.web import exports
from troth.platform.web.access import demand
from troth.platform.web.acts import clocked, step
from troth.platform.web.imports import LARGEST_BYTES, UnreadableFile, decoded
from troth.platform.web.language import worded
from troth.platform.web.values import Link, Step, Text

VIEW, IMPORT = "masterdata.view_customizing", "masterdata.import_table"
ALL, GOOD = "all", "good"
LONGEST_NAME = 100
NAMES: dict[str, Text] = {
    "currencies": _("Currencies"),
    "exchange_rates": _("Exchange rates"),
    "countries": _("Countries"),
    "units": _("Units"),
    "calendars": _("Calendars"),
    "calendar_days": _("Holidays and other days"),
    "companies": _("Companies"),
    "sales_organisations": _("Sales organisations"),
    "sites": _("Sites"),
    "request_terms": _("Times of requests"),
    "storage_locations": _("Storage locations"),
    "bins": _("Bins"),
    "parties": _("Parties"),
    "payment_terms": _("Payment terms"),
    "carriers": _("Carriers"),
    "packaging": _("Packaging"),
    "routes": _("Routes"),
    "route_determinations": _("Route determination"),
    "shipping_points": _("Shipping points"),
    "product_sites": _("Products by site"),
    "customer_products": _("Customers' product numbers"),
    "batches": _("Batches"),
    "valuation_types": _("Valuation types"),
    "checking_scopes": _("Scopes of check"),
    "availability_groups": _("Availability groups"),
    "item_categories": _("Item categories"),
    "order_types": _("Order types"),
    "text_kinds": _("Kinds of texts"),
    "standard_texts": _("Standard texts"),
    "tax_rates": _("Tax rates"),
    "account_determinations": _("Account determination"),
    "listings": _("Listings and exclusions"),
    "substitutions": _("Substitutions"),
    "free_goods": _("Free goods"),
    "package_sizes": _("Package sizes"),
    "availability_rules": _("Availability rules"),
    "availability_rule_steps": _("Alternatives of availability rules"),
    "credit_checks": _("Credit checks"),
    "letterheads": _("Letterheads"),
    "customers": _("Customers"),
    "products": _("Products"),
    "prices": _("Prices"),
}
assert NAMES.keys() == {kind.code for kind in imports.KINDS.values() if not kind.name}, "every table has a name"


@dataclass(frozen=True, slots=True)
class Line:
    """A table on the page of all tables, with what can be done with it."""

    name: Text
    key: str
    steps: tuple[Step, ...]


def tables(request: HttpRequest) -> HttpResponse:
    """All tables that the person may see."""
    actor = demand(request, VIEW)
    lines = [_line(actor, kind) for kind in imports.KINDS.values() if actor.may(kind.permission)]
    return render(request, "masterdata/files.html", {"title": gettext("Files"), "lines": lines})


def name_of(kind: Kind) -> Text:
    """What people call the table."""
    return kind.name or NAMES[kind.code]


def _line(actor: Any, kind: Kind) -> Line:
    found = (
        step(actor, _("Excel"), "masterdata:file", kind.code, "xlsx", method="get"),
        step(actor, _("CSV"), "masterdata:file", kind.code, "csv", method="get"),
        step(actor, _("Empty file"), "masterdata:file", kind.code, "xlsx", method="get", query="?empty=1"),
        step(actor, _("Import"), kind.import_route, kind.code, method="get"),
    )
    key = ", ".join(name for name, field in kind.fields.items() if field.is_key)
    return Line(name_of(kind), key, tuple(one for one in found if one is not None))


def file(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """All records of a table, or with `?empty=1` none, in the shape in which they can be brought in again."""
    actor = demand(request, imports.kind_of(kind).permission)
    if form not in exports.FILES:
        raise NotFound(Sentence("There are no files of the form %(form)s. Choose csv or xlsx."), form=form)
    header, rows = imports.export_rows(kind, by=actor)
    nothing: Iterator[list[str]] = iter(())
    return exports.FILES[form](kind, header, nothing if "empty" in request.GET else rows)


class ImportPage(View, ABC):
    """First the file, then what would become of it, then the action: all rows, or only the good ones.

    A page says who may (`permission`), what a file looks like, what its rows are called, and where to go on.
    """

    permission = ""

    @abstractmethod
    def shape(self) -> Shape:
        """What the file looks like; `NotFound` where there is no such file."""

    @abstractmethod
    def named(self) -> Text:
        """What its rows are called."""

    @abstractmethod
    def template_url(self) -> str:
        """An empty file to fill in."""

    @abstractmethod
    def back(self) -> str:
        """The page to go on with."""

    def told(self, brought: Brought) -> str:
        """What the page that follows says."""
        count = brought.created + brought.changed
        return ngettext("%(count)s row brought in.", "%(count)s rows brought in.", count) % {"count": count}

    def get(self, request: HttpRequest, **_place: Any) -> HttpResponse:
        demand(request, self.permission)
        return self._draw(self.shape())

    def post(self, request: HttpRequest, **_place: Any) -> HttpResponse:
        actor, chosen = demand(request, self.permission), self.shape()
        try:
            text = self._text()
            if request.POST.get("confirmed") in (ALL, GOOD):
                return self._bring(actor, chosen, text)
            return self._look(actor, chosen, text)
        except UnreadableFile as error:
            return self._draw(chosen, problem=worded(error.message), status=422)

    def _text(self) -> str:
        sent = self.request.FILES.get("file")
        if sent is not None:
            return decoded(sent.read(LARGEST_BYTES + 1))
        if "content" in self.request.POST:
            return self.request.POST["content"]
        raise UnreadableFile(gettext("No file was chosen. Choose an Excel or CSV file."), field="file")

    def _look(self, actor: Any, chosen: Shape, text: str) -> HttpResponse:
        report = imports.preview_file(chosen, text.encode(), **clocked(self.request, actor))
        return self._draw(chosen, report=report, text=text, status=422 if report.refusals else 200)

    def _file_name(self) -> str:
        """What the person calls the file, also on the pages after the first, which send its content."""
        sent = self.request.FILES.get("file")
        return (sent.name or "" if sent is not None else self.request.POST.get("file_name", ""))[:LONGEST_NAME]

    def _bring(self, actor: Any, chosen: Shape, text: str) -> HttpResponse:
        common = clocked(self.request, actor, key=self._key(chosen, text))
        try:
            if self.request.POST["confirmed"] == GOOD:
                brought = imports.import_good_rows(chosen, text.encode(), **common).brought
            else:
                brought = imports.import_file(chosen, text.encode(), **common)
        except Refusals:
            return self._look(actor, chosen, text)
        messages.success(self.request, self.told(brought))
        return HttpResponseRedirect(self.back())

    def _key(self, chosen: Shape, text: str) -> str:
        """The same page sent twice brings its rows in once."""
        posted = self.request.POST
        sent = (chosen.code, text, posted["confirmed"], posted.get("_key", ""))
        return hashlib.sha256(repr(sent).encode()).hexdigest()

    def _draw(
        self, chosen: Shape, *, report: FileReport | None = None, text: str = "", problem: str = "", status: int = 200
    ) -> HttpResponse:
        needed = [(name, field.is_key, field.required or chosen.needs(name)) for name, field in chosen.fields.items()]
        context = {
            "title": gettext("Import: %(many)s") % {"many": self.named()},
            "fields": needed,
            "report": report,
            "refusals": [(one, worded(one.sentence)) for one in report.refusals] if report else (),
            "whole": report is not None and any(not one.row for one in report.refusals),
            "file_name": self._file_name(),
            "text": text,
            "problem": problem,
            "client_key": uuid.uuid4().hex,
            "template_url": self.template_url(),
            "back": self.back(),
            "crumbs": [Link(self.named(), self.back())],
        }
        return render(self.request, "masterdata/import.html", context, status=status)


class TableImport(ImportPage):
    """A table of master data. They all go out where this one's files do.

    `lists`: the page with the records of a table, by its code. An app whose tables come in under a right of its own
    names them there, and no others come in with it.
    """

    permission = IMPORT
    lists: ClassVar[Mapping[str, str]] = {}

    def shape(self) -> Kind:
        return imports.kind_of(self.kwargs["kind"], among=self.lists or None)

    def named(self) -> Text:
        return name_of(self.shape())

    def template_url(self) -> str:
        return f"{reverse('masterdata:file', args=[self.shape().code, 'xlsx'])}?empty=1"

    def back(self) -> str:
        """Customers, products and prices have a list of their own."""
        code = self.shape().code
        if code in self.lists:
            return reverse(self.lists[code])
        has_list = code in ("customers", "products", "prices")
        return reverse(f"masterdata:{code}-list" if has_list else "masterdata:files")
