"""Hold goods for a while, extend it, let go.

A hold is a promise that ends by itself: its lines are requirements like those of an order, posted as held. From
`expires_at` on it holds nothing, whether or not the sweeper has come: whoever promises one of its products frees what
is past its expiry first, under the same lock (`confirm.free_expired`). Extending takes those locks too, so that a hold
is either extended or freed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import CustomerTerms
from troth.business.promising import queries
from troth.business.promising.actions.changes import HOLD_KIND
from troth.business.promising.actions.confirm import confirm, keys, withdraw
from troth.business.promising.actions.reactions import Dates, note_reactions, slipped
from troth.business.promising.actions.suppose import at_once
from troth.business.promising.actions.traits import customer_named, for_customer, no_customer, of_product
from troth.business.promising.models import Hold, HoldLine
from troth.business.promising.rules import Promise, Way, Wish
from troth.business.promising.rules.holds import (
    HOLDS_EACH_MAX,
    LINES_MAX,
    USUAL_HOURS,
    HoldExpired,
    NothingToHold,
    TooManyHolds,
    WrongHold,
    check_expiry,
    life_end,
    state_at,
)
from troth.business.promising.states import HOLD, Cause, HoldState
from troth.business.quotas import queries as quotas
from troth.business.quotas.rules import Traits
from troth.kernel.calendars import day_of
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.quantity import MAX
from troth.kernel.scopes import Event
from troth.kernel.valuations import segment_of, valuation_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import actions, events, locks, numbering
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import BalanceKey, Held
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

SEQUENCE_COMPANY = 0
_ENDS = {"order": Cause.ORDERED, "release": Cause.RELEASED, "expire": Cause.EXPIRED}


@dataclass(frozen=True, slots=True)
class HoldLineDraft:
    """`quantity` (smallest units) of a product, ready on a day; of one that is valuated separately, of a type."""

    product_id: int
    quantity: int
    requested_on: date
    valuation: str = ""


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """What is to be held at a site, what for and for whom; without `expires_at` for two days.

    For a `customer` (number) the goods come out of its own quotas and last as long as it wants; for anybody else out of
    those of all, and the order that follows is held against its customer's.
    """

    site_id: int
    purpose: str
    lines: Sequence[HoldLineDraft]
    expires_at: datetime | None = None
    customer: str = ""


@dataclass(frozen=True, slots=True)
class HoldMade:
    """`held` and `short` by line number, in smallest units."""

    id: int
    number: str
    expires_at: datetime
    held: dict[int, int]
    short: dict[int, int]


@action
def hold_goods(draft: HoldDraft, *, by: Actor, clock: Clock) -> HoldMade:
    """Keep goods from everybody else until the hold expires, as far as they are free; `NothingToHold` if none are."""
    site, now = reference.site(draft.site_id), clock.now()
    actions.require(by, company_id=site.company_id, site_id=site.id)
    life = life_end(now)
    expires_at = draft.expires_at or now + timedelta(hours=USUAL_HOURS)
    check_expiry(expires_at, now=now, life_ends_at=life)
    products = _checked(draft)
    customer = _customer(draft, site.company_id)
    _refuse_too_many(by, clock)
    edition = masterdata.snapshot().edition
    way, scopes = at_once(site), masterdata.checking_scopes(products, Event.ORDER, edition=edition)
    [number] = numbering.draw("hold", company_id=SEQUENCE_COMPANY)
    hold = Hold.objects.create(
        company_id=site.company_id, site_id=site.id, number=f"HO-{number:06d}", state=HoldState.ACTIVE,
        party_id=customer.sold_to_id if customer else None, purpose=draft.purpose.strip(),
        expires_at=expires_at, life_ends_at=life, entered_by_id=by.user_id, entered_at=now,
    )  # fmt: skip
    lines = HoldLine.objects.bulk_create(
        HoldLine(
            hold=hold, line_number=place * 10, product_id=one.product_id, quantity=one.quantity,
            requested_on=one.requested_on, valuation=_valuation(one, products[one.product_id], place, edition),
        )
        for place, one in enumerate(draft.lines, 1)
    )  # fmt: skip
    traits = _traits(customer, products, edition)
    lives = masterdata.lives_for(customer, products.values()) if customer else None
    wanted = [
        _wish(hold, line, products[line.product_id], way)._replace(
            scope=scopes[line.product_id].on_firm_supply,
            traits=traits[line.product_id],
            life_days=(lives[line.product_id] if lives else products[line.product_id].life_days),
        )
        for line in lines
    ]
    held = locks.begin()
    held.take(*keys(wanted))
    promise = confirm(held, wanted, clock=clock)
    if not any(line.confirmed for line in promise.lines.values()):
        raise NothingToHold(Sentence("Nothing of it is free to be held. Ask when it will be: availability tells."))
    made = _made(hold, lines, promise)
    _record("promising.goods_held", hold, by=by, clock=clock, lines=len(lines))
    return made


@action
def extend_hold(hold_id: int, expires_at: datetime, *, by: Actor, clock: Clock) -> datetime:
    """Let an active hold end later (or earlier), within its life; return when. `HoldExpired` if it has ended."""
    hold, held = _opened(hold_id, "extend", by=by, clock=clock)
    held.take(*queries.keys(HOLD_KIND, _line_ids(hold)))
    # Again, now that nobody can free it any more: who waited for the keys may have come too late.
    refuse_over(hold, clock)
    check_expiry(expires_at, now=clock.now(), life_ends_at=hold.life_ends_at)
    before = hold.expires_at
    Hold.objects.filter(pk=hold.pk).update(expires_at=expires_at, version=hold.version + 1)
    events.record(
        "promising.hold_extended", ref_of(hold), company_id=hold.company_id, by=by, at=clock.now(),
        changes={"expires_at": (before, expires_at)},
    )  # fmt: skip
    return expires_at


@action
def release_hold(hold_id: int, *, by: Actor, clock: Clock) -> None:
    """Let the goods go at once. One that has expired is released already: that is no mistake and changes nothing."""
    hold, held = locks.hold(Hold, hold_id, by=by)
    if _state(hold, clock) in (HoldState.RELEASED, HoldState.EXPIRED):
        return
    let_go(held, hold, "release", by=by, clock=clock)
    _record("promising.hold_released", hold, by=by, clock=clock)


@action
def expire_holds(*, by: Actor, clock: Clock, limit: int = 50) -> int:
    """Sweep holds that are past their expiry, so that the lists show it; return how many."""
    due = Hold.objects.filter(state=HoldState.ACTIVE, expires_at__lte=clock.now()).order_by("expires_at", "id")
    ids = sorted(due.values_list("pk", flat=True)[:limit])
    held = locks.begin()
    found = [one for one in held.hold(Hold, *ids, by=by) if one.state == HoldState.ACTIVE] if ids else []
    held.take(*(key for one in found for key in queries.keys(HOLD_KIND, _line_ids(one))))
    for one in (one for one in found if _state(one, clock) == HoldState.EXPIRED):
        let_go(held, one, "expire", by=by, clock=clock)
        _record("promising.hold_expired", one, by=by, clock=clock)
    return len(found)


@action
def give_way(product_id: int, site_id: int, segment: str = "", *, by: Actor, clock: Clock) -> int:
    """Let holds go, the newest first, as far as a shortage of the product at the site asks for it; return how many.

    In its common stock, or in the `segment` of a valuation type.

    Supply has slipped: who only thinks about an order waits for those who have ordered.
    """
    key = AvailabilityKey(product_id, site_id, segment)
    ids = sorted({ref.id for ref, _line in queries.drawing_on(product_id, site_id, segment, kind=HOLD_KIND)})
    held = locks.begin()
    found = held.hold(Hold, *ids, by=by) if ids else []
    held.take(*(own for one in found for own in queries.keys(HOLD_KIND, _line_ids(one))), key)
    missing, cut, spared = availability.known_shortage(held, key), 0, 0
    for one in sorted(found, key=lambda hold: -hold.pk):
        named = (product_id, valuation_of(segment))
        lines = [
            line for line in queries.hold_lines(one.pk) if (line.product_id, line.valuation) == named and line.held
        ]
        if missing <= 0 or not lines or one.state != HoldState.ACTIVE:
            continue
        gone = slipped(held, key, min(missing, sum(line.held for line in lines)), spared=spared, newest=True)
        withdraw(held, HOLD_KIND, [line.id for line in lines], clock=clock, cause=Cause.SUPPLY)
        before: dict[int, tuple[Dates, Dates | None]] = {
            line.id: (((line.held, line.requested_on),), ()) for line in lines
        }
        note_reactions(gone, "hold", HOLD_KIND, before, clock=clock)
        spared += sum(line.held for line in lines)
        missing -= sum(line.held for line in lines)
        cut += 1
        _record("promising.hold_cut", one, by=by, clock=clock, product=product_id)
    if cut:
        today = day_of(clock.today(reference.site(site_id).time_zone))
        availability.close_shortages(held, [key], today=today, at=clock.now())
    return cut


@dataclass(frozen=True, slots=True)
class Orderable:
    """A hold that is locked and active: `let_go` ends it for an order (by id); `keys` must be held then."""

    id: int
    number: str
    site_id: int
    lines: tuple[queries.HeldLine, ...]
    keys: tuple[BalanceKey, ...]
    let_go: Callable[[int], None]


def open_to_order(hold_id: int, *, by: Actor, clock: Clock) -> tuple[Orderable, Held]:
    """Inner verb: lock a hold that an order is to take the place of.

    `HoldExpired` if it has ended: the order then asks for the goods like any other.
    """
    hold, held = _opened(hold_id, "order", by=by, clock=clock)
    lines = tuple(queries.hold_lines(hold.pk))
    keys = queries.keys(HOLD_KIND, [line.id for line in lines])

    def let_go_for(order_id: int) -> None:
        _order_from(held, hold, order_id, by=by, clock=clock)

    return Orderable(hold.pk, hold.number, hold.site_id, lines, keys, let_go_for), held


def _order_from(held: Held, hold: Hold, order_id: int, *, by: Actor, clock: Clock) -> None:
    """An order takes the place of a hold; its goods are let go to whoever holds the keys.

    Whether it has ended is asked again: who waited for the keys may have come too late.
    """
    refuse_over(hold, clock)
    let_go(held, hold, "order", by=by, clock=clock)
    Hold.objects.filter(pk=hold.pk).update(order_id=order_id)
    _record("promising.hold_ordered", hold, by=by, clock=clock, order=order_id)


def refuse_over(hold: Hold, clock: Clock) -> None:
    """Refuse a hold that has ended by itself."""
    if _state(hold, clock) == HoldState.EXPIRED:
        raise HoldExpired(
            Sentence("Hold %(number)s has expired and holds nothing any more. Make an order, or hold the goods anew."),
            number=hold.number,
        )


def let_go(held: Held, hold: Hold, verb: str, *, by: Actor, clock: Clock) -> None:
    """End a held hold: its goods are free at once."""
    state = HOLD.step(hold.state, verb)
    ids = _line_ids(hold)
    held.take(*queries.keys(HOLD_KIND, ids))
    withdraw(held, HOLD_KIND, ids, clock=clock, cause=_ENDS[verb])
    hold.state = state
    Hold.objects.filter(pk=hold.pk).update(state=state, version=hold.version + 1)


def ref_of(hold: Hold) -> DocumentRef:
    return DocumentRef(HOLD_KIND, hold.pk, hold.number)


def _opened(hold_id: int, verb: str, *, by: Actor, clock: Clock) -> tuple[Hold, Held]:
    hold, held = locks.hold(Hold, hold_id, by=by)
    refuse_over(hold, clock)
    HOLD.step(hold.state, verb)
    return hold, held


def _state(hold: Hold, clock: Clock) -> HoldState:
    return state_at(hold.state, hold.expires_at, clock.now())


def _line_ids(hold: Hold) -> list[int]:
    return list(HoldLine.objects.filter(hold_id=hold.pk).order_by("line_number").values_list("pk", flat=True))


def _checked(draft: HoldDraft) -> dict[int, ProductRow]:
    """The products of the lines. Refuses what is missing or cannot be held, by row."""
    if not draft.purpose.strip():
        raise WrongHold(Sentence("Say what the goods are held for."), field="purpose")
    if not 0 < len(draft.lines) <= LINES_MAX:
        raise WrongHold(Sentence("Hold between one and %(most)s lines."), most=LINES_MAX)
    products = reference.products({one.product_id for one in draft.lines})
    for row, one in enumerate(draft.lines, 1):
        product = products.get(one.product_id)
        if product is None:
            raise NotFound(
                Sentence("There is no product %(product)s. Check the number."), row=row, field="product",
                product=one.product_id,
            )  # fmt: skip
        if not product.is_stocked:
            raise WrongHold(
                Sentence("%(product)s is not kept in stock: there is nothing to hold."), row=row, field="product",
                product=product.number,
            )  # fmt: skip
        if not 0 < one.quantity <= MAX:
            raise WrongHold(Sentence("Ask for a quantity above zero."), row=row, field="quantity")
    return products


def _valuation(one: HoldLineDraft, product: ProductRow, row: int, edition: int) -> str:
    """The type that is held: the one that is named, else the product's default."""
    types = masterdata.snapshot(edition).valuations.get(product.id)
    valuation = masterdata.valuation_or_default(one.valuation, types)
    fault = masterdata.valuation_fault(product.number, valuation, types)
    if fault is not None:
        raise WrongHold(fault, row=row, field="valuation")
    return valuation


