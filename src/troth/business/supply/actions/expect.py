"""Expected receipts: enter, change, cancel. What supply is expected is posted to availability on its day.

A change that leaves promises uncovered is made all the same, because it is true; the shortage is noted with it, in one
transaction, and a job works it off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from troth.business.supply import store
from troth.business.supply.actions.valued import check_valued
from troth.business.supply.models import Receipt
from troth.business.supply.rules import ExpiresTooEarly, LessThanReceived, NotInBatches, ReceiptExists, check_quantity
from troth.business.supply.rules.planned import KINDS, check_firm
from troth.business.supply.states import RECEIPT, ReceiptState
from troth.business.supply.types import EXPECTED
from troth.kernel.calendars import day_of
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.lots import after
from troth.kernel.valuations import segment_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry, Shortfall
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import actions, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.queries import ProductRow


@dataclass(frozen=True, slots=True)
class ExpectedReceipt:
    """`quantity` in smallest units of the product; `kind` is purchase, production, requisition or planned.

    A planned order `is_firm` where planning leaves it as it is. `made_from_id` is the planned supply that became this.
    `expires_on` is the last day of goods kept in batches; without it the product's shelf life counts from `due_on` on.
    """

    company_id: int
    kind: str
    number: str
    product_id: int
    site_id: int
    due_on: date
    quantity: int
    supplier_id: int | None = None
    expires_on: date | None = None
    valuation: str = ""
    is_firm: bool = False
    made_from_id: int | None = None

    @property
    def key(self) -> AvailabilityKey:
        """The series in which it is supply: of its valuation type, or the common one."""
        return AvailabilityKey(self.product_id, self.site_id, segment_of(self.valuation))


@action
def expect_receipt(receipt: ExpectedReceipt, *, by: Actor, clock: Clock) -> int:
    """Enter a purchase order line or production receipt; return its id. `ReceiptExists` on a repeated number."""
    return expect(locks.begin(), [receipt], by=by, clock=clock)[0]


@action
def expect_receipts(receipts: Sequence[ExpectedReceipt], *, by: Actor, clock: Clock) -> list[int]:
    """Enter many at once, all or none; return their ids in the same order. A fixed number of statements."""
    return expect(locks.begin(), receipts, by=by, clock=clock)


def expect(held: Held, receipts: Sequence[ExpectedReceipt], *, by: Actor, clock: Clock) -> list[int]:
    """Inner verb of both."""
    if not receipts:
        return []
    products = reference.products({one.product_id for one in receipts})
    receipts = _check(receipts, products, by)
    held.take(*(one.key for one in receipts))
    check_valued(held, [(products[one.product_id], one.valuation) for one in receipts], coming=True)
    ids = store.insert(
        (
            r.company_id, str(r.kind), r.number, r.supplier_id, r.product_id, r.site_id, r.due_on, r.quantity,
            r.expires_on, r.valuation, r.is_firm, r.made_from_id,
        )
        for r in receipts
    )  # fmt: skip
    at = clock.now()
    entries = [
        Entry(
            one.key, EXPECTED[str(one.kind), one.is_firm], day_of(one.due_on), one.quantity,
            ref_of(receipt_id, one.number), receipt_id, lasts=last_day(one.expires_on),
        )
        for receipt_id, one in zip(ids, receipts, strict=True)
    ]  # fmt: skip
    availability.post(held, entries, at=at)
    _close_covered(held, receipts, clock=clock, at=at)
    for receipt_id, one in zip(ids, receipts, strict=True):
        events.record(
            "supply.receipt_expected", ref_of(receipt_id, one.number), company_id=one.company_id, by=by, at=at,
            facts={"product": one.product_id, "site": one.site_id, "due_on": one.due_on, "quantity": one.quantity},
        )  # fmt: skip
    return ids


def last_day(expires_on: date | None) -> int:
    """The last day of goods as availability has it; 0 where they keep."""
    return 0 if expires_on is None else day_of(expires_on)


def _check(
    receipts: Sequence[ExpectedReceipt], products: Mapping[int, ProductRow], by: Actor
) -> list[ExpectedReceipt]:  # fmt: skip
    """Refuse what is wrong; return the receipts with the last day of their goods."""
    for row, one in enumerate(receipts, 1):
        actions.require(by, company_id=one.company_id, site_id=one.site_id)
        check_quantity(f"receipt {one.number}", one.quantity)
        check_firm(one.kind, one.is_firm, row)
        if one.product_id not in products:
            raise NotFound(Sentence("There is no product %(id)s."), row=row, field="product", id=one.product_id)
    numbers = [(one.company_id, one.kind, one.number) for one in receipts]
    there = store.existing(numbers)
    seen: set[tuple[int, str, str]] = set()
    for row, number in enumerate(numbers, 1):
        if number in there or number in seen:
            raise ReceiptExists(
                Sentence(
                    "There is a %(kind)s %(number)s already. Change that one, or use another number.",
                    kind=KINDS[str(number[1])],
                    number=number[2],
                ),
                row=row,
                field="number",
                number=number[2],
            )
        seen.add(number)
    return [expiring(one, products[one.product_id], row) for row, one in enumerate(receipts, 1)]


def expiring(receipt: ExpectedReceipt, product: ProductRow, row: int | None = None) -> ExpectedReceipt:
    """The receipt with the last day of its goods; `ExpiresTooEarly` where they are never of use."""
    if not product.has_batches:
        if receipt.expires_on is not None:
            raise NotInBatches(
                Sentence("Product %(product)s is not kept in batches. Leave the day out.", product=product.number),
                row=row,
                field="expires_on",
            )
        return receipt
    if receipt.expires_on is None and product.shelf_life_days is not None:
        return replace(receipt, expires_on=after(receipt.due_on, product.shelf_life_days))
    if receipt.expires_on is not None and receipt.expires_on < receipt.due_on:
        raise ExpiresTooEarly(
            Sentence("The goods would expire before they come. Enter a later day."), row=row, field="expires_on"
        )
    return receipt


def _close_covered(held: Held, receipts: Sequence[ExpectedReceipt], *, clock: Clock, at: datetime) -> None:
    by_site: dict[int, set[AvailabilityKey]] = {}
    for one in receipts:
        by_site.setdefault(one.site_id, set()).add(one.key)
    for site_id, keys in by_site.items():
        today = day_of(clock.today(reference.site(site_id).time_zone))
        availability.close_shortages(held, sorted(keys), today=today, at=at)


@action
def change_receipt(
    receipt_id: int,
    *,
    due_on: date | None = None,
    quantity: int | None = None,
    expires_on: date | None = None,
    is_firm: bool | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> list[Shortfall]:
    """Move a receipt to another day or change its quantity; return the shortages that opens.

    What is planned is made firm, or is no longer, by `is_firm`; promises that stood on it as firm may then be short.

    Goods that expire last as many days longer as the receipt is later, unless `expires_on` says until when.
    `LessThanReceived` if less would be expected than has come; a receipt that is received or cancelled stays.
    """
    receipt, held = locks.hold(Receipt, receipt_id, by=by)
    locks.refuse_if_changed(receipt, expected_version)
    change(held, receipt, Change(due_on, quantity, expires_on, is_firm), by=by, clock=clock)
    return settle(held, receipt, cause=f"receipt {receipt.number} was changed", clock=clock)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different of a receipt; None stays."""

    due_on: date | None = None
    quantity: int | None = None
    expires_on: date | None = None
    is_firm: bool | None = None


