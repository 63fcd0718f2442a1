"""What the pages of billing list: what may be billed, the invoices there are, and how their boxes look."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.business.billing import queries
from troth.business.billing.models import Invoice, InvoiceLine
from troth.business.sales import queries as sales
from troth.ledgers.fulfilment import pictures
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.pictures import Face
from troth.platform import finding
from troth.platform.actors import Actor
from troth.platform.web import history, keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.ranges import amount_between, between
from troth.platform.web.tallies import MOST, summed, tally
from troth.platform.web.values import Money, Party, Status, Waiting
from troth.reference import queries as reference

STATES = {
    "open": Status(_("Open"), "waiting"),
    "partly_paid": Status(_("Partly paid"), "going"),
    "paid": Status(_("Paid"), "done"),
    "cancelled": Status(_("Cancelled"), "stopped"),
    "cancellation": Status(_("Cancellation"), "stopped"),
}
OVERDUE = Status(_("Overdue"), "stopped")
history.words({"billing.invoice_created": _("Created"), "billing.invoice_cancelled": _("Cancelled")})


@dataclass(frozen=True, slots=True)
class DueRow:
    """`key` names the source: "delivery-4" or "order-7"."""

    key: str
    number: str
    kind: str
    customer: str
    since_on: date
    lines: int
    amount: Money
    status: Status | None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    id: int
    number: str
    payer: Party
    invoiced_on: date
    due_on: date
    gross: Money
    left: Money | None
    status: Status


def due(query: ListQuery) -> Page:
    """What may be billed, the oldest first; its lines are read for the page alone, for a search for all of it."""
    kind, words = query.filters.get("kind"), query.search.lower().split()
    since = {ref: on for ref, on in queries.due_since(query.actor).items() if kind in (None, ref.kind)}
    if words:
        since = {
            row.source: row.since_on
            for row in queries.due_rows(since)
            if all(word in f"{row.source.number} {row.customer}".lower() for word in words)
        }
    marks = queries.due_marks(since)
    page = keyset.page_of_marks(marks, query.after, query.limit)
    rows = queries.due_rows({marks[mark]: since[marks[mark]] for mark in page.rows})
    return replace(page, rows=[_due_row(row) for row in rows])


def _due_row(row: queries.DueRow) -> DueRow:
    kinds = {"delivery": _("Delivery"), "order": _("Order")}
    return DueRow(
        f"{row.source.kind}-{row.source.id}", row.source.number, str(kinds[row.source.kind]), row.customer,
        row.since_on, row.lines, Money(row.amount, row.currency),
        Status(_("Blocked"), "stopped") if row.is_blocked else None,
    )  # fmt: skip


def invoices(query: ListQuery) -> Page:
    found = Invoice.objects.select_related("payer")
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    searched = finding.narrowed(found, query.search, _places)
    found = searched.rows
    for field in ("invoiced_on", "due_on"):
        found = found.filter(between(field, query.filters.get(field)))
    found = found.filter(amount_between("gross", "currency", query.filters.get("amount")))
    if kind := query.filters.get("kind"):
        found = found.filter(kind=kind)
    if key := query.filters.get("payer_id"):
        found = found.filter(payer_id=key)
    orders = {
        "invoiced_on": ("invoiced_on",), "-invoiced_on": ("-invoiced_on", "-id"), "due_on": ("due_on",),
        "-due_on": ("-due_on", "-id"), "gross": ("gross",), "-gross": ("-gross", "-id"),
    }  # fmt: skip
    order = orders.get(query.sort, ("-id",))
    page = keyset.page(found, order, query.after, query.limit, count=query.count, most=searched.most)
    come = fulfilment.progress("invoice", [row.pk for row in page.rows])
    return replace(page, rows=[_invoice_row(row, come.get(row.pk)) for row in page.rows])


def _places(word: str) -> tuple[Q, ...]:
    """Where a word of a search may stand: the invoice's number, its payer, the number of its order."""
    return (
        finding.among("payer", reference.parties_named(word)),
        finding.containing("number", word),
        Q(pk__in=_of_order(word)),
    )


def _of_order(number: str) -> Sequence[int]:
    """The invoices of the order with this number; by its lines, which invoices are indexed by."""
    found = InvoiceLine.objects.filter(order_line_id__in=sales.lines_of_number(number)).values_list("invoice_id")
    return [invoice_id for (invoice_id,) in found.distinct()]


def state_of(row: Invoice, come: fulfilment.Progress | None) -> str:
    """cancellation, cancelled, paid, partly_paid or open; a cancelled invoice claims nothing any more."""
    come = come or fulfilment.Progress()
    if row.kind != "invoice":
        return row.kind
    if row.gross and not come.ordered:
        return "cancelled"
    if come.paid >= row.gross:
        return "paid"
    return "partly_paid" if come.paid else "open"


def _invoice_row(row: Invoice, come: fulfilment.Progress | None) -> InvoiceRow:
    state = state_of(row, come)
    paid = come.paid if come else 0
    return InvoiceRow(
        row.pk, row.number, Party(row.payer.name, row.payer.number), row.invoiced_on, row.due_on,
        Money(row.gross, row.currency_id),
        Money(row.gross - paid, row.currency_id) if state in ("open", "partly_paid") else None, STATES[state],
    )  # fmt: skip


def invoice_faces(ids: Sequence[int]) -> dict[int, Face]:
    come = fulfilment.progress("invoice", ids)
    rows = Invoice.objects.filter(pk__in=ids)
    return {
        row.pk: Face(
            row.number, STATES[state_of(row, come.get(row.pk))], row.invoiced_on, Money(row.gross, row.currency_id)
        )
        for row in rows
    }


pictures.register("invoice", invoice_faces)


def waiting(actor: Actor) -> Waiting:
    """How many documents may be billed, and since when."""
    return summed([(since, None) for since in queries.due_since(actor, limit=MOST + 1).values()])


def open_items(actor: Actor, today: date, *, overdue: bool) -> Waiting:
    """How many invoices are open, or overdue, and since when they were due."""
    found = Invoice.objects.filter(finding.listed(fulfilment.unpaid_invoices()), kind="invoice")
    if actor.company_ids is not None:
        found = found.filter(company_id__in=actor.company_ids)
    if overdue:
        found = found.filter(due_on__lt=today)
    told = tally(found, "due_on", before=today)
    return told if overdue else replace(told, oldest_on=None)
