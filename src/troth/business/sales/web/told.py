"""Notices of new dates in the inbox: which orders got others, from when to when, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import measures
from troth.business.promising.web.earlier import arriving
from troth.business.sales import actions
from troth.business.sales.actions.document import ORDER_KIND
from troth.business.sales.actions.hanging import Dates
from troth.business.sales.actions.new_dates import read
from troth.business.sales.actions.told import NoticeCause, notices
from troth.business.sales.models import DateNotice, OrderLine
from troth.platform.web import formats
from troth.platform.web.acts import Said, button, clocked, step
from troth.platform.web.language import worded
from troth.platform.web.values import Party, Step, Text

CAUSES: dict[NoticeCause, Text] = {
    NoticeCause.SUPPLY: _("Supply slipped"),
    NoticeCause.PLAN: _("A plan slipped"),
    NoticeCause.UNRELEASED: _("Goods were not released"),
    NoticeCause.RUN: _("Backorder run"),
    NoticeCause.UNDONE: _("Backorder run undone"),
    NoticeCause.TAKEN: _("A colleague took the new dates"),
}


@dataclass(frozen=True, slots=True)
class LineTold:
    """What a line was promised first, until then, and is promised now."""

    number: int
    product: str
    first: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Told:
    order: str
    url: str
    customer: Party
    cause: Text
    detail: str
    at: datetime
    lines: Sequence[LineTold]
    seen: Step | None


@dataclass(frozen=True, slots=True)
class AllTold:
    """The newest notices of a person, how many more there are, and the step that has seen all of them."""

    rows: Sequence[Told]
    more: int
    seen: Step | None


def told(actor: Any, most: int) -> AllTold:
    found = list(notices(actor).select_related("order__sold_to")[: most + 1])
    more = notices(actor).count() - most if len(found) > most else 0
    query = f"?until={found[0].pk}" if found else ""
    seen = step(actor, _("Seen, all of them"), "sales:notices-seen", query=query) if found else None
    return AllTold(tuple(_rows(actor, found[:most])), more, seen)


def _rows(actor: Any, found: Sequence[DateNotice]) -> Iterable[Told]:
    lines = OrderLine.objects.filter(order_id__in={one.order_id for one in found}).select_related("product__base_unit")
    by_place = {(line.order_id, line.line_number): line for line in lines}
    first = measures.first_promised(ORDER_KIND, [line.pk for line in by_place.values()])
    for one in found:
        order = one.order
        yield Told(
            order.number, reverse("sales:order", args=[order.pk]) + "?tab=promise",
            Party(order.sold_to.name, order.sold_to.number), CAUSES[NoticeCause(one.cause)], worded(one.detail), one.at,
            tuple(
                _line(line, *sides, first.get(line.pk))
                for number, sides in sorted(read(one.lines).items())
                if (line := by_place.get((order.pk, number)))
            ),
            step(actor, _("Seen"), "sales:notice-seen", one.pk, company_id=order.company_id),
        )  # fmt: skip


def _line(line: OrderLine, was: Dates, now: Dates, first: Any) -> LineTold:
    unit = (line.product.base_unit.decimals, line.product.base_unit_id)
    nothing = gettext("not confirmed")
    return LineTold(
        line.line_number, f"{line.product.number} {line.product.name}", formats.day(first) if first else "–",
        arriving(was, unit) or nothing, arriving(now, unit) or nothing,
    )  # fmt: skip


def _seen(request: HttpRequest, actor: Any, key: int) -> Said:
    actions.see_notices([key], **clocked(request, actor))
    return Said(gettext("Seen; it is gone from your inbox."), reverse("inbox"))


def _all_seen(request: HttpRequest, actor: Any, _key: Any) -> Said:
    """Those that the page showed, and what stood behind them; not what came since."""
    typed = request.GET.get("until", "")
    actions.see_notices(until=int(typed) if typed.isdecimal() else 0, **clocked(request, actor))
    return Said(gettext("All seen; they are gone from your inbox."), reverse("inbox"))


seen, all_seen = button(_seen), button(_all_seen)
