"""Customers, products and prices over the API: each with its version, by the same fields in both directions.

A record is never deleted: a change of `is_active` to false takes it out of use. A file goes through `/imports/…`, first
with `?preview=true`, which refuses all the same and writes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from ninja import Query
from pydantic import BaseModel, ConfigDict, StrictBool, create_model

from troth.business.masterdata import actions, imports
from troth.business.masterdata.actions import Brought, Outcome
from troth.business.masterdata.imports import Shape
from troth.business.masterdata.queries import records
from troth.business.masterdata.rules import CUSTOMER, PRICE, PRODUCT, As, Field
from troth.business.masterdata.tables import TABLES
from troth.platform import permissions
from troth.platform.api import bodies, versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.keys import client_key
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Name, Shown, Whole
from troth.platform.web.imports import CellRefusal

operations = Operations("master data")

_SENT: dict[As, Any] = {As.WHOLE: Whole, As.YES_NO: StrictBool, As.DAY: Day, As.AMOUNT: Figure}
_SHOWN: dict[As, Any] = {As.WHOLE: int, As.YES_NO: bool, As.DAY: date}


def entry_of(name: str, fields: Mapping[str, Field]) -> Any:
    """What comes in: every field may be left out, the action knows which ones a new record needs."""
    shapes: dict[str, Any] = {one: (_SENT.get(field.read_as, str) | None, None) for one, field in fields.items()}
    return create_model(name, __base__=Entry, **shapes)


def shown_of(name: str, fields: Mapping[str, Field]) -> Any:
    shapes: dict[str, Any] = {one: (_SHOWN.get(field.read_as, str) | None, ...) for one, field in fields.items()}
    return create_model(name, __base__=_Record, **shapes)


class _Record(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    version: int


if TYPE_CHECKING:
    CustomerEntry: TypeAlias = Entry
    ProductEntry: TypeAlias = Entry
    PriceEntry: TypeAlias = Entry
    CustomerShown: TypeAlias = _Record
    ProductShown: TypeAlias = _Record
    PriceShown: TypeAlias = _Record
    CheckingScopeEntry: TypeAlias = Entry
    ProductSiteEntry: TypeAlias = Entry
    ProductSiteShown: TypeAlias = _Record
    CheckingScopeShown: TypeAlias = _Record
    AvailabilityGroupEntry: TypeAlias = Entry
    AvailabilityGroupShown: TypeAlias = _Record
    AgreedProductEntry: TypeAlias = Entry
    AgreedProductShown: TypeAlias = _Record
    BatchEntry: TypeAlias = Entry
    BatchShown: TypeAlias = _Record
else:
    CustomerEntry, CustomerShown = entry_of("CustomerEntry", CUSTOMER), shown_of("CustomerShown", CUSTOMER)
    ProductEntry, ProductShown = entry_of("ProductEntry", PRODUCT), shown_of("ProductShown", PRODUCT)
    PriceEntry, PriceShown = entry_of("PriceEntry", PRICE), shown_of("PriceShown", PRICE)
    _SCOPE, _GROUP = TABLES["checking_scopes"].fields, TABLES["availability_groups"].fields
    CheckingScopeEntry, CheckingScopeShown = (
        entry_of("CheckingScopeEntry", _SCOPE),
        shown_of("CheckingScopeShown", _SCOPE),
    )
    AvailabilityGroupEntry = entry_of("AvailabilityGroupEntry", _GROUP)
    AvailabilityGroupShown = shown_of("AvailabilityGroupShown", _GROUP)
    _AGREED = TABLES["customer_products"].fields
    AgreedProductEntry, AgreedProductShown = (
        entry_of("AgreedProductEntry", _AGREED),
        shown_of("AgreedProductShown", _AGREED),
    )
    _SITE = TABLES["product_sites"].fields
    ProductSiteEntry, ProductSiteShown = entry_of("ProductSiteEntry", _SITE), shown_of("ProductSiteShown", _SITE)
    _BATCH = TABLES["batches"].fields
    BatchEntry, BatchShown = entry_of("BatchEntry", _BATCH), shown_of("BatchShown", _BATCH)


class RecordWritten(Shown):
    """The record's id and the version it has now; `state` is created, changed or unchanged."""

    id: int
    version: int
    state: str


class Found(Paging):
    """`words` must all occur in the number or the name."""

    words: Name = ""


class PriceFilter(Paging):
    product: Code | None = None
    customer: Code | None = None
    kind: Code | None = None


