"""Make deliveries from what is due: one order at once, or all that is due at a site.

Blocked orders, and orders that cannot be served as they are to be, are refused singly and listed in mass; the others go
on. What goes over to a delivery is checked once more, with the scope of delivery: goods that are not here are not
delivered, whatever was promised.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from troth.business.credit import actions as credit
from troth.business.masterdata.queries import gathered, snapshot
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.rules import Schedule
from troth.business.sales.actions import DeliveryMade, DeliveryRefused
from troth.business.shipping import store
from troth.business.shipping.actions import books
from troth.business.shipping.actions.checked import follow_made, refusals
from troth.business.shipping.actions.terms import OrderTerms, order_terms
from troth.business.shipping.rules.grouping import (
    DueLine,
    Group,
    Header,
    NothingAtHand,
    NothingDue,
    NotWhole,
    group,
    measure,
    missing_from_whole,
    share,
)
from troth.business.shipping.states import DeliveryState
from troth.business.shipping.store import DELIVERY, ORDER, LineRow
from troth.kernel.errors import BusinessError, Sentence
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import Measure
from troth.platform import actions, blocks, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.blocks import STOPS, Blocked, BlockScope
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held, Overlay
from troth.reference import queries as reference

ORDERS_MAX = 100
"""So many orders are delivered in one transaction; the answer says whether more are due."""
LINES_MAX = 5000


@dataclass(frozen=True, slots=True)
class DeliveriesMade:
    """`more` says that further orders are due that this run did not look at."""

    deliveries: tuple[DeliveryMade, ...]
    refusals: tuple[DeliveryRefused, ...]
    more: bool = False


@action
def create_delivery(*, order_id: int, until: date | None = None, by: Actor, clock: Clock) -> DeliveriesMade:
    """Deliver an order: all that is confirmed, or what is due until a day; a delivery for each group of lines.

    Raises `Blocked` where a block stops it, `NothingDue`, `NotWhole`, or `NothingAtHand` where the goods are not here.
    What is at hand in part is delivered in part; the answer's refusals say what was left.
    """
    held = locks.begin()
    held.hold(store.order_model(), order_id, by=by)
    made = deliver(held, [order_id], Request(until=until), by=by, clock=clock)
    if not made.deliveries:
        raise made.errors[order_id]
    return DeliveriesMade(made.deliveries, made.refusals)


@action
def create_deliveries(
    *, site_id: int, until: date, order_ids: Sequence[int] = (), by: Actor, clock: Clock
) -> DeliveriesMade:
    """Deliver all that is due at a site until a day, of all orders or of these.

    At most the `ORDERS_MAX` orders that are due first; what could not be delivered is listed with its reason.
    """
    site = reference.site(site_id)
    actions.require(by, company_id=site.company_id, site_id=site_id)
    wanted = list(order_ids) or list(
        dict.fromkeys(row.document.id for row in promises.due(site_id, until, limit=LINES_MAX))
    )
    held = locks.begin()
    held.hold(store.order_model(), *sorted(set(wanted[:ORDERS_MAX])), by=by)
    request = Request(site_id=site_id, until=until)
    made = deliver(held, wanted[:ORDERS_MAX], request, by=by, clock=clock)
    return DeliveriesMade(made.deliveries, made.refusals, len(wanted) > ORDERS_MAX)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be delivered: at a site or at all, and what is due until a day or all that is confirmed."""

    site_id: int | None = None
    until: date | None = None


@dataclass
class Outcome:
    """What came of it; `errors` by order id are what the refusals say."""

    deliveries: tuple[DeliveryMade, ...] = ()
    errors: dict[int, BusinessError] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)

    @property
    def refusals(self) -> tuple[DeliveryRefused, ...]:
        return tuple(
            DeliveryRefused(order_id, self.numbers[order_id], error.code, error.message)
            for order_id, error in self.errors.items()
        )


