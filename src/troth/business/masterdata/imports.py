"""Customers, products, prices and all other tables of master data as files, in and out: CSV and Excel.

A file is read whole, each row goes the way that a form goes (`actions.bring`), and nothing is saved while one row is
refused. The key of a record decides whether a row creates or changes it, so the same file again changes nothing, and
what was exported can be brought in again. A column that is not in the file stays as it is.

    what is written     so
    yes and no          yes, no
    days                2026-03-31
    amounts             in whole units with a point: 12.50
    percentages         2.5
    other units         BOX=4; BAG=1/3
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from troth.business.masterdata import actions
from troth.business.masterdata.actions import Brought
from troth.business.masterdata.models import Customer, PriceCondition, ProductSite
from troth.business.masterdata.queries import screens
from troth.business.masterdata.rules import CUSTOMER, PRICE, PRODUCT, As, Field, write_units
from troth.business.masterdata.tables import TABLES, Table
from troth.kernel.errors import BusinessError, InvalidInput, NotFound, Refusals, Sentence
from troth.kernel.money import format_money
from troth.kernel.quantity import format_quantity
from troth.platform import permissions
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.web import exports
from troth.platform.web.imports import CellRefusal, decoded, table
from troth.platform.web.values import Text
from troth.reference.models import Product, ProductUnit

WHOLE_FILE = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file looks like: its columns, and `take(rows, by=, clock=, preview=, key=)`, which takes its rows.

    `take` refuses by the place of a row among those it was given (1 is the first). Of records that are brought in
    `whole` nothing that is left out stays as it is: it takes its standard; what has none, or is of the key, is needed.
    A file that is `complete` has every column, because one that is left empty says something.
    """

    code: str
    fields: Mapping[str, Field]
    take: Callable[..., Brought]
    whole: bool = field(default=False, kw_only=True)
    complete: bool = field(default=False, kw_only=True)

    def needs(self, name: str) -> bool:
        """Whether a file without this column is refused; all others may be left out, as older files do."""
        one = self.fields[name]
        return self.complete or (one.is_key and (one.required or self.whole)) or (one.required and self.whole)


