"""Promises as the pages show them: the words of a basis, the dates of a line, what is short, what is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Min, QuerySet
from django.utils.translation import gettext_lazy as _

from troth.business.promising import queries
from troth.business.promising.models import Requirement, ScheduleLine
from troth.business.promising.queries import PromisedLine
from troth.kernel.calendars import date_of
from troth.platform.web.documents import DatedLine, PromisedItem
from troth.platform.web.tallies import tally
from troth.platform.web.values import Party, Quantity, Status, Waiting

BASIS = {
    "stock": Status(_("stock"), "done"),
    "supply": Status(_("on order"), "going"),
    "lead_time": Status(_("lead time"), "waiting"),
    "allocated": Status(_("allocated"), "done"),
    "unchecked": Status(_("not checked"), "draft"),
}


def short(kind: str = "order") -> QuerySet[Requirement]:
    """Requirements of a kind of document that are not confirmed in full."""
    return Requirement.objects.filter(
        document_kind=kind, is_withdrawn=False, open_quantity__gt=0, quantity__gt=F("confirmed_quantity")
    )


def short_documents(kind: str = "order") -> QuerySet[Any, int]:
    """The ids of documents with such a requirement, as a subquery."""
    return short(kind).values_list("document_id", flat=True)


def unconfirmed(company_ids: frozenset[int] | None, today: date) -> Waiting:
    """Lines that are not confirmed in full; late are those that were wished by today."""
    found = short()
    if company_ids is not None:
        found = found.filter(company_id__in=company_ids)
    return tally(found, "promised_at__date", late="requested_on", before=today + timedelta(days=1))


def dated(
    number: str,
    product: Party,
    promised: PromisedLine | None,
    wished: Quantity,
    wished_on: date | None,
    *,
    why: str = "",
) -> PromisedItem:
    """A line's promise with every date."""
    if promised is None:
        return PromisedItem(number, product, wished, wished_on, why=why)

    def amount(value: int) -> Quantity:
        return Quantity(value, wished.decimals, wished.unit)

    lines = [
        DatedLine(
            amount(schedule.quantity), BASIS[schedule.basis], schedule.material_on, date_of(schedule.dates.loading),
            schedule.goods_issue_on, schedule.delivery_on, amount(delivered) if delivered else None,
        )
        for schedule, delivered in promised.schedules
    ]  # fmt: skip
    missing = amount(promised.short) if promised.short > 0 else None
    return PromisedItem(number, product, wished, promised.requested_on or wished_on, lines, missing, why)


EXPLAINED_LINES = 60
"""A page explains so many lines: each takes statements of its own."""


def reasons(kind: str, line_ids: list[int]) -> Mapping[int, str]:
    """Why each line gets its dates."""
    found = {line_id: queries.explain(kind, line_id) for line_id in line_ids[:EXPLAINED_LINES]}
    return {line_id: one.sentence for line_id, one in found.items() if one is not None}


@dataclass(frozen=True, slots=True)
class DueDocument:
    """What of an order is due at a site: how many schedule lines, and the first of their dates."""

    order_id: int
    number: str
    site: str
    party: Party
    priority: int
    lines: int
    material_on: date
    goods_issue_on: date
    delivery_on: date


def due_dates(site_ids: list[int], until: date, *, limit: int) -> dict[int, tuple[date, date]]:
    """Of orders with confirmations in no delivery, by id: when the first goods are there, and when they should leave.

    At most `limit` schedule lines are read, those that were made first.
    """
    found = _undelivered(site_ids, until).order_by("pk")
    dates: dict[int, tuple[date, date]] = {}
    for order_id, there_on, leaves_on in found.values_list("requirement__document_id", "material_on", "goods_issue_on")[
        :limit
    ]:
        first, leaves = dates.get(order_id, (there_on, leaves_on))
        dates[order_id] = (min(first, there_on), min(leaves, leaves_on))
    return dates


def _undelivered(site_ids: list[int], until: date) -> QuerySet[ScheduleLine]:
    return ScheduleLine.objects.filter(
        delivered__lt=F("quantity"), material_on__lte=until, requirement__site_id__in=site_ids,
        requirement__document_kind="order",
    ).order_by()  # fmt: skip


def due_documents(
    site_ids: list[int], until: date, *, start: int = 0, limit: int = 50
) -> tuple[list[DueDocument], int]:
    """Orders with confirmations in no delivery whose goods are there by `until`; and how many there are."""
    found = _undelivered(site_ids, until)
    names = ("document_id", "document_number", "site__code", "party__name", "party__number", "priority")
    grouped = found.values_list(*(f"requirement__{name}" for name in names)).annotate(
        Count("pk"), first=Min("material_on"), leaves=Min("goods_issue_on"), arrives=Min("delivery_on")
    )
    rows = grouped.order_by("first", "requirement__document_id")[start : start + limit]
    shown = [DueDocument(row[0], row[1], row[2], Party(row[3], row[4]), *row[5:]) for row in rows]
    return shown, grouped.count()
