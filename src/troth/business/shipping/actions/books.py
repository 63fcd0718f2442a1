"""What all verbs of shipping share: the locks in their order, and the postings of what is delivered or given back.

held, deliveries, lines = hold([81, 82], by=by)     orders by id, then deliveries by id
held.take(*keys(deliveries, lines))                 exposure, availability, fulfilment in one call
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from troth.business.credit import actions as credit
from troth.business.masterdata.queries import snapshot
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.shipping import store
from troth.business.shipping.actions.terms import order_terms
from troth.business.shipping.models import Delivery
from troth.business.shipping.rules.grouping import NotWhole, measure
from troth.business.shipping.store import DELIVERY, ORDER, LineRow
from troth.kernel.errors import Sentence
from troth.kernel.money import round_ratio
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import ExposureKey, Part
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import FulfilmentKey, Measure
from troth.platform import locks
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import BalanceKey, Held
from troth.reference import queries as reference

ORDER_LINE = "order_line"


def ref(delivery: Delivery) -> DocumentRef:
    return DocumentRef(DELIVERY, delivery.pk, delivery.number)


def line_key(order_line_id: int) -> FulfilmentKey:
    return FulfilmentKey(ORDER_LINE, order_line_id)


def hold(delivery_ids: Iterable[int], *, by: Actor) -> tuple[Held, list[Delivery], list[LineRow]]:
    """Lock deliveries behind their orders; return them with their lines as they stand under the lock."""
    ids = sorted(set(delivery_ids))
    held = locks.begin()
    order_ids = sorted({line.order_id for line in store.first_look(ids)})
    held.hold(store.order_model(), *order_ids, by=by)
    deliveries = held.hold(Delivery, *ids, by=by)
    return held, deliveries, store.lines(held, ids)


def hold_one(
    delivery_id: int, *, expected_version: int | None = None, by: Actor
) -> tuple[Held, Delivery, list[LineRow]]:
    held, [delivery], lines = hold([delivery_id], by=by)
    locks.refuse_if_changed(delivery, expected_version)
    return held, delivery, lines


def order_line_ids(lines: Iterable[LineRow]) -> list[int]:
    return list(dict.fromkeys(line.order_line_id for line in lines))


def keys(deliveries: Sequence[Delivery], lines: Sequence[LineRow]) -> tuple[BalanceKey, ...]:
    """What must be held before goods go over to a delivery, come back from it, or leave."""
    accounts = {credit.key(delivery.company_id, delivery.payer_id) for delivery in deliveries}
    wanted = order_line_ids(lines)
    return (*accounts, *promises.keys(ORDER, wanted), *map(line_key, wanted))


@dataclass(frozen=True, slots=True)
class Lowered:
    """`quantity` of a line that goes back to its order."""

    line: LineRow
    quantity: int


def refuse_parts_of_whole(lowered: Iterable[Lowered]) -> None:
    """A complete order gives nothing back while its delivery stands."""
    for one in lowered:
        if one.line.is_complete:
            raise NotWhole(
                Sentence(
                    "Order %(order)s is to be delivered complete. Keep the rest on the delivery until it "
                    "can be picked, or cancel the delivery."
                ),
                order=one.line.order_number,
                line=one.line.order_line_number,
            )


def give_back(
    held: Held, deliveries: Mapping[int, Delivery], lowered: Sequence[Lowered], *, by: Actor, clock: Clock
) -> dict[int, LineRow]:
    """Lower lines and give the rest back to the orders; return the lowered lines by id.

    Posts availability (through promising), exposure and fulfilment and writes the lines. The keys of `keys` are held.
    """
    lowered = [one for one in lowered if one.quantity]
    if not lowered:
        return {}
    at, sites = clock.now(), snapshot().sites
    products = reference.products(one.line.product_id for one in lowered)
    after: dict[int, LineRow] = {}
    entries: list[fulfilment.Entry] = []
    moves: list[exposure.Entry] = []
    above = above_promise(held, map(_line_of, lowered))
    for one in lowered:
        line, delivery = one.line, deliveries[one.line.delivery_id]
        left, product = line.quantity - one.quantity, products[line.product_id]
        assert left >= 0
        value = round_ratio(line.value * left, line.quantity)
        after[line.id] = replace(
            line,
            quantity=left,
            value=value,
            weight_g=measure(product.weight_g, left, product.decimals),
            volume_ml=measure(product.volume_ml, left, product.decimals),
        )
        freed, to = line.value - value, ref(delivery)
        lost = min(freed, above.values.get(line.order_line_id, 0))
        if lost:
            above.values[line.order_line_id] -= lost
        entries.append(
            fulfilment.Entry(
                line_key(line.order_line_id), line.order, Measure.DELIVERED, -one.quantity, -freed, to, line.id
            )
        )
        account = credit.key(delivery.company_id, delivery.payer_id)
        moves.append(exposure.Entry(account, Part.OPEN_DELIVERIES, -lost, to))
        moves += moved(account, freed - lost, source=(Part.OPEN_DELIVERIES, to), target=(Part.OPEN_ORDERS, line.order))
    exposure.post(held, summed(moves), at=at)
    before = {line_id: held.balance(line_key(line_id)).delivered for line_id in order_line_ids(map(_line_of, lowered))}
    for delivery in deliveries.values():
        backs = []
        for one in lowered:
            if one.line.delivery_id == delivery.pk:
                line_id = one.line.order_line_id
                backs.append(promising.GivingBack(line_id, one.line.id, one.quantity, before[line_id]))
                before[line_id] -= one.quantity
        if backs:
            today = clock.today(sites[delivery.site_id].time_zone)
            promising.give_back(held, backs, delivery=ref(delivery), today=today, at=at)
    fulfilment.post(held, entries, at=at)
    store.update_lines(after.values())
    return after


def _line_of(one: Lowered) -> LineRow:
    return one.line


@dataclass(frozen=True, slots=True)
class Above:
    """What the deliveries of order lines hold above what was promised on them, by order line: it came from no order,
    so it goes back to none. Values in minor units of the company's currency."""

    quantities: dict[int, int]
    values: dict[int, int]


