"""What was decided goes into the books: one posting, one INSERT of requirements, one of schedule lines."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from troth.business.promising import store
from troth.business.promising.actions import quotas
from troth.business.promising.actions.changes import category_of, fluid
from troth.business.promising.actions.shelves import Decided, key_of
from troth.business.promising.rules import LinePromise
from troth.business.promising.rules.quotas import Use, merged
from troth.business.promising.states import Cause
from troth.business.promising.store import Standing
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held


def demand_by(decided: Decided) -> list[Entry]:
    wish = decided.change.wish
    if not wish.is_checked:
        return []
    key, ref = key_of(wish), _ref(decided)
    return [
        Entry(
            key, category_of(ref.kind, one), one.dates.material_available, -one.quantity, ref, wish.line_id, wish.batch,
            one.lasts(wish.life_days),
        )
        for one in decided.new
    ]  # fmt: skip


def post(held: Held, released: Sequence[Entry], demanded: Sequence[Entry], *, at: datetime) -> None:
    """Post what differs: a line that is promised the same again leaves no posting."""
    if released:
        sums: dict[tuple[Any, ...], int] = {}
        for one in (*released, *demanded):
            place = (one.key, one.category, one.day, one.source, one.source_line_id, one.batch, one.lasts)
            sums[place] = sums.get(place, 0) + one.quantity
        demanded = [
            Entry(key, category, day, quantity, source, line_id, batch, lasts)
            for (key, category, day, source, line_id, batch, lasts), quantity in sums.items()
            if quantity
        ]
    if demanded:
        availability.post(held, demanded, at=at)


def post_quotas(held: Held, decided: Sequence[Decided], *, at: datetime) -> None:
    """Consume what was decided, and give back what these lines consumed before; what stays the same is not posted."""
    entries = [
        entry
        for one in decided
        if one.promise.uses or (one.change.before is not None and one.change.before.uses)
        for entry in quotas.moved(one.change.before, _ref(one), one.change.wish.line_id, _uses(one))
    ]
    quotas.post(held, entries, at=at)


def _uses(decided: Decided) -> tuple[Use, ...]:
    """All that a line consumes now: what stays of before, and what is new."""
    return merged((*quotas.kept_by(decided.change.before), *decided.promise.uses))


def _ref(decided: Decided) -> DocumentRef:
    ref = decided.change.wish.document
    return ref if isinstance(ref, DocumentRef) else DocumentRef(ref.kind, ref.id, ref.number)


def write(decided: Sequence[Decided], cause: str, at: datetime) -> None:
    new = [one for one in decided if one.change.before is None]
    old = [(one, one.change.before) for one in decided if one.change.before is not None]
    ids = store.insert_requirements([_row(one, None, (at, Cause.ENTERED)) for one in new])
    other = {before.id for one, before in old if _differs(one, before)}
    store.keep_past([before for _, before in old if before.id in other], cause, at)
    store.update_requirements(
        [
            (before.id, *_row(one, before, (at, cause) if before.id in other else (before.promised_at, before.cause)))
            for one, before in old
        ]
    )
    store.cut_schedules(line for _, before in old for line in fluid(before))
    rows = [(ids[one.change.wish.line_id], place, line) for one in new for place, line in enumerate(one.new, 1)]
    for one, before in old:
        first = max((line.position for line in before.lines), default=0) + 1
        rows += [(before.id, place, line) for place, line in enumerate(one.new, first)]
    store.insert_schedules(rows)
    store.insert_uses({ids[one.change.wish.line_id]: _uses(one) for one in new if one.promise.uses})
    store.rewrite_uses({before.id: _uses(one) for one, before in old if one.promise.uses or before.uses})


def _differs(decided: Decided, before: Standing) -> bool:
    """Whether another quantity is wanted, wished for another day, or confirmed otherwise than before."""
    wish = decided.change.wish
    was = [(line.schedule.dates, line.open, str(line.schedule.basis)) for line in fluid(before) if line.open]
    now = [(line.dates, line.quantity, str(line.basis)) for line in decided.new]
    return (wish.quantity, wish.requested_on, now) != (before.quantity, before.requested_on, was)


def _row(decided: Decided, before: Standing | None, made: tuple[datetime | None, str]) -> tuple[Any, ...]:
    """The values of a requirement in the order of the store's columns; `made` says when it was promised, and why."""
    wish, promise = decided.change.wish, decided.promise
    delivered = promise.delivered
    return (
        wish.company_id, wish.document.kind, wish.document.id, wish.document.number, wish.line_id, wish.product_id,
        wish.site_id, wish.party_id, wish.quantity, wish.quantity - delivered, wish.requested_on, str(wish.mode),
        wish.scope.code, wish.priority, wish.is_fixed, wish.is_checked, wish.delivery_group, wish.complete_delivery,
        wish.deliveries_max, wish.segment, wish.batch, wish.life_days, False, wish.value, wish.owner_id,
        delivered + promise.confirmed, _first_promised_on(promise, before), store.dump(promise.record),
        made[0], str(made[1]), promise.is_rationed or (before is not None and before.is_rationed),
        wish.traits.text if wish.traits is not None else "", wish.min_shipment, wish.lateness_days_max,
    )  # fmt: skip


def _first_promised_on(promise: LinePromise, before: Standing | None) -> date | None:
    if before is not None and before.first_promised_on is not None:
        return before.first_promised_on
    return promise.delivery_on
