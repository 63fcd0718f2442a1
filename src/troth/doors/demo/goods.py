"""Opening stock and expected receipts, posted to the ledgers in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from troth.demo.facts import rows
from troth.doors.demo.dates import Dates, instant
from troth.doors.demo.organisation import BOTHELL, Organisation
from troth.doors.demo.products import Place, Products, steps
from troth.doors.demo.tables import row, write
from troth.kernel import calendars, netting
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock.keys import StockKey
from troth.platform import locks
from troth.platform.documents import DocumentRef

CATEGORY = {"purchase": netting.Category.PURCHASE, "production": netting.Category.PRODUCTION}
WEEK = 7


@dataclass(frozen=True)
class Expected:
    """Goods that are due; `quantity` in smallest units."""

    kind: str
    number: str
    product: Any
    supplier: Any
    due_on: date
    quantity: int


def load_stock(organisation: Organisation, places: Iterable[Place], products: Products, dates: Dates) -> None:
    source = DocumentRef("opening", organisation.company.pk, "OPENING")
    at = instant(dates.first)
    shelves = {
        StockKey(place.site.pk, place.location_id, place.bin.pk, products.by_number[place.product_number].pk): place
        for place in places
    }
    totals: dict[AvailabilityKey, int] = defaultdict(int)
    for key, place in shelves.items():
        totals[AvailabilityKey(key.product_id, key.site_id)] += place.quantity
    held = locks.begin()
    held.take(*totals, *shelves)
    availability.post(
        held,
        [
            availability.Entry(key, netting.Category.STOCK, netting.STOCK_DAY, quantity, source)
            for key, quantity in totals.items()
        ],
        at=at,
    )
    stock.post(
        held,
        [stock.Movement(key, place.quantity, "receipt", dates.first, source) for key, place in shelves.items()],
        at=at,
    )


def expect(organisation: Organisation, expected: list[Expected], dates: Dates) -> None:
    site_id, at = organisation.sites[BOTHELL].pk, instant(dates.first)
    receipts = write(
        row(
            "supply.Receipt",
            company=organisation.company,
            kind=one.kind,
            number=one.number,
            supplier=one.supplier,
            product=one.product,
            site_id=site_id,
            due_on=one.due_on,
            quantity=one.quantity,
        )
        for one in expected
    )
    entries = [
        availability.Entry(
            AvailabilityKey(receipt.product_id, site_id),
            CATEGORY[receipt.kind],
            calendars.day_of(receipt.due_on),
            receipt.quantity,
            DocumentRef("receipt", receipt.pk, receipt.number),
            receipt.pk,
        )
        for receipt in receipts
    ]
    held = locks.begin()
    held.take(*(entry.key for entry in entries))
    availability.post(held, entries, at=at)


def expected_receipts(products: Products, suppliers: Mapping[str, Any], dates: Dates) -> list[Expected]:
    """What is still to come, and of sold products also what came since the first day.

    What came of components is not told: nothing here used them up.
    """
    found = [*_purchases(products, suppliers, dates), *_productions(products, dates)]
    return [one for one in found if one.due_on > dates.today or one.product.is_sold]


def _purchases(products: Products, suppliers: Mapping[str, Any], dates: Dates) -> list[Expected]:
    return [
        Expected(
            kind="purchase",
            number=f"{fact['purchase_order_key']}-{fact['line_key']}",
            product=products.by_number[fact["product_number"]],
            supplier=suppliers[fact["vendor_key"]],
            due_on=dates.receipt_on(int(fact["due_day_offset"])),
            quantity=steps(products.by_number[fact["product_number"]], int(fact["quantity"])),
        )
        for fact in rows("purchase_receipts")
    ]


def _productions(products: Products, dates: Dates) -> list[Expected]:
    """One receipt for all work orders of a product that are due in one week, on the day of the last."""
    weeks: dict[tuple[str, int], list[dict[str, str]]] = defaultdict(list)
    for fact in rows("production_receipts"):
        weeks[fact["product_number"], int(fact["due_day_offset"]) // WEEK].append(fact)
    return [
        Expected(
            kind="production",
            number=facts[0]["work_order_key"],
            product=products.by_number[number],
            supplier=None,
            due_on=dates.receipt_on(max(int(fact["due_day_offset"]) for fact in facts)),
            quantity=steps(products.by_number[number], sum(int(fact["quantity"]) for fact in facts)),
        )
        for (number, _), facts in weeks.items()
    ]