@dataclass(frozen=True, slots=True)
class Kind(Shape):
    """A kind of file of master data, with the rows of what is in the books. One of an app above says its name, and the
    route of the page that brings it in."""

    found: Callable[[], QuerySet[Any]]
    values: Callable[[Any], dict[str, Any]]
    permission: str
    company: str = ""
    """The way to the company that the records belong to."""
    parts: Callable[[Any], Iterable[dict[str, Any]]] | None = None
    """The rows of a record that has several; what is said of the record itself stands in each."""
    name: Text = ""
    import_route: str = "masterdata:file-import"

    def rows(self, record: Any) -> Iterable[dict[str, Any]]:
        return (self.values(record),) if self.parts is None else self.parts(record)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a file would do, or why it cannot: `refusals` by row (1 is the first below the header) and column."""

    brought: Brought
    refusals: tuple[CellRefusal, ...] = ()

    @property
    def refused_rows(self) -> int:
        return len({one.row for one in self.refusals})

    @property
    def to_write(self) -> int:
        return self.brought.created + self.brought.changed


def preview_file(kind: str | Shape, content: bytes, *, by: Actor, clock: Clock) -> FileReport:
    """Say what `import_file` would do, or, where rows are refused, `import_good_rows`. Saves nothing."""
    return _looked_at(_shape(kind), content, by=by, clock=clock)[1]


def import_file(kind: str | Shape, content: bytes, *, by: Actor, clock: Clock, key: str | None = None) -> Brought:
    """Create and change the records of a file, all or none.

    `UnreadableFile` for what is neither CSV in UTF-8 nor a workbook; `Refusals` with row and field for what its rows
    say.
    """
    chosen = _shape(kind)
    return _take(chosen, _rows(chosen, content), by=by, clock=clock, preview=False, key=key)


def import_good_rows(
    kind: str | Shape, content: bytes, *, by: Actor, clock: Clock, key: str | None = None
) -> FileReport:
    """Leave out the rows that are refused, and say which; the others are brought in, all or none."""
    chosen = _shape(kind)
    good, report = _looked_at(chosen, content, by=by, clock=clock)
    return FileReport(_take(chosen, good, by=by, clock=clock, preview=False, key=key), report.refusals)


def _shape(kind: str | Shape) -> Shape:
    return kind_of(kind) if isinstance(kind, str) else kind


def _looked_at(chosen: Shape, content: bytes, *, by: Actor, clock: Clock) -> tuple[list[dict[str, str]], FileReport]:
    """The good rows, and what would become of them. A file whose shape is wrong has none.

    What is good is looked at again without the others: some refusals show only when the rest is in order.
    """
    try:
        good = list(enumerate(_rows(chosen, content), start=1))
    except Refusals as refused:
        return [], FileReport(Brought(0, 0, 0), tuple(_cell(one, one.row, {}) for one in refused.refusals))
    cells: list[CellRefusal] = []
    while True:
        rows = [row for _, row in good]
        try:
            brought = _take(chosen, rows, by=by, clock=clock, preview=True)
        except Refusals as refused:
            places = [(one, one.row) for one in refused.refusals]
            cells += [_cell(one, *good[row - 1]) if row else _cell(one, WHOLE_FILE, {}) for one, row in places]
            bad = {row for _, row in places}
            good = [] if bad & {None, WHOLE_FILE} else [one for at, one in enumerate(good, start=1) if at not in bad]
        else:
            return rows, FileReport(brought, tuple(sorted(cells, key=lambda one: one.row)))


def _cell(refusal: BusinessError, row: int | None, given: Mapping[str, str]) -> CellRefusal:
    """With what stood in the cell: a value that cannot be, or a code that stands for nothing."""
    column = refusal.field or ""
    value = refusal.facts.get("given", refusal.facts.get("code", given.get(column, "")))
    return CellRefusal(row or WHOLE_FILE, column, str(value), refusal.message)


def export_file(kind: str, *, by: Actor) -> Iterator[str]:
    """The lines of a file with all records that the actor may see, safe to open in a spreadsheet."""
    header, rows = export_rows(kind, by=by)
    return exports.lines(header, rows)


def export_rows(kind: str, *, by: Actor) -> tuple[list[str], Iterator[list[str]]]:
    """Header and rows as text, not yet made safe for spreadsheets."""
    chosen = kind_of(kind)
    permissions.require(by, chosen.permission)
    header = list(chosen.fields)
    found = chosen.found()
    if by.company_ids is not None and chosen.company:
        found = found.filter(**{f"{chosen.company}__in": by.company_ids})
    values = (row for record in found.iterator(chunk_size=500) for row in chosen.rows(record))
    return header, ([_text(one[name]) for name in header] for one in values)


def record(kind: str, key: int, *, by: Actor) -> tuple[Any, dict[str, Any], str]:
    """One record, its values as a file has them, and what it is called. `NotFound` where the actor sees none."""
    chosen = kind_of(kind)
    found = screens.one(chosen.found(), key, by)
    values = {name: _text(value) for name, value in chosen.values(found).items()}
    return found, values, " ".join(filter(None, (values.get("number") or values.get("code"), values.get("name"))))


def register(kind: Kind) -> None:
    """Let an app above add a kind of its own; it is among all the others then."""
    assert kind.code not in KINDS, f"two kinds of file are named {kind.code}"
    KINDS[kind.code] = kind


def kind_of(code: str, *, among: Collection[str] | None = None) -> Kind:
    """The kind of file of this code; `among`: the codes that may be asked for, by default all."""
    known = KINDS if among is None else among
    if code not in known:
        said = Sentence(
            "There is no kind of file %(kind)s. Choose one of: %(known)s.", kind=code, known=", ".join(known)
        )
        raise NotFound(said, kind=code)
    return KINDS[code]


def table_of(code: str) -> str:
    """The name of a declared table; customers, products and prices have operations and permissions of their own."""
    if code not in TABLES:
        said = Sentence("There is no table %(kind)s. Choose one of: %(known)s.", kind=code, known=", ".join(TABLES))
        raise NotFound(said, kind=code)
    return code


def _rows(chosen: Shape, content: bytes) -> list[dict[str, str]]:
    """The rows of a file by column; `Refusals` where its first row or its shape is wrong."""
    header, rows = table(decoded(content))
    names = [word.strip().lower().replace(" ", "_") for word in header]
    refusals = [*_header_refusals(names, chosen), *_length_refusals(names, rows)]
    if refusals:
        raise Refusals(refusals)  # type: ignore[arg-type]
    return [dict(zip(names, row, strict=False)) for row in rows]


def _take(
    chosen: Shape, rows: Sequence[dict[str, str]], *, by: Actor, clock: Clock, preview: bool, key: str | None = None
) -> Brought:
    return chosen.take(rows, by=by, clock=clock, preview=preview, key=key) if rows else Brought(0, 0, 0)


def _header_refusals(names: Sequence[str], chosen: Shape) -> list[InvalidInput]:
    fields, refusals = chosen.fields, []
    for name in dict.fromkeys(names):
        if name not in fields:
            sentence = Sentence("No such column. Known are: %(known)s.", known=", ".join(fields))
            refusals.append(InvalidInput(sentence, row=WHOLE_FILE, field=name))
        elif names.count(name) > 1:
            sentence = Sentence("This column stands in the file twice. Remove one.")
            refusals.append(InvalidInput(sentence, row=WHOLE_FILE, field=name))
    for name in fields:
        if chosen.needs(name) and name not in names:
            sentence = Sentence("This column is missing. Add it to the first row.")
            refusals.append(InvalidInput(sentence, row=WHOLE_FILE, field=name))
    return refusals


def _length_refusals(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[InvalidInput]:
    return [
        InvalidInput("This row has more cells than the header has columns. Check its quotation marks.", row=number)
        for number, row in enumerate(rows, start=1)
        if len(row) > len(names)
    ]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _customers() -> QuerySet[Customer]:
    joined = ("party", "company", "sales_organisation", "payment_terms", "calendar", "site")
    found = Customer.objects.select_related(*joined, "ship_to", "bill_to", "payer")
    return found.order_by("company", "party__number")


def _customer(customer: Customer) -> dict[str, Any]:
    return {name: _customer_value(customer, name) for name in CUSTOMER}


def _customer_value(customer: Customer, name: str) -> Any:
    if name in ("country", "currency"):
        return getattr(customer.party if name == "country" else customer, f"{name}_id")
    value = getattr(customer, name) if hasattr(customer, name) else getattr(customer.party, name)
    if CUSTOMER[name].read_as is not As.CODE or value is None:
        return value
    return value.number if CUSTOMER[name].of == "party" else value.code


def _products() -> QuerySet[Product]:
    units = Prefetch("units", queryset=ProductUnit.objects.order_by("unit_id"))
    site = ProductSite.objects.filter(product=OuterRef("pk"), is_default=True).values("site__code")[:1]
    return (
        Product.objects.select_related("base_unit")
        .prefetch_related(units)
        .annotate(default_site=Subquery(site))
        .order_by("number")
    )


def _product(product: Product) -> dict[str, Any]:
    others = [(one.unit_id, one.numerator, one.denominator) for one in product.units.all()]
    beside = {
        "units": write_units(others),
        "site": product.default_site,  # type: ignore[attr-defined]
        "base_unit": product.base_unit_id,
        "minimum_quantity": format_quantity(product.minimum_quantity, product.base_unit.decimals),
        "multiple_quantity": format_quantity(product.multiple_quantity, product.base_unit.decimals),
    }
    return {name: beside[name] if name in beside else getattr(product, name) for name in PRODUCT}


def _prices() -> QuerySet[PriceCondition]:
    found = PriceCondition.objects.select_related("company", "currency", "product__base_unit", "customer__party")
    return found.order_by("company", "code", "pk")


def _price(price: PriceCondition) -> dict[str, Any]:
    decimals = price.product.base_unit.decimals if price.product else 0
    written = {
        "company": price.company.code,
        "product": price.product.number if price.product else None,
        "customer": price.customer.party.number if price.customer else None,
        "currency": price.currency_id,
        "amount": None if price.amount is None else format_money(price.amount, price.currency.decimals),
        "percent": None if price.basis_points is None else format_money(price.basis_points, 2),
        "per_quantity": format_quantity(price.per_quantity, decimals),
        "scale_from": format_quantity(price.scale_from, decimals),
    }
    return {name: written[name] if name in written else getattr(price, name) for name in PRICE}


def _kind_of_table(table: Table) -> Kind:
    take = partial(actions.import_table, table.code)
    return Kind(table.code, table.fields, take, table.found, table.written, CUSTOMIZING, table.company)


CUSTOMIZING = "masterdata.view_customizing"
OWN = "company_id"
KINDS = {
    kind.code: kind
    for kind in (
        *map(_kind_of_table, TABLES.values()),
        Kind("customers", CUSTOMER, actions.import_customers, _customers, _customer, "masterdata.view_customer", OWN),
        Kind("products", PRODUCT, actions.import_products, _products, _product, "masterdata.view_cost"),
        Kind("prices", PRICE, actions.import_prices, _prices, _price, "masterdata.view_price", OWN),
    )
}
"""The files by name: the tables that are declared, the three that have rules of their own, and those of apps above."""
