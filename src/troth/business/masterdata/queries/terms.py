"""How a company sells to a customer, and what a product is for that customer: one statement each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from troth.kernel.errors import NotFound, Sentence
from troth.kernel.quantity import Conversion as Factor
from troth.kernel.quantity import Unit
from troth.kernel.replenishment import Figures
from troth.platform import sql
from troth.reference.queries import ProductRow


@dataclass(frozen=True, slots=True)
class CustomerTerms:
    """A customer with everything that an order takes from it. Partners that are not named are the customer itself.

    `credit_party_id` is the payer, whose exposure is checked. `site_id` is where the customer is served from, None
    where each product says so. `ship_to_*` is the address of the ship-to party, which decides route and tax.
    `minimum_shipment_percent` of a line arrive at once at least (0: any quantity may); nothing is promised later than
    `lateness_days_max` after the wished date (None: however late).
    `minimum_life_days` is how long goods must last from the day of delivery on, 0 where nothing is agreed.
    `edition` is the token under which the snapshot may be read without asking again.
    """

    customer_id: int
    version: int
    is_active: bool
    company_id: int
    company_currency: str
    company_currency_decimals: int
    time_zone: str
    sales_organisation_id: int
    number: str
    name: str
    sold_to_id: int
    ship_to_id: int
    bill_to_id: int
    credit_party_id: int
    ship_to_name: str
    ship_to_country: str
    ship_to_region: str
    group: str
    currency: str
    currency_decimals: int
    payment_terms_id: int
    payment_terms: str
    due_days: int
    discount_days: int
    discount_basis_points: int
    site_id: int | None
    calendar_id: int
    calendar_version: int
    shipping_condition: str
    incoterm: str
    incoterm_place: str
    priority: int
    complete_delivery: bool
    deliveries_max: int
    minimum_shipment_percent: int
    lateness_days_max: int | None
    is_tax_exempt: bool
    mails_papers: bool
    minimum_life_days: int
    edition: int

    @property
    def payer_id(self) -> int:
        return self.credit_party_id


_CUSTOMER = """
SELECT c.id, c.version, c.is_active, c.company_id, co.currency_id, cc.decimals, co.time_zone, c.sales_organisation_id,
       p.number, p.name, c.party_id, COALESCE(c.ship_to_id, c.party_id), COALESCE(c.bill_to_id, c.party_id),
       COALESCE(c.payer_id, c.party_id), st.name, st.country_id, st.region, c."group", c.currency_id, cu.decimals,
       t.id, t.code, t.due_days, t.discount_days, t.discount_basis_points, c.site_id, c.calendar_id, wc.version,
       c.shipping_condition, c.incoterm, c.incoterm_place, c.priority, c.complete_delivery, c.deliveries_max,
       c.minimum_shipment_percent, c.lateness_days_max, c.is_tax_exempt, c.mails_papers, c.minimum_life_days,
       COALESCE(e.token, 0)
FROM masterdata_customer c
JOIN reference_company co ON co.id = c.company_id
JOIN reference_currency cc ON cc.code = co.currency_id
JOIN reference_currency cu ON cu.code = c.currency_id
JOIN reference_party p ON p.id = c.party_id
JOIN reference_party st ON st.id = COALESCE(c.ship_to_id, c.party_id)
JOIN masterdata_paymentterms t ON t.id = c.payment_terms_id
JOIN reference_workingcalendar wc ON wc.id = c.calendar_id
LEFT JOIN masterdata_edition e ON e.id = 1
"""


def customer_terms(customer_id: int) -> CustomerTerms:
    """The terms of a customer, active or not. `NotFound` where there is none."""
    rows = sql.fetch(_CUSTOMER + " WHERE c.id = %s", [customer_id])
    if not rows:
        raise NotFound(
            Sentence("There is no customer %(customer)s. Choose one from the list."),
            field="customer",
            customer=customer_id,
        )
    return CustomerTerms(*rows[0])


def customer_terms_by_number(number: str, *, company_id: int | None = None) -> CustomerTerms | None:
    """The terms of a customer by its party's number; where several companies sell to it, the one with the lowest id."""
    return customers_by_number([number], company_id=company_id).get(number)


