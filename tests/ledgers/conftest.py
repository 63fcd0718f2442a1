"""A small company to post for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.exposure.keys import ExposureKey
from troth.ledgers.stock.keys import StockKey
from troth.platform import triggers, verify
from troth.platform.documents import DocumentRef
from troth.reference import models

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
ON = date(2026, 1, 5)
TODAY = 20_458  # the same day as a number
ORDER = DocumentRef("order", 4711, "4711")
DELIVERY = DocumentRef("delivery", 80, "80")
INVOICE = DocumentRef("invoice", 90, "90")


@dataclass(frozen=True)
class World:
    company: int
    site: int
    location: int
    bin: int
    other_bin: int
    product: int
    party: int

    def stock(self, **changes) -> StockKey:
        parts = {"site_id": self.site, "location_id": self.location, "bin_id": self.bin, "product_id": self.product}
        return StockKey(**parts | changes)

    @property
    def availability(self) -> AvailabilityKey:
        return AvailabilityKey(self.product, self.site)

    @property
    def exposure(self) -> ExposureKey:
        return ExposureKey(self.company, self.party)


def make_world() -> World:
    country = models.Country.objects.create(code="NL", name="Netherlands")
    currency = models.Currency.objects.create(code="EUR", name="Euro")
    calendar = models.WorkingCalendar.objects.create(code="NL", name="Netherlands")
    company = models.Company.objects.create(code="T", name="Troth", currency=currency, country=country)
    site = models.Site.objects.create(company=company, code="S1", name="Site", calendar=calendar)
    location = models.StorageLocation.objects.create(site=site, code="L1", name="Location")
    near = models.Bin.objects.create(location=location, code="A", sequence=1)
    far = models.Bin.objects.create(location=location, code="B", sequence=2)
    unit = models.Unit.objects.create(code="PC", name="piece")
    product = models.Product.objects.create(number="BK-1", name="Bicycle", base_unit=unit)
    party = models.Party.objects.create(number="700", name="A store", country=country)
    return World(company.pk, site.pk, location.pk, near.pk, far.pk, product.pk, party.pk)


@pytest.fixture
def world(db) -> World:
    return make_world()


@pytest.fixture
def shared_world(transactional_db) -> World:
    """The same company, committed, so that several connections see it."""
    yield make_world()
    triggers.lift()


def findings(name: str) -> list[str]:
    """What a check of `troth verify` finds wrong."""
    [result] = verify.run([name])
    return [finding.sentence for finding in result.findings]


def broken() -> list[str]:
    """The names of all checks of the ledgers that do not hold."""
    ledgers = {"stock", "availability", "quota", "capacity", "exposure", "fulfilment", "journal"}
    return [r.name for r in verify.run() if r.name.split(":")[0] in ledgers and not r.holds]