def deliver(held: Held, order_ids: Sequence[int], request: Request, *, by: Actor, clock: Clock) -> Outcome:
    """Deliver held orders; inner verb of everything that makes deliveries.

    Nothing but the documents may be held before, unless the keys of `keys_for` were taken along.
    """
    terms = order_terms(held, order_ids)
    held.take(*keys_for(terms))
    numbers = {order_id: terms[order_id].number if order_id in terms else str(order_id) for order_id in order_ids}
    outcome = Outcome(numbers=numbers)
    lines = _due(held, terms, request)
    lines = _unblocked(lines, terms, outcome)
    lines = _whole(held, lines, terms, outcome)
    lines = _at_hand(held, lines, outcome, clock)
    outcome.errors |= (stopped := refusals(held, lines, terms, clock=clock))
    lines = [line for line in lines if line.order_id not in stopped]
    for order_id in order_ids:
        if order_id not in outcome.errors and not any(line.order_id == order_id for line in lines):
            outcome.errors[order_id] = NothingDue(
                Sentence("Nothing of order %(order)s is confirmed and due."), order=outcome.numbers[order_id]
            )
    groups = group(lines)
    if groups:
        outcome.deliveries = _make(held, groups, terms, by=by, clock=clock)
    return outcome


def keys_for(terms: Mapping[int, OrderTerms]) -> tuple[locks.BalanceKey, ...]:
    """What must be held before orders are delivered."""
    accounts = {credit.key(order.company_id, order.payer_id) for order in terms.values()}
    line_ids = [line_id for order in terms.values() for line_id in order.lines]
    return (*accounts, *promises.keys(ORDER, line_ids), *map(books.line_key, line_ids))


def _due(held: Held, terms: Mapping[int, OrderTerms], request: Request) -> list[DueLine]:
    """What is due of the held orders, read under the lock: a rival may have delivered it meanwhile."""
    line_ids = [line_id for order in terms.values() for line_id in order.lines]
    promised = promises.promise(ORDER, line_ids)
    return [
        _due_line(found, schedule, schedule.quantity - delivered, terms[found.document.id])
        for found in promised.values()
        for schedule, delivered in found.schedules
        if schedule.quantity > delivered
        and request.site_id in (None, found.site_id)
        and (request.until is None or schedule.material_on <= request.until)
    ]


def _due_line(found: promises.PromisedLine, schedule: Schedule, quantity: int, order: OrderTerms) -> DueLine:
    line = order.lines[found.line_id]
    header = Header(
        order.company_id, found.site_id, order.sold_to_id, order.ship_to_id, order.payer_id, line.route_id or 0,
        order.incoterm, schedule.goods_issue_on,
    )  # fmt: skip
    return DueLine(
        order_id=order.id,
        order_number=order.number,
        order_line_id=line.id,
        line_number=line.line_number,
        product_id=line.product_id,
        quantity=quantity,
        header=header,
        delivery_on=schedule.delivery_on,
        material_on=schedule.material_on,
        priority=order.priority,
        is_complete=order.complete_delivery,
    )


def _unblocked(lines: Sequence[DueLine], terms: Mapping[int, OrderTerms], outcome: Outcome) -> list[DueLine]:
    refs = {order.ref: order for order in terms.values()}
    for block in blocks.standing(refs):
        if BlockScope.DELIVERY in STOPS[block.scope] and block.ref.id not in outcome.errors:
            number = refs[block.ref].number
            outcome.errors[block.ref.id] = Blocked(
                Sentence(
                    "To deliver order %(document)s its block must be released: %(reason)s",
                    document=number,
                    reason=block.reason,
                ),
                document=number,
                blocks=[f"{block.kind}: {block.reason}"],
            )
    return [line for line in lines if line.order_id not in outcome.errors]


def _whole(held: Held, lines: Sequence[DueLine], terms: Mapping[int, OrderTerms], outcome: Outcome) -> list[DueLine]:
    for order in terms.values():
        own = [line for line in lines if line.order_id == order.id]
        if not order.complete_delivery or not own:
            continue
        site_id = own[0].header.site_id
        still_open = {
            line.id: line.ordered - _delivered(held, line.id)
            for line in order.lines.values()
            if line.site_id == site_id
        }
        missing = missing_from_whole(own, {line_id: open_ for line_id, open_ in still_open.items() if open_ > 0})
        if missing:
            outcome.errors[order.id] = NotWhole(
                Sentence(
                    "Order %(order)s is to be delivered complete, but %(lines)s of its lines are not "
                    "confirmed and due in full. Wait for them, or let the customer allow partial deliveries."
                ),
                order=order.number,
                lines=missing,
            )
    return [line for line in lines if line.order_id not in outcome.errors]


