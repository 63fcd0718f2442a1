"""Make invoices from issued deliveries, and from orders that are billed by order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.apps import apps

from troth.business.billing import queries, rules, store
from troth.business.billing.rules import Billable, NothingToBill, Share
from troth.business.credit import actions as credit
from troth.business.masterdata.queries import AccountTable, account_table, gathered, snapshot
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import ExposureKey, Part
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import BillingBasis, FulfilmentKey, Measure
from troth.ledgers.journal import actions as journal
from troth.platform import events, locks, numbering
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.blocks import Blocked
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class InvoiceMade:
    """`gross` in minor units of `currency`."""

    id: int
    number: str
    payer_id: int
    gross: int
    currency: str


@dataclass(frozen=True, slots=True)
class Invoiced:
    invoices: tuple[InvoiceMade, ...]


@action
def create_invoices(
    *,
    delivery_ids: Sequence[int] = (),
    order_ids: Sequence[int] = (),
    collective: bool = False,
    by: Actor,
    clock: Clock,
) -> Invoiced:
    """Bill what is issued of these deliveries, and what these orders bill by order.

    One invoice per delivery or order, or with `collective` one for all that share payer, partners, currency and terms.
    What is billed already is left out; `NothingToBill` if nothing remains, `Blocked` if a block of one of the
    documents, or of an order on them, stops its billing.
    """
    known = queries.Known()
    sought = queries.billable(delivery_ids=delivery_ids, order_ids=order_ids, known=known)
    _refuse_strangers(sought, by)
    held = locks.begin()
    tables = {company_id: account_table(company_id) for company_id in {line.terms.company_id for line in sought}}
    # Blocks stand on orders: held, none is set or lifted between the look and the invoice.
    orders = sorted({line.order_id for line in sought})
    if orders:
        held.hold(apps.get_model("sales.Order"), *orders, by=by)
    held.take(*_keys(sought, tables))
    # What is billed was read before the lock only to know what to lock; under the lock it is read to decide.
    # What became ready in between (a proof came) is not locked: it waits for the next run.
    locked = {line.order_line_id for line in sought}
    found = queries.billable(delivery_ids=delivery_ids, order_ids=order_ids, known=known)
    lines = [line for line in found if line.order_line_id in locked]
    if not lines:
        raise NothingToBill(
            "Nothing of this is ready to bill: post the goods issue first, record the proof of delivery where the "
            "customer is billed after it, or choose documents that are not billed yet."
        )
    _refuse_blocked(lines)
    groups = rules.group(lines, collective=collective)
    return Invoiced(
        tuple(_make(held, group, tables[group[0].terms.company_id], by=by, clock=clock) for group in groups)
    )


def _refuse_strangers(lines: Sequence[Billable], by: Actor) -> None:
    for line in lines:
        if not by.sees(line.terms.company_id):
            kind = Sentence(line.source_kind)
            said = Sentence("There is no %(kind)s %(number)s that you may bill.", kind=kind, number=line.source_number)
            raise NotFound(said)


def _refuse_blocked(lines: Sequence[Billable]) -> None:
    for source, block in queries.stopping(lines).items():
        raise Blocked(
            Sentence("To bill %(document)s the block of %(blocked)s must be released: %(reason)s"),
            document=source.number,
            blocked=block.ref.number,
            reason=block.reason,
            blocks=[f"{block.kind}: {block.reason}"],
        )


def _keys(lines: Sequence[Billable], tables: dict[int, AccountTable]) -> list[locks.BalanceKey]:
    keys: list[locks.BalanceKey] = []
    for line in lines:
        keys.append(credit.key(line.terms.company_id, line.terms.payer_id))
        keys.append(FulfilmentKey("order_line", line.order_line_id))
        keys += journal.keys(line.terms.company_id, _accounts(line, tables[line.terms.company_id]).values())
    return keys


def _accounts(line: Billable, table: AccountTable) -> dict[str, str]:
    return {
        posting_key: table.account(
            posting_key, customer_group=line.terms.customer_group, product_category=line.product_category
        )
        for posting_key in ("receivable", "revenue", "tax")
    }


def _make(held: Held, lines: Sequence[Billable], table: AccountTable, *, by: Actor, clock: Clock) -> InvoiceMade:
    parts = [(line, rules.share(line)) for line in lines]
    terms, at = lines[0].terms, clock.now()
    company = snapshot().companies[terms.company_id]
    on = clock.today(company.time_zone)
    position = numbering.draw_gapless(held, "invoice", company_id=terms.company_id, year=on.year)
    head = store.Head(
        terms=terms,
        number=f"{on.year}-{position:06d}",
        year=on.year,
        position=position,
        invoiced_on=on,
        due_on=on + timedelta(days=terms.due_days),
        net=sum(part.net for _, part in parts),
        tax=sum(part.tax for _, part in parts),
        texts=gathered(line.order_texts for line in lines),
    )
    invoice = DocumentRef("invoice", store.insert_invoice(head, by=by, at=at), head.number)
    line_ids = store.insert_lines(invoice.id, parts)
    _post_fulfilment(held, invoice, parts, line_ids, gross=head.net + head.tax, at=at)
    _post_exposure(held, invoice, parts, company.currency, head.due_on, on=on, at=at)
    _post_journal(held, invoice, parts, table, company.currency, on=on, at=at)
    facts = {"gross": head.net + head.tax, "currency": terms.currency, "lines": len(parts), "due_on": head.due_on}
    events.record("billing.invoice_created", invoice, company_id=terms.company_id, by=by, at=at, facts=facts)
    return InvoiceMade(invoice.id, head.number, terms.payer_id, head.net + head.tax, terms.currency)


def _post_fulfilment(
    held: Held,
    invoice: DocumentRef,
    parts: Sequence[tuple[Billable, Share]],
    line_ids: dict[int, int],
    *,
    gross: int,
    at: datetime,
) -> None:
    fulfilment.post(
        held,
        [
            fulfilment.Entry(
                key=FulfilmentKey("order_line", line.order_line_id),
                document=DocumentRef(line.source_kind, line.source_id, line.source_number),
                measure=Measure.BILLED,
                quantity=line.quantity,
                value=part.gross,
                to=invoice,
                to_line_id=line_ids[position],
            )
            for position, (line, part) in enumerate(parts)
        ],
        at=at,
    )
    # The invoice's own balance: what is to be paid, against which clearings post what is paid.
    key = FulfilmentKey("invoice", invoice.id)
    opened = fulfilment.NewLine(key, invoice, ordered=gross, value=gross, billing_basis=BillingBasis.NONE)
    fulfilment.open_lines(held, [opened], at=at)


def _post_exposure(
    held: Held,
    invoice: DocumentRef,
    parts: Sequence[tuple[Billable, Share]],
    currency: str,
    due_on: date,
    *,
    on: date,
    at: datetime,
) -> None:
    """Move the value on: what stood for the delivery (or the order) goes, what the invoice claims comes."""
    terms = parts[0][0].terms
    key = credit.key(terms.company_id, terms.payer_id)
    entries = []
    for line, part in parts:
        amount = reference.exchange(part.gross, terms.currency, currency, on=on)
        from_part = Part.OPEN_DELIVERIES if line.source_kind == "delivery" else Part.OPEN_ORDERS
        source = DocumentRef(line.source_kind, line.source_id, line.source_number)
        standing = amount if line.standing is None else line.standing
        entries.append(exposure.Entry(key, from_part, -standing, source))
        entries.append(exposure.Entry(key, Part.OPEN_INVOICES, amount, invoice, due_on))
    exposure.post(held, summed(entries), at=at)


def summed(entries: Sequence[exposure.Entry]) -> list[exposure.Entry]:
    """One entry per key, part and document: exposure does not stand for lines."""
    totals: dict[tuple[ExposureKey, Part, DocumentRef, date | None], int] = {}
    for entry in entries:
        place = (entry.key, entry.part, entry.source, entry.due_on)
        totals[place] = totals.get(place, 0) + entry.amount
    return [exposure.Entry(key, part, amount, source, due) for (key, part, source, due), amount in totals.items()]


def _post_journal(
    held: Held,
    invoice: DocumentRef,
    parts: Sequence[tuple[Billable, Share]],
    table: AccountTable,
    currency: str,
    *,
    on: date,
    at: datetime,
) -> None:
    """Receivable to revenue and tax; in the company's currency the receivable is the sum of the others, to the cent."""
    terms = parts[0][0].terms
    amounts: dict[str, int] = {}
    for line, part in parts:
        accounts = _accounts(line, table)
        for posting_key, amount in (("revenue", part.net), ("tax", part.tax)):
            amounts[accounts[posting_key]] = amounts.get(accounts[posting_key], 0) + amount
    receivable = _accounts(parts[0][0], table)["receivable"]
    lines = [
        journal.Line(account, -reference.exchange(amount, terms.currency, currency, on=on), -amount, terms.currency)
        for account, amount in amounts.items()
        if amount
    ]
    owed = journal.Line(
        receivable, -sum(line.amount for line in lines), -sum(line.document_amount for line in lines), terms.currency
    )
    if owed.document_amount:
        journal.post(
            held,
            company_id=terms.company_id,
            on=on,
            text=f"Invoice {invoice.number}",
            source=invoice,
            lines=[owed, *lines],
            at=at,
        )