def customers_by_number(numbers: Iterable[str], *, company_id: int | None = None) -> dict[str, CustomerTerms]:
    """`customer_terms_by_number` of many; numbers that are not there are left out."""
    wanted = [(number,) for number in dict.fromkeys(numbers)]
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"number": "text"}, wanted, few=True)
    of_company = " WHERE c.company_id = %s" if company_id is not None else ""
    rows = sql.fetch(
        f"{with_clause} {_CUSTOMER} JOIN {source} ON k.number = p.number{of_company} ORDER BY c.id DESC",
        [*parameters, *([company_id] if company_id is not None else [])],
    )
    return {terms.number: terms for terms in (CustomerTerms(*row) for row in rows)}


@dataclass(frozen=True, slots=True)
class Conversion:
    """Another unit in which the product may be ordered: one is `factor` base units."""

    unit: Unit
    factor: Factor


class ProductTerms(NamedTuple):
    """A product with everything that an order line takes from it.

    Weight in g and volume in ml of one base unit; `standard_cost` in minor units of the company's currency for one base
    unit; `lead` how long it takes to replenish it where its site has no figures; `availability_group` "" for the
    standard one; tolerances as agreed with the customer, in basis points. Minimum and multiple in smallest units, the
    customer's before the product's own, 0 where there is none. How long goods that are kept in batches must last is
    agreed with the customer for the product, or for all of them, or is the product's.
    """

    product_id: int
    number: str
    name: str
    is_active: bool
    is_sold: bool
    is_stocked: bool
    is_made: bool
    category: str
    base_unit: Unit
    weight_g: int
    volume_ml: int
    standard_cost: int
    availability_group: str
    default_site_id: int | None
    customer_number: str
    over_tolerance_basis_points: int
    under_tolerance_basis_points: int
    minimum_quantity: int
    multiple_quantity: int
    has_batches: bool
    agreed_life_days: int
    minimum_life_days: int
    division: str
    lead: Figures
    conversions: tuple[Conversion, ...]

    def life_days(self, customer: CustomerTerms) -> int | None:
        """How long its goods must last from the day of delivery on; None where they are not kept in batches."""
        if not self.has_batches:
            return None
        return self.agreed_life_days or customer.minimum_life_days or self.minimum_life_days

    def unit(self, code: str) -> Conversion | None:
        """The unit of this code in which the product may be ordered; None where there is no conversion."""
        if code == self.base_unit.code:
            return Conversion(self.base_unit, Factor(1, 1))
        return next((conversion for conversion in self.conversions if conversion.unit.code == code), None)


_PRODUCT_COLUMNS = """
       p.id, p.number, p.name, p.is_active, p.is_sold, p.is_stocked, p.is_made, p.category, p.base_unit_id, bu.decimals,
       p.weight_g, p.volume_ml, p.standard_cost,
       p.availability_group, ps.site_id, COALESCE(cp.number, ''),
       COALESCE(cp.over_tolerance_basis_points, 0), COALESCE(cp.under_tolerance_basis_points, 0),
       COALESCE(NULLIF(cp.minimum_quantity, 0), p.minimum_quantity),
       COALESCE(NULLIF(cp.multiple_quantity, 0), p.multiple_quantity),
       p.has_batches, COALESCE(cp.minimum_life_days, 0), p.minimum_life_days, p.division,
       p.lead_days, p.processing_days, p.delivery_days, p.receipt_days, p.production_days,
       pu.unit_id, u.decimals, pu.numerator, pu.denominator
"""
_PRODUCT_JOINS = """
JOIN reference_unit bu ON bu.code = p.base_unit_id
LEFT JOIN masterdata_productsite ps ON ps.product_id = p.id AND ps.is_default
LEFT JOIN reference_productunit pu ON pu.product_id = p.id
LEFT JOIN reference_unit u ON u.code = pu.unit_id
"""
_CUSTOMER_PRODUCT = (
    "LEFT JOIN masterdata_customerproduct cp ON cp.product_id = p.id AND cp.customer_id = %s AND cp.is_active"
)
_BASE_DECIMALS = 9
_FIRST_LEAD, _FIRST_CONVERSION = 24, 29
NOBODY = 0


def product_terms(product_ids: Iterable[int], *, customer_id: int | None = None) -> dict[int, ProductTerms]:
    """The terms of these products by id, active or not; what is not there is left out."""
    wanted = [(product_id,) for product_id in dict.fromkeys(product_ids)]
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"product_id": "int"}, wanted, few=True)
    rows = sql.fetch(
        f"{with_clause} SELECT {_PRODUCT_COLUMNS} FROM {source} JOIN reference_product p ON p.id = k.product_id"
        f" {_PRODUCT_JOINS} {_CUSTOMER_PRODUCT} ORDER BY p.id, pu.unit_id",
        [*parameters, customer_id or NOBODY],
    )
    return {terms.product_id: terms for terms in _products(rows)}


