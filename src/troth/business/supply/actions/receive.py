"""Goods come in: against a receipt, or by a count.

Stock, availability and, at standard cost, the journal are posted together (`values`).
"""

from dataclasses import dataclass, replace
from datetime import date

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.actions import Coming
from troth.business.supply.actions import lotted, values
from troth.business.supply.actions.aside import Kept
from troth.business.supply.actions.batches import Lot, lot_coming, lots_here
from troth.business.supply.actions.claims import refuse_spoken_for
from troth.business.supply.actions.expect import entry_of, key_of, ref_of, settle
from troth.business.supply.actions.places import bin_place, series_of, stock_key, taken_out
from troth.business.supply.actions.valued import check_valued
from troth.business.supply.models import Receipt
from troth.business.supply.rules import (
    BinNotAtSite,
    NotAReceipt,
    NothingKept,
    ReasonMissing,
    StockMoved,
    UnknownBatch,
    after_receiving,
    check_quantity,
    check_release,
)
from troth.business.supply.rules.planned import check_ordered
from troth.business.supply.states import RECEIPT
from troth.business.supply.types import category_of
from troth.kernel import netting
from troth.kernel.calendars import day_of
from troth.kernel.errors import Sentence
from troth.kernel.quantity import checked
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry, Shortfall
from troth.ledgers.journal.queries import entries, keys_of
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock import queries as movements
from troth.ledgers.stock.actions import Movement
from troth.ledgers.stock.keys import StockKey, StockType
from troth.platform import actions, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Received:
    """`posting_id` is the stock movement, which `reverse_receipt` takes back; quantities in smallest units.

    `short` is what is missing now for what was promised, which goods in inspection leave.
    """

    receipt_id: int
    posting_id: int
    quantity: int
    still_expected: int
    short: tuple[Shortfall, ...] = ()


@action
def receive_goods(
    receipt_id: int,
    quantity: int,
    *,
    bin_id: int,
    batch: str = "",
    produced_on: date | None = None,
    expires_on: date | None = None,
    into_inspection: bool = False,
    release_on: date | None = None,
    by: Actor,
    clock: Clock,
) -> Received:
    """Put `quantity` of a receipt into a bin: less is expected, more is here.

    Goods that are to be inspected lie there as quality stock, in an inspection lot on which a usage decision is made,
    on `release_on` if that is known; scopes of check say whether they count before. What their receipt had promised may
    then be short.

    A product that is kept in batches names its batch; a new one is made known with its days, the receipt's last day
    standing in for them. `MoreThanExpected`, `BinNotAtSite`, a day of release that has passed
    or is named without an inspection, and a receipt that is not open are refused.
    """
    receipt, held = locks.hold(Receipt, receipt_id, by=by)
    check_ordered(receipt.kind, receipt.number)
    state = after_receiving(receipt.number, receipt.state, receipt.quantity, receipt.received, quantity)
    place = bin_place(bin_id)
    key = stock_key(receipt.product_id, place, batch=batch, valuation=receipt.valuation)
    _check_site(key, receipt)
    if into_inspection:
        key = replace(key, stock_type=StockType.QUALITY)
    value = values.received(receipt.company_id, receipt.product_id, quantity)
    at, on = clock.now(), clock.today(reference.site(receipt.site_id).time_zone)
    check_release(into_inspection, release_on, on)
    product, coming_in = reference.product(receipt.product_id), Coming(batch, produced_on, expires_on)
    lot = lot_coming(held, product, coming_in, otherwise=receipt.expires_on, today=on, by=by, clock=clock)
    held.take(key_of(receipt), key, *value.keys)
    ref = ref_of(receipt.pk, receipt.number)
    coming = entry_of(receipt, sign=-1)._replace(quantity=-quantity)
    category = category_of(key.stock_type, is_left_out=place.is_left_out)
    day = netting.STOCK_DAY if release_on is None else day_of(release_on)
    here = Entry(key_of(receipt), category, day, quantity, ref, receipt.pk, *lot)
    availability.post(held, [coming, here], at=at)
    [posting_id] = stock.post(held, [Movement(key, quantity, "receipt", on, ref, receipt.pk)], at=at)
    value.post(held, f"Goods receipt {receipt.number}", ref, movement_id=posting_id, clock=clock)
    if into_inspection:
        lotted.put_in_lot(receipt, posting_id, key, quantity, expected_on=release_on, today=on, by=by, clock=clock)
    receipt.received += quantity
    receipt.state = state
    receipt.version += 1
    receipt.save(update_fields=["received", "state", "version"])
    events.record(
        "supply.goods_received", ref, company_id=receipt.company_id, by=by, at=at,
        facts={
            "quantity": quantity, "bin": bin_id, "posting": posting_id, **({"batch": batch} if batch else {}),
            **({"inspected": True} if into_inspection else {}),
        },
    )  # fmt: skip
    short = settle(held, receipt, cause=f"receipt {receipt.number} came", clock=clock)
    return Received(receipt.pk, posting_id, quantity, receipt.quantity - receipt.received, tuple(short))