def _delivered(held: Held, order_line_id: int) -> int:
    """What of a line is in deliveries already."""
    delivered: int = held.balance(books.line_key(order_line_id)).delivered
    return delivered


def _at_hand(held: Held, lines: Sequence[DueLine], outcome: Outcome, clock: Clock) -> list[DueLine]:
    """Keep of the lines what the check at delivery time grants; a complete order gets all or nothing.

    The check runs on an overlay of what this transaction has locked, so that nothing is written of what is not granted.
    """
    while lines:
        granted = _granted(held, lines, clock)
        short = {line.order_id: line for line, quantity in zip(lines, granted, strict=True) if quantity < line.quantity}
        for order_id, line in short.items():
            outcome.errors[order_id] = NothingAtHand(
                Sentence("Not all that is due of order %(order)s is at hand: line %(line)s waits."),
                order=line.order_number,
                line=line.line_number,
            )
        unserved = {order_id for order_id, line in short.items() if line.is_complete}
        if not unserved:
            return [replace(line, quantity=got) for line, got in zip(lines, granted, strict=True) if got]
        lines = [line for line in lines if line.order_id not in unserved]
    return []


def _granted(held: Held, lines: Sequence[DueLine], clock: Clock) -> list[int]:
    """What each line would get, in order of goods issue: who leaves first is served first."""
    supposed = Overlay.of(held)
    turn = sorted(
        range(len(lines)), key=lambda place: (lines[place].header.goods_issue_on, lines[place].priority, place)
    )
    by_site: dict[int, list[int]] = {}
    for place in turn:
        by_site.setdefault(lines[place].header.site_id, []).append(place)
    got = [0] * len(lines)
    for site_id, places in by_site.items():
        takings = [
            promising.Taking(line.order_line_id, place, line.quantity, line.header.goods_issue_on)
            for place, line in ((place, lines[place]) for place in places)
        ]
        today = clock.today(snapshot().sites[site_id].time_zone)
        taken = promising.take_over(supposed, takings, delivery=DocumentRef(DELIVERY, 0), today=today, at=clock.now())
        for one in taken:
            got[one.delivery_line_id] = one.quantity
    return got


def _make(
    held: Held, groups: Sequence[Group], terms: Mapping[int, OrderTerms], *, by: Actor, clock: Clock
) -> tuple[DeliveryMade, ...]:
    """Write the deliveries and post: ORDER goes over to DELIVERY, open orders to open deliveries, delivered."""
    at = clock.now()
    products = reference.products(line.product_id for one in groups for line in one.lines)
    refs = _insert_heads(groups, terms, products, by=by, at=at)
    rows = _insert_lines(held, list(zip(groups, refs, strict=True)), terms, products)
    moves: list[exposure.Entry] = []
    entries: list[fulfilment.Entry] = []
    for ref, line in rows:
        order = terms[line.order_id]
        key = credit.key(order.company_id, order.payer_id)
        moves += books.moved(key, line.value, source=(Part.OPEN_ORDERS, order.ref), target=(Part.OPEN_DELIVERIES, ref))
        entries.append(
            fulfilment.Entry(
                books.line_key(line.order_line_id),
                order.ref,
                Measure.DELIVERED,
                line.quantity,
                line.value,
                ref,
                line.id,
            )
        )
    exposure.post(held, books.summed(moves), at=at)
    _take_over(held, groups, rows, clock)
    fulfilment.post(held, entries, at=at)
    made = []
    for one, ref in zip(groups, refs, strict=True):
        order_ids = _orders_of(one)
        amount = sum(line.value for to, line in rows if to == ref)
        follow_made(held, ref, [terms[order_id] for order_id in order_ids], amount, by=by, clock=clock)
        facts = {"orders": [terms[order_id].number for order_id in order_ids], "lines": len(one.lines)}
        events.record("shipping.delivery_created", ref, company_id=one.header.company_id, by=by, at=at, facts=facts)
        made.append(DeliveryMade(ref.id, ref.number, order_ids, len(one.lines)))
    return tuple(made)


def _orders_of(group: Group) -> tuple[int, ...]:
    return tuple(dict.fromkeys(line.order_id for line in group.lines))


