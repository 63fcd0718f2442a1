"""What may be billed, and the invoices there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from troth.business.billing.models import Invoice, InvoiceLine
from troth.business.billing.rules import Billable, Terms, share, share_of
from troth.business.masterdata import queries as masterdata
from troth.business.sales import queries as sales
from troth.business.sales.queries import OrderLineRow
from troth.business.shipping import queries as shipping
from troth.business.shipping.queries import ToBill
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.keys import BillingBasis
from troth.ledgers.fulfilment.queries import Progress
from troth.platform import blocks, finding
from troth.platform.actors import Actor
from troth.platform.blocks import Block, BlockScope
from troth.platform.documents import DocumentRef
from troth.reference import queries as reference

LINES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class DueRow:
    """A document with something to bill; `amount` (gross, minor units of `currency`) of what is not billed yet."""

    source: DocumentRef
    customer: str
    since_on: date
    lines: int
    amount: int
    currency: str
    is_blocked: bool


def billable(
    *, delivery_ids: Sequence[int] = (), order_ids: Sequence[int] = (), known: "Known | None" = None
) -> list[Billable]:
    """What of these deliveries is issued and not billed, and what of these orders is billed by order and not billed.

    `known` keeps what does not change from a first look to the one that decides.
    """
    issued = shipping.to_bill(delivery_ids=delivery_ids, limit=LINES_MAX) if delivery_ids else []
    ordered = _billed_by_order(order_ids)
    lines = {**sales.order_lines([row.order_line_id for row in issued]), **ordered}
    known = known or Known()
    known.add(lines.values())
    billed = {row.order_line_id: row.billed_of_order_line for row in issued}
    billed |= {line_id: one.billed for line_id, one in fulfilment.progress("order_line", list(ordered)).items()}
    found = []
    for row in issued:
        found.append(_of_delivery(row, lines[row.order_line_id], billed[row.order_line_id], known))
        billed[row.order_line_id] += row.quantity
    for line_id, line in ordered.items():
        left = line.line.base_quantity - billed[line_id]
        if left > 0:
            found.append(_of_order(line, left, billed[line_id], known))
    return found


def _billed_by_order(order_ids: Sequence[int]) -> dict[int, OrderLineRow]:
    rows = sales.lines_of_orders(order_ids) if order_ids else {}
    return {
        line_id: row
        for line_id, row in rows.items()
        if row.billing_basis == "ordered" and row.line.stands and row.order_state == "submitted"
    }


def due_since(by: Actor, *, until: date | None = None, limit: int = LINES_MAX) -> dict[DocumentRef, date]:
    """Deliveries and orders of at most `limit` lines each with something to bill, and since when each waits."""
    companies = None if by.company_ids is None else sorted(by.company_ids)
    issued = shipping.deliveries_to_bill(company_ids=companies, until=until, limit=limit)
    ordered = sales.order_lines(fulfilment.to_bill(BillingBasis.ORDERED, limit=limit))
    since = {DocumentRef("delivery", delivery_id): issued_on for delivery_id, issued_on in issued.items()}
    seen = [row for row in ordered.values() if by.sees(row.company_id)]
    return since | {DocumentRef("order", row.order_id): row.entered_on for row in seen}


def due(by: Actor, *, until: date | None = None) -> list[DueRow]:
    """Deliveries and orders with something to bill that the actor may see, oldest first."""
    return due_rows(due_since(by, until=until))


def due_marks(since: Mapping[DocumentRef, date]) -> dict[str, DocumentRef]:
    """Mark -> document; marks sort by the day since which it waits."""
    return {f"{on}/{ref.kind}/{ref.id:018}": ref for ref, on in since.items()}


def due_rows(since: Mapping[DocumentRef, date]) -> list[DueRow]:
    """These deliveries and orders with what is to be billed of each, oldest first."""
    parts = _issued_parts([ref.id for ref in since if ref.kind == "delivery"])
    parts += _ordered_parts([ref.id for ref in since if ref.kind == "order"])
    grouped: dict[DocumentRef, list[DuePart]] = {}
    for part in parts:
        grouped.setdefault(part.source, []).append(part)
    stopped = _stopping((part.source, part.order) for part in parts)
    names = reference.party_names({part.sold_to_id for part in parts})
    rows = [
        DueRow(
            source=source,
            customer=names[found[0].sold_to_id],
            since_on=since[source],
            lines=len(found),
            amount=sum(part.amount for part in found),
            currency=found[0].currency,
            is_blocked=source in stopped,
        )
        for source, found in grouped.items()
    ]
    return sorted(rows, key=lambda row: (row.since_on, row.source.kind, row.source.id))


class DuePart(NamedTuple):
    """What a list tells of a line that may be billed; `amount` gross, in minor units of `currency`."""

    source: DocumentRef
    order: DocumentRef
    sold_to_id: int
    currency: str
    amount: int


def _issued_parts(delivery_ids: Sequence[int]) -> list[DuePart]:
    """The lines of deliveries as `billable` has them, without what they say."""
    issued = shipping.to_bill(delivery_ids=sorted(delivery_ids), limit=LINES_MAX) if delivery_ids else []
    values = sales.line_values([row.order_line_id for row in issued])
    billed = {row.order_line_id: row.billed_of_order_line for row in issued}
    parts = []
    for row in issued:
        of, before = values[row.order_line_id], billed[row.order_line_id]
        part = share_of(of.net, before, row.quantity, of.base_quantity)
        part += share_of(of.tax, before, row.quantity, of.base_quantity)
        billed[row.order_line_id] += row.quantity
        source = DocumentRef("delivery", row.delivery_id, row.delivery_number)
        order = DocumentRef("order", row.order_id, row.order_number)
        parts.append(DuePart(source, order, of.sold_to_id, of.currency, part))
    return parts


def _ordered_parts(order_ids: Sequence[int]) -> list[DuePart]:
    parts = []
    for line in billable(order_ids=sorted(order_ids)) if order_ids else ():
        source = DocumentRef("order", line.order_id, line.order_number)
        parts.append(DuePart(source, source, line.terms.sold_to_id, line.terms.currency, share(line).gross))
    return parts


def stopping(lines: Iterable[Billable]) -> dict[DocumentRef, Block]:
    """The documents that are not to be billed: a block of theirs, or of an order on them, stops it."""
    return _stopping(
        (
            DocumentRef(line.source_kind, line.source_id, line.source_number),
            DocumentRef("order", line.order_id, line.order_number),
        )
        for line in lines
    )


def _stopping(pairs: Iterable[tuple[DocumentRef, DocumentRef]]) -> dict[DocumentRef, Block]:
    """The same of documents, each with an order that is on it."""
    behind: dict[DocumentRef, set[DocumentRef]] = {}
    for source, order in dict.fromkeys(pairs):
        for ref in (source, order):
            behind.setdefault(ref, set()).add(source)
    standing = blocks.standing(behind)
    stops = [block for block in standing if BlockScope.BILLING in blocks.STOPS[block.scope]]
    return {source: block for block in stops for source in behind[block.ref]}


@dataclass(slots=True)
class Known:
    """What invoices need beside the lines: products, terms of payment, customers' groups."""

    products: dict[int, masterdata.ProductTerms] = field(default_factory=dict)
    terms: dict[int, masterdata.PaymentTermsRow] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    text_kinds: Mapping[str, masterdata.TextKindTerms] = field(default_factory=lambda: masterdata.snapshot().text_kinds)

    def add(self, lines: Iterable[OrderLineRow]) -> None:
        """Read what of these lines is not known yet."""
        lines = list(lines)
        self.products |= masterdata.product_terms({line.line.product_id for line in lines} - self.products.keys())
        self.terms |= masterdata.payment_terms({line.payment_terms_id for line in lines} - self.terms.keys())
        self.groups |= masterdata.customer_groups({line.customer_id for line in lines} - self.groups.keys())

    def of_line(self, line: OrderLineRow) -> Terms:
        return Terms(
            company_id=line.company_id,
            sold_to_id=line.sold_to_id,
            bill_to_id=line.bill_to_id,
            payer_id=line.payer_id,
            currency=line.currency,
            payment_terms_id=line.payment_terms_id,
            due_days=self.terms[line.payment_terms_id].due_days,
            customer_group=self.groups[line.customer_id],
        )