def change(held: Held, receipt: Receipt, wanted: Change, *, by: Actor, clock: Clock) -> None:
    """Inner verb: the receipt is held; whoever calls it settles shortages."""
    RECEIPT.step(receipt.state, "change")
    before = (receipt.due_on, receipt.quantity, receipt.expires_on, receipt.is_firm)
    taken_back = entry_of(receipt, sign=-1)
    receipt.is_firm = receipt.is_firm if wanted.is_firm is None else wanted.is_firm
    check_firm(receipt.kind, receipt.is_firm)
    receipt.due_on = wanted.due_on or receipt.due_on
    receipt.expires_on = _expiry(receipt, wanted.expires_on, later=receipt.due_on - before[0])
    receipt.quantity = receipt.quantity if wanted.quantity is None else wanted.quantity
    check_quantity(f"receipt {receipt.number}", receipt.quantity)
    if receipt.quantity < receipt.received or receipt.quantity == receipt.received:
        raise LessThanReceived(
            Sentence(
                "%(received)s of receipt %(number)s have come already (in smallest units). Enter more "
                "than that, or cancel what is still expected."
            ),
            number=receipt.number,
            field="quantity",
            received=receipt.received,
        )
    held.take(key_of(receipt))
    at = clock.now()
    availability.post(held, [taken_back, entry_of(receipt, sign=1)], at=at)
    save(receipt)
    changes = {"due_on": (before[0], receipt.due_on), "quantity": (before[1], receipt.quantity)}
    changes |= {"expires_on": (before[2], receipt.expires_on), "is_firm": (before[3], receipt.is_firm)}
    events.record(
        "supply.receipt_changed", ref_of(receipt.pk, receipt.number), company_id=receipt.company_id, by=by, at=at,
        changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
    )  # fmt: skip