@action
def reverse_receipt(posting_id: int, *, by: Actor, clock: Clock) -> list[Shortfall]:
    """Take a goods receipt back: the goods leave the bin and are expected again, unless the receipt was cancelled.

    Returns the shortages that opens. `NotEnoughStock` where the goods have moved on, `GoodsSpokenFor` where they
    are picked, `AlreadyReversed` the second time.
    """
    found = movements.postings([posting_id])
    if not found or found[0].source.kind != "receipt" or found[0].kind != "receipt":
        raise NotAReceipt(
            Sentence("Movement %(id)s is no goods receipt. Choose the movement of a receipt."), id=posting_id
        )
    row = found[0]
    receipt, held = locks.hold(Receipt, row.source.id, by=by)
    ref = ref_of(receipt.pk, receipt.number)
    inspected = lotted.cancel_lot(held, posting_id, by=by, clock=clock)
    booked = [entry for entry in entries(ref, line_id=posting_id) if entry.reverses_id is None]
    kept = Kept.of(row.key)
    journal_keys = [key for entry in booked for key in keys_of(entry.id)]
    held.take(key_of(receipt), row.key, *(kept.keys if kept else ()), *journal_keys)
    at, on = clock.now(), clock.today(reference.site(receipt.site_id).time_zone)
    if kept:
        kept.let_go(held, row.quantity, ref, on=on, at=at)
    refuse_spoken_for(held, row.key, row.quantity)
    lotted.refuse_in_lots(held, row.key, row.quantity)
    stock.reverse(held, [posting_id], source=ref, on=on, at=at)
    values.reverse(held, booked, f"Reversal of goods receipt {receipt.number}", ref, clock=clock)
    taken_back = entry_of(receipt, sign=-1)
    receipt.state = RECEIPT.step(receipt.state, "reverse")
    receipt.received -= row.quantity
    receipt.version += 1
    receipt.save(update_fields=["received", "state", "version"])
    lot = lots_here(receipt.product_id, [row.key.batch])[row.key.batch]
    stood = lotted.day_of_lot(inspected) if inspected else None
    gone = taken_out(held, row.key, row.quantity, lot, ref, receipt.pk, first=stood)
    availability.post(held, [*gone, taken_back, entry_of(receipt, sign=1)], at=at)
    events.record(
        "supply.receipt_reversed", ref, company_id=receipt.company_id, by=by, at=at,
        facts={"quantity": row.quantity, "posting": posting_id},
    )  # fmt: skip
    cause = f"goods of receipt {receipt.number} were taken back"
    return settle(held, receipt, *([kept.series] if kept else []), cause=cause, clock=clock)


