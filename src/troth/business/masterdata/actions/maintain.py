"""Create or change one record, or bring in many of them.

`values` are by field as in `rules.CUSTOMER`, `rules.PRODUCT` and `rules.PRICE`: text, or already of their type; codes
as people know them. What is not given stays as it is. To deactivate is to change `is_active` to no.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from troth.business.masterdata.actions.bring import Brought, Outcome, Sheet, State, bring
from troth.business.masterdata.actions.write_customer import CustomerSheet
from troth.business.masterdata.actions.write_price import PriceSheet
from troth.business.masterdata.actions.write_product import ProductSheet
from troth.business.masterdata.actions.write_table import TableSheet
from troth.business.masterdata.models import Batch, CreditCheck, Customer, CustomerProduct, PriceCondition
from troth.business.masterdata.tables import TABLES
from troth.business.masterdata.tables.offering import OFFERING
from troth.business.masterdata.tables.packing import PACKING
from troth.business.masterdata.tables.rules import RULES
from troth.kernel.errors import NotFound, Sentence
from troth.platform import locks
from troth.platform.actions import action, require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference.models import Product

Values = Mapping[str, Any]
_LETTERS = {State.CREATED: "n", State.CHANGED: "c", State.UNCHANGED: "s"}


@action
def maintain_customer(
    values: Values, *, customer_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Outcome:
    """Create a customer with its party, or change the one of this id, if it is still at `version`."""
    return _maintain(CustomerSheet(), Customer, customer_id, version, values, by=by, clock=clock)


@action
def maintain_product(
    values: Values, *, product_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Outcome:
    """Create a product, or change the one of this id, if it is still at `version`."""
    return _maintain(ProductSheet(), Product, product_id, version, values, by=by, clock=clock)


@action
def maintain_price(
    values: Values, *, price_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Outcome:
    """Create a price condition, or change the one of this id, if it is still at `version`."""
    return _maintain(PriceSheet(), PriceCondition, price_id, version, values, by=by, clock=clock)


@action
def import_customers(rows: Sequence[Values], *, preview: bool = False, by: Actor, clock: Clock) -> Brought:
    """Create the customers that are new and change those that differ, all or none."""
    return _count(bring(CustomerSheet(), rows, by=by, clock=clock, preview=preview))


@action
def import_products(rows: Sequence[Values], *, preview: bool = False, by: Actor, clock: Clock) -> Brought:
    """Create the products that are new and change those that differ, all or none."""
    return _count(bring(ProductSheet(), rows, by=by, clock=clock, preview=preview))


@action
def import_prices(rows: Sequence[Values], *, preview: bool = False, by: Actor, clock: Clock) -> Brought:
    """Create the price conditions that are new and change those that differ, all or none."""
    return _count(bring(PriceSheet(), rows, by=by, clock=clock, preview=preview))


@action
def import_table(table: str, rows: Sequence[Values], *, preview: bool = False, by: Actor, clock: Clock) -> Brought:
    """Create the records of a declared table (`tables.TABLES`) that are new and change those that differ."""
    return _count(bring(TableSheet(TABLES[table]), rows, by=by, clock=clock, preview=preview))


@action
def maintain_customizing(
    table: str,
    values: Values,
    *,
    record_id: int | None = None,
    version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Outcome:
    """Create a record of a declared table that has a version, or change the one of this id, if still at `version`."""
    declared = TABLES[table]
    assert declared.has_version, "what has no version comes and goes as a file"
    return _maintain(TableSheet(declared), declared.model, record_id, version, values, by=by, clock=clock)


@action
def maintain_agreed_product(
    values: Values, *, agreed_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Outcome:
    """What a customer has agreed for a product, new, or the one of this id changed, if it is still at `version`.

    `values` as in the file `customer_products`: quantities in smallest units, tolerances in hundredths of a percent.
    """
    if agreed_id is not None:
        found = CustomerProduct.objects.filter(pk=agreed_id).values_list("customer__company_id", flat=True).first()
        if found is None or not by.sees(found):
            raise NotFound(Sentence("There is no record %(id)s that you may see."), id=agreed_id)
        require(by, company_id=found)
    sheet = TableSheet(TABLES["customer_products"])
    return _maintain(sheet, CustomerProduct, agreed_id, version, values, by=by, clock=clock)


@action
def maintain_offering(
    table: str,
    values: Values,
    *,
    record_id: int | None = None,
    version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Outcome:
    """A record of `tables.offering`, `tables.packing` or `tables.rules`, new, or the one of this id changed.

    `NotFound` for what holds for a company, or for its customer, that the actor does not see.
    """
    declared = {**OFFERING, **PACKING, **RULES}[table]
    if record_id is not None:
        found = declared.model._default_manager.filter(pk=record_id).values_list(declared.company, flat=True)
        company_id = next(iter(found), None)
        if company_id is not None:
            if not by.sees(company_id):
                raise NotFound(Sentence("There is no record %(id)s that you may see."), id=record_id)
            require(by, company_id=company_id)
    return _maintain(TableSheet(declared), declared.model, record_id, version, values, by=by, clock=clock)


@action
def maintain_credit_check(
    values: Values, *, check_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Outcome:
    """A rule of credit, new, or the one of this id changed, if it is still at `version`.

    `NotFound` for one of a company that the actor does not see.
    """
    if check_id is not None:
        company_id = CreditCheck.objects.filter(pk=check_id).values_list("company_id", flat=True).first()
        if company_id is None or not by.sees(company_id):
            raise NotFound(Sentence("There is no record %(id)s that you may see."), id=check_id)
        require(by, company_id=company_id)
    return _maintain(TableSheet(TABLES["credit_checks"]), CreditCheck, check_id, version, values, by=by, clock=clock)


@action
def maintain_batch(
    values: Values, *, batch_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Outcome:
    """Make a batch known, or change the one of this id, if it is still at `version`.

    Where it lasts less long than before, promises that are left without goods are noted as short.
    """
    return _maintain(TableSheet(TABLES["batches"]), Batch, batch_id, version, values, by=by, clock=clock)


def _maintain(
    sheet: Sheet,
    model: type[models.Model],
    record_id: int | None,
    version: int | None,
    values: Values,
    *,
    by: Actor,
    clock: Clock,
) -> Outcome:
    if record_id is None:
        return bring(sheet, [values], by=by, clock=clock, must_be_new=True)[0]
    record, _held = locks.hold(model, record_id, by=by)
    locks.refuse_if_changed(record, version)
    if isinstance(sheet, ProductSheet) and isinstance(record, Product):
        sheet.read_beside([record])
    return bring(sheet, [values], by=by, clock=clock, record=record)[0]


def _count(outcomes: Sequence[Outcome]) -> Brought:
    states = [outcome.state for outcome in outcomes]
    created, changed, unchanged = (states.count(state) for state in _LETTERS)
    return Brought(created, changed, unchanged, became="".join(_LETTERS[state] for state in states))