def _of_delivery(row: ToBill, line: OrderLineRow, billed_before: int, known: Known) -> Billable:
    source = DocumentRef("delivery", row.delivery_id, row.delivery_number)
    part = Part(source, row.line_id, row.quantity, billed_before)
    return _billable(part, line, known, standing=share_of(row.value, row.billed, row.quantity, row.issued))


def _of_order(line: OrderLineRow, quantity: int, billed_before: int, known: Known) -> Billable:
    source = DocumentRef("order", line.order_id, line.order_number)
    return _billable(Part(source, line.line.id, quantity, billed_before), line, known, standing=None)


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a line of a delivery or order is to be billed, after how much of the order line."""

    source: DocumentRef
    line_id: int
    quantity: int
    billed_before: int


def _billable(part: Part, line: OrderLineRow, known: Known, *, standing: int | None) -> Billable:
    product = known.products[line.line.product_id]
    taxes = [entry for entry in line.line.price_trace if entry[0] == "tax"]
    return Billable(
        source_kind=part.source.kind,
        source_id=part.source.id,
        source_number=part.source.number,
        source_line_id=part.line_id,
        order_id=line.order_id,
        order_number=line.order_number,
        order_line_id=line.line.id,
        product_id=product.product_id,
        product_number=product.number,
        product_category=product.category,
        description=f"{product.number} {product.name}"[:200],
        quantity=part.quantity,
        ordered=line.line.base_quantity,
        billed_before=part.billed_before,
        standing=standing,
        net=line.line.net,
        tax=line.line.tax,
        tax_name=", ".join(str(entry[1]) for entry in taxes)[:60],
        tax_basis_points=sum(int(entry[6]) for entry in taxes),
        order_texts=masterdata.passed_on(line.texts, known.text_kinds, "invoice"),
        texts=masterdata.passed_on(line.line.texts, known.text_kinds, "invoice"),
        terms=known.of_line(line),
    )


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice as payments see it. `paid` (with discounts) and `gross` in minor units of `currency`."""

    id: int
    number: str
    company_id: int
    payer_id: int
    payer: str
    currency: str
    gross: int
    paid: int
    invoiced_on: date
    due_on: date
    discount_days: int
    discount_basis_points: int
    is_cancelled: bool

    @property
    def open(self) -> int:
        return 0 if self.is_cancelled else self.gross - self.paid


