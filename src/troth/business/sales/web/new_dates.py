"""New dates that are proposed for orders: the list, one of them, and what is decided over it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.web import earlier
from troth.business.sales import actions, screens
from troth.business.sales.actions.hanging import Dates
from troth.business.sales.actions.new_dates import Moved, read
from troth.business.sales.models import NewDates, OrderLine
from troth.business.sales.states import NewDatesState
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.platform import issues
from troth.platform.web import documents, keyset
from troth.platform.web.access import demand
from troth.platform.web.acts import AskPage, Said, button, clocked, said, step, steps, tell
from troth.platform.web.columns import Column, Filter, table_of
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.keyset import Page
from troth.platform.web.language import worded
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.ranges import between
from troth.platform.web.refusals import way_back
from troth.platform.web.values import Block, Empty, Link, Party, Quantity, Status

STATES = {
    NewDatesState.OPEN: Status(_("To decide"), "waiting"),
    NewDatesState.TAKEN: Status(_("New dates taken"), "done"),
    NewDatesState.KEPT: Status(_("Old dates kept"), "going"),
    NewDatesState.COVERED: Status(_("Covered again"), "done"),
}
DATES = (
    Column("line", _("Item"), align="right"),
    Column("product", _("Product"), "party"),
    Column("was", _("Promised"), wide=True, wrap=True),
    Column("now", _("New dates"), wide=True, wrap=True),
    Column("later", _("Days later"), "number"),
    Column("short", _("Not confirmed any more"), "quantity"),
)


def proposals(query: ListQuery) -> Page:
    """The proposals row by row, the newest first."""
    found = screens.new_dates(query.actor).select_related("order__sold_to", "product__base_unit", "site")
    found = found.filter(between("opened_at__date", query.filters.get("opened_on")))
    if state := query.filters.get("state"):
        found = found.filter(state=state)
    if site := query.filters.get("site"):
        found = found.filter(site__code__iexact=site)
    if query.filters.get("mine"):
        found = found.filter(order__entered_by_id=query.actor.user_id)
    if words := query.search:
        by_product = found.filter(product__number__iexact=words)
        found = found.filter(order__number__istartswith=words) | by_product
    page = keyset.page(
        found, ("id",) if query.sort == "opened_on" else ("-id",), query.after, query.limit, count=query.count
    )
    return replace(page, rows=[_row(one) for one in page.rows])


def _row(one: NewDates) -> dict[str, Any]:
    moved = read(one.lines)
    return {
        "id": one.pk,
        "order": one.order.number,
        "customer": Party(one.order.sold_to.name, one.order.sold_to.number),
        "product": one.product.number,
        "site": one.site.code,
        "missing": Quantity(one.missing, one.product.base_unit.decimals, one.product.base_unit_id),
        "was_on": _last(was for was, _now in moved.values()),
        "now_on": _last(now for _was, now in moved.values()) or gettext("not confirmed"),
        "cause": worded(one.cause),
        "opened_on": one.opened_at.date(),
        "status": STATES[NewDatesState(one.state)],
    }


def _last(found: Iterable[Dates]) -> date | None:
    return max((on for side in found for _quantity, on in side), default=None)


class NewDatesList(ListPage):
    title = _("New dates")
    lead = _("Orders whose supply slipped and whose type asks. Nothing is changed until somebody decides.")
    permission = "sales.view_order"
    columns = (
        Column("order", _("Order")),
        Column("customer", _("Customer"), "party", wide=True),
        Column("product", _("Product")),
        Column("site", _("Site"), offered=True),
        Column("missing", _("Short"), "quantity"),
        Column("was_on", _("Promised"), "date"),
        Column("now_on", _("New date"), "date"),
        Column("cause", _("Because"), wrap=True),
        Column("opened_on", _("Since"), "date", sort=True),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("state", _("State"), "choice", tuple((str(state), one.word) for state, one in STATES.items())),
        Filter("site", _("Site"), "text"),
        Filter("opened_on", _("Since"), "date_range"),
        Filter("mine", _("Entered by me"), "flag"),
    )
    tabs = (
        Link(_("To decide"), "/orders/new-dates/?state=open"),
        Link(_("Old dates kept"), "/orders/new-dates/?state=kept"),
        Link(_("All"), "/orders/new-dates/"),
    )
    search_label = _("Order, or number of a product")
    empty = Empty(
        _("No new dates are proposed"),
        _("They are when supply slips under an order whose type asks before it is promised anew."),
    )
    source = staticmethod(proposals)
    row_key = staticmethod(lambda row: row["id"])
    row_url = staticmethod(lambda row: reverse("sales:new-dates-one", args=[row["id"]]))


def _found(actor: Any, key: int) -> NewDates:
    found = (
        screens.new_dates(actor).select_related("order__sold_to", "product__base_unit", "site").filter(pk=key).first()
    )
    if found is None:
        raise NotFound(Sentence("There is no such proposal of new dates."), proposal=key)
    return found


class NewDatesPage(DocumentPage):
    permission = "sales.view_order"
    document_kind = "new_dates"

    def document(self, actor: Any, key: int) -> Document:
        one = _found(actor, key)
        order, company = one.order, one.order.company_id
        stands = one.ended_at is None
        return Document(
            kind=_("New dates"),
            number=f"{order.number} · {one.product.number}",
            status=STATES[NewDatesState(one.state)],
            party=Party(order.sold_to.name, order.sold_to.number),
            facts=_facts(one),
            next_step=step(
                actor, _("Take the new dates"), "sales:new-dates-take", key, company_id=company,
                query=f"?version={one.version}",
            )
            if stands
            else None,
            steps=steps(
                step(actor, _("Keep the old dates"), "sales:new-dates-keep", key, method="get", company_id=company)
                if one.state == NewDatesState.OPEN
                else None,
                step(actor, _("Call the customer first"), "sales:new-dates-call", key, company_id=company)
                if stands
                else None,
            ),
            crumbs=(
                Link(_("New dates"), reverse("sales:new-dates") + "?state=open"),
                Link(order.number, reverse("sales:order", args=[order.pk])),
            ),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        one = _found(actor, key)
        return (
            Tab("dates", _("Dates"), documents.TABLE, lambda: _dates(one)),
            Tab("earlier", _("What would make it earlier"), "sales/new_dates_earlier.html", lambda: self._earlier(one)),
        )

    def _earlier(self, one: NewDates) -> dict[str, Any]:
        """For each line what would bring it before the new date, on the books as they are."""
        clock = self.request.clock  # type: ignore[attr-defined]
        found = []
        if one.ended_at is None:
            for line in _lines(one, read(one.lines)):
                unit = (line.product.base_unit.decimals, line.product.base_unit_id)
                table = earlier.table("order", line.pk, unit, clock)
                found.append({"number": line.line_number, "product": line.product.name, "table": table})
        return {"found": found}


def _facts(one: NewDates) -> list[Fact]:
    unit = (one.product.base_unit.decimals, one.product.base_unit_id)
    facts = [
        Fact(_("Order"), Link(one.order.number, reverse("sales:order", args=[one.order_id]))),
        Fact(_("Because"), worded(one.cause)),
        Fact(_("Site"), one.site.name),
        Fact(_("Not covered"), Quantity(one.missing, *unit)),
        Fact(_("Since"), one.opened_at.date()),
        Fact(_("Decided"), one.decided_at.date() if one.decided_at else None),
        Fact(_("Reason"), one.reason),
    ]
    return [fact for fact in facts if fact.value not in (None, "")]


def _lines(one: NewDates, moved: Moved) -> list[OrderLine]:
    found = OrderLine.objects.filter(order_id=one.order_id, line_number__in=moved.keys()).order_by("line_number")
    return list(found.select_related("product__base_unit"))


def _dates(one: NewDates) -> dict[str, Any]:
    moved = read(one.lines)
    rows = []
    for line in _lines(one, moved):
        unit = (line.product.base_unit.decimals, line.product.base_unit_id)
        was, now = moved[line.line_number]
        first, last = _last([was]), _last([now])
        short = _sum(was) - _sum(now)
        rows.append(
            {
                "line": str(line.line_number),
                "product": Party(line.product.name, line.product.number),
                "was": earlier.arriving(was, unit),
                "now": earlier.arriving(now, unit) or gettext("not confirmed"),
                "later": (last - first).days if first and last else None,
                "short": Quantity(short, *unit) if short > 0 else None,
            }
        )
    return {"table": table_of(DATES, rows), "empty": Empty(_("No dates are proposed"))}


def _sum(side: Dates) -> int:
    return sum(quantity for quantity, _on in side)


def take(request: HttpRequest, key: int) -> HttpResponse:
    """Take the new dates, as far as they are still those that the page showed."""
    actor = demand(request, "")
    if request.method != "POST":
        return HttpResponseRedirect(way_back(request))
    typed = request.GET.get("version", "")
    try:
        done = actions.take_new_dates(key, version=int(typed) if typed.isdecimal() else 0, **clocked(request, actor))
    except BusinessError as error:
        tell(request, error)
        return HttpResponseRedirect(way_back(request))
    number = {"number": done.number}
    if done.outcome == "renewed":
        messages.warning(request, f"{_otherwise(done.before, done.moved)} {gettext('Nothing was taken.')}")
        return HttpResponseRedirect(reverse("sales:new-dates-one", args=[key]))
    told = gettext("%(number)s has its new dates.") if done.outcome == "taken" else gettext(
        "Supply covers %(number)s again; its dates stay as they were."
    )  # fmt: skip
    said(request, told % number)
    return HttpResponseRedirect(reverse("sales:order", args=[done.order_id]))


def _otherwise(before: Moved, now: Moved) -> str:
    """What is proposed now, beside what was proposed until now."""
    facts = {"then": _last(side for _was, side in before.values()), "now": _last(side for _was, side in now.values())}
    if facts["then"] == facts["now"] or None in facts.values():
        return gettext("The books have changed since; other dates are proposed now.")
    return worded(
        Sentence("The books have changed since; the last delivery would be on %(now)s, not on %(then)s.", **facts)
    )


class Keep(AskPage):
    danger = False

    def ask(self, actor: Any, key: int) -> None:
        self.one = _found(actor, key)
        number = {"number": self.one.order.number}
        self.cancel_url = reverse("sales:new-dates-one", args=[key])
        self.crumbs = [Link(_("New dates"), reverse("sales:new-dates")), Link(self.one.order.number, self.cancel_url)]
        self.title = gettext("Keep the old dates of %(number)s") % number
        self.sentence = _(
            "The promise stays as it is and remains short until supply covers it or you take the new dates."
        )
        self.submit_label = _("Keep the old dates")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        reason = form.cleaned_data["reason"]
        done = actions.keep_old_dates(self.one.pk, reason=reason, **clocked(self.request, actor))
        return self.done(gettext("%(number)s keeps its dates.") % {"number": done.number}, self.cancel_url)


def _call(request: HttpRequest, actor: Any, key: int) -> Said:
    """Note to call the customer, as an issue on the order that the person sees to by tomorrow."""
    one = _found(actor, key)
    words = gettext("Call the customer about new dates: %(product)s") % {"product": one.product.number}
    known = issues.on_document("order", one.order_id, by=actor)
    if not any(each.is_open and each.subject == words for each in known):
        due_on = request.clock.now().date() + timedelta(days=1)  # type: ignore[attr-defined]
        issues.open_issue(
            "order", one.order_id, subject=words, owner_id=actor.user_id, due_on=due_on, **clocked(request, actor)
        )
    url = reverse("sales:order", args=[one.order_id]) + "?tab=issues"
    return Said(gettext("Noted on the order; the new dates wait for your decision."), url)


call = button(_call)


def told_on_order(order_id: int, actor: Any) -> list[Block]:
    """What the order's page says of new dates that wait for a decision."""
    found = (
        NewDates.objects.filter(order_id=order_id, state=NewDatesState.OPEN).select_related("product").order_by("id")
    )
    return [
        Block(
            gettext("Supply covers %(product)s of this order no longer: %(cause)s.")
            % {"product": one.product.number, "cause": worded(one.cause).rstrip(".")},
            gettext("New dates are proposed; nothing is changed until somebody takes them."),
            step(actor, _("See the new dates"), "sales:new-dates-one", one.pk, method="get"),
            tone="waiting",
        )
        for one in found
    ]
