"""Inspection lots: entered by hand for what lies in inspection, told anew, decided on, and the decision taken back.

A usage decision is a transfer posting of goods of the lot: what is accepted is free, what is rejected is blocked. Lots
are locked before the balances they stand on.
"""

from dataclasses import dataclass, replace
from datetime import date

from troth.business.supply.actions import lotted, transfer
from troth.business.supply.actions.batches import lots_here
from troth.business.supply.actions.lotted import day_of_lot, in_lots, record, ref_of
from troth.business.supply.actions.places import bin_place, counts_as, series_of, stock_key, taken_out
from troth.business.supply.actions.valued import check_valued
from troth.business.supply.models import InspectionLot, TransferPosting, UsageDecision
from troth.business.supply.rules import check_quantity
from troth.business.supply.rules.lots import (
    LOT,
    DecisionReversed,
    LotHoldsLess,
    after_decision,
    check_day,
    check_people,
    check_reason,
)
from troth.business.supply.types import becomes
from troth.kernel.calendars import day_of
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry, Shortfall
from troth.ledgers.stock.keys import StockKey, StockType
from troth.platform import actions, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Decided:
    """`short` is what is missing now for what was promised on goods in inspection."""

    lot_id: int
    decision_id: int
    short: list[Shortfall]


@action
def enter_lot(
    product_id: int,
    *,
    bin_id: int,
    quantity: int,
    batch: str = "",
    valuation: str = "",
    expected_on: date | None = None,
    is_releasable: bool = True,
    note: str = "",
    by: Actor,
    clock: Clock,
) -> int:
    """Make a lot of goods that lie in inspection and are in none; returns its id. `LotHoldsLess` for more than those.

    `expected_on` moves the day on which they are expected to be released; None leaves it as it is.
    """
    check_quantity("the inspection lot", quantity)
    place = bin_place(bin_id)
    site = reference.site(place.site_id)
    actions.require(by, company_id=site.company_id, site_id=site.id)
    today = clock.today(site.time_zone)
    check_day(expected_on, today)
    key = replace(stock_key(product_id, place, batch=batch, valuation=valuation), stock_type=StockType.QUALITY)
    held = locks.begin()
    held.take(series_of(key), key)
    check_valued(held, [(reference.product(product_id), valuation)])
    _refuse_more(key, quantity, held.balance(key).quantity - in_lots(key))
    lot = InspectionLot.objects.create(
        company_id=site.company_id, site_id=site.id, number=lotted.new_number(), product_id=product_id, bin_id=bin_id,
        batch=batch, valuation=valuation, origin=InspectionLot.Origin.BY_HAND, quantity=quantity, open=quantity,
        created_on=today, is_releasable=is_releasable, note=note,
    )  # fmt: skip
    if expected_on is not None:
        _expect(held, lot, key, expected_on, clock)
        lot.save(update_fields=["expected_on"])
    record("supply.lot_made", lot, {"quantity": quantity, "batch": batch}, by=by, clock=clock)
    return lot.pk


