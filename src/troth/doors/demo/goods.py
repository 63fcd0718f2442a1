"""Opening stock and expected receipts, through the actions of supply."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt, OpeningStock
from troth.demo.facts import rows
from troth.doors.demo.dates import Dates, instant
from troth.doors.demo.organisation import BOTHELL, Organisation
from troth.doors.demo.products import Place, Products, steps
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock

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


def load_stock(places: Iterable[Place], products: Products, dates: Dates) -> None:
    """What lies in the bins on the morning of the first day."""
    supply.load_opening_stock(
        [
            OpeningStock(products.by_number[place.product_number].pk, place.bin.pk, place.quantity, dates.first)
            for place in places
        ],
        by=SYSTEM,
        clock=FixedClock(instant(dates.first)),
    )


def expect(organisation: Organisation, expected: Iterable[Expected], dates: Dates) -> None:
    """What is due in Bothell, as known on the first day."""
    supply.expect_receipts(
        [
            ExpectedReceipt(
                company_id=organisation.company.pk,
                kind=one.kind,
                number=one.number,
                product_id=one.product.pk,
                site_id=organisation.sites[BOTHELL].pk,
                due_on=one.due_on,
                quantity=one.quantity,
                supplier_id=one.supplier.pk if one.supplier else None,
            )
            for one in expected
        ],
        by=SYSTEM,
        clock=FixedClock(instant(dates.first)),
    )


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
