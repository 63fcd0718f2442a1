"""The availability of a quotation on its page: what could come of it now, with the moment it was checked."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.held import HeldFor, HeldItem
from troth.business.promising.rules.wish import LinePromise
from troth.business.promising.screens import BASIS
from troth.business.sales.actions.check import Checked
from troth.business.sales.actions.quoted import CHECKABLE, quoted_availability
from troth.business.sales.queries import DocumentView
from troth.business.sales.screens import product_party
from troth.kernel.errors import BusinessError
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.web import formats
from troth.platform.web.documents import Available, DatedLine, PromisedItem, Tab
from troth.platform.web.language import worded
from troth.platform.web.values import PromiseLine, Quantity, Step

TEMPLATE = "sales/availability_tab.html"


TAB = "availability"


def tabs(view: DocumentView, actor: Actor, clock: Clock) -> tuple[Tab, ...]:
    """The tab of a quotation from which something can still be ordered."""
    if view.document.state not in CHECKABLE:
        return ()
    return (Tab(TAB, _("Availability"), TEMPLATE, lambda: _checked(view, actor, clock)),)


def available(view: DocumentView, held: Sequence[HeldFor], actor: Actor, clock: Clock) -> dict[int, Available]:
    """What could come now of each item, by its number, read in one go; with what is held of it for the quotation."""
    if view.document.state not in CHECKABLE:
        return {}
    try:
        promises = quoted_availability(view.ref.id, by=actor, clock=clock).promises
    except BusinessError:
        return {}
    kept = {item.line_number: (one, item) for one in held if one.is_active for item in one.items if item.held}
    return {
        number: Available(
            _lines(promise), _short(promise),
            _held(*kept[number]) if number in kept else "",
        )
        for number, promise in promises.items()
    }  # fmt: skip


def _held(hold: HeldFor, item: HeldItem) -> str:
    quantity = f"{formats.number(item.held, item.decimals)} {item.unit}"
    return gettext("%(quantity)s held until %(until)s") % {
        "quantity": quantity, "until": formats.instant(hold.expires_at)
    }  # fmt: skip


def _lines(promise: LinePromise) -> list[PromiseLine]:
    unit = (promise.wish.decimals, promise.wish.unit)
    return [PromiseLine(one.delivery_on, Quantity(one.quantity, *unit), BASIS[one.basis]) for one in promise.schedules]


def check_step(view: DocumentView) -> Step | None:
    """The way to the check."""
    if view.document.state not in CHECKABLE:
        return None
    return Step(_("Check availability"), f"?tab={TAB}", "get")


def _checked(view: DocumentView, actor: Actor, clock: Clock) -> dict[str, Any]:
    try:
        checked = quoted_availability(view.ref.id, by=actor, clock=clock)
    except BusinessError as refused:
        return {"refused": worded(refused.message)}
    return {"promised": _items(view, checked), "checked_at": clock.now()}


def _items(view: DocumentView, checked: Checked) -> list[PromisedItem]:
    views = {one.line.line_number: one for one in view.lines}
    items = []
    for number, promise in sorted(checked.promises.items()):
        wish, one = promise.wish, views[number]
        wished = Quantity(wish.quantity, wish.decimals, wish.unit)
        items.append(
            PromisedItem(
                str(number), product_party(one), wished, wish.requested_on, _dates(promise), _short(promise),
                promise.sentence,
            )
        )  # fmt: skip
    return items


def _dates(promise: LinePromise) -> list[DatedLine]:
    unit = (promise.wish.decimals, promise.wish.unit)
    return [
        DatedLine(
            Quantity(one.quantity, *unit), BASIS[one.basis], *one.days,
        )
        for one in promise.schedules
    ]  # fmt: skip


def _short(promise: LinePromise) -> Quantity | None:
    return Quantity(promise.short, promise.wish.decimals, promise.wish.unit) if promise.short else None
