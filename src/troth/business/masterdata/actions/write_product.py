"""Products with their other units and the site that ships them unless an order says otherwise.

Quantities are stored in the base unit, so that cannot change once the product exists.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from troth.business.masterdata import store
from troth.business.masterdata.actions.bring import Row, figure
from troth.business.masterdata.actions.write_customer import column
from troth.business.masterdata.models import Batch, ProductSite, ValuationType
from troth.business.masterdata.rules import PRODUCT, Field, FieldFixed, UnknownCode
from troth.kernel.errors import Sentence
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform import locks
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.reference.models import Product, ProductUnit

BESIDE = ("units", "site")
"""Fields kept in tables of their own."""
ALL_COMPANIES = 0
LOTS = ("minimum_quantity", "multiple_quantity")


def _has_batches(product: Product | None) -> bool:
    return product is not None and Batch.objects.filter(product=product).exists()


def _has_types(product: Product | None) -> bool:
    return product is not None and ValuationType.objects.filter(product=product).exists()


class ProductSheet:
    title: ClassVar[str] = "product"
    fields: ClassVar[Mapping[str, Field]] = PRODUCT

    def __init__(self) -> None:
        self._units: dict[int, tuple[tuple[str, int, int], ...]] = {}
        self._sites: dict[int, int] = {}

    def prepare(self, row: Row, record: Any) -> None:
        """Turn minimum and multiple, which are typed in the base unit, into its smallest units."""
        if "base_unit" in row.refused or not any(isinstance(row.values.get(name), str) for name in LOTS):
            return
        decimals = self._decimals(row, record)
        for name in LOTS:
            figure(
                row,
                name,
                lambda text: parse_quantity(text, Unit(Sentence("the base unit"), decimals), zero_allowed=True),
            )

    def _decimals(self, row: Row, record: Product | None) -> int:
        """The decimals of the base unit: as given, else of the product that is there already."""
        if "base_unit" in row.known:
            return row.known["base_unit"].decimals
        found = record or Product.objects.select_related("base_unit").filter(number=row.values.get("number")).first()
        return found.base_unit.decimals if found else 0

    def key(self, row: Row) -> tuple[Any, ...]:
        return (row.values.get("number"),)

    def find(self, rows: Sequence[Row], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        ids = Product.objects.filter(number__in={row.values.get("number") for row in rows}).values_list("pk", flat=True)
        held = locks.begin().hold(Product, *ids, by=by)
        self.read_beside(held)
        return {(product.number,): product for product in held}

    def read_beside(self, products: Sequence[Product]) -> None:
        """Read units and default sites of these products, for `current`."""
        ids = [product.pk for product in products]
        for product_id in ids:
            self._units[product_id] = ()
        for one in ProductUnit.objects.filter(product_id__in=ids).order_by("unit_id"):
            self._units[one.product_id] += ((one.unit_id, one.numerator, one.denominator),)
        sites = ProductSite.objects.filter(product_id__in=ids, is_default=True)
        self._sites |= dict(sites.values_list("product_id", "site_id"))

    def current(self, record: Product) -> dict[str, Any]:
        values = {name: getattr(record, column(name, PRODUCT)) for name in PRODUCT if name not in BESIDE}
        return {**values, "units": self._units.get(record.pk, ()), "site": self._sites.get(record.pk)}

    def judge(self, rows: Sequence[Row], *, by: Actor, clock: Clock) -> None:
        known = store.lookup("unit", {unit for row in rows for unit, _, _ in row.values.get("units", ())})
        for row in rows:
            if row.record is not None and "base_unit" in row.changes:
                sentence = Sentence("The base unit cannot change: quantities are kept in it. Create another product.")
                row.refuse(FieldFixed, sentence, "base_unit")
            if row.changes.get("has_batches", (None, True))[1] is False and _has_batches(row.record):
                sentence = Sentence("There are batches of this product, so it stays kept in batches.")
                row.refuse(FieldFixed, sentence, "has_batches")
            if row.changes.get("has_batches", (None, False))[1] and _has_types(row.record):
                sentence = Sentence("The product is valuated separately, so it is not kept in batches.")
                row.refuse(FieldFixed, sentence, "has_batches")
            for unit, _, _ in row.values.get("units", ()):
                if unit not in known:
                    sentence = Sentence("There is no unit %(unit)s. Create it first.", unit=unit)
                    row.refuse(UnknownCode, sentence, "units", code=unit)
                if unit == row.values.get("base_unit", getattr(row.record, "base_unit_id", None)):
                    sentence = Sentence("%(unit)s is the base unit. Leave it out of the other units.", unit=unit)
                    row.refuse(FieldFixed, sentence, "units")

    def write(self, rows: Sequence[Row], *, at: datetime) -> None:
        new = [row for row in rows if row.record is None]
        for row in rows:
            row.record = row.record or Product(version=0)
            for name, (_, value) in row.changes.items():
                if name not in BESIDE:
                    setattr(row.record, column(name, PRODUCT), value)
            row.record.version += 1
        Product.objects.bulk_create([row.record for row in new])
        changed = [row.record for row in rows if row not in new]
        if changed:
            columns = [column(name, PRODUCT) for name in PRODUCT if name not in BESIDE]
            Product.objects.bulk_update(changed, [*columns, "version"])
        self._write_units([row for row in rows if "units" in row.changes])
        self._write_sites([row for row in rows if "site" in row.changes])

    def _write_units(self, rows: Sequence[Row]) -> None:
        ProductUnit.objects.filter(product__in=[row.record for row in rows]).delete()
        ProductUnit.objects.bulk_create(
            ProductUnit(product=row.record, unit_id=unit, numerator=numerator, denominator=denominator)
            for row in rows
            for unit, numerator, denominator in row.values["units"]
        )

    def _write_sites(self, rows: Sequence[Row]) -> None:
        ProductSite.objects.filter(product__in=[row.record for row in rows], is_default=True).update(is_default=False)
        ProductSite.objects.bulk_create(
            [
                ProductSite(product=row.record, site_id=row.values["site"], is_default=True)
                for row in rows
                if row.values["site"]
            ],
            update_conflicts=True,
            unique_fields=["product", "site"],
            update_fields=["is_default"],
        )

    def ref(self, record: Product) -> DocumentRef:
        return DocumentRef("product", record.pk, record.number)

    def company_id(self, record: Product) -> int:
        """Products are every company's."""
        return ALL_COMPANIES
