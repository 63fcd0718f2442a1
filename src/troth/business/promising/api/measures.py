"""Measures over the API: promise kept by month, site, customer, product or basis, and the departures behind it; what is
not confirmed, and its lines."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.promising import measures
from troth.business.promising.measures import KeptRow
from troth.business.promising.models import Departure, Requirement
from troth.kernel.errors import InvalidInput, Sentence
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, Paging, page, whole
from troth.platform.api.values import Code, Day, Entry, Shown, quantity
from troth.reference import queries as reference

operations = Operations("measures")


class KeptShown(Shown):
    """`departures` of a group and how many of them came by the day promised first, promised last, and wished.

    `group` is a month (2026-11), the code of a site, the number of a customer or product, or a basis; `days_late` is
    the average of those that missed their first promise, `worst_days_late` the most.
    """

    group: str
    name: str
    departures: int
    first_promise_kept: int
    last_promise_kept: int
    wish_kept: int
    days_late: str
    worst_days_late: int


class KeptAsked(Entry):
    """Goods that left from one day to another, both counted."""

    left_from: Day
    left_until: Day
    by: Annotated[str, Field(pattern="^(all|month|site|customer|product|basis)$")] = "all"


@operations.reads("/measures/promise-kept", Page[KeptShown])
def measure_promise_kept(request: ApiRequest, asked: Query[KeptAsked]) -> dict[str, Any]:
    """How many promises were kept; of the groups at most 200, those with the most missed ones first."""
    permissions.require(request.auth, "promising.view_availability")
    if asked.left_until < asked.left_from:
        raise InvalidInput(
            Sentence("The last day lies before the first. Choose a later one."), field="left_until"
        )  # fmt: skip
    found = measures.kept(request.auth.reach, asked.left_from, asked.left_until, by=asked.by)
    return whole([_shown(one, asked.by) for one in found])


def _shown(one: KeptRow, by: str) -> KeptShown:
    match by:
        case "month":
            group, name = f"{one.group[0]:04}-{one.group[1]:02}", ""
        case "basis":
            group, name = one.group[0], ""
        case "all":
            group, name = "", ""
        case _:
            group, name = one.group[0] or "", one.group[1] or ""
    return KeptShown(
        group=group, name=name, departures=one.departures, first_promise_kept=one.first, last_promise_kept=one.last,
        wish_kept=one.wish, days_late=quantity(one.average_days, 1), worst_days_late=one.worst_days,
    )  # fmt: skip


class DepartureShown(Shown):
    """Goods that left for a promise; a count of days above zero says that they come so much late."""

    id: int
    promise: int
    document: str
    product: str
    quantity: str
    unit: str
    left_on: date
    arrives_on: date
    requested_on: date
    first_promised_on: date | None
    promised_on: date
    basis: str
    wish_missed_by: int
    first_missed_by: int
    missed_by: int


class DepartureFilter(Paging):
    left_from: Day = date(1970, 1, 1)
    left_until: Day = date(9999, 12, 31)


@operations.reads("/measures/departures", Page[DepartureShown])
def list_departures(request: ApiRequest, choice: Query[DepartureFilter]) -> dict[str, Any]:
    """What left for which promise, the last first."""
    permissions.require(request.auth, "promising.view_availability")
    found = measures.departures(request.auth.reach, choice.left_from, choice.left_until)
    return page(
        request, found.select_related("requirement__product__base_unit"), choice, _departures, order=("-left_on", "-id")
    )  # fmt: skip


def _departures(rows: Iterable[Departure]) -> list[DepartureShown]:
    return [
        DepartureShown(
            id=one.pk, promise=one.requirement_id, document=one.requirement.document_number,
            product=one.requirement.product.number,
            quantity=quantity(one.quantity, one.requirement.product.base_unit.decimals),
            unit=one.requirement.product.base_unit_id, left_on=one.left_on, arrives_on=one.arrives_on,
            requested_on=one.requirement.requested_on, first_promised_on=one.requirement.first_promised_on,
            promised_on=one.promised_on, basis=one.basis, wish_missed_by=one.wish_missed_by,
            first_missed_by=one.first_missed_by, missed_by=one.missed_by,
        )
        for one in rows
    ]  # fmt: skip


class UnconfirmedShown(Shown):
    """The goal is none. `late` lines were wished by today; `oldest_at`: since when the first of them waits."""

    orders: int
    lines: int
    late: int
    oldest_at: datetime | None


@operations.reads("/measures/unconfirmed", UnconfirmedShown)
def measure_unconfirmed(request: ApiRequest) -> UnconfirmedShown:
    """How many orders have how many lines that are not confirmed in full."""
    permissions.require(request.auth, "promising.view_availability")
    found = measures.unconfirmed(request.auth.reach, reference.today(request.clock))
    return UnconfirmedShown(orders=found.orders, lines=found.lines, late=found.late, oldest_at=found.oldest_at)


class UnconfirmedLineShown(Shown):
    """`short` of `quantity` (base unit) is not confirmed; `since` it was promised last."""

    promise: int
    document: str
    customer: str
    product: str
    site: str
    requested_on: date
    quantity: str
    short: str
    unit: str
    since: datetime | None


class UnconfirmedFilter(Paging):
    """Only of a product, by its number, and only at a site, by its code."""

    product: Code = ""
    site: Code = ""


@operations.reads("/measures/unconfirmed-lines", Page[UnconfirmedLineShown])
def list_unconfirmed(request: ApiRequest, choice: Query[UnconfirmedFilter]) -> dict[str, Any]:
    """The lines behind the measure, by the day for which they are wished; of a product at a site: who waits for it."""
    permissions.require(request.auth, "promising.view_availability")
    found = measures.unconfirmed_lines(request.auth.reach)
    if choice.product:
        found = found.filter(product__number=choice.product)
    if choice.site:
        found = found.filter(site__code=choice.site)
    return page(request, found, choice, _unconfirmed, order=("requested_on", "id"))


def _unconfirmed(rows: Iterable[Requirement]) -> list[UnconfirmedLineShown]:
    return [
        UnconfirmedLineShown(
            promise=one.pk, document=one.document_number, customer=one.party.number if one.party else "",
            product=one.product.number, site=one.site.code, requested_on=one.requested_on,
            quantity=quantity(one.quantity, one.product.base_unit.decimals),
            short=quantity(one.missing, one.product.base_unit.decimals),
            unit=one.product.base_unit_id, since=one.promised_at,
        )
        for one in rows
    ]  # fmt: skip
