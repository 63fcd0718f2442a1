"""What no check of availability covers, and why: products at sites, and all products where an item skips the check.

| reason | what is wrong |
| --- | --- |
| no_check | items of this category are delivered and never checked, whatever the product |
| not_stocked | the product is not kept in stock: whatever is asked for is confirmed |
| no_site | no site keeps the product |
| site_closed | the site ships no longer |
| never_open | the site's calendar has no open day within the horizon |
| no_scope | the availability group is not there or closed, or its scope for orders is closed |
| no_supply | the scope for orders counts no supply: nothing is ever confirmed |
| no_type | the product is valuated separately and none of its types is in use: no line can name one |
"""

from dataclasses import dataclass

from troth.business.masterdata.queries.snapshot import STANDARD_GROUP, Snapshot, snapshot
from troth.kernel.calendars import WorkCalendar
from troth.kernel.scopes import STANDARD, CheckingScope, Event
from troth.platform import sql

HORIZON_DAYS = 365
REASONS = ("no_check", "not_stocked", "no_site", "site_closed", "never_open", "no_scope", "no_supply", "no_type")


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A product that is not checked at a site ("" for every site), or an item category: its code, and no product."""

    product_id: int | None
    number: str
    name: str
    site_id: int | None
    site: str
    group: str
    reason: str

    @property
    def mark(self) -> str:
        """Its place in the list."""
        return f"{'1' if self.product_id else '0'}{self.number}\t{self.site}"


def uncovered(today: int, *, company_ids: frozenset[int] | None = None) -> list[Uncovered]:
    """Every active product at every site that keeps it which no check covers, by number and site. One statement.

    `today` is a day number; sites of other companies are left out.
    """
    state = snapshot()
    reasons = _Reasons(state, today, _scopes_in_use(state))
    found = []
    for product_id, number, name, is_stocked, group, site_id in sql.fetch(_PAIRS):
        site = state.sites.get(site_id) if site_id is not None else None
        if site is not None and company_ids is not None and site.company_id not in company_ids:
            continue
        reason = reasons.of(product_id, bool(is_stocked), group or STANDARD_GROUP, site_id)
        if reason:
            code = site.code if site else ""
            found.append(Uncovered(product_id, number, name, site_id, code, group or STANDARD_GROUP, reason))
    return [*_unchecked(state), *sorted(found, key=lambda one: (one.number, one.site))]


_PAIRS = """
SELECT p.id, p.number, p.name, p.is_stocked, p.availability_group, ps.site_id FROM reference_product p
LEFT JOIN masterdata_productsite ps ON ps.product_id = p.id AND ps.is_active AND p.is_stocked
WHERE p.is_active
"""


def _unchecked(state: Snapshot) -> list[Uncovered]:
    """Active item categories whose items are delivered and never checked."""
    return [
        Uncovered(None, one.code, one.name, None, "", "", "no_check")
        for one in sorted(state.item_categories.values(), key=lambda one: one.code)
        if one.is_active and one.is_delivered and not one.is_promised
    ]


class _Reasons:
    """Why a product at a site is not checked, with what is asked once for all of them."""

    def __init__(self, state: Snapshot, today: int, closed: "_Closed") -> None:
        self._state, self._closed = state, closed
        self._never = {
            site.id for site in state.sites.values() if _never_opens(state.calendars[site.calendar_id], today)
        }

    def of(self, product_id: int, is_stocked: bool, group: str, site_id: int | None) -> str:
        if not is_stocked:
            return "not_stocked"
        if site_id is None:
            return "no_site"
        if not self._state.sites[site_id].is_active:
            return "site_closed"
        if site_id in self._never:
            return "never_open"
        scope = self._scope(group)
        if scope is None:
            return "no_scope"
        if not scope.supply:
            return "no_supply"
        types = self._state.valuations.get(product_id)
        return "no_type" if types is not None and not types.names else ""

    def _scope(self, group: str) -> CheckingScope | None:
        if group not in self._state.groups:
            return STANDARD[Event.ORDER] if group == STANDARD_GROUP and not self._state.groups else None
        scope = self._state.groups[group][Event.ORDER]
        return None if group in self._closed.groups or scope.code in self._closed.scopes else scope


@dataclass(frozen=True, slots=True)
class _Closed:
    groups: frozenset[str]
    scopes: frozenset[str]


def _scopes_in_use(state: Snapshot) -> _Closed:
    """The groups and scopes that were taken out of use."""
    rows = sql.fetch(
        "SELECT 0, code FROM masterdata_availabilitygroup WHERE NOT is_active"
        " UNION ALL SELECT 1, code FROM masterdata_checkingscope WHERE NOT is_active"
    )
    return _Closed(*(frozenset(code for kind, code in rows if kind == wanted) for wanted in (0, 1)))


def _never_opens(calendar: WorkCalendar, today: int) -> bool:
    return not any(calendar.is_open(day) for day in range(today, today + HORIZON_DAYS))