@action
def cancel_receipt(
    receipt_id: int, *, reason: str, expected_version: int | None = None, by: Actor, clock: Clock
) -> list[Shortfall]:
    """What is still expected of a receipt will not come; return the shortages that opens."""
    receipt, held = locks.hold(Receipt, receipt_id, by=by)
    locks.refuse_if_changed(receipt, expected_version)
    cancel(held, receipt, reason, by=by, clock=clock)
    return settle(held, receipt, cause=f"receipt {receipt.number} was cancelled", clock=clock)


def cancel(held: Held, receipt: Receipt, reason: str, *, by: Actor, clock: Clock) -> None:
    """Inner verb: the receipt is held; whoever calls it settles shortages."""
    state = RECEIPT.step(receipt.state, "cancel")
    held.take(key_of(receipt))
    at = clock.now()
    availability.post(held, [entry_of(receipt, sign=-1)], at=at)
    receipt.state = state
    save(receipt)
    events.record(
        "supply.receipt_cancelled", ref_of(receipt.pk, receipt.number), company_id=receipt.company_id, by=by, at=at,
        facts={"reason": reason, "missing": receipt.quantity - receipt.received},
    )  # fmt: skip


def _expiry(receipt: Receipt, expires_on: date | None, *, later: timedelta) -> date | None:
    if expires_on is None:
        return after(receipt.expires_on, later.days) if receipt.expires_on else None
    asked = ExpectedReceipt(
        receipt.company_id, receipt.kind, receipt.number, receipt.product_id, receipt.site_id, receipt.due_on,
        receipt.quantity, expires_on=expires_on,
    )  # fmt: skip
    return expiring(asked, reference.product(receipt.product_id)).expires_on


def settle(
    held: Held, receipt: Receipt, *others: AvailabilityKey, cause: str, clock: Clock
) -> list[Shortfall]:  # fmt: skip
    """Open the shortages that a change of supply leaves, or close those it covers, in the caller's transaction.

    On the receipt's series, and on `others` that the change took from.
    """
    today = day_of(clock.today(reference.site(receipt.site_id).time_zone))
    return availability.settle_shortages(
        held,
        [key_of(receipt), *others],
        today=today,
        cause=cause,
        at=clock.now(),
        source=ref_of(receipt.pk, receipt.number),
    )


def settle_all(held: Held, receipts: Sequence[Receipt], *, cause: str, clock: Clock) -> list[Shortfall]:
    """`settle` of many, once a series however many of its receipts changed; the first of them is named."""
    first: dict[AvailabilityKey, DocumentRef] = {}
    for one in receipts:
        first.setdefault(key_of(one), ref_of(one.pk, one.number))
    by_site: dict[int, list[AvailabilityKey]] = {}
    for key in first:
        by_site.setdefault(key.site_id, []).append(key)
    found: list[Shortfall] = []
    for site_id, keys in by_site.items():
        today = day_of(clock.today(reference.site(site_id).time_zone))
        found += availability.settle_shortages(
            held, keys, today=today, cause=cause, at=clock.now(), source=first
        )  # fmt: skip
    return found


def ref_of(receipt_id: int, number: str) -> DocumentRef:
    return DocumentRef("receipt", receipt_id, number)


def key_of(receipt: Receipt) -> AvailabilityKey:
    return AvailabilityKey(receipt.product_id, receipt.site_id, segment_of(receipt.valuation))


def entry_of(receipt: Receipt, *, sign: int) -> Entry:
    """What is still expected of the receipt: 1 posts it, -1 takes it back."""
    expected = receipt.quantity - receipt.received if receipt.state == ReceiptState.OPEN else 0
    category, ref = EXPECTED[str(receipt.kind), receipt.is_firm], ref_of(receipt.pk, receipt.number)
    lasts = last_day(receipt.expires_on)
    return Entry(key_of(receipt), category, day_of(receipt.due_on), sign * expected, ref, receipt.pk, lasts=lasts)


def save(receipt: Receipt) -> None:
    """Write what a verb changed of it, as its next version."""
    receipt.version += 1
    receipt.save(update_fields=["due_on", "quantity", "received", "expires_on", "is_firm", "state", "version"])
