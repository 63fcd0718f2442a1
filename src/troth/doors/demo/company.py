"""Building Adventure Works Cycles in an empty database, in one transaction."""

from dataclasses import dataclass

from django.db import transaction

from troth.doors.demo.backorders import write_variants
from troth.doors.demo.customers import write_customers, write_suppliers
from troth.doors.demo.dates import Dates, instant
from troth.doors.demo.goods import expect, expected_receipts, load_stock
from troth.doors.demo.organisation import BOTHELL, COMPANY, write_organisation
from troth.doors.demo.people import add_people
from troth.doors.demo.prices import write_prices
from troth.doors.demo.products import HISTORY_ORDERS, write_products
from troth.doors.demo.tables import table
from troth.doors.demo.texts import write_texts
from troth.kernel.errors import BusinessError
from troth.platform.clock import Clock, FixedClock


class OtherBooks(BusinessError):
    """The database holds another company: the demo is built beside nobody."""

    code = "other_books"


@dataclass(frozen=True)
class Built:
    """What was counted while the company was built."""

    products: int
    customers: int
    places: int
    receipts: int


def exists() -> bool:
    """Whether the demo company stands in this database. `OtherBooks` where another one does."""
    codes = set(table("reference.Company")._default_manager.values_list("code", flat=True))
    if codes and COMPANY[0] not in codes:
        raise OtherBooks(
            f"The database holds the company {', '.join(sorted(codes))}. "
            "Build the demo company in an empty database: troth demo --db sqlite:///demo.sqlite3"
        )
    return bool(codes)


def build(clock: Clock, *, orders: int = HISTORY_ORDERS) -> Built:
    """Write master data, opening stock and expected receipts; the clock says which day is today.

    `orders` is how many orders of the history will be played: scarce stock is scaled to their share.
    """
    dates = Dates.of(clock)
    with transaction.atomic():
        organisation = write_organisation(dates)
        products = write_products(organisation, orders=orders)
        customers = write_customers(organisation)
        write_texts(customers, products.sold())
        suppliers = write_suppliers()
        write_prices(organisation, products, dates)
        # Rows in bulk send no signal; a row that is saved tells every process to read master data anew, and to keep it.
        organisation.sites[BOTHELL].save()
        load_stock(products.opening, products, dates)
        expected = expected_receipts(products, suppliers, dates)
        expect(organisation, expected, dates)
    add_people(clock=FixedClock(instant(dates.first)))
    write_variants(organisation.company.pk, clock=clock)
    return Built(len(products.by_number), len(customers), len(products.opening), len(expected))
