"""What the pages of receivables list and show: open items, payments, and what is left of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from troth.business.billing import queries as billing
from troth.business.billing.queries import OpenInvoice
from troth.business.billing.screens import OVERDUE, STATES
from troth.business.receivables.models import Clearing, Payment
from troth.business.receivables.rules import OpenItem
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.plain_numbers import MAX
from troth.ledgers.fulfilment import pictures
from troth.ledgers.fulfilment.pictures import Face
from troth.platform import finding
from troth.platform.actors import Actor
from troth.platform.web import history, keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import Money, Party, Status
from troth.reference import models as reference
from troth.reference.queries import parties_named

POSTED, REVERSED = Status(_("Posted"), "done"), Status(_("Reversed"), "stopped")
DEPOSIT = Status(_("Not cleared in full"), "waiting")
history.words(
    {
        "receivables.payment_posted": _("Posted"),
        "receivables.cleared": _("Cleared"),
        "receivables.clearing_reset": _("Clearing taken back"),
        "receivables.payment_reversed": _("Reversed"),
    }
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    id: int
    number: str
    payer: Party
    invoiced_on: date
    due_on: date
    overdue: int | None
    gross: Money
    left: Money
    status: Status


@dataclass(frozen=True, slots=True)
class PaymentRow:
    id: int
    number: str
    payer: Party
    received_on: date
    reference: str
    amount: Money
    left: Money
    status: Status


def open_items(query: ListQuery, today: date) -> Page:
    """Open invoices, the longest due first."""
    marks = billing.open_marks(company_ids=query.actor.company_ids, words=query.search)
    if query.filters.get("overdue"):
        marks = {mark: invoice_id for mark, invoice_id in marks.items() if mark < str(today)}
    page = keyset.page_of_marks(marks, query.after, query.limit)
    shown = billing.open_among([marks[mark] for mark in page.rows])
    parties = reference.Party.objects.in_bulk({one.payer_id for one in shown})
    return replace(page, rows=[_item_row(one, parties[one.payer_id], today) for one in shown])


def _item_row(one: OpenInvoice, party: reference.Party, today: date) -> ItemRow:
    late = (today - one.due_on).days
    status = OVERDUE if late > 0 else STATES["partly_paid" if one.paid else "open"]
    return ItemRow(
        one.id, one.number, Party(party.name, party.number), one.invoiced_on, one.due_on, late if late > 0 else None,
        Money(one.gross, one.currency), Money(one.open, one.currency), status,
    )  # fmt: skip


def payments(query: ListQuery) -> Page:
    found = Payment.objects.select_related("payer")
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    searched = finding.narrowed(found, query.search, _places)
    found = searched.rows
    first, last = query.filters.get("received_on") or (None, None)
    found = found.filter(**{"received_on__gte": first} if first else {}, **{"received_on__lte": last} if last else {})
    if query.filters.get("reversed"):
        found = found.filter(state="reversed")
    orders = {
        "received_on": ("received_on",),
        "-received_on": ("-received_on", "-id"),
        "amount": ("amount",),
        "-amount": ("-amount", "-id"),
    }
    order = orders.get(query.sort, ("-id",))
    page = keyset.page(found, order, query.after, query.limit, count=query.count, most=searched.most)
    used = used_of([row.pk for row in page.rows])
    return replace(page, rows=[_payment_row(row, used.get(row.pk, 0)) for row in page.rows])


def _places(word: str) -> tuple[Q, ...]:
    """Where a word of a search may stand: the payment's number, its payer, its reference, an invoice it clears."""
    cleared = Clearing.objects.filter(invoice_number__iexact=word).values_list("payment_id", flat=True)
    return (
        finding.among("payer", parties_named(word)),
        finding.containing("number", word),
        finding.containing("reference", word),
        Q(pk__in=cleared),
    )


def used_of(payment_ids: Sequence[int]) -> dict[int, int]:
    """How much of each payment is set against invoices."""
    rows = Clearing.objects.filter(payment_id__in=payment_ids, reversed_at=None).order_by()
    return {row["payment_id"]: row["used"] for row in rows.values("payment_id").annotate(used=Sum("amount"))}


def status_of(row: Payment, used: int) -> Status:
    if row.state == "reversed":
        return REVERSED
    return POSTED if used >= row.amount else DEPOSIT


def _payment_row(row: Payment, used: int) -> PaymentRow:
    left = 0 if row.state == "reversed" else row.amount - used
    return PaymentRow(
        row.pk, row.number, Party(row.payer.name, row.payer.number), row.received_on, row.reference,
        Money(row.amount, row.currency_id), Money(left, row.currency_id), status_of(row, used),
    )  # fmt: skip


def payment(actor: Actor, key: int) -> tuple[Payment, list[Clearing]]:
    """A payment that the actor may see, with its clearings; `NotFound` else."""
    row = Payment.objects.select_related("payer").filter(pk=key).first()
    if row is None or not actor.sees(row.company_id):
        raise NotFound("There is no such payment, or it belongs to another company.", payment=key)
    return row, list(row.clearings.order_by("pk"))


def clearing(actor: Actor, key: int) -> Clearing:
    found = Clearing.objects.select_related("payment").filter(pk=key).first()
    if found is None or not actor.sees(found.payment.company_id):
        raise NotFound("There is no such clearing.", clearing=key)
    return found


def payer(number: str) -> reference.Party:
    """The party of this number; refused beside its field where there is none."""
    found = reference.Party.objects.filter(number__iexact=number.strip()).first()
    if found is None:
        raise NotFound(
            Sentence("There is no payer %(number)s. Search it by number or name."), number=number[:20], field="payer"
        )
    return found


def party_number(party_id: int) -> str:
    return reference.Party.objects.values_list("number", flat=True).get(pk=party_id)


def companies() -> list[tuple[int, str]]:
    return list(reference.Company.objects.filter(is_active=True).order_by("code").values_list("pk", "name"))


def currency_of(company_id: str) -> str:
    """The currency of a company; where none is chosen, of the one that the form offers first."""
    found = reference.Company.objects.filter(is_active=True).order_by("code")
    if company_id.isascii() and company_id.isdigit() and len(company_id) < len(str(MAX)):
        found = found.filter(pk=int(company_id))
    return found.values_list("currency_id", flat=True).first() or ""


def currencies() -> list[tuple[str, str]]:
    """The currencies that customers are invoiced in come first by their own code."""
    return [(code, code) for code in reference.Currency.objects.order_by("code").values_list("code", flat=True)]


def items_of(company_id: int, payer_id: int) -> list[OpenItem]:
    """What a payer owes a company, the longest due first, as the rules of clearing read it."""
    found = billing.open_items(company_id=company_id, payer_id=payer_id)
    return [
        OpenItem(
            one.id, one.number, one.company_id, one.payer_id, one.currency, one.gross, one.paid, one.invoiced_on,
            one.due_on, one.discount_days, one.discount_basis_points,
        )
        for one in found
    ]  # fmt: skip


def payment_faces(ids: Sequence[int]) -> dict[int, Face]:
    used = used_of(ids)
    rows = Payment.objects.filter(pk__in=ids)
    return {
        row.pk: Face(
            row.number, status_of(row, used.get(row.pk, 0)), row.received_on, Money(row.amount, row.currency_id)
        )
        for row in rows
    }


pictures.register("payment", payment_faces)
