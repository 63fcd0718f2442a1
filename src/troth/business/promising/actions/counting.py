"""What was promised before a cell or a protection held for it is counted in it: the count of `quotas`' changes.

    lines of the products reached          as they are, without a lock: which quotas and series are needed
    their quotas, then their series        locked, as whoever promises does it
    the same lines                         again: what came meanwhile counts too; where it needs more, all begins again

A line is counted as if it were promised now: its own period first, then what its window leaves; what is past the target
is consumed in its own period all the same. What stands in a cell that holds no more, because another says more of the
line, goes over. What is confirmed for a period that its row does not plan is not in it, until it does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from troth.business.masterdata import queries as masterdata
from troth.business.promising import store
from troth.business.promising.actions import quotas
from troth.business.promising.promised import Promised, promised
from troth.business.promising.rules.counting import Rows, protected, settled
from troth.business.promising.rules.quotas import PROTECTED, Use, merged
from troth.business.quotas import queries
from troth.business.quotas.actions.drafts import Counted
from troth.business.quotas.actions.promised import Reached
from troth.business.quotas.queries import Ask, Known, Matched
from troth.business.quotas.rules import Traits, core_of
from troth.kernel.protection import Group, Protection
from troth.kernel.valuations import segment_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as series
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota import actions as ledger
from troth.ledgers.quota.actions import Entry
from troth.ledgers.quota.keys import QuotaKey
from troth.ledgers.quota.rules import Measure
from troth.platform.actions import BeginAgain
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held, Overlay
from troth.reference import queries as reference
from troth.reference.models import Product

NEW_KEYS_MAX = 5000
"""Series that are made so that there is something to lock; where more products are reached, those that are there."""


class Found(NamedTuple):
    """Lines that something holds for, with what does, and the protections of their own."""

    lines: Sequence[Promised]
    matched: Mapping[int, Matched]
    own: Mapping[int, tuple[int, ...]]
    """Ids of protections that keep for the line on a day of it, by requirement."""


def count_promises(held: Held, reached: Reached, state: Known, *, clock: Clock) -> Counted:
    """Count the promises of what is reached; the change that asks for it is written. `BeginAgain` where rivals came."""
    products = product_ids(reached)
    plan = find(reached, products, state)
    held.take(*_quota_keys(plan))
    locked = _series_keys(reached, products, plan)
    held.take(*locked)
    plan = find(reached, products, state)
    if not set(_quota_keys(plan)) | {key_of(one) for one in plan.lines} <= set(held.keys()):
        raise BeginAgain
    availability.mark_limits(held, locked, state.version)
    changed = differences(held, plan, state)
    return _write(held, changed, clock)


def product_ids(reached: Reached) -> list[int]:
    """The products that are reached, those that are in its groups among them."""
    of_groups = Product.objects.filter(category__in=reached.groups).values_list("pk", flat=True)
    return sorted({*reached.product_ids, *(of_groups if reached.groups else ())})


def find(reached: Reached, products: Sequence[int], state: Known) -> Found:
    """The lines of what is reached that something holds for, read as they stand."""
    lines = promised(products, site_id=reached.site_id, first_on=reached.first_on)
    units = {one.id: one.base_unit for one in reference.products({one.product_id for one in lines}).values()}
    traits = {one.id: Traits.read(one.traits) for one in lines}
    asks = [
        Ask(
            one.id, one.product_id, one.site_id, units[one.product_id], one.priority, one.wished,
            min((part.day for part in one.parts), default=one.wished), traits[one.id],
        )
        for one in lines
    ]  # fmt: skip
    matched = queries.matched_all(state, asks)
    own = {one.id: kept for one in lines if (kept := tuple(_own(one, traits[one.id], state)))}
    held_for = [one for one, ask in zip(lines, asks, strict=True) if one.id in matched or _is_guarded(ask, state)]
    return Found(held_for, matched, own)


def _is_guarded(ask: Ask, state: Known) -> bool:
    return any(one.last_day >= ask.ready for one in state.protections.get((ask.product_id, ask.site_id), ()))


def _own(one: Promised, traits: Traits, state: Known) -> Iterable[int]:
    """The protections that keep for the line on a day of it, its priority's first."""
    kept = state.protections.get((one.product_id, one.site_id), ())
    for priority in dict.fromkeys((one.priority, None)):
        for each in kept:
            is_own = each.priority == priority and each.core == core_of(traits, each.characteristics)
            if is_own and any(each.first_day <= part.day <= each.last_day for part in one.parts):
                yield each.id


def _quota_keys(plan: Found) -> list[QuotaKey]:
    found: dict[QuotaKey, None] = {}
    for one in plan.lines:
        found |= dict.fromkeys(quotas.key_of(use) for use in one.uses)
        found |= dict.fromkeys(queries.protection_key(each) for each in plan.own.get(one.id, ()))
        matched = plan.matched.get(one.id)
        if matched is not None:
            found |= dict.fromkeys(matched.keys)
    return list(found)


def _series_keys(reached: Reached, products: Sequence[int], plan: Found) -> list[AvailabilityKey]:
    """The series on which somebody may promise what is reached."""
    sites = [one.id for one in reference.sites() if reached.site_id in (None, one.id)]
    keys = {key_of(one) for one in plan.lines}
    if len(products) * len(sites) <= NEW_KEYS_MAX:
        keys |= {AvailabilityKey(product_id, site_id) for product_id in products for site_id in sites}
    else:
        keys |= {key for product_id in products for key in series.keys_of_product(product_id)}
    types = masterdata.snapshot().valuations
    keys |= {
        AvailabilityKey(product_id, site_id, segment_of(valuation))
        for product_id in products
        if product_id in types
        for valuation in types[product_id].known
        for site_id in sites
    }
    return sorted(keys)


