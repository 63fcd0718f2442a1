"""Goods in inspection as lots: a receipt puts them in one, and nobody posts them away under it.

What is open of the lots of a key is never more than lies in quality inspection under it. Every lot is entered, decided
and cancelled under the lock of that key, so whoever holds the key may ask for them.
"""

from datetime import date

from django.db.models import QuerySet, Sum

from troth.business.supply.models import InspectionLot, Receipt, UsageDecision
from troth.business.supply.rules.lots import LOT, GoodsInLots, LotDecided
from troth.kernel import netting
from troth.kernel.calendars import day_of
from troth.kernel.errors import Sentence
from troth.ledgers.stock.keys import StockKey, StockType
from troth.platform import events, numbering
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference

KIND, SERIES, SEQUENCE_COMPANY = "inspection_lot", "inspection_lot", 0


def ref_of(lot: InspectionLot) -> DocumentRef:
    return DocumentRef(KIND, lot.pk, lot.number)


def day_of_lot(lot: InspectionLot) -> int:
    """The day for which goods of a lot stand in availability."""
    return netting.STOCK_DAY if lot.expected_on is None else day_of(lot.expected_on)


def new_number() -> str:
    [number] = numbering.draw(SERIES, company_id=SEQUENCE_COMPANY)
    return f"IL-{number:06d}"


def put_in_lot(
    receipt: Receipt,
    movement_id: int,
    key: StockKey,
    quantity: int,
    *,
    expected_on: date | None,
    today: date,
    by: Actor,
    clock: Clock,
) -> InspectionLot:
    """Make the lot of goods that a receipt brings into inspection; their key is held."""
    lot = InspectionLot.objects.create(
        company_id=receipt.company_id, site_id=receipt.site_id, number=new_number(), product_id=receipt.product_id,
        bin_id=key.bin_id, batch=key.batch, valuation=key.valuation, origin=receipt.kind, receipt=receipt,
        movement_id=movement_id, received_by_id=by.user_id, quantity=quantity, open=quantity, created_on=today,
        expected_on=expected_on,
    )  # fmt: skip
    facts = {"quantity": quantity, "receipt": receipt.number, "batch": lot.batch}
    record("supply.lot_made", lot, facts, by=by, clock=clock)
    return lot


def cancel_lot(held: Held, movement_id: int, *, by: Actor, clock: Clock) -> InspectionLot | None:
    """Take the lot of a goods receipt out of the books; `LotDecided` once any of it is. None where it made no lot."""
    found = InspectionLot.objects.filter(movement_id=movement_id).values_list("id", flat=True)
    if not found:
        return None
    [lot] = held.hold(InspectionLot, *found, by=by)
    if lot.open != lot.quantity and lot.state != "cancelled":
        raise LotDecided(
            Sentence(
                "%(decided)s of inspection lot %(number)s are decided (in smallest units). "
                "Reverse the decisions first.",
                decided=lot.quantity - lot.open,
                number=lot.number,
            ),
            number=lot.number,
        )
    if lot.state == "open":
        lot.state, lot.open, lot.version = LOT.step(lot.state, "cancel"), 0, lot.version + 1
        lot.save(update_fields=["state", "open", "version"])
        record("supply.lot_cancelled", lot, {"quantity": lot.quantity}, by=by, clock=clock)
    return lot


def refuse_in_lots(held: Held, key: StockKey, taken: int) -> None:
    """Refuse to take more out of a held key of quality stock than lies there in no lot."""
    if key.stock_type != StockType.QUALITY:
        return
    there, lots = held.balance(key).quantity, in_lots(key)
    free = max(there - lots, 0)
    if not lots or taken <= free or taken > there:  # more than there is has a refusal of its own
        return
    named = ", ".join(_lots_of(key).order_by("id").values_list("number", flat=True)[:5])
    place = reference.place(key.site_id, key.bin_id, key.product_id)
    raise GoodsInLots(
        Sentence(
            "Of the %(there)s of product %(product)s in inspection in bin %(bin)s %(free)s are in no inspection lot. "
            "Record a usage decision on %(lots)s instead.",
            there=place.format(there), product=place.product, bin=place.bin, free=place.format(free), lots=named,
        ),
        field="quantity", bin=place.bin, free=free,
    )  # fmt: skip


def refuse_decided(posting_id: int) -> None:
    """Refuse to reverse a transfer posting that a usage decision made: the decision is reversed."""
    decided = UsageDecision.objects.filter(posting_id=posting_id).values_list("lot__number", flat=True).first()
    if decided is not None:
        raise GoodsInLots(
            Sentence(
                "This posting is a usage decision on inspection lot %(number)s. Reverse the decision there.",
                number=decided,
            ),
            number=decided,
        )


def in_lots(key: StockKey) -> int:
    """What is open of the lots of a held key."""
    return int(_lots_of(key).aggregate(all=Sum("open"))["all"] or 0)


def _lots_of(key: StockKey) -> QuerySet[InspectionLot]:
    return InspectionLot.objects.filter(
        bin_id=key.bin_id, product_id=key.product_id, batch=key.batch, valuation=key.valuation, state="open"
    )


def record(kind: str, lot: InspectionLot, facts: dict[str, object], *, by: Actor, clock: Clock) -> None:
    events.record(kind, ref_of(lot), company_id=lot.company_id, by=by, at=clock.now(), facts=facts)