@action
def adjust_stock(
    product_id: int, *, bin_id: int, counted: int, reason: str, by: Actor, clock: Clock, batch: str = "",
    valuation: str = "", is_kept: bool = False, expected: int | None = None,
) -> list[Shortfall]:  # fmt: skip
    """Set what lies in a bin to what was counted (smallest units); return the shortages that opens.

    Only unrestricted stock of the company's own, or (`is_kept`) what its location keeps there for its own promises;
    stock tied to lines is not counted here. `NothingKept` where the location keeps nothing any more. What transfer
    orders have picked counts as lying in its bin until it is issued: `GoodsSpokenFor` below that. `ReasonMissing`
    without a reason, `WrongValuation` where the product is valuated separately and no type of it is named. `expected`
    is what the books said when it was counted; `StockMoved` if they say something else now, or goods that left the bin
    meanwhile would be counted once more.
    """
    if not reason.strip():
        raise ReasonMissing("A count that differs needs a reason. Say why.", field="reason")
    if counted:
        check_quantity("the count", counted)
    place = bin_place(bin_id)
    key = stock_key(product_id, place, batch=batch, valuation=valuation)
    site = reference.site(key.site_id)
    actions.require(by, company_id=site.company_id, site_id=site.id)
    held = locks.begin()
    lot = _counted(held, product_id, batch, counted, today=clock.today(site.time_zone), by=by, clock=clock)
    common = series_of(key)
    kept = Kept.of(key) if is_kept else None
    held.take(common, key, *(kept.keys if kept else ()))
    check_valued(held, [(reference.product(product_id), valuation)])
    if is_kept and (kept is None or not held.balance(kept.place).quantity):
        # What was counted is the site's again: it would come on top of what that has there.
        raise NothingKept(
            "The location keeps nothing in this bin any more. Look at the bin, and count what lies there."
        )
    there = held.balance(kept.place if kept else key).quantity
    if expected not in (None, there):
        raise StockMoved("Goods of this bin were moved or promised meanwhile. Look at the bin again and count anew.")
    difference = checked(counted) - there
    if not difference:
        return []
    # The difference is known only under the lock of the bin; accounts come after bins in the order of locks.
    value = values.difference(site.company_id, product_id, difference)
    held.take(*value.keys)
    at, on = clock.now(), clock.today(site.time_zone)
    ref = DocumentRef("count", product_id, f"{on} {bin_id}")
    if kept:
        kept.let_go(held, held.balance(key).quantity - difference, ref, on=on, at=at)
    refuse_spoken_for(held, key, -difference)
    availability.post(held, [Entry(common, place.category, netting.STOCK_DAY, difference, ref, 0, *lot)], at=at)
    [movement_id] = stock.post(held, [Movement(key, difference, "count", on, ref)], at=at)
    value.post(held, f"Count: {reason}"[:100], ref, movement_id=movement_id, clock=clock)
    events.record(
        "supply.stock_adjusted", ref, company_id=site.company_id, by=by, at=at,
        facts={
            "product": product_id, "bin": bin_id, "difference": difference, "reason": reason,
            **({"valuation": valuation} if valuation else {}),
        },
    )  # fmt: skip
    told = f"count: {reason}"[:200]
    keys = [common, kept.series] if kept else [common]
    return availability.settle_shortages(held, keys, today=day_of(on), cause=told, at=at, source=ref)


def _counted(
    held: Held, product_id: int, batch: str, counted: int, *, today: date, by: Actor, clock: Clock
) -> Lot:  # fmt: skip
    """The lot that is counted. Nothing of it may lie there, whatever the batch is; what does is of a known one."""
    if not counted:
        return lots_here(product_id, [batch])[batch]
    product = reference.product(product_id)
    if product.has_batches and batch and (product_id, batch) not in masterdata.batches([(product_id, batch)]):
        raise UnknownBatch(
            Sentence(
                "There is no batch %(batch)s of product %(product)s. Enter the batch in the master data first.",
                batch=batch,
                product=product.number,
            ),
            field="batch",
        )
    return lot_coming(held, product, Coming(batch), today=today, by=by, clock=clock)


def _check_site(key: StockKey, receipt: Receipt) -> None:
    if key.site_id != receipt.site_id:
        raise BinNotAtSite(
            Sentence("The bin belongs to another site than receipt %(number)s. Choose a bin of its site."),
            number=receipt.number,
            field="bin",
            bin=key.bin_id,
        )
