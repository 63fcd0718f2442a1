"""What an order is read, determined and promised with: master data, in a constant number of statements.

One statement for the customer, one or two for the products (by number, by id), none for order types, sites and routes,
which the process keeps in memory under the edition that the customer's terms bring along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import (
    CustomerTerms,
    ItemCategoryTerms,
    LeadTimes,
    OrderTypeTerms,
    ProductTerms,
    Snapshot,
    StandardTexts,
    Transport,
)
from troth.business.masterdata.queries.lookup import payment_terms_id
from troth.business.pricing import queries as pricing
from troth.business.promising.rules import wish as promising
from troth.business.sales.rules import determination, refusals
from troth.business.sales.rules.determination import Choices, Named, Way
from troth.business.sales.rules.drafts import Known, LineDraft, OrderDraft, parse_date, read_site
from troth.business.sales.rules.lines import Header, Line
from troth.kernel.calendars import WorkCalendar, date_of, day_of
from troth.kernel.errors import Sentence
from troth.kernel.packages import Packing
from troth.kernel.replenishment import LeadTime
from troth.kernel.scheduling import Calendars, Durations
from troth.platform import sql
from troth.platform.actions import recalled, remember
from troth.platform.clock import Clock


@dataclass
class Terms:
    """The master data of one order. `country` and `region` are those of the ship-to."""

    customer: CustomerTerms
    order_type: OrderTypeTerms
    state: Snapshot
    products: dict[str | int, ProductTerms]
    country: str
    region: str
    offers: object | None = None
    """What `actions.offering` has read for these products."""
    _texts: tuple[int, StandardTexts] | None = None
    _packings: tuple[int, dict[int, Packing]] | None = None
    _lead_times: tuple[int, LeadTimes] | None = None

    @property
    def texts(self) -> StandardTexts:
        """What the document begins with in words; read again when it has more products."""
        if self._texts is None or self._texts[0] != len(self.products):
            ids = {product.product_id for product in self.products.values()}
            found = masterdata.standard_texts(self.customer.customer_id, ids, self.state.text_kinds)
            self._texts = (len(self.products), found)
        return self._texts[1]

    def packing(self, product_id: int) -> Packing | None:
        """In which packages a product goes to the customer; a statement for all, none where nobody keeps any."""
        if "package_sizes" not in self.state.offering:
            return None
        if self._packings is None or self._packings[0] != len(self.products):
            ids = {product.product_id for product in self.products.values()}
            self._packings = (len(self.products), masterdata.packings(self.customer.customer_id, ids))
        return self._packings[1].get(product_id)

    def lead_time(self, product: ProductTerms, site_id: int) -> LeadTime | None:
        """How long it takes to replenish a product at a site; a statement for all where sites have figures."""
        if self._lead_times is None or self._lead_times[0] != len(self.products):
            ids = {one.product_id for one in self.products.values()}
            self._lead_times = (len(self.products), masterdata.LeadTimes(ids, edition=self.state.edition))
        return self._lead_times[1].of(product.product_id, site_id, product)

    @cached_property
    def known(self) -> Known:
        sites = [site for site in self.state.sites.values() if site.company_id == self.customer.company_id]
        return Known(self.products, {site.id: site for site in sites} | {site.code: site for site in sites})

    @cached_property
    def _ways(self) -> dict[tuple[int, int | None, int | None], promising.Way]:
        return {}

    @cached_property
    def categories(self) -> dict[int, ItemCategoryTerms]:
        """Item categories by id."""
        return self.state.item_categories_by_id

    def transport(self, site_id: int, shipping_condition: str) -> Transport | None:
        return self.state.transport(site_id, self.country, self.region, shipping_condition)

    @property
    def receiving_calendar(self) -> WorkCalendar:
        """The days on which the customer receives goods."""
        return self.state.calendars[self.customer.calendar_id]

    def product(self, product_id: int) -> ProductTerms:
        return self.products[product_id]

    def choices(self, order: Header) -> Choices:
        """What the lines of this order are determined from."""
        ways = {}
        for site_id in self.state.sites:
            found = self.transport(site_id, order.shipping_condition)
            if found is not None:
                ways[site_id] = Way(found.shipping_point_id, found.route_id)
        return Choices(
            default=self.order_type.item_category,
            categories=self.state.item_categories,
            ways=ways,
            delivery_on=lambda days: self.agreed_delivery(order.entered_on, days),
            names=self.state.names,
            points={point.id: (point.site_id, point.code) for point in self.state.points},
        )

    def agreed_delivery(self, entered_on: date, working_days: int) -> date:
        """The day that an agreed delivery time ends on: working days of the customer's, from the order's entry."""
        return date_of(self.receiving_calendar.add(day_of(entered_on), working_days))

    def way(self, line: Line) -> promising.Way:
        """How a line travels, made once for all lines that share it; a missing route or point takes no time."""
        assert line.site_id is not None
        key = (line.site_id, line.shipping_point_id, line.route_id)
        if key not in self._ways:
            self._ways[key] = self._way(*key)
        return self._ways[key]

    def _way(self, site_id: int, shipping_point_id: int | None, route_id: int | None) -> promising.Way:
        return way_of(self.state, site_id, shipping_point_id, route_id, self.customer.calendar_id)


def way_of(
    state: Snapshot, site_id: int, shipping_point_id: int | None, route_id: int | None, receiving: int
) -> promising.Way:
    """How goods go from a site to who receives on the days of a calendar; a missing route or point takes no time."""
    site = state.sites[site_id]
    point = next((point for point in state.points if point.id == shipping_point_id), None)
    route = next((way for way in state.ways if way.route_id == route_id), None)
    durations = Durations(
        pick_pack=point.pick_pack_days if point else 0,
        loading=point.loading_days if point else 0,
        transit=route.transit_days if route else 0,
        transportation_planning=route.planning_days if route else 0,
    )
    at_site = state.calendars[site.calendar_id]
    on_route = state.calendars[route.calendar_id] if route else at_site
    calendars = Calendars(at_site, on_route, state.calendars[receiving])
    return promising.Way(site.code, site.time_zone, site.is_active, durations, calendars)


def for_draft(draft: OrderDraft) -> Terms:
    """The terms of a draft. Refuses an unknown customer or order type; unknown products are left to the parser."""
    customer = _customer(draft)
    if not customer.is_active:
        raise refusals.InactiveCustomer(
            Sentence("Customer %(customer)s is not served any more. Choose another customer."),
            field="customer",
            customer=customer.number,
        )
    state = masterdata.snapshot(customer.edition)
    return Terms(
        customer=customer,
        order_type=_order_type(state, draft.order_type),
        state=state,
        products=products(draft.lines, customer.customer_id),
        country=customer.ship_to_country,
        region=customer.ship_to_region,
    )


def read_ahead(drafts: Sequence[OrderDraft], *, clock: Clock) -> None:
    """Read what many drafts name, one statement a table, for the running action to remember as each is read.

    What is not found, or named by id, is read with its draft, which tells what is wrong with it.
    """
    numbers = {draft.customer.strip() for draft in drafts if isinstance(draft.customer, str) and draft.company is None}
    customers = masterdata.customers_by_number(numbers) if numbers else {}
    typed: dict[int, list[str]] = {}
    for draft in drafts:
        customer = customers.get(draft.customer.strip()) if isinstance(draft.customer, str) else None
        if customer is not None and draft.company is None:
            remember(_customer_name(customer.number), customer)
            own = typed.setdefault(customer.customer_id, [])
            own += [line.product for line in draft.lines if isinstance(line.product, str)]
    asked: dict[masterdata.Fit, set[int]] = {}
    by_id = {customer.customer_id: customer for customer in customers.values()}
    for customer_id, products in masterdata.product_terms_of(typed).items():
        remember(_products_name(customer_id), products)
        customer = by_id[customer_id]
        today = clock.today(customer.time_zone)
        fit = masterdata.Fit(customer.company_id, customer_id, customer.group, customer.currency, today)
        asked[fit] = {terms.product_id for terms in products.values()}
    if asked:
        pricing.read_ahead(asked)


def _customer_name(number: str) -> tuple[str, str]:
    return "sales: customer", number


def _products_name(customer_id: int) -> tuple[str, int]:
    return "sales: products", customer_id


def for_order(order: Header, product_ids: Mapping[int, object] | set[int]) -> Terms:
    """The terms of an order that is written, with these products."""
    customer = masterdata.customer_terms(order.customer_id)
    state = masterdata.snapshot(customer.edition)
    country, region = customer.ship_to_country, customer.ship_to_region
    if order.ship_to_id != customer.ship_to_id:
        [(country, region)] = sql.fetch(
            "SELECT country_id, region FROM reference_party WHERE id = %s", [order.ship_to_id]
        )
    found = products_by_id(set(product_ids), order.customer_id)
    return Terms(customer, state.order_types_by_id[order.order_type_id], state, found, country, region)


def products(lines: tuple[LineDraft, ...], customer_id: int) -> dict[str | int, ProductTerms]:
    """The terms of the products that lines name, by what they were named and by id."""
    found: dict[str | int, ProductTerms] = {}
    ids = {line.product for line in lines if isinstance(line.product, int)}
    numbers = [line.product for line in lines if isinstance(line.product, str)]
    if ids:
        found |= products_by_id(ids, customer_id)
    if numbers:
        ahead = recalled(_products_name(customer_id)) or {}
        by_number = {number: ahead[number] for number in numbers if number in ahead}
        rest = [number for number in numbers if number not in ahead]
        if rest:
            by_number |= masterdata.product_terms_by_number(rest, customer_id=customer_id)
        for number, terms in by_number.items():
            found[number] = found[terms.product_id] = terms
    return found


def products_by_id(ids: set[int], customer_id: int) -> dict[str | int, ProductTerms]:
    found: dict[str | int, ProductTerms] = {}
    for product_id, terms in masterdata.product_terms(sorted(ids), customer_id=customer_id).items():
        found[product_id] = terms
    return found


def named(draft: OrderDraft, terms: Terms, *, today: date) -> Named:
    """Resolve what the header names. Refuses unknown parties, terms and sites."""
    determination.check_header_texts({name: getattr(draft, name) for name in determination.HEADER_TEXT_MAX})
    parties = _parties(draft)
    return Named(
        ship_to_id=parties.get("ship_to"),
        bill_to_id=parties.get("bill_to"),
        payer_id=parties.get("payer"),
        forwarding_agent_id=parties.get("forwarding_agent"),
        site_id=read_site(draft.site, terms.known.sites).id if draft.site not in (None, "") else None,
        payment_terms_id=_payment_terms(draft.payment_terms),
        requested_on=parse_date(draft.requested_on, today=today),
    )


def with_ship_to(terms: Terms, ship_to_id: int) -> Terms:
    """The terms for goods that go to another address than the customer's usual one."""
    if ship_to_id == terms.customer.ship_to_id:
        return terms
    [(country, region)] = sql.fetch("SELECT country_id, region FROM reference_party WHERE id = %s", [ship_to_id])
    return replace(terms, country=country, region=region)


