"""A wish beside what stands for it: what holds and is kept, what is fixed, what is given up to be promised anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from troth.business.promising import store
from troth.business.promising.actions.lasting import last_for
from troth.business.promising.rules import LessThanDelivered, LinePromise, Schedule, Wish, group_of
from troth.business.promising.store import Standing
from troth.kernel import netting, scheduling
from troth.kernel.errors import Sentence
from troth.kernel.netting import Category
from troth.kernel.quantity import format_quantity
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability.actions import Entry
from troth.platform.locks import Held

HOLD_KIND = "hold"


class Change(NamedTuple):
    """A wish with what stands for it: `fixed` stays whatever happens, `open` of the wish is to be promised anew."""

    wish: Wish
    before: Standing | None
    fixed: tuple[store.StandingLine, ...]
    open: int


def standing_of(wishes: Iterable[Wish]) -> dict[int, Standing]:
    """What stands for the lines of the wishes, by line; a statement for each kind of document."""
    lines: dict[str, list[int]] = {}
    for wish in wishes:
        lines.setdefault(wish.document.kind, []).append(wish.line_id)
    standing: dict[int, Standing] = {}
    for kind, line_ids in lines.items():
        standing |= store.standing(kind, line_ids)
    return standing


def category_of(kind: str, schedule: Schedule) -> Category:
    """As what the demand of a kind of document is posted; what no firm supply stands behind is kept apart."""
    return Category.HOLD if kind == HOLD_KIND and schedule.demand is Category.ORDER else schedule.demand


def demand_of(one: Standing, *, sign: int) -> list[Entry]:
    """The open order demand of a requirement as postings: -1 posts it, 1 takes it back."""
    return [
        Entry(
            one.key_of(line),
            category_of(one.document.kind, line.schedule),
            line.schedule.dates.material_available,
            sign * line.open,
            one.document,
            one.line_id,
            *one.mark(line),
        )
        for line in one.lines
        if line.open and one.is_checked
    ]


def still_holding(
    held: Held, wishes: Sequence[Wish], standing: Mapping[int, Standing], today: Mapping[int, int]
) -> dict[int, LinePromise]:
    """The promises that hold as they are; a group holds as a whole or not at all."""
    found: dict[int, LinePromise] = {}
    broken: set[tuple[int, int] | None] = set()
    for wish in wishes:
        one = standing.get(wish.line_id)
        if one is not None and _is_unchanged(wish, one) and _is_covered(held, one, wish.scope, today[wish.site_id]):
            schedules = tuple(line.schedule._replace(quantity=line.open) for line in one.lines if line.open)
            found[wish.line_id] = LinePromise(wish, schedules, one.record, one.delivered, is_kept=True)
        elif group_of(wish) is not None:
            broken.add(group_of(wish))
    return {line_id: promise for line_id, promise in found.items() if group_of(promise.wish) not in broken}


def _is_unchanged(wish: Wish, one: Standing) -> bool:
    asked = (
        wish.product_id, wish.site_id, wish.segment, wish.quantity, wish.requested_on, wish.mode, wish.scope.code,
        wish.is_fixed, wish.is_checked, wish.delivery_group, wish.complete_delivery, wish.deliveries_max,
        wish.batch, wish.life_days, wish.min_shipment, wish.lateness_days_max,
    )  # fmt: skip
    stands = (
        one.product_id, one.site_id, one.segment, one.quantity, one.requested_on, one.mode, one.scope,
        one.is_fixed, one.is_checked, one.delivery_group, one.complete_delivery, one.deliveries_max,
        one.batch, one.life_days, one.min_shipment, one.lateness_days_max,
    )  # fmt: skip
    return asked == stands and not one.is_withdrawn and one.confirmed_quantity == one.quantity and _same_way(wish, one)


def _same_way(wish: Wish, one: Standing) -> bool:
    """Whether the open dates are still those of the way and the calendars."""
    return all(
        line.schedule.dates == scheduling.backward(line.schedule.dates.delivery, wish.way.durations, wish.way.calendars)
        for line in one.lines
        if line.open
    )


def _is_covered(held: Held, one: Standing, scope: CheckingScope, today: int) -> bool:
    """Whether supply still covers every open confirmation that draws on the common stock.

    What is only protected, such as safety stock, takes no promise back, and one on the lead time stands until its day.
    """
    open_lines = [line for line in one.lines if line.open and not line.is_allocated]
    if not one.is_checked or not open_lines:
        return True
    net = netting.project(held.balance(one.key).series, scope.secured, today)
    curve = netting.free_curve(net)
    if any(line.schedule.dates.material_available < today for line in open_lines if not line.is_secured):
        return False
    days = [max(line.schedule.dates.material_available - today, 0) for line in open_lines if line.is_secured]
    if any(curve[min(day, len(curve) - 1)] < 0 for day in days):
        return False
    found = held.balance(one.key).lots
    return not found or last_for(found, taken_by(one), scope, today)


def taken_by(one: Standing) -> list[Entry]:
    """What a requirement takes of the common stock, as taken back."""
    return [entry for entry in demand_of(one, sign=1) if entry.key == one.key]


def change_of(wish: Wish, one: Standing | None) -> Change:
    if one is None:
        return Change(wish, None, (), wish.quantity)
    fixed = tuple(line for line in one.lines if line.is_allocated and line.open)
    bound = one.delivered + one.allocated
    is_elsewhere = (wish.product_id, wish.site_id, wish.segment) != (one.product_id, one.site_id, one.segment)
    if wish.quantity < bound or (bound and is_elsewhere):
        amount = format_quantity(bound, wish.decimals, wish.unit)
        raise LessThanDelivered(
            Sentence(
                "%(amount)s of line %(line)s of %(number)s are in deliveries or allocated already. "
                "Keep at least that much of the same product from the same site, or cancel the delivery first.",
                amount=amount,
                line=one.line_id,
                number=one.document.number,
            ),
            line=one.line_id,
            bound=bound,
        )
    return Change(wish, one, fixed, wish.quantity - bound)


def released_by(change: Change) -> list[Entry]:
    """The order demand that is promised anew: all that is open but the allocated part."""
    if change.before is None:
        return []
    return demand_of(replace(change.before, lines=fluid(change.before)), sign=1)


def fluid(one: Standing) -> tuple[store.StandingLine, ...]:
    return tuple(line for line in one.lines if not line.is_allocated)
