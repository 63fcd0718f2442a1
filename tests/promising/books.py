"""A small company for tests: one site, open Monday to Friday, and as many products as a test asks for.

Today is Monday, 2 March 2026. Unless a test says otherwise nothing takes time: goods that are there on a day are
picked, leave and arrive on that day, and every day is open.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count

from django.db import transaction

from troth.business.promising import actions as promising
from troth.business.promising.rules import Promise, Way, Wish
from troth.kernel.calendars import WorkCalendar, day_of
from troth.kernel.netting import Category
from troth.kernel.scheduling import Calendars, Durations
from troth.kernel.scopes import STANDARD, Event
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as availability_queries
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks, verify
from troth.platform.clock import FixedClock
from troth.platform.documents import DocumentRef
from troth.reference import models as reference

EVERY_DAY = WorkCalendar((True,) * 7)
WEEKDAYS = WorkCalendar((True,) * 5 + (False,) * 2)
AT_ONCE = Way("S1", "UTC", True, Durations(), Calendars(EVERY_DAY, EVERY_DAY, EVERY_DAY))
TODAY = date(2026, 3, 2)


def march(day: int) -> date:
    return date(2026, 3, day)


def clock_of(on: date = TODAY) -> FixedClock:
    return FixedClock(datetime(on.year, on.month, on.day, 9, tzinfo=UTC))


@dataclass
class Books:
    """The company and what a test does to it."""

    company: reference.Company
    site: reference.Site
    bin: reference.Bin
    party: reference.Party
    clock: FixedClock = field(default_factory=clock_of)
    line_ids: "count[int]" = field(default_factory=lambda: count(1))
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def product(self, **fields: object) -> reference.Product:
        number = f"P{next(self.numbers)}"
        return reference.Product.objects.create(number=number, name=number, base_unit_id="EA", **fields)

    def key(self, product: reference.Product, segment: str = "") -> AvailabilityKey:
        return AvailabilityKey(product.pk, self.site.pk, segment)

    def supply(self, product: reference.Product, *receipts: tuple[date | None, int]) -> None:
        """Post stock (day None) and purchase orders (a day) to availability alone."""
        self.expect(product, *(
            (Category.STOCK if on is None else Category.PURCHASE, on or TODAY, quantity) for on, quantity in receipts
        ))  # fmt: skip

    def expect(self, product: reference.Product, *postings: tuple[Category, date, int]) -> None:
        with transaction.atomic():
            held = locks.begin()
            held.take(self.key(product))
            source = DocumentRef("test", 1)
            availability.post(
                held,
                [Entry(self.key(product), kind, day_of(on), quantity, source) for kind, on, quantity in postings],
                at=self.clock.now(),
            )

    def lay(self, product: reference.Product, *lots: tuple[date | None, int, str, int]) -> None:
        """Post stock (day None) and purchase orders of batches to availability alone: (day, quantity, batch, last)."""
        key, source = self.key(product), DocumentRef("test", 1)
        kinds = [(Category.STOCK if one[0] is None else Category.PURCHASE, *one) for one in lots]
        with transaction.atomic():
            held = locks.begin()
            held.take(key)
            availability.post(
                held,
                [
                    Entry(key, kind, day_of(on or TODAY), quantity, source, 0, batch, lasts)
                    for kind, on, quantity, batch, lasts in kinds
                ],
                at=self.clock.now(),
            )

    def wish(self, product: reference.Product, quantity: int, on: date = TODAY, **fields: object) -> Wish:
        line_id = fields.pop("line_id", None) or next(self.line_ids)
        if isinstance(scope := fields.get("scope"), str):
            fields["scope"] = STANDARD[Event(scope)]
        given = {"document": DocumentRef("order", 1, "1"), "way": AT_ONCE, "unit": "EA", **fields}
        return Wish(
            line_id=line_id,
            company_id=self.company.pk,
            product_id=product.pk,
            site_id=self.site.pk,
            party_id=self.party.pk,
            quantity=quantity,
            requested_on=on,
            **given,
        )  # type: ignore[arg-type]

    def confirm(self, *wishes: Wish, **options: object) -> Promise:
        with transaction.atomic():
            held = locks.begin()
            held.take(*promising.keys(wishes))
            return promising.confirm(held, wishes, clock=self.clock, **options)  # type: ignore[arg-type]

    def reconfirm(self, *wishes: Wish, **options: object) -> Promise:
        with transaction.atomic():
            held = locks.begin()
            held.take(*promising.keys(wishes))
            return promising.reconfirm(held, wishes, clock=self.clock, **options)  # type: ignore[arg-type]

    def withdraw(self, product: reference.Product, *line_ids: int) -> None:
        with transaction.atomic():
            held = locks.begin()
            held.take(self.key(product))
            promising.withdraw(held, "order", line_ids, clock=self.clock)


def open_books() -> Books:
    currency = reference.Currency.objects.create(code="USD", name="dollar")
    country = reference.Country.objects.create(code="US", name="United States")
    calendar = reference.WorkingCalendar.objects.create(code="week", name="Monday to Friday")
    company = reference.Company.objects.create(code="C1", name="Company", currency=currency, country=country)
    site = reference.Site.objects.create(company=company, code="S1", name="Site", calendar=calendar)
    location = reference.StorageLocation.objects.create(site=site, code="L1", name="Location")
    place = reference.Bin.objects.create(location=location, code="B1")
    reference.Unit.objects.create(code="EA", name="piece")
    party = reference.Party.objects.create(number="1", name="Customer", country=country)
    return Books(company, site, place, party)


def told(promise: promising.Promise, line_id: int) -> list[tuple[int, int, str]]:
    """(day of March at the customer's, quantity, basis) of each schedule line."""
    return [(one.delivery_on.day, one.quantity, str(one.basis)) for one in promise.lines[line_id].schedules]


def demand(books: Books, product, segment: str = "") -> list[tuple[str, int, int]]:
    """(category, day of March or 0, quantity) of the series."""
    found = availability_queries.series(product.pk, books.site.pk, segment).postings()
    return [
        (Category(category).name, day - day_of(TODAY) + 2 if category else 0, quantity)
        for category, day, quantity in found
    ]


def holds() -> bool:
    """Whether the books hold; stock is left out, because `Books.supply` posts availability alone."""
    return [one.name for one in verify.run() if not one.holds and one.name != "supply: stock"] == []