def _customer(draft: OrderDraft) -> masterdata.CustomerTerms:
    entered = draft.customer
    if isinstance(entered, int):
        return masterdata.customer_terms(entered)
    ahead = recalled(_customer_name(entered.strip())) if draft.company is None else None
    found = ahead or masterdata.customer_terms_by_number(entered.strip(), company_id=draft.company)
    if found is None:
        raise refusals.UnknownCustomer(
            Sentence(
                "There is no customer %(customer)r. Choose one that is offered while you type, or have it created."
            ),
            field="customer",
            customer=entered[:40],
        )
    return found


def _order_type(state: Snapshot, code: str) -> OrderTypeTerms:
    kind = state.order_types.get(code)
    if kind is None or not kind.is_active:
        possible = ", ".join(sorted(code for code, kind in state.order_types.items() if kind.is_active))
        raise refusals.UnknownOrderType(
            Sentence(
                "There is no order type %(code)s. Choose one of: %(known)s.", code=repr(code[:20]), known=possible
            ),
            field="order_type",
        )
    return kind


PARTNERS = ("ship_to", "bill_to", "payer", "forwarding_agent")


def _parties(draft: OrderDraft) -> dict[str, int]:
    """The ids of the partners that the draft names, by role; one statement, none where it names nobody."""
    entered = {role: getattr(draft, role) for role in PARTNERS if getattr(draft, role) not in (None, "")}
    if not entered:
        return {}
    with_clause, source, parameters = sql.relation("k", {"entered": "text"}, [(str(v),) for v in entered.values()])
    rows = sql.fetch(
        f"{with_clause} SELECT p.id, p.number FROM {source} JOIN reference_party p"
        " ON p.number = k.entered OR CAST(p.id AS text) = k.entered WHERE p.is_active",
        parameters,
    )
    by_number, ids = {number: party_id for party_id, number in rows}, {party_id for party_id, _ in rows}
    found = {}
    for role, value in entered.items():
        party_id = by_number.get(value) if isinstance(value, str) else (value if value in ids else None)
        if party_id is None:
            raise refusals.UnknownParty(
                Sentence(
                    "There is no party %(party)r. Check the number, or have the party created.", party=str(value)[:20]
                ),
                field=role,
            )
        found[role] = party_id
    return found


def _payment_terms(code: str) -> int | None:
    if not code:
        return None
    found = payment_terms_id(code)
    if found is None:
        raise refusals.WrongEntry(
            Sentence("There are no payment terms %(code)r. Choose others."), code=code[:20], field="payment_terms"
        )
    return found