def _take_over(held: Held, groups: Sequence[Group], rows: Sequence[tuple[DocumentRef, LineRow]], clock: Clock) -> None:
    """Let each delivery take its promises over; what was granted before is there under the same locks."""
    sites = snapshot().sites
    leaving = {ref: one.header for one, ref in zip(groups, dict.fromkeys(ref for ref, _ in rows), strict=True)}
    for ref, header in leaving.items():
        takings = [
            promising.Taking(line.order_line_id, line.id, line.quantity, header.goods_issue_on)
            for to, line in rows
            if to == ref
        ]
        today = clock.today(sites[header.site_id].time_zone)
        taken = promising.take_over(held, takings, delivery=ref, today=today, at=clock.now())
        assert not any(one.short for one in taken), "what was granted is there"


_Products = Mapping[int, reference.ProductRow]


def _insert_heads(
    groups: Sequence[Group], terms: Mapping[int, OrderTerms], products: _Products, *, by: Actor, at: datetime
) -> list[DocumentRef]:
    numbers = store.numbers(DELIVERY, len(groups))
    rows = [
        (
            one.header.company_id, one.header.site_id, number, DeliveryState.OPEN.value,
            terms[one.lines[0].order_id].customer_id, one.header.sold_to_id, one.header.ship_to_id, one.header.payer_id,
            one.header.route_id or None, one.header.incoterm, one.priority, one.header.goods_issue_on, one.delivery_on,
            sum(_weight_g(line, products) for line in one.lines), sum(_volume_ml(line, products) for line in one.lines),
            by.user_id, at, 1, json.dumps(gathered(terms[order_id].texts for order_id in _orders_of(one))),
        )
        for one, number in zip(groups, numbers, strict=True)
    ]  # fmt: skip
    ids = store.insert_deliveries(rows)
    return [DocumentRef(DELIVERY, ids[number], number) for number in numbers]


def _insert_lines(
    held: Held, made: Sequence[tuple[Group, DocumentRef]], terms: Mapping[int, OrderTerms], products: _Products
) -> list[tuple[DocumentRef, LineRow]]:
    begun = (line.order_line_id for one, _ in made for line in one.lines if _delivered(held, line.order_line_id))
    standing = store.standing_values(held, begun)
    delivered: dict[int, int] = {}
    planned: list[tuple[DocumentRef, DueLine, LineRow]] = []
    for one, ref in made:
        for number, line in enumerate(one.lines, start=1):
            order_line = terms[line.order_id].lines[line.order_line_id]
            after = delivered.setdefault(line.order_line_id, _delivered(held, line.order_line_id)) + line.quantity
            delivered[line.order_line_id] = after
            value = share(
                order_line.value,
                ordered=order_line.ordered,
                delivered_after=after,
                standing=standing.get(line.order_line_id, 0),
            )
            standing[line.order_line_id] = standing.get(line.order_line_id, 0) + value
            row = LineRow(
                id=0, delivery_id=ref.id, line_number=number, order_id=line.order_id, order_number=line.order_number,
                order_line_id=line.order_line_id, order_line_number=line.line_number,
                product_id=line.product_id, quantity=line.quantity, picked=0,
                value=value, weight_g=_weight_g(line, products), volume_ml=_volume_ml(line, products),
                is_complete=line.is_complete,
            )  # fmt: skip
            planned.append((ref, line, row))
    return _written(planned, terms)


def _weight_g(line: DueLine, products: _Products) -> int:
    product = products[line.product_id]
    return measure(product.weight_g, line.quantity, product.decimals)


def _volume_ml(line: DueLine, products: _Products) -> int:
    product = products[line.product_id]
    return measure(product.volume_ml, line.quantity, product.decimals)


def _written(
    planned: Sequence[tuple[DocumentRef, DueLine, LineRow]], terms: Mapping[int, OrderTerms]
) -> list[tuple[DocumentRef, LineRow]]:
    ids = store.insert_lines(
        [
            (
                row.delivery_id, row.line_number, row.order_id, row.order_number, row.order_line_id,
                row.order_line_number, row.product_id, row.quantity, 0, row.value, row.weight_g,
                row.volume_ml, line.material_on, row.is_complete,
                json.dumps(terms[line.order_id].lines[line.order_line_id].texts),
            )
            for _, line, row in planned
        ]
    )  # fmt: skip
    return [(ref, store.with_id(row, ids[row.delivery_id, row.line_number])) for ref, _, row in planned]