def key_of(one: Promised) -> AvailabilityKey:
    """The series on which the line was promised."""
    return AvailabilityKey(one.product_id, one.site_id, one.segment)


@dataclass
class Changed:
    """What lines are to consume: `uses` of those of which it differs, and `marks` those that are not marked yet."""

    uses: dict[int, tuple[Promised, tuple[Use, ...]]] = field(default_factory=dict)
    marks: list[int] = field(default_factory=list)


def differences(held: Held, plan: Found, state: Known) -> Changed:
    """What the lines are to consume beside what they do; the quotas of both are held, or read."""
    holding = {one.id: plan.matched[one.id] for one in plan.lines if one.id in plan.matched}
    run = quotas.Run(held, holding, {})
    kept = _Kept(held, state)
    found = Changed()
    for one in plan.lines:
        uses = one.uses
        matched = holding.get(one.id)
        if matched is not None:
            uses = settled(uses, one.parts, _rows(matched), run.ration(one.id))
        if one.id in plan.own:
            uses = (*uses, *kept.missing(one, plan.own[one.id]))
        if merged(uses) != merged(one.uses):
            found.uses[one.id] = one, merged(uses)
        if not one.is_rationed:
            found.marks.append(one.id)
    return found


def _rows(matched: Matched) -> Rows:
    return [
        [(each.procedure.id, each.procedure.period, each.cell, each.first, each.last) for each in sequence]
        for sequence in matched.sequences
    ]


class _Kept:
    """Protections as the count consumes them."""

    def __init__(self, held: Held, state: Known) -> None:
        self._held, self._left = held, dict[int, Protection]()
        self._terms = {one.id: one for kept in state.protections.values() for one in kept}

    def missing(self, one: Promised, own: Sequence[int]) -> list[Use]:
        """What the line does not consume yet of its own protections."""
        for each in own:
            if each not in self._left:
                terms, balance = self._terms[each], self._held.balance(queries.protection_key(each))
                group, days = Group(terms.core, terms.priority), (terms.first_day, terms.last_day)
                self._left[each] = Protection(group, *days, balance.planned, balance.consumed)
        told = sum(use.quantity for use in one.uses if use.sequence == PROTECTED)
        taken = protected(one.parts, [self._left[each] for each in own], told)
        uses = []
        for place, quantity in taken.items():
            before = self._left[own[place]]
            self._left[own[place]] = before._replace(consumed=before.consumed + quantity)
            key = queries.protection_key(own[place])
            uses.append(Use(PROTECTED, key.procedure_id, key.cell, key.period, quantity))
        return uses


def _write(held: Held, changed: Changed, clock: Clock) -> Counted:
    entries, more = list[Entry](), dict[QuotaKey, int]()
    for one, uses in changed.uses.values():
        sums = quotas.given_back(uses, one.uses)
        for key, quantity in sums.items():
            measure = Measure.COUNTED if quantity > 0 else Measure.CONSUMED
            entries.append(Entry(key, measure, quantity, one.document, one.line_id))
            more[key] = more.get(key, 0) + max(quantity, 0)
    if entries:
        ledger.post(held, entries, at=clock.now())
    store.rewrite_uses({requirement_id: uses for requirement_id, (_, uses) in changed.uses.items()})
    store.mark_quota_use(*changed.marks)
    risen = {one: quantity for one, quantity in more.items() if quantity}
    over = sum(min(max(_over(held, key), 0), quantity) for key, quantity in risen.items())
    counted = [_risen(one, uses) for one, uses in changed.uses.values()]
    return Counted(sum(each > 0 for each in counted), sum(counted), over)


def _over(held: Held, key: QuotaKey) -> int:
    balance = held.balance(key)
    return int(balance.consumed - balance.planned)


def _risen(one: Promised, uses: Sequence[Use]) -> int:
    """How much more of the line is counted than before: in the sequence in which it rose the most."""
    before, after = dict[tuple[str, int], int](), dict[tuple[str, int], int]()
    for found, sums in ((one.uses, before), (uses, after)):
        for use in found:
            place = (use.cell, use.procedure_id) if use.sequence != PROTECTED else ("", PROTECTED)
            sums[place] = sums.get(place, 0) + use.quantity
    return max((quantity - before.get(place, 0) for place, quantity in after.items()), default=0)


def uncounted(reached: Reached) -> Changed:
    """The lines that consume other than what holds for them, for `troth verify`; nothing is locked or written.

    What nothing is confirmed of need not be marked: a line whose goods are blocked was asked of no quota. Nor need what
    is delivered: it was not looked at where its days were over before a quota was made.
    """
    state = queries.known()
    plan = find(reached, product_ids(reached), state)
    plan = plan._replace(lines=[one for one in plan.lines if one.parts])
    books = Overlay()
    keys: tuple[BalanceKey, ...] = tuple(_quota_keys(plan))
    books.take(*keys)
    found, are_open = differences(books, plan, state), {one.id for one in plan.lines if one.is_open}
    return Changed(found.uses, [one for one in found.marks if one in are_open])


def everything(first_on: date = date.min) -> Reached:
    """All that quotas or protections may hold for."""
    state = queries.known()
    products = {*state.by_product, *(product_id for product_id, _ in state.protections)}
    return Reached(frozenset(products), frozenset(state.by_group), None, first_on)