class ProductSiteFilter(Paging):
    """`product` by its number, `site` by its code."""

    product: Code | None = None
    site: Code | None = None


class AgreedFilter(Paging):
    customer: Code | None = None
    product: Code | None = None


def given(sent: BaseModel) -> dict[str, Any]:
    return sent.model_dump(exclude_unset=True)


def written(outcome: Outcome) -> dict[str, Any]:
    return {"id": outcome.id, "version": outcome.version, "state": outcome.state.value}


@operations.reads("/customers", Page[CustomerShown])
def list_customers(request: ApiRequest, found: Query[Found]) -> dict[str, Any]:
    """Customers by number."""
    rows = records.customers(by=request.auth, words=found.words)
    return page(request, rows, found, _customers, order=("party__number", "id"))


@operations.reads("/customers/{int:customer_id}", CustomerShown)
def get_customer(request: ApiRequest, customer_id: Id) -> dict[str, Any]:
    [shown] = _customers([records.one(records.customers(by=request.auth), customer_id)])
    return shown


@operations.creates("/customers", RecordWritten)
def create_customer(request: ApiRequest, customer: CustomerEntry) -> dict[str, Any]:
    """Create a customer with its party."""
    return written(create(request, actions.maintain_customer, given(customer)))


@operations.changes("/customers/{int:customer_id}", RecordWritten)
def change_customer(request: ApiRequest, customer_id: Id, customer: CustomerEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false deactivates."""
    version = versions.expected(request)
    return written(act(request, actions.maintain_customer, given(customer), customer_id=customer_id, version=version))


@operations.reads("/products", Page[ProductShown])
def list_products(request: ApiRequest, found: Query[Found]) -> dict[str, Any]:
    """Products by number. Standard cost is null for who may not see costs."""
    return page(request, records.products(words=found.words), found, _products_for(request), order=("number",))


@operations.reads("/products/{int:product_id}", ProductShown)
def get_product(request: ApiRequest, product_id: Id) -> dict[str, Any]:
    """Standard cost is in minor units of the company's currency for a base unit, null for who may not see costs."""
    [shown] = _products_for(request)([records.one(records.products(), product_id)])
    return shown


@operations.creates("/products", RecordWritten)
def create_product(request: ApiRequest, product: ProductEntry) -> dict[str, Any]:
    return written(create(request, actions.maintain_product, given(product)))


@operations.changes("/products/{int:product_id}", RecordWritten)
def change_product(request: ApiRequest, product_id: Id, product: ProductEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false takes the product off the list."""
    version = versions.expected(request)
    return written(act(request, actions.maintain_product, given(product), product_id=product_id, version=version))


@operations.reads("/prices", Page[PriceShown])
def list_prices(request: ApiRequest, found: Query[PriceFilter]) -> dict[str, Any]:
    """Prices, discounts, surcharges and freight, the newest first."""
    wanted = {"product__number": found.product, "customer__party__number": found.customer, "kind": found.kind}
    rows = records.prices(by=request.auth).filter(**{name: value for name, value in wanted.items() if value})
    return page(request, rows, found, _prices)


@operations.reads("/prices/{int:price_id}", PriceShown)
def get_price(request: ApiRequest, price_id: Id) -> dict[str, Any]:
    [shown] = _prices([records.one(records.prices(by=request.auth), price_id)])
    return shown


@operations.creates("/prices", RecordWritten)
def create_price(request: ApiRequest, price: PriceEntry) -> dict[str, Any]:
    """Create a price condition: an amount or a percentage."""
    return written(create(request, actions.maintain_price, given(price)))


@operations.changes("/prices/{int:price_id}", RecordWritten)
def change_price(request: ApiRequest, price_id: Id, price: PriceEntry) -> dict[str, Any]:
    """Change what is sent; what makes the condition one of its kind cannot change."""
    version = versions.expected(request)
    return written(act(request, actions.maintain_price, given(price), price_id=price_id, version=version))


@operations.reads("/agreed-products", Page[AgreedProductShown])
def list_agreed_products(request: ApiRequest, found: Query[AgreedFilter]) -> dict[str, Any]:
    """What customers have agreed for products. Quantities in smallest units, tolerances in hundredths of a percent."""
    wanted = {"customer__party__number": found.customer, "product__number": found.product}
    narrowed = {name: value for name, value in wanted.items() if value}
    rows = TABLES["customer_products"].found().filter(**narrowed)
    if request.auth.company_ids is not None:
        rows = rows.filter(customer__company_id__in=request.auth.company_ids)
    return page(request, rows, found, _rows_of("customer_products"))


@operations.creates("/agreed-products", RecordWritten)
def create_agreed_product(request: ApiRequest, agreed: AgreedProductEntry) -> dict[str, Any]:
    """Agree on a customer's own number, quantities and tolerances for a product."""
    return written(create(request, actions.maintain_agreed_product, given(agreed)))


@operations.changes("/agreed-products/{int:agreed_id}", RecordWritten)
def change_agreed_product(request: ApiRequest, agreed_id: Id, agreed: AgreedProductEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false ends it. Customer and product cannot change."""
    version = versions.expected(request)
    values = given(agreed)
    return written(act(request, actions.maintain_agreed_product, values, agreed_id=agreed_id, version=version))


class BatchFilter(Paging):
    product: Code | None = None


@operations.reads("/batches", Page[BatchShown])
def list_batches(request: ApiRequest, found: Query[BatchFilter]) -> dict[str, Any]:
    """Batches by product, with the last day on which each can be used."""
    rows = TABLES["batches"].found()
    rows = rows.filter(product__number=found.product) if found.product else rows
    return page(request, rows, found, _rows_of("batches"))


@operations.creates("/batches", RecordWritten)
def create_batch(request: ApiRequest, batch: BatchEntry) -> dict[str, Any]:
    """Make a batch of a product known, before goods of it come in."""
    return written(create(request, actions.maintain_batch, given(batch)))


@operations.changes("/batches/{int:batch_id}", RecordWritten)
def change_batch(request: ApiRequest, batch_id: Id, batch: BatchEntry) -> dict[str, Any]:
    """Change what is sent. Promises that goods do not last for any more are noted as short and made anew."""
    version = versions.expected(request)
    return written(act(request, actions.maintain_batch, given(batch), batch_id=batch_id, version=version))


@operations.reads("/checking-scopes", Page[CheckingScopeShown])
def list_checking_scopes(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """Scopes of check: which supply and demand counts, as words with commas between them."""
    return _listed(request, "checking_scopes", found)


@operations.creates("/checking-scopes", RecordWritten)
def create_checking_scope(request: ApiRequest, scope: CheckingScopeEntry) -> dict[str, Any]:
    return written(create(request, actions.maintain_customizing, "checking_scopes", given(scope)))


@operations.changes("/checking-scopes/{int:scope_id}", RecordWritten)
def change_checking_scope(request: ApiRequest, scope_id: Id, scope: CheckingScopeEntry) -> dict[str, Any]:
    """Change what is sent. What is promised already is checked anew only when it is changed itself."""
    return _changed(request, "checking_scopes", scope_id, scope)


@operations.reads("/product-sites", Page[ProductSiteShown])
def list_product_sites(request: ApiRequest, found: Query[ProductSiteFilter]) -> dict[str, Any]:
    """What sites keep of products, and how long it takes there to replenish them, in days; null is the product's."""
    rows = TABLES["product_sites"].found()
    rows = rows.filter(product__number=found.product) if found.product else rows
    rows = rows.filter(site__code=found.site) if found.site else rows
    if request.auth.company_ids is not None:
        rows = rows.filter(site__company_id__in=request.auth.company_ids)
    return page(request, rows, found, _rows_of("product_sites"))


@operations.creates("/product-sites", RecordWritten)
def create_product_site(request: ApiRequest, product_site: ProductSiteEntry) -> dict[str, Any]:
    """Keep a product at a site. `delivery_days` are days of the calendar, the others working days of the site."""
    return written(create(request, actions.maintain_customizing, "product_sites", given(product_site)))


@operations.changes("/product-sites/{int:product_site_id}", RecordWritten)
def change_product_site(request: ApiRequest, product_site_id: Id, product_site: ProductSiteEntry) -> dict[str, Any]:
    """Change what is sent. What is promised already keeps its day."""
    return _changed(request, "product_sites", product_site_id, product_site)


@operations.reads("/availability-groups", Page[AvailabilityGroupShown])
def list_availability_groups(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """Which scope of check holds for the products of a group, by event."""
    return _listed(request, "availability_groups", found)


@operations.creates("/availability-groups", RecordWritten)
def create_availability_group(request: ApiRequest, group: AvailabilityGroupEntry) -> dict[str, Any]:
    """Create a group with a scope for each event."""
    return written(create(request, actions.maintain_customizing, "availability_groups", given(group)))


@operations.changes("/availability-groups/{int:group_id}", RecordWritten)
def change_availability_group(request: ApiRequest, group_id: Id, group: AvailabilityGroupEntry) -> dict[str, Any]:
    return _changed(request, "availability_groups", group_id, group)


def _listed(request: ApiRequest, table: str, found: Paging) -> dict[str, Any]:
    return page(request, TABLES[table].found(), found, _rows_of(table), order=("code",))


def _rows_of(table: str) -> Callable[[Iterable[Any]], list[dict[str, Any]]]:
    def show(rows: Iterable[Any]) -> list[dict[str, Any]]:
        return [{"id": row.pk, "version": row.version, **TABLES[table].written(row)} for row in rows]

    return show


def _changed(request: ApiRequest, table: str, record_id: int, sent: BaseModel) -> dict[str, Any]:
    version = versions.expected(request)
    values = given(sent)
    return written(act(request, actions.maintain_customizing, table, values, record_id=record_id, version=version))


class CellRefused(Shown):
    """Row 1 is the first below the header; row 0 is the whole file."""

    row: int
    field: str
    given: str
    detail: str


class ImportOutcome(Shown):
    """How many records the file created, changed and left as they were. A preview says what would become of it."""

    preview: bool
    created: int
    changed: int
    unchanged: int
    refusals: list[CellRefused] = []


class ImportOptions(Entry):
    """`preview` writes nothing; `good_rows` leaves out the rows that are refused and brings in the others."""

    preview: bool = False
    good_rows: bool = False


@operations.creates("/imports/customers", ImportOutcome, accepts=bodies.CSV, status=200)
def import_customers(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A CSV file of customers, all or none."""
    return brought_in("customers", request, options)


@operations.creates("/imports/products", ImportOutcome, accepts=bodies.CSV, status=200)
def import_products(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A CSV file of products, all or none."""
    return brought_in("products", request, options)


@operations.creates("/imports/prices", ImportOutcome, accepts=bodies.CSV, status=200)
def import_prices(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A CSV file of prices, all or none."""
    return brought_in("prices", request, options)


@operations.creates("/imports/tables/{table}", ImportOutcome, accepts=bodies.CSV, status=200)
def import_table(request: ApiRequest, table: Code, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of any other table of master data, such as routes or tax_rates, all or none."""
    return brought_in(imports.table_of(table), request, options)


def brought_in(kind: str | Shape, request: ApiRequest, options: ImportOptions) -> ImportOutcome:
    """What an operation does with the file that it was sent; other apps have operations of their own.

    Without an option a file that holds one refused row is refused as a whole, with every refusal."""
    key, by, clock = client_key(request), request.auth, request.clock
    if options.preview:
        report = imports.preview_file(kind, request.body, by=by, clock=clock)
        return _outcome(report.brought, report.refusals, preview=True)
    if options.good_rows:
        report = imports.import_good_rows(kind, request.body, by=by, clock=clock, key=key)
        return _outcome(report.brought, report.refusals, preview=False)
    return _outcome(imports.import_file(kind, request.body, by=by, clock=clock, key=key), preview=False)


def _outcome(brought: Brought, refusals: Iterable[CellRefusal] = (), *, preview: bool) -> ImportOutcome:
    return ImportOutcome(
        preview=preview,
        created=brought.created,
        changed=brought.changed,
        unchanged=brought.unchanged,
        refusals=[CellRefused(row=one.row, field=one.column, given=one.value, detail=one.sentence) for one in refusals],
    )


def _customers(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"id": row.pk, "version": row.version, **records.customer_fields(row)} for row in rows]


def _products_for(request: ApiRequest) -> Any:
    sees_cost = permissions.allows(request.auth, "masterdata.view_cost") or request.auth.is_system

    def show(rows: Iterable[Any]) -> list[dict[str, Any]]:
        found = list(rows)
        sites = records.default_sites(found)
        shown = []
        for row in found:
            fields = records.product_fields(row, sites.get(row.pk))
            hidden = {} if sees_cost else {"standard_cost": None}
            shown.append({"id": row.pk, "version": row.version, **fields, **hidden})
        return shown

    return show


def _prices(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"id": row.pk, "version": row.version, **records.price_fields(row)} for row in rows]