def _refuse_too_many(by: Actor, clock: Clock) -> None:
    found = Hold.objects.filter(state=HoldState.ACTIVE, entered_by_id=by.user_id, expires_at__gt=clock.now())
    mine = found.count() if by.user_id else 0
    if mine >= HOLDS_EACH_MAX:
        raise TooManyHolds(
            Sentence("You hold goods %(count)s times already. Release a hold or make an order of one first."),
            count=mine,
        )


def _wish(hold: Hold, line: HoldLine, product: ProductRow, way: Way) -> Wish:
    return Wish(
        document=ref_of(hold),
        line_id=line.pk,
        company_id=hold.company_id,
        product_id=line.product_id,
        site_id=hold.site_id,
        party_id=hold.party_id,
        quantity=line.quantity,
        requested_on=line.requested_on,
        way=way,
        owner_id=hold.entered_by_id,
        segment=segment_of(line.valuation),
        lead_days=product.lead_days,
        unit=product.base_unit,
        decimals=product.decimals,
    )


def _customer(draft: HoldDraft, company_id: int) -> CustomerTerms | None:
    if not draft.customer:
        return None
    customer = customer_named(draft.customer, company_id)
    if not customer.is_active:
        raise no_customer(draft.customer)
    return customer


def _traits(customer: CustomerTerms | None, products: dict[int, ProductRow], edition: int) -> dict[int, Traits]:
    """By what the products are told apart in quotas, for whom they are held."""
    found = {product_id: of_product(product, edition) for product_id, product in products.items()}
    if customer is None or quotas.known(edition).is_empty:
        return found
    return {product_id: for_customer(traits, customer) for product_id, traits in found.items()}


def _made(hold: Hold, lines: Sequence[HoldLine], promise: Promise) -> HoldMade:
    found = [(line.line_number, promise.lines[line.pk]) for line in lines]
    return HoldMade(
        hold.pk,
        hold.number,
        hold.expires_at,
        {number: one.confirmed for number, one in found},
        {number: one.short for number, one in found if one.short},
    )


def _record(kind: str, hold: Hold, *, by: Actor, clock: Clock, **facts: int) -> None:
    events.record(kind, ref_of(hold), company_id=hold.company_id, by=by, at=clock.now(), facts=facts or None)
