"""Promise kept: the measure, taken apart as asked, and the departures behind it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import measures, screens
from troth.business.promising.measures import KeptRow
from troth.business.promising.models import Departure
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.web import formats, keyset
from troth.platform.web.access import Actor, demand
from troth.platform.web.columns import Column, Filter, table_of
from troth.platform.web.documents import Fact
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Empty, Link, Party, Quantity
from troth.reference import queries as reference

DAYS = 30
"""The measure opens with the last so many days."""
BY = (
    ("month", _("Month")),
    ("site", _("Site")),
    ("customer", _("Customer")),
    ("product", _("Product")),
    ("basis", _("Basis")),
)
MISSED = (("first", _("The first promise")), ("last", _("The last promise")), ("wish", _("The wish")))
_COLUMN = {"first": "first_missed_by", "last": "missed_by", "wish": "wish_missed_by"}


class Chosen(forms.Form):
    """The days, and by what the measure is taken apart."""

    left_from = forms.DateField(label=_("Left from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    left_until = forms.DateField(label=_("until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    by = forms.ChoiceField(label=_("By"), choices=BY)

    def clean(self) -> None:
        first, last = self.cleaned_data.get("left_from"), self.cleaned_data.get("left_until")
        if first and last and last < first:
            self.add_error("left_until", _("The last day lies before the first. Choose a later one."))


COLUMNS = (
    Column("departures", _("Departures"), "number"),
    Column("first", _("First promise kept"), align="right"),
    Column("last", _("Last promise kept"), align="right"),
    Column("wish", _("Came when wished"), align="right"),
    Column("average", _("Days late on average"), align="right"),
    Column("worst", _("Most days late"), "number"),
)


def kept(request: HttpRequest) -> HttpResponse:
    """`?left_from=…&left_until=…&by=…`; without them the last thirty days by customer."""
    actor = demand(request, "promising.view_availability")
    clock: Clock = request.clock  # type: ignore[attr-defined]
    today = reference.today(clock)
    usual = {"left_from": today - timedelta(days=DAYS), "left_until": today, "by": "customer"}
    form = Chosen({**usual, **request.GET.dict()})
    context: dict[str, Any] = {"title": gettext("Promise kept"), "form": form}
    if form.is_valid():
        chosen = form.cleaned_data
        context |= _measured(actor, chosen["left_from"], chosen["left_until"], chosen["by"], today)
    return render(request, "promising/kept.html", context)


def _measured(actor: Actor, first_day: date, last_day: date, by: str, today: date) -> dict[str, Any]:
    whole = measures.kept(actor.reach, first_day, last_day)
    rows = measures.kept(actor.reach, first_day, last_day, by=by) if whole else []
    overdue = measures.overdue(actor.reach, today).count()
    period = f"left_on_from={first_day.isoformat()}&left_on_until={last_day.isoformat()}"
    return {
        "facts": _facts(whole[0]) if whole else [],
        "overdue": overdue,
        "measured": table_of(
            (Column("group", dict(BY)[by], "party", wide=True), *COLUMNS), [_row(one, by) for one in rows]
        ),
        "more": len(rows) == measures.ROWS_MAX,
        "lines_url": f"{reverse('promising:departures')}?{period}",
        "missed_url": f"{reverse('promising:departures')}?{period}&missed=first",
        "empty": Empty(
            _("Nothing left in these days"),
            _("Goods that leave are set against what was promised for them. Choose other days."),
        ),
    }


def _facts(one: KeptRow) -> list[Fact]:
    return [
        Fact(_("Departures"), formats.number(one.departures)),
        Fact(_("First promise kept"), _share(one.first, one.departures)),
        Fact(_("Last promise kept"), _share(one.last, one.departures)),
        Fact(_("Came when wished"), _share(one.wish, one.departures)),
    ]


def _share(part: int, whole: int) -> str:
    """In tenths of a percent, cut off: all but one of many is never shown as all."""
    return f"{formats.number(1000 * part // whole, 1)} %"


def _row(one: KeptRow, by: str) -> dict[str, Any]:
    late = one.departures - one.first
    return {
        "group": _named(one.group, by),
        "departures": one.departures,
        "first": _share(one.first, one.departures),
        "last": _share(one.last, one.departures),
        "wish": _share(one.wish, one.departures),
        "average": formats.number(one.average_days, 1) if late else "",
        "worst": one.worst_days or None,
    }


def _named(group: tuple[Any, ...], by: str) -> Party:
    if by == "month":
        return Party(f"{group[0]}-{group[1]:02}", "")
    if by == "basis":
        return Party(str(screens.BASIS[group[0]].word).capitalize(), "")
    return Party(group[1] or "–", group[0] or "")


def departures(query: ListQuery) -> Page:
    """What left, the last first."""
    first_day, last_day = query.filters.get("left_on") or (None, None)
    found = measures.departures(query.actor.reach, first_day or date.min, last_day or date.max)
    found = found.select_related("requirement__product", "requirement__party")
    if missed := query.filters.get("missed"):
        found = found.filter(**{f"{_COLUMN[missed]}__gt": 0})
    if basis := query.filters.get("basis"):
        found = found.filter(basis=basis)
    if query.search:
        found = screens.searched(found, query.search, through="requirement__")
    page = keyset.page(found, ("-left_on", "-id"), query.after, query.limit, count=query.count)
    return Page([_departure(one, query.actor) for one in page.rows], page.next, page.previous, page.count)


def _departure(one: Departure, actor: Actor) -> dict[str, Any]:
    wanted = one.requirement
    ref = DocumentRef(wanted.document_kind, wanted.document_id, wanted.document_number)
    return {
        "id": one.pk,
        "document": screens.link_of(ref, actor) or Link(wanted.document_number, ""),
        "party": wanted.party.name if wanted.party else "",
        "product": wanted.product.name,
        "quantity": Quantity(one.quantity, wanted.product.base_unit.decimals, wanted.product.base_unit_id),
        "left_on": one.left_on,
        "wished_on": wanted.requested_on,
        "first_on": wanted.first_promised_on,
        "promised_on": one.promised_on,
        "arrives_on": one.arrives_on,
        "first_missed_by": max(one.first_missed_by, 0) or None,
        "missed_by": max(one.missed_by, 0) or None,
        "basis": screens.BASIS[one.basis],
        "promise": reverse("promising:promise", args=[wanted.pk]),
    }


class Departures(ListPage):
    title = _("Departures and their promises")
    permission = "promising.view_availability"
    file_name = "promise-kept"
    columns = (
        Column("left_on", _("Left"), "date"),
        Column("document", _("Order"), "link"),
        Column("party", _("Customer"), wide=True),
        Column("product", _("Product"), wide=True),
        Column("quantity", _("Quantity"), "quantity", offered=True),
        Column("wished_on", _("Wished"), "date", offered=True),
        Column("first_on", _("Promised first"), "date"),
        Column("promised_on", _("Promised last"), "date"),
        Column("arrives_on", _("Arrives"), "date"),
        Column("first_missed_by", _("Days late (first)"), "number"),
        Column("missed_by", _("Days late (last)"), "number"),
        Column("basis", _("Basis"), "status", offered=True),
    )
    filters = (
        Filter("left_on", _("Left"), "date_range"),
        Filter("missed", _("Missed"), "choice", MISSED),
        Filter("basis", _("Basis"), "choice", [(key, one.word) for key, one in screens.BASIS.items()]),
    )
    search_label = _("Order, or number of a product or customer")
    empty = Empty(_("Nothing left yet"), _("With each goods issue, what left is set against what was promised for it."))
    source = staticmethod(departures)
    row_key = staticmethod(lambda row: row["id"])
    row_url = staticmethod(lambda row: row["promise"])
