"""An order's header and lines as values: what the rules look at and what the store writes.

The names are those of the columns. Quantities: `quantity` in 10^-decimals of the line's unit, `base_quantity` in
smallest units of the product. Money in minor units of the document's currency.
"""

from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

NO_TEXTS = MappingProxyType[str, str]({})
NOTHING = MappingProxyType[str, Any]({})


class Header(NamedTuple):
    """What a quotation or an order says as a whole."""

    company_id: int
    sales_organisation_id: int
    order_type_id: int
    customer_id: int
    sold_to_id: int
    ship_to_id: int
    bill_to_id: int
    payer_id: int
    currency_id: str
    payment_terms_id: int
    entered_on: date
    requested_on: date | None = None
    forwarding_agent_id: int | None = None
    contact: str = ""
    customer_reference: str = ""
    incoterm: str = ""
    incoterm_place: str = ""
    shipping_condition: str = ""
    priority: int = 5
    complete_delivery: bool = False
    deliveries_max: int = 9
    probability: int = 100
    project: str = ""
    source_system: str = ""
    text: str = ""
    texts: Any = NO_TEXTS
    site_id: int | None = None


class Line(NamedTuple):
    """A line; `id` is 0 until it is written."""

    line_number: int
    product_id: int
    item_category_id: int
    site_id: int | None
    quantity: int
    unit_id: str
    base_quantity: int
    id: int = 0
    requested_on: date | None = None
    delivery_mode: str = "partial"
    delivery_group: int = 0
    delivery_days: int | None = None
    route_id: int | None = None
    shipping_point_id: int | None = None
    is_fixed: bool = False
    requirement_type: str = ""
    batch: str = ""
    location: str = ""
    valuation: str = ""
    min_shipment: int | None = None
    lateness_days_max: int | None = None
    deliveries_max: int | None = None
    over_tolerance_basis_points: int = 0
    under_tolerance_basis_points: int = 0
    reference_kind: str = ""
    reference_id: int | None = None
    reference_line_id: int | None = None
    text: str = ""
    texts: Any = NO_TEXTS
    main_line: int | None = None
    role: str = ""
    asked: Any = NOTHING
    rejection_reason: str = ""
    net: int = 0
    tax: int = 0
    gross: int = 0
    price_trace: Any = ()
    manual_conditions: Any = ()
    weight_g: int = 0
    volume_ml: int = 0

    def written(self, line_id: int) -> "Line":
        """The line with its id; by position, because `_replace` looks at each field by name."""
        return Line._make((*self[:_ID], line_id, *self[_ID + 1 :]))

    def priced(self, net: int, tax: int, gross: int, trace: Any) -> "Line":
        """The line with its value and how it came about."""
        return Line._make((*self[:_NET], net, tax, gross, trace, *self[_NET + 4 :]))

    @property
    def stands(self) -> bool:
        """Whether the line has not been rejected."""
        return not self.rejection_reason

    @property
    def tolerance(self) -> int:
        """By how much the delivered quantity may exceed the ordered one, in smallest units, rounded down."""
        return self.base_quantity * self.over_tolerance_basis_points // 10_000

    @property
    def accepted_shortfall(self) -> int:
        """How much less than ordered completes the line, in smallest units, rounded down."""
        return self.base_quantity * self.under_tolerance_basis_points // 10_000


_ID, _NET = Line._fields.index("id"), Line._fields.index("net")
assert Line._fields[_NET : _NET + 4] == ("net", "tax", "gross", "price_trace")
