"""What changes rarely and every document reads: order types, routes, calendars, companies, taxes, accounts.

A process keeps one snapshot of it, which says under which edition token it was read. The token is a row of the books
that is drawn anew with every change (`store.touch`), and `customer_terms` brings it along, so an order learns in a
statement that it makes anyway whether its snapshot is still true. Every worker process does, so all of them follow a
change with the next order. The token is read before the tables: a change in between makes the snapshot look older
than it is, and it is read again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from troth.business.masterdata import store
from troth.business.masterdata.queries import credit_checks, rules
from troth.business.masterdata.queries.conditions import AccountRow, AccountTable, Tax
from troth.business.masterdata.queries.credit_checks import CreditCheckTerms
from troth.business.masterdata.queries.rules import RuleTerms
from troth.business.masterdata.queries.terms import PaymentTermsRow
from troth.business.masterdata.queries.texts import TextKindTerms
from troth.business.masterdata.queries.valuation_types import ValuationTypes, valuation_types
from troth.kernel.calendars import WorkCalendar
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.forecast import Window
from troth.kernel.scopes import DEMANDS, STANDARD, SUPPLIES, CheckingScope, Event, named
from troth.platform import sql
from troth.reference import queries as reference

STANDARD_GROUP = "standard"
"""The availability group of products that name none."""


@dataclass(frozen=True, slots=True)
class ItemCategoryTerms:
    id: int
    code: str
    name: str
    is_active: bool
    is_priced: bool
    is_promised: bool
    is_delivered: bool
    billing_basis: str


@dataclass(frozen=True, slots=True)
class OrderTypeTerms:
    id: int
    code: str
    name: str
    is_active: bool
    checking_event: str
    checks_credit: bool
    on_credit_block: str
    credit_hold_days: int
    delivers_on_saving: bool
    needs_customer_reference: bool
    delivery_block_reason: str
    shipping_condition: str
    mails_papers: bool
    on_shortage: str
    item_category: ItemCategoryTerms


@dataclass(frozen=True, slots=True)
class Transport:
    """How goods leave a site for a destination; durations in working days of the calendar named beside them.

    `obstacle` says in a word why nothing can leave: `closed_site`, `no_route`, `no_shipping_point`; empty where it can.
    Without a route or shipping point its id is None and its durations are 0.
    """

    site_id: int
    site: str
    company_id: int
    time_zone: str
    is_active: bool
    site_calendar_id: int
    shipping_point_id: int | None
    shipping_point: str
    pick_pack_days: int
    loading_days: int
    route_id: int | None
    route: str
    carrier_id: int | None
    route_calendar_id: int | None
    transit_days: int
    transportation_planning_days: int

    @property
    def obstacle(self) -> str:
        if not self.is_active:
            return "closed_site"
        if self.route_id is None:
            return "no_route"
        return "" if self.shipping_point_id is not None else "no_shipping_point"


@dataclass(frozen=True, slots=True)
class CompanyTerms:
    id: int
    currency: str
    time_zone: str
    gs1_prefix: str = ""


@dataclass(frozen=True, slots=True)
class _Site:
    id: int
    code: str
    company_id: int
    time_zone: str
    is_active: bool
    calendar_id: int
    papers_before_issue: bool
    packing_before_issue: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """A rule with its route."""

    site_id: int
    country: str | None
    region: str
    shipping_condition: str
    route_id: int
    route: str
    carrier_id: int | None
    calendar_id: int
    transit_days: int
    planning_days: int

    def serves(self, country: str, region: str, shipping_condition: str) -> bool:
        return (
            self.country in (None, country)
            and self.region in ("", region)
            and self.shipping_condition in ("", shipping_condition)
        )

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        return bool(self.region), self.country is not None, bool(self.shipping_condition)


@dataclass(frozen=True, slots=True)
class _Point:
    site_id: int
    id: int
    code: str
    shipping_condition: str
    pick_pack_days: int
    loading_days: int


@dataclass(frozen=True)
class Snapshot:
    """The state under one edition token."""

    edition: int
    order_types: Mapping[str, OrderTypeTerms]
    item_categories: Mapping[str, ItemCategoryTerms]
    calendars: Mapping[int, WorkCalendar]
    sites: Mapping[int, _Site]
    ways: tuple[_Way, ...]
    points: tuple[_Point, ...]
    companies: Mapping[int, CompanyTerms]
    payment_terms: Mapping[int, PaymentTermsRow]
    taxes: Mapping[str, tuple[Tax, ...]]
    accounts: Mapping[int, AccountTable]
    text_kinds: Mapping[str, TextKindTerms]
    checking_scopes: Mapping[str, CheckingScope]
    groups: Mapping[str, Mapping[str, CheckingScope]]
    sales_organisations: Mapping[int, str]
    rules: tuple[RuleTerms, ...]
    """The rules of availability, by rank."""
    offering: frozenset[str]
    """Which of `listings`, `substitutions`, `free_goods`, `package_sizes`, and `lead_times` of sites, are kept at all;
    without them nobody asks."""
    credit_checks: tuple[CreditCheckTerms, ...]
    """The rules of credit, in no order."""
    valuations: Mapping[int, ValuationTypes]
    """The valuation types of each product that is valuated separately."""
    _transports: dict[tuple[int, str, str, str], Transport] = field(default_factory=dict)

    def scope(self, group: str, event: str) -> CheckingScope:
        """What counts when a product of this availability group is promised for an event."""
        return (self.groups.get(group) or self.groups.get(STANDARD_GROUP) or STANDARD)[event]  # type: ignore[index]

    def rules_for(self, product_id: int) -> tuple[RuleTerms, ...]:
        """The rules of availability that may hold for a product, by rank."""
        named = self._rules_by_product
        return named.get(product_id, named[None])

    @cached_property
    def _rules_by_product(self) -> Mapping[int | None, tuple[RuleTerms, ...]]:
        named = {None, *(rule.product_id for rule in self.rules)}
        return {one: tuple(rule for rule in self.rules if rule.product_id in (None, one)) for one in named}

    @cached_property
    def item_categories_by_id(self) -> dict[int, ItemCategoryTerms]:
        return {category.id: category for category in self.item_categories.values()}

    @cached_property
    def order_types_by_id(self) -> dict[int, OrderTypeTerms]:
        return {kind.id: kind for kind in self.order_types.values()}

    @cached_property
    def names(self) -> Mapping[tuple[str, str | int], int]:
        """The ids of routes and shipping points by ("route" or "shipping_point", code or id)."""
        names: dict[tuple[str, str | int], int] = {}
        for way in self.ways:
            names["route", way.route] = names["route", way.route_id] = way.route_id
        for point in self.points:
            names["shipping_point", point.code] = names["shipping_point", point.id] = point.id
        return names

    @cached_property
    def route_codes(self) -> Mapping[int, str]:
        """The codes of the routes that lines may go by."""
        return {way.route_id: way.route for way in self.ways}

    def transport(self, site_id: int, country: str, region: str, shipping_condition: str) -> Transport | None:
        """How goods leave this site; None where there is no such site."""
        key = (site_id, country, region, shipping_condition)
        if key not in self._transports and site_id in self.sites:
            self._transports[key] = self._transport(*key)
        return self._transports.get(key)

    def _transport(self, site_id: int, country: str, region: str, shipping_condition: str) -> Transport:
        site = self.sites[site_id]
        ways = [way for way in self.ways if way.site_id == site_id and way.serves(country, region, shipping_condition)]
        points = [p for p in self.points if p.site_id == site_id and p.shipping_condition in ("", shipping_condition)]
        way = max(ways, key=lambda way: way.specificity, default=None)
        point = max(points, key=lambda point: (bool(point.shipping_condition), -point.id), default=None)
        return Transport(
            site_id=site.id,
            site=site.code,
            company_id=site.company_id,
            time_zone=site.time_zone,
            is_active=site.is_active,
            site_calendar_id=site.calendar_id,
            shipping_point_id=point.id if point else None,
            shipping_point=point.code if point else "",
            pick_pack_days=point.pick_pack_days if point else 0,
            loading_days=point.loading_days if point else 0,
            route_id=way.route_id if way else None,
            route=way.route if way else "",
            carrier_id=way.carrier_id if way else None,
            route_calendar_id=way.calendar_id if way else None,
            transit_days=way.transit_days if way else 0,
            transportation_planning_days=way.planning_days if way else 0,
        )


class _Memory:
    """The one snapshot that this process keeps."""

    latest: Snapshot | None = None


def snapshot(edition: int | None = None) -> Snapshot:
    """The state under this edition (`CustomerTerms.edition`); without one the books are asked for it."""
    current = store.edition() if edition is None else edition
    kept = _Memory.latest
    if kept is not None and kept.edition == current:
        return kept
    fresh = _load(store.edition())
    if fresh.edition != store.NO_EDITION:
        _Memory.latest = fresh
    return fresh


def transport(
    site_ids: Iterable[int], country: str, region: str, shipping_condition: str, *, edition: int | None = None
) -> dict[int, Transport]:
    """How goods leave each of these sites for a destination: of the rules that fit, the most specific wins."""
    state = snapshot(edition)
    found = {site_id: state.transport(site_id, country, region, shipping_condition) for site_id in site_ids}
    return {site_id: way for site_id, way in found.items() if way is not None}


def order_type(code: str, *, edition: int | None = None) -> OrderTypeTerms:
    """The order type of this code. `NotFound` where there is none."""
    kinds = snapshot(edition).order_types
    if code not in kinds:
        known = ", ".join(sorted(kinds))
        said = Sentence("There is no order type %(code)s. Choose one of: %(known)s.", code=code, known=known)
        raise NotFound(said, field="order_type", code=code)
    return kinds[code]


def item_categories(*, edition: int | None = None) -> Mapping[str, ItemCategoryTerms]:
    """All item categories by code."""
    return snapshot(edition).item_categories


@dataclass(frozen=True, slots=True)
class KeptScope:
    """A scope as it is kept: its name, what it counts, and the codes of the groups that use it."""

    name: str
    scope: CheckingScope
    groups: tuple[str, ...]


def checking_scope(scope_id: int) -> KeptScope:
    """The scope of this id. `NotFound` where there is none."""
    state = snapshot()
    for code, name in sql.fetch("SELECT code, name FROM masterdata_checkingscope WHERE id = %s", [scope_id]):
        groups = tuple(
            group for group, by_event in state.groups.items() if code in {one.code for one in by_event.values()}
        )
        return KeptScope(name, state.checking_scopes[code], groups)
    raise NotFound(Sentence("There is no scope of check %(id)s."), kind="scope of check", id=scope_id)


def scope_id(code: str) -> int | None:
    """The id under which a scope is kept; None in books that keep none."""
    for (found,) in sql.fetch("SELECT id FROM masterdata_checkingscope WHERE code = %s", [code]):
        return int(found)
    return None


def checking_scopes(
    product_ids: Iterable[int], event: Event, *, edition: int | None = None
) -> dict[int, CheckingScope]:
    """What counts for each of these products. A statement more where there are groups beside the standard one."""
    state = snapshot(edition)
    ids = list(product_ids)
    named = store.groups_of(ids) if state.groups.keys() - {STANDARD_GROUP} else {}
    return {product_id: state.scope(named.get(product_id, ""), event) for product_id in ids}


def calendar(calendar_id: int, *, edition: int | None = None) -> WorkCalendar:
    """The open days of a calendar."""
    return snapshot(edition).calendars[calendar_id]


def _load(edition: int) -> Snapshot:
    categories = {
        row[1]: ItemCategoryTerms(*row)
        for row in sql.fetch(
            "SELECT id, code, name, is_active, is_priced, is_promised, is_delivered, billing_basis"
            " FROM masterdata_itemcategory"
        )
    }
    by_id = {category.id: category for category in categories.values()}
    kinds = sql.fetch(
        "SELECT id, code, name, is_active, checking_event, checks_credit, on_credit_block, credit_hold_days,"
        " delivers_on_saving, needs_customer_reference, delivery_block_reason, shipping_condition, mails_papers,"
        " on_shortage, item_category_id"
        " FROM masterdata_ordertype"
    )
    sites = sql.fetch(
        "SELECT id, code, company_id, time_zone, is_active, calendar_id, papers_before_issue, packing_before_issue"
        " FROM reference_site"
    )
    ways = sql.fetch(
        "SELECT rr.site_id, rr.country_id, rr.region, rr.shipping_condition, r.id, r.code, r.carrier_id, r.calendar_id,"
        " r.transit_days, r.transportation_planning_days"
        " FROM masterdata_routerule rr JOIN masterdata_route r ON r.id = rr.route_id WHERE r.is_active"
    )
    points = sql.fetch(
        "SELECT site_id, id, code, shipping_condition, pick_pack_days, loading_days FROM masterdata_shippingpoint"
        " WHERE is_active"
    )
    return Snapshot(
        edition,
        {row[1]: OrderTypeTerms(*(*row[:-1], by_id[row[-1]])) for row in kinds},
        categories,
        _calendars(),
        {row[0]: _Site(*row) for row in sites},
        tuple(_Way(*row) for row in ways),
        tuple(_Point(*row) for row in points),
        {
            row[0]: CompanyTerms(*row)
            for row in sql.fetch("SELECT id, currency_id, time_zone, gs1_prefix FROM reference_company")
        },
        {row[0]: PaymentTermsRow(*row) for row in sql.fetch(_PAYMENT_TERMS)},
        _taxes(),
        _accounts(),
        {row[0]: TextKindTerms(*row) for row in sql.fetch(_TEXT_KINDS)},
        *_scopes(),
        dict(sql.fetch("SELECT id, code FROM reference_salesorganisation")),
        rules.read(),
        _offering(),
        credit_checks.read(),
        valuation_types(),
    )


def _offering() -> frozenset[str]:
    tables = {
        "listings": "listing",
        "substitutions": "substitution",
        "free_goods": "freegoods",
        "package_sizes": "packagesizes",
    }
    own = " OR ".join(
        f"{name}_days IS NOT NULL" for name in ("lead", "processing", "delivery", "receipt", "production")
    )
    kept = {word: f"masterdata_{table} WHERE is_active" for word, table in tables.items()}
    kept["lead_times"] = f"masterdata_productsite WHERE is_active AND ({own})"
    rows = sql.fetch(
        " UNION ALL ".join(f"SELECT '{word}' WHERE EXISTS (SELECT 1 FROM {table})" for word, table in kept.items())
    )
    return frozenset(word for (word,) in rows)


def _scopes() -> tuple[dict[str, CheckingScope], dict[str, dict[str, CheckingScope]]]:
    """Scopes by code, and by availability group and event; those of the kernel where books keep none."""
    rows = sql.fetch(
        "SELECT id, code, supply, demand, at_hand, lead_time, overdue_receipt_days, horizon_days,"
        " forecast_back_days, forecast_ahead_days"
        " FROM masterdata_checkingscope ORDER BY id"
    )
    by_id = {
        row[0]: CheckingScope(
            row[1],
            named(row[2], SUPPLIES),
            named(row[3], DEMANDS),
            named(row[4], DEMANDS),
            bool(row[5]),
            row[6],
            row[7],
            Window(row[8], row[9]),
        )
        for row in rows
    }
    groups = sql.fetch(
        "SELECT code, order_scope_id, rush_scope_id, delivery_scope_id, quotation_scope_id, component_scope_id"
        " FROM masterdata_availabilitygroup ORDER BY id"
    )
    scopes = {scope.code: scope for scope in (by_id or STANDARD).values()}
    return scopes, {row[0]: {event: by_id[row[n]] for n, event in enumerate(Event, 1)} for row in groups}


_TEXT_KINDS = (
    "SELECT code, name, is_active, is_on_items, goes_to_delivery, goes_to_invoice FROM masterdata_textkind ORDER BY id"
)


_PAYMENT_TERMS = "SELECT id, code, name, due_days, discount_days, discount_basis_points FROM masterdata_paymentterms"


def _taxes() -> dict[str, tuple[Tax, ...]]:
    """By country; within it by name, the region's after the country's and the later after the earlier."""
    rows = sql.fetch(
        "SELECT id, name, country_id, region, basis_points, valid_from_on, valid_to_on FROM masterdata_taxrate"
        " ORDER BY country_id, name, region, valid_from_on"
    )
    taxes = (Tax(*(*row[:5], _day(row[5]), _day(row[6]) if row[6] else None)) for row in rows)
    return {country: tuple(found) for country, found in groupby(taxes, key=lambda tax: tax.country)}


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _accounts() -> dict[int, AccountTable]:
    rows = sql.fetch(
        "SELECT company_id, posting_key, customer_group, product_category, account FROM masterdata_accountrule"
        " ORDER BY company_id, id"
    )
    return {
        company_id: AccountTable(company_id, tuple(AccountRow(*row[1:]) for row in found))
        for company_id, found in groupby(rows, key=lambda row: row[0])
    }


def _calendars() -> dict[int, WorkCalendar]:
    week: dict[int, str] = {}
    days: dict[int, list[tuple[date, bool]]] = {}
    for calendar_id, open_weekdays, on, is_open in sql.fetch(
        'SELECT c.id, c.open_weekdays, d."on", d.is_open FROM reference_workingcalendar c'
        " LEFT JOIN reference_calendarday d ON d.calendar_id = c.id"
    ):
        week[calendar_id] = open_weekdays
        exceptions = days.setdefault(calendar_id, [])
        if on is not None:
            exceptions.append((on, bool(is_open)))
    return {
        calendar_id: reference.calendar_of(open_weekdays, days[calendar_id])
        for calendar_id, open_weekdays in week.items()
    }