def above_promise(held: Held, lines: Iterable[LineRow]) -> Above:
    """What stands above the promise of these lines; their balances are held."""
    lines = list(lines)
    promised = promises.promise(ORDER, order_line_ids(lines))
    taken = {line_id: sum(gone for _, gone in one.schedules) for line_id, one in promised.items()}
    quantities = {
        line_id: above
        for line_id in order_line_ids(lines)
        if line_id in taken and (above := held.balance(line_key(line_id)).delivered - taken[line_id]) > 0
    }
    if not quantities:
        return Above({}, {})
    terms = order_terms(held, sorted({line.order_id for line in lines if line.order_line_id in quantities}))
    standing = store.standing_values(held, quantities)
    worth = {line.id: (line.value, line.ordered) for order in terms.values() for line in order.lines.values()}
    values = {}
    for line_id in quantities:
        value, ordered = worth[line_id]
        values[line_id] = max(standing[line_id] - round_ratio(value * taken[line_id], ordered), 0)
    return Above(quantities, values)


def moved(
    key: ExposureKey, amount: int, *, source: tuple[Part, DocumentRef], target: tuple[Part, DocumentRef]
) -> list[exposure.Entry]:
    """The two entries that move an amount from a part and document to another."""
    return [exposure.Entry(key, source[0], -amount, source[1]), exposure.Entry(key, target[0], amount, target[1])]


def summed(entries: Iterable[exposure.Entry]) -> list[exposure.Entry]:
    """One entry a key, part and document: exposure stands for whole documents."""
    totals: dict[tuple[ExposureKey, Part, DocumentRef], int] = {}
    for entry in entries:
        place = (entry.key, entry.part, entry.source)
        totals[place] = totals.get(place, 0) + entry.amount
    return [exposure.Entry(key, part, amount, source) for (key, part, source), amount in totals.items() if amount]
