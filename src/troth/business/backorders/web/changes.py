"""What a run changes, line by line: the list with its filters and files, and the page of one change."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.backorders import queries, screens, words
from troth.business.backorders.models import Change, Run
from troth.business.backorders.states import Kind
from troth.platform.web.columns import Column, Filter, table_of
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.keyset import Page, page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Empty, Link, Party, Quantity

SORTS = {"order": ("document_id", "line_id", "id"), "wished_on": ("requested_on", "id"), "moves": ("days", "id")}


class ChangeList(ListPage):
    title = _("Changes")
    permission = "backorders.view_run"
    columns = (
        Column("order", _("Order"), sort=True),
        Column("verdict", _("Result"), "status"),
        Column("customer", _("Customer"), "party", wide=True),
        Column("product", _("Product"), "party", wide=True),
        Column("site", _("Site"), offered=True),
        Column("location", _("Storage location"), offered=True),
        Column("wished_on", _("Wished"), "date", sort=True, offered=True),
        Column("wanted", _("Open"), "quantity", offered=True),
        Column("before", _("Confirmed before"), wrap=True),
        Column("after", _("Confirmed then"), wrap=True),
        Column("moves", _("Last delivery"), sort=True, offered=True),
        Column("gained", _("Gained"), "quantity", offered=True),
        Column("lost", _("Lost"), "quantity", offered=True),
        Column("taken_by", _("Taken by"), wrap=True),
        Column("segment", _("Segment"), offered=True),
        Column("state", _("Status"), "status", offered=True),
    )
    filters = (
        Filter("verdict", _("For the customer"), "choice", [(key, one.word) for key, one in words.VERDICTS.items()]),
        Filter("strategy", _("Strategy"), "choice", list(words.STRATEGIES.items())),
        Filter("state", _("Status"), "choice", [(key, one.word) for key, one in words.CHANGES.items()]),
        Filter("customer", _("Customer")),
        Filter("product", _("Product")),
        Filter("taker", _("Taken by order")),
        Filter("wished_on", _("Wished"), "date_range"),
    )
    search_label = _("Order")
    empty = Empty(_("Nothing is changed"), _("With this variant every line keeps what it has."))
    row_url = staticmethod(lambda row: reverse("backorders:change", args=[row.id]))

    @property
    def run(self) -> Run:
        return queries.run_of(self.request.actor, self.kwargs["key"])  # type: ignore[attr-defined]

    def rows(self, query: ListQuery) -> Page:
        run = self.run
        found = _chosen(queries.changes(query.actor, run.pk), query)
        column = query.sort.removeprefix("-")
        order = SORTS.get(column, SORTS["order"])
        if query.sort.startswith("-"):
            order = tuple(f"-{name}" for name in order)
        listed = page(found, order, query.after, query.limit, count=query.count)
        rows = screens.change_rows(listed.rows, run.settings)
        return Page(rows, listed.next, listed.previous, listed.count)

    def context(self, query: ListQuery, page: Page) -> dict[str, Any]:
        run = self.run
        crumbs = [
            Link(gettext("Backorder runs"), reverse("backorders:runs")),
            Link(run.number, reverse("backorders:run", args=[run.pk])),
        ]
        title = gettext("Changes of %(number)s") % {"number": run.number}
        return {**super().context(query, page), "crumbs": crumbs, "title": title}


def _chosen(found: Any, query: ListQuery) -> Any:
    said = query.filters
    if query.search:
        found = found.filter(document_number__icontains=query.search)
    for name in ("verdict", "strategy", "state"):
        if name in said:
            found = found.filter(**{name: said[name]})
    if "customer" in said:
        of_name = Q(customer__number=said["customer"]) | Q(customer__name__icontains=said["customer"])
        found = found.filter(of_name)
    if "product" in said:
        found = found.filter(Q(product__number=said["product"]) | Q(product__name__icontains=said["product"]))
    if "taker" in said:
        found = found.filter(pk__in=queries.losers_to(said["taker"]))
    if "wished_on" in said:
        first, last = said["wished_on"]
        found = found.filter(requested_on__gte=first) if first else found
        found = found.filter(requested_on__lte=last) if last else found
    return found


ROWS = (
    Column("quantity", _("Confirmed"), "quantity"),
    Column("material_on", _("Goods ready"), "date"),
    Column("delivery_on", _("Delivery"), "date"),
    Column("basis", _("Basis"), "status"),
)


class ChangePage(DocumentPage):
    permission = "backorders.view_run"
    document_kind = "backorder_change"

    def document(self, actor: Any, key: int) -> Document:
        change = queries.change_of(actor, key)
        unit = screens.unit_of(change)
        run_url = reverse("backorders:run", args=[change.run_id])
        list_url = reverse("backorders:changes", args=[change.run_id])
        return Document(
            kind=_("Line changed"),
            number=f"{change.document_number} · {change.line_number}",
            status=words.VERDICTS[change.verdict],  # type: ignore[index]
            party=Party(change.customer.name, change.customer.number),
            facts=(
                Fact(_("Order"), Link(change.document_number, reverse("sales:order", args=[change.document_id]))),
                Fact(_("Product"), Party(change.product.name, change.product.number)),
                Fact(_("Site"), change.site.name),
                Fact(_("Storage location"), change.location),
                Fact(_("Open"), Quantity(change.wanted, *unit)),
                Fact(_("Wished"), change.requested_on),
                Fact(_("Last delivery"), screens.moves(change)),
                Fact(_("Promise"), Link(gettext("Why, and what now"), _promise_url(change))),
                Fact(_("Status"), words.CHANGES[change.state]),  # type: ignore[index]
            ),
            crumbs=(
                Link(_("Backorder runs"), reverse("backorders:runs")),
                Link(change.run.number, run_url),
                Link(_("Changes"), list_url),
            ),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        change = queries.change_of(actor, key)
        return (Tab("what", _("What and why"), "backorders/change.html", lambda: _explained(change)),)


def _promise_url(change: Change) -> str:
    return reverse("promising:promise", args=[change.requirement_id])


def _explained(change: Change) -> dict[str, Any]:
    unit = screens.unit_of(change)
    lost = queries.takers(change)
    is_undoing = change.run.kind == Kind.UNDO
    said = change.run.settings["segments"][change.segment - 1]
    rule = words.rule_of(change, change.run)
    return {
        "rule": rule,
        "limit": words.limit_of(change),
        "consumed": screens.consumed(change, unit),
        "segment": said["name"],
        "strategy": words.STRATEGIES[said["strategy"]],
        "meaning": words.MEANINGS[said["strategy"]],
        "is_undoing": is_undoing,
        "before": table_of(ROWS, screens.rows(change.old, unit)) if change.old else None,
        "after": table_of(ROWS, screens.rows(change.new, unit)) if change.new else None,
        "turn": change.turn,
        "served": screens.served(change),
        "serving": words.SERVING[change.serving] if change.serving else None,  # type: ignore[index]
        "takers": screens.taken(lost, unit),
        "gone": screens.gone(lost, unit),
        "givers": screens.taken(queries.givers(change), unit),
    }
