"""Changing an order whose goods are on their way: deliveries, transfer orders and picks follow, as little as possible.

`preview_amendment` runs the very same steps and takes them back, so what it shows is what `amend_order` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from troth.business.promising import queries as promises
from troth.business.sales.actions import Confirmed, Submitted, held_goods
from troth.business.sales.actions.change import opened, reason_given, rejecting
from troth.business.sales.actions.document import ORDER_KIND, Document
from troth.business.sales.actions.revise import revised
from troth.business.sales.actions.settle import Differences, change_keys, settle
from troth.business.sales.rules.changes import OrderChanges, may_stay
from troth.business.sales.rules.lines import Line
from troth.business.sales.rules.refusals import NothingChanged
from troth.business.shipping.actions import books, undo
from troth.business.shipping.actions.undo import Road
from troth.business.shipping.rules import amendment
from troth.business.shipping.rules.amendment import Cut, Part
from troth.business.shipping.rules.grouping import NotWhole
from troth.kernel.errors import Sentence
from troth.platform.actions import action, supposed
from troth.platform.actors import Actor
from troth.platform.clock import Clock


@dataclass(frozen=True, slots=True)
class Edit:
    """One document that changes: `kind` is order_line, delivery, transfer_order or pick; `what` is quantity,
    requested_on, rejected, added or cancelled. Quantities in smallest units of `unit` with `decimals`."""

    kind: str
    id: int
    number: str
    line_number: int
    what: str
    before: int | str
    after: int | str
    product: str = ""
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class LineAfter:
    """A line as it stands then; `schedule` is what is confirmed and in no delivery. Smallest units of `unit`."""

    line_number: int
    product: str
    unit: str
    decimals: int
    quantity: int
    short: int
    schedule: tuple[Confirmed, ...]


@dataclass(frozen=True, slots=True)
class Amended:
    """Every edit in the order it is made, and the order as it stands then: `lines` are all of it, also those that
    keep what they were promised."""

    edits: tuple[Edit, ...]
    order: Submitted
    lines: tuple[LineAfter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What is to be different: `changes` as for any order, and lines to reject, with their reasons."""

    changes: OrderChanges = field(default_factory=OrderChanges)
    reject: Mapping[int, str] = field(default_factory=dict)


@action
def amend_order(
    order_id: int, amendment: Amendment, *, expected_version: int | None = None, by: Actor, clock: Clock
) -> Amended:
    """Change an order, and with it what is in deliveries, on transfer orders and picked, by the smallest cuts.

    Raised quantities and new lines are promised like any other. A line that falls gives back what is on no list first;
    what is issued or being loaded stays (`HasLeft`). A line with a new date takes along what nobody was sent to fetch.
    """
    return _amend(order_id, amendment, expected_version, by=by, clock=clock)


@action
def preview_amendment(
    order_id: int, amendment: Amendment, *, expected_version: int | None = None, by: Actor, clock: Clock
) -> Amended:
    """What `amend_order` would do now; nothing of it stays."""
    return supposed(lambda: _amend(order_id, amendment, expected_version, by=by, clock=clock))


def _amend(order_id: int, wanted: Amendment, expected_version: int | None, *, by: Actor, clock: Clock) -> Amended:
    held, before = opened(order_id, expected_version, by=by)
    after = revised(before, wanted.changes, by=by, clock=clock)
    for line_number, reason in wanted.reject.items():
        after = rejecting(after, line_number, reason_given(reason))
    found = Differences.between(before, after)
    if found.is_empty:
        raise NothingChanged(Sentence("Order %(number)s is like that already."), number=before.ref.number)
    displaced = held_goods.raised(held, before, after, by=by, clock=clock)
    road = undo.hold(held, before, by=by)
    touched = (*change_keys(before, after), *(displaced.keys if displaced else ()))
    held.take(*touched, *books.keys(list(road.deliveries.values()), list(road.lines.values())))
    cuts = _cuts(road, before, after)
    edits = _order_edits(before, after, found)
    edits += _described(undo.cut(held, road, cuts, by=by, clock=clock), before)
    answer = settle(held, before, after, event="sales.order_changed", by=by, clock=clock, displaced=displaced)
    return Amended(tuple(edits), answer, _standing(after))