def invoices(invoice_ids: Sequence[int]) -> list[OpenInvoice]:
    """These invoices in the order asked for; `NotFound` for one that is not there."""
    found = {row.id: row for row in _open(Invoice.objects.filter(pk__in=invoice_ids))}
    for invoice_id in invoice_ids:
        if invoice_id not in found:
            raise NotFound(
                Sentence("There is no invoice %(invoice)s. Choose one from the open items."), invoice=invoice_id
            )
    return [found[invoice_id] for invoice_id in invoice_ids]


def those_there(invoice_ids: Sequence[int]) -> list[OpenInvoice]:
    """Those of the invoices that are there."""
    return _open(Invoice.objects.filter(pk__in=invoice_ids))


def standing(*, company_ids: frozenset[int] | None = None, payer_id: int | None = None) -> list[tuple[int, date]]:
    """The ids of invoices that still claim something, and the day each is due.

    The fulfilment ledger keeps a short list of what is not paid, so what was paid before is not read.
    """
    found = Invoice.objects.filter(finding.listed(fulfilment.unpaid_invoices()), kind="invoice")
    if company_ids is not None:
        found = found.filter(company_id__in=company_ids)
    if payer_id is not None:
        found = found.filter(payer_id=payer_id)
    return list(found.order_by().values_list("pk", "due_on"))


def open_items(
    *, company_ids: frozenset[int] | None = None, payer_id: int | None = None, company_id: int | None = None
) -> list[OpenInvoice]:
    """Invoices that still claim something, oldest due first."""
    chosen = frozenset([company_id]) if company_id else company_ids
    return open_among([invoice_id for invoice_id, _due_on in standing(company_ids=chosen, payer_id=payer_id)])


def open_among(invoice_ids: Sequence[int]) -> list[OpenInvoice]:
    """Those of the invoices that still claim something, oldest due first."""
    rows = _open(Invoice.objects.filter(pk__in=invoice_ids))
    return sorted((row for row in rows if row.open), key=lambda row: (row.due_on, row.id))


def open_marks(
    *, company_ids: frozenset[int] | None = None, payer_id: int | None = None, words: str = ""
) -> dict[str, int]:
    """Mark -> invoice of each that still claims something; marks sort by the day it is due.

    Each of the words stands in the invoice's number or its payer's name.
    """
    found = standing(company_ids=company_ids, payer_id=payer_id)
    if words.strip():
        rows = Invoice.objects.filter(pk__in=[invoice_id for invoice_id, _due_on in found])
        for word in words.split():
            rows = rows.filter(Q(number__icontains=word) | Q(payer__name__icontains=word))
        fitting = set(rows.values_list("pk", flat=True))
        found = [one for one in found if one[0] in fitting]
    return {f"{due_on}/{invoice_id:018}": invoice_id for invoice_id, due_on in found}