def lives_for(customer: CustomerTerms, products: Iterable[ProductRow]) -> dict[int, int | None]:
    """How long goods must last from the day of delivery on for a customer, by product; None where they need not.

    One statement, and none where no product is kept in batches.
    """
    found = {one.id: one.life_days for one in products}
    kept = [product_id for product_id, life in found.items() if life is not None]
    agreed = product_terms(kept, customer_id=customer.customer_id) if kept else {}
    return found | {product_id: terms.life_days(customer) for product_id, terms in agreed.items()}


def product_terms_by_number(numbers: Iterable[str], *, customer_id: int | None = None) -> dict[str, ProductTerms]:
    """The terms of products by what was typed: our number, else the customer's own. Unknown ones are left out."""
    customer = customer_id or NOBODY
    return product_terms_of({customer: numbers})[customer]


def product_terms_of(typed: Mapping[int, Iterable[str]]) -> dict[int, dict[str, ProductTerms]]:
    """`product_terms_by_number` of many customers: by customer, by what was typed."""
    wanted = [(customer_id, number) for customer_id, numbers in typed.items() for number in dict.fromkeys(numbers)]
    found: dict[int, dict[str, ProductTerms]] = {customer_id: {} for customer_id in typed}
    if not wanted:
        return found
    with_clause, source, parameters = sql.relation("k", {"customer_id": "int", "number": "text"}, wanted, few=True)
    rows = sql.fetch(
        f"{with_clause} SELECT k.customer_id, {_PRODUCT_COLUMNS} FROM {source} LEFT JOIN masterdata_customerproduct own"
        " ON own.number = k.number AND own.customer_id = k.customer_id AND own.is_active"
        f" JOIN reference_product p ON p.number = k.number OR p.id = own.product_id {_PRODUCT_JOINS}"
        " LEFT JOIN masterdata_customerproduct cp ON cp.product_id = p.id AND cp.customer_id = k.customer_id"
        " AND cp.is_active ORDER BY p.id, pu.unit_id",
        parameters,
    )
    by_customer: dict[int, list[sql.Row]] = {}
    for row in dict.fromkeys(rows):
        by_customer.setdefault(row[0], []).append(row[1:])
    for customer_id, own in by_customer.items():
        products = _products(own)
        by_number = {terms.customer_number: terms for terms in products if terms.customer_number}
        by_number |= {terms.number: terms for terms in products}
        found[customer_id] = {
            number: by_number[number] for key, number in wanted if key == customer_id and number in by_number
        }
    return found


_unit = lru_cache(maxsize=256)(Unit)
"""Products share few units."""


def _products(rows: Sequence[sql.Row]) -> list[ProductTerms]:
    """One product from all its rows, of which there is one for each of its conversions."""
    first: dict[int, sql.Row] = {}
    conversions: dict[int, list[Conversion]] = {}
    for row in rows:
        first.setdefault(row[0], row)
        unit, decimals, numerator, denominator = row[_FIRST_CONVERSION:]
        if unit is not None:
            conversion = Conversion(Unit(unit, decimals), Factor(numerator, denominator))
            conversions.setdefault(row[0], []).append(conversion)
    return [
        ProductTerms(
            *(
                *row[: _BASE_DECIMALS - 1],
                _unit(row[_BASE_DECIMALS - 1], row[_BASE_DECIMALS]),
                *row[_BASE_DECIMALS + 1 : _FIRST_LEAD],
                Figures(*row[_FIRST_LEAD:_FIRST_CONVERSION]),
                tuple(conversions.get(product_id, ())),
            )
        )
        for product_id, row in first.items()
    ]


@dataclass(frozen=True, slots=True)
class PaymentTermsRow:
    id: int
    code: str
    name: str
    due_days: int
    discount_days: int
    discount_basis_points: int


def customer_groups(ids: Iterable[int]) -> dict[int, str]:
    """The group of each customer by id: what the account determination asks for."""
    wanted = [(one,) for one in dict.fromkeys(ids)]
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    rows = sql.fetch(
        f'{with_clause} SELECT c.id, c."group" FROM masterdata_customer c JOIN {source} ON c.id = k.id', parameters
    )
    return dict(rows)