@action
def change_lot(
    lot_id: int,
    *,
    expected_on: date | None,
    is_releasable: bool,
    note: str = "",
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> list[Shortfall]:
    """Say when a lot is expected to be released (None: not known) and whether it may be before; return the shortages.

    Promises that hung on the goods may be short where they are released later.
    """
    lot, held = locks.hold(InspectionLot, lot_id, by=by)
    locks.refuse_if_changed(lot, expected_version)
    LOT.step(lot.state, "change")
    if expected_on != lot.expected_on:
        check_day(expected_on, clock.today(reference.site(lot.site_id).time_zone))
    key = key_of(lot)
    held.take(series_of(key), key)
    old = {"expected_on": lot.expected_on, "is_releasable": lot.is_releasable, "note": lot.note}
    moved = expected_on != lot.expected_on
    short = _expect(held, lot, key, expected_on, clock) if moved else []
    lot.is_releasable, lot.note, lot.version = is_releasable, note, lot.version + 1
    lot.save(update_fields=["expected_on", "is_releasable", "note", "version"])
    new = {"expected_on": expected_on, "is_releasable": is_releasable, "note": note}
    told = {name: str(value) for name, value in new.items() if value != old[name]}
    record("supply.lot_changed", lot, told, by=by, clock=clock)  # type: ignore[arg-type]
    return short


@action
def decide_usage(
    lot_id: int,
    code: str,
    quantity: int,
    *,
    reason: str = "",
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Decided:
    """Accept `quantity` (smallest units) of a lot, so that it is free, or reject it for a reason: it is blocked.

    `LotHoldsLess` for more than is open, `OwnGoods` for whoever received them, `NotEnoughStock` never: what is open
    lies there.
    """
    becomes(code)
    check_quantity("the usage decision", quantity)
    check_reason(code, reason)
    lot, held = locks.hold(InspectionLot, lot_id, by=by)
    locks.refuse_if_changed(lot, expected_version)
    check_people(lot.number, lot.received_by_id, by.user_id)
    source = key_of(lot)
    _refuse_more(source, quantity, lot.open)
    goal = replace(source, stock_type=becomes(code))
    held.take(series_of(source), source, goal)
    on = clock.today(reference.site(lot.site_id).time_zone)
    posting = TransferPosting(
        company_id=lot.company_id, site_id=lot.site_id, product_id=lot.product_id, bin_id=lot.bin_id,
        to_bin_id=lot.bin_id, batch=lot.batch, valuation=lot.valuation, from_type=source.stock_type,
        to_type=goal.stock_type, quantity=quantity, reason=(reason or f"lot {lot.number}")[:80], posted_on=on,
    )  # fmt: skip
    made = transfer.post(held, posting, source, goal, first=day_of_lot(lot), by=by, clock=clock)
    decision = UsageDecision.objects.create(
        lot=lot, code=code, quantity=quantity, reason=reason, posting_id=made.posting_id,
        received_by_id=lot.received_by_id, decided_by_id=by.user_id, decided_at=clock.now(),
    )  # fmt: skip
    lot.open -= quantity
    lot.state, lot.version = after_decision(lot.state, lot.open), lot.version + 1
    lot.save(update_fields=["open", "state", "version"])
    facts: dict[str, object] = {"decision": code, "quantity": quantity, "reason": reason}
    record("supply.usage_decided", lot, facts, by=by, clock=clock)
    return Decided(lot.pk, decision.pk, made.short)


@action
def reverse_usage(decision_id: int, *, by: Actor, clock: Clock) -> Decided:
    """Take a usage decision back: its goods are in inspection again, and open in their lot.

    `NotEnoughStock` where they have moved on, `GoodsSpokenFor` where they are picked, `DecisionReversed` once it is.
    """
    found = UsageDecision.objects.filter(pk=decision_id).values_list("lot_id", "posting_id").first()
    if found is None:
        raise NotFound(Sentence("There is no usage decision %(id)s.", id=decision_id), id=decision_id)
    lot, held = locks.hold(InspectionLot, found[0], by=by)
    decision = UsageDecision.objects.get(pk=decision_id)
    if decision.is_reversed:
        raise DecisionReversed(Sentence("This usage decision was reversed before. Decide anew instead."))
    [posting] = held.hold(TransferPosting, found[1], by=by)
    made = transfer.take_back(held, posting, stands=day_of_lot(lot), by=by, clock=clock)
    decision.is_reversed = True
    decision.save(update_fields=["is_reversed"])
    lot.open += decision.quantity
    lot.state, lot.version = LOT.step(lot.state, "reverse"), lot.version + 1
    lot.save(update_fields=["open", "state", "version"])
    facts: dict[str, object] = {"decision": decision.code, "quantity": decision.quantity}
    record("supply.usage_reversed", lot, facts, by=by, clock=clock)
    return Decided(lot.pk, decision.pk, made.short)


def key_of(lot: InspectionLot) -> StockKey:
    """Where the goods of a lot lie in inspection."""
    key = stock_key(lot.product_id, bin_place(lot.bin_id), batch=lot.batch, valuation=lot.valuation)
    return replace(key, stock_type=StockType.QUALITY)


def _expect(held: Held, lot: InspectionLot, key: StockKey, on: date | None, clock: Clock) -> list[Shortfall]:
    """Let what is open of a lot count for another day; return the shortages that opens."""
    ref, batch, series = ref_of(lot), lots_here(lot.product_id, [lot.batch])[lot.batch], series_of(key)
    gone = taken_out(held, key, lot.open, batch, ref, ref.id, first=day_of_lot(lot))
    lot.expected_on = on
    here = Entry(series, counts_as(key), day_of_lot(lot), lot.open, ref, ref.id, *batch)
    availability.post(held, [*gone, here], at=clock.now())
    today = day_of(clock.today(reference.site(lot.site_id).time_zone))
    cause = f"inspection lot {lot.number} is released on another day"
    return availability.settle_shortages(held, [series], today=today, cause=cause, at=clock.now(), source=ref)


def _refuse_more(key: StockKey, quantity: int, most: int) -> None:
    if quantity <= most:
        return
    place = reference.place(key.site_id, key.bin_id, key.product_id)
    raise LotHoldsLess(
        Sentence(
            "%(most)s of product %(product)s in bin %(bin)s are open for that. Enter at most so many.",
            most=place.format(max(most, 0)),
            product=place.product,
            bin=place.bin,
        ),
        field="quantity",
        most=max(most, 0),
    )