def _open(query: QuerySet[Invoice]) -> list[OpenInvoice]:
    rows = list(query.select_related("payer", "payment_terms").order_by("pk"))
    progress = fulfilment.progress("invoice", [row.pk for row in rows])
    cancelled = set(Invoice.objects.filter(cancels__in=rows).values_list("cancels_id", flat=True))
    return [
        OpenInvoice(
            id=row.pk,
            number=row.number,
            company_id=row.company_id,
            payer_id=row.payer_id,
            payer=row.payer.name,
            currency=row.currency_id,
            gross=row.gross,
            paid=progress.get(row.pk, Progress()).paid,
            invoiced_on=row.invoiced_on,
            due_on=row.due_on,
            discount_days=row.payment_terms.discount_days,
            discount_basis_points=row.payment_terms.discount_basis_points,
            is_cancelled=row.kind != "invoice" or row.pk in cancelled,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A line of the list of invoices."""

    id: int
    number: str
    kind: str
    company_id: int
    payer_id: int
    payer: str
    invoiced_on: date
    due_on: date
    currency: str
    decimals: int
    net: int
    gross: int
    paid: int
    is_cancelled: bool

    @property
    def state(self) -> str:
        """cancellation, cancelled, paid, partly_paid or open."""
        if self.kind != "invoice":
            return self.kind
        if self.is_cancelled:
            return "cancelled"
        if self.paid >= self.gross:
            return "paid"
        return "partly_paid" if self.paid else "open"


def list_invoices(
    by: Actor,
    *,
    words: str = "",
    payer_id: int | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> QuerySet[Invoice]:
    """Invoices and cancellations that the actor may see, newest first."""
    query = Invoice.objects.select_related("payer", "currency").order_by("-pk")
    if by.company_ids is not None:
        query = query.filter(company_id__in=by.company_ids)
    if words.strip():
        query = query.filter(Q(number__icontains=words.strip()) | Q(payer__name__icontains=words.strip()))
    chosen = {"payer_id": payer_id, "invoiced_on__gte": from_on, "invoiced_on__lte": to_on}
    return query.filter(**{name: value for name, value in chosen.items() if value is not None})


def invoice_rows(found: Iterable[Invoice]) -> list[InvoiceRow]:
    """Invoices as a list shows them."""
    return [_row(row, progress) for row, progress in _with_progress(list(found))]


def _with_progress(rows: list[Invoice]) -> list[tuple[Invoice, Progress]]:
    progress = fulfilment.progress("invoice", [row.pk for row in rows])
    return [(row, progress.get(row.pk, Progress())) for row in rows]


def _row(row: Invoice, progress: Progress) -> InvoiceRow:
    return InvoiceRow(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        company_id=row.company_id,
        payer_id=row.payer_id,
        payer=row.payer.name,
        invoiced_on=row.invoiced_on,
        due_on=row.due_on,
        currency=row.currency_id,
        decimals=row.currency.decimals,
        net=row.net,
        gross=row.gross,
        paid=progress.paid,
        # A cancelled invoice claims nothing: its own balance was taken back to zero.
        is_cancelled=row.kind == "invoice" and row.gross != 0 and progress.ordered == 0,
    )


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice with its lines, for its page."""

    ref: DocumentRef
    row: InvoiceRow
    tax: int
    sold_to: Any
    bill_to: Any
    payment_terms: str
    payment_terms_id: int
    cancels: DocumentRef | None
    cancelled_by: DocumentRef | None
    lines: tuple[InvoiceLine, ...]
    made_at: datetime
    texts: Mapping[str, str]


def customers_of(invoice_id: int) -> set[int]:
    """The customers whose orders an invoice bills."""
    ids = list(InvoiceLine.objects.filter(invoice_id=invoice_id).values_list("order_line_id", flat=True))
    return {row.customer_id for row in sales.order_lines(ids).values()}


def invoice(invoice_id: int, *, by: Actor) -> InvoiceView:
    """One invoice. `NotFound` where there is none that the actor may see."""
    row = (
        Invoice.objects.select_related("payer", "sold_to", "bill_to", "payment_terms", "currency", "cancels")
        .filter(pk=invoice_id)
        .first()
    )
    if row is None or not by.sees(row.company_id):
        raise NotFound(Sentence("There is no invoice %(invoice)s that you may see."), invoice=invoice_id)
    by_whom = Invoice.objects.filter(cancels=row).first()
    [(row, progress)] = _with_progress([row])
    return InvoiceView(
        ref=DocumentRef("invoice", row.pk, row.number),
        row=_row(row, progress),
        tax=row.tax,
        sold_to=row.sold_to,
        bill_to=row.bill_to,
        payment_terms=row.payment_terms.name,
        payment_terms_id=row.payment_terms_id,
        cancels=None if row.cancels is None else DocumentRef("invoice", row.cancels.pk, row.cancels.number),
        cancelled_by=None if by_whom is None else DocumentRef("invoice", by_whom.pk, by_whom.number),
        lines=tuple(row.lines.select_related("product__base_unit").order_by("line_number")),
        made_at=row.made_at,
        texts=row.texts,
    )