def _standing(document: Document) -> tuple[LineAfter, ...]:
    found = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    return tuple(_after(document, line, found.get(line.id)) for line in document.standing)


def _after(document: Document, line: Line, promised: promises.PromisedLine | None) -> LineAfter:
    product = document.terms.product(line.product_id)
    open_ones = [(one, one.quantity - gone) for one, gone in promised.schedules] if promised else []
    schedule = tuple(Confirmed(left, one.delivery_on, str(one.basis)) for one, left in open_ones if left)
    short = promised.short if promised else 0
    unit = product.base_unit
    return LineAfter(line.line_number, product.number, unit.code, unit.decimals, line.base_quantity, short, schedule)


def _cuts(road: Road, before: Document, after: Document) -> list[Cut]:
    old = {line.line_number: line for line in before.lines}
    made: list[Cut] = []
    for line in after.lines:
        was = old.get(line.line_number)
        parts = road.parts(was.id) if was else []
        if was is None or not parts:
            continue
        name = Sentence("Line %(line)s of order %(number)s", line=line.line_number, number=before.ref.number)
        surplus = sum(part.quantity for part in parts) - may_stay(was, line)
        cuts = amendment.cuts(parts, max(surplus, 0), line=name)
        if line.requested_on != was.requested_on:
            refuse_part_of_whole(before, parts)
            cuts = _joined(cuts, amendment.unstarted(parts))
        made += cuts
    return made


def refuse_part_of_whole(order: Document, parts: Sequence[Part]) -> None:
    """An order that is to be delivered complete moves to another day as a whole, or not at all."""
    if order.header.complete_delivery and any(part.free != part.quantity for part in parts):
        raise NotWhole(
            Sentence(
                "Order %(order)s is to be delivered complete, and part of it is being fetched. Keep its day, or cancel "
                "the transfer order or undo its pick first."
            ),
            order=order.ref.number,
        )


def _joined(cuts: Sequence[Cut], moving: Sequence[Cut]) -> list[Cut]:
    """The cuts, with all that moves to another date in place of what was cut of it."""
    by_line = {cut.delivery_line_id: cut for cut in cuts}
    for cut in moving:
        there = by_line.setdefault(cut.delivery_line_id, Cut(cut.delivery_line_id))
        there.free = cut.free
    return list(by_line.values())


def _order_edits(before: Document, after: Document, found: Differences) -> list[Edit]:
    old = {line.line_number: line for line in before.lines}
    edits = []
    for line in after.lines:
        was = old.get(line.line_number)
        if was is None:
            edits.append(_line_edit(after, line, "added", 0, line.base_quantity))
        elif was.stands and not line.stands:
            edits.append(_line_edit(after, line, "rejected", was.base_quantity, 0))
        elif line.line_number in found.lines:
            if was.base_quantity != line.base_quantity:
                edits.append(_line_edit(after, line, "quantity", was.base_quantity, line.base_quantity))
            if was.requested_on != line.requested_on:
                edits.append(_line_edit(after, line, "requested_on", str(was.requested_on), str(line.requested_on)))
    return edits


def _line_edit(document: Document, line: Line, what: str, before: int | str, after: int | str) -> Edit:
    edit = Edit("order_line", document.ref.id, document.ref.number, line.line_number, what, before, after)
    return _with_product(edit, document, line.product_id)


def _with_product(edit: Edit, document: Document, product_id: int) -> Edit:
    product = document.terms.product(product_id)
    unit = product.base_unit
    return replace(edit, product=product.number, unit=unit.code, decimals=unit.decimals)


def _described(made: Sequence[undo.Undone], document: Document) -> list[Edit]:
    edits = []
    for one in made:
        edit = Edit(one.kind, one.id, one.number, one.line_number, one.what, one.before, one.after)
        edits.append(_with_product(edit, document, one.product_id) if one.product_id else edit)
    return edits
