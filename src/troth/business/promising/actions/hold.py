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
from troth.business.masterdata.actions import holds_allowed
from troth.business.masterdata.queries import CustomerTerms, LeadTimes
from troth.business.promising import queries
from troth.business.promising.actions import hold_places
from troth.business.promising.actions.agreed import fault_of, limited, packings
from troth.business.promising.actions.changes import HOLD_KIND
from troth.business.promising.actions.confirm import confirm, keys, withdraw
from troth.business.promising.actions.suppose import at_once
from troth.business.promising.actions.traits import customer_named, for_customer, no_customer, of_product
from troth.business.promising.models import Hold, HoldLine
from troth.business.promising.rules import Promise, Way, Wish
from troth.business.promising.rules.holds import (
    HOLDS_EACH_MAX,
    LINES_MAX,
    USUAL_HOURS,
    HeldForDocument,
    HoldExpired,
    NothingToHold,
    TooManyForCustomer,
    TooManyHolds,
    WrongHold,
    check_expiry,
    life_end,
    state_at,
)
from troth.business.promising.states import HOLD, Cause, HoldState
from troth.business.quotas import queries as quotas
from troth.business.quotas.rules import Traits
from troth.kernel import places
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.limits import NO_LIMITS, Limits
from troth.kernel.quantity import MAX, Unit
from troth.kernel.replenishment import LeadTime
from troth.kernel.scopes import Event
from troth.kernel.valuations import segment_of
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
    """`quantity` (smallest units) of a product, ready on a day; of one that is valuated separately, of a type.

    From one storage `location` alone, or of one `batch`, where it names one by its code. `limits` are those of
    the line; where it names none, the customer's hold.
    """

    product_id: int
    quantity: int
    requested_on: date
    valuation: str = ""
    location: str = ""
    batch: str = ""
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """What is to be held at a site, what for and for whom; without `expires_at` for two days.

    For a `customer` (number) the goods come out of its own quotas, last as long as it wants, come in its packages and
    within the limits agreed with it; for anybody else out of those of all, and the order that follows is held against
    its customer's. A quantity is rounded to whole packages as that of an order is.
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
    hold_places.refuse_wrong(draft.lines, products, site)
    customer = _customer(draft, site.company_id)
    refuse_too_many(by, clock)
    held = locks.begin()
    if customer is not None:
        refuse_beyond(held, site.company_id, customer.sold_to_id, 1, by=by, clock=clock)
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
            location=one.location, batch=one.batch,
            **one.limits._asdict(),
        )
        for place, one in enumerate(draft.lines, 1)
    )  # fmt: skip
    traits = _traits(customer, products, edition)
    lives = masterdata.lives_for(customer, products.values()) if customer else None
    packed = packings(customer, products, edition)
    lead_times = masterdata.LeadTimes(products, edition=edition)
    wanted = [
        limited(
            _wish(hold, line, products[line.product_id], way, _lead_time(lead_times, line, products)),
            one.limits,
            customer,
            packed.get(line.product_id),
        )._replace(
            complete_delivery=customer is not None and customer.complete_delivery,
            scope=scopes[line.product_id].on_firm_supply,
            traits=traits[line.product_id],
            life_days=(lives[line.product_id] if lives else products[line.product_id].life_days),
        )
        for line, one in zip(lines, draft.lines, strict=True)
    ]
    _note_rounded(lines, wanted)
    held.take(*keys(wanted))
    promise = confirm(held, wanted, clock=clock)
    if not any(line.confirmed for line in promise.lines.values()):
        raise NothingToHold(Sentence("Nothing of it is free to be held. Ask when it will be: availability tells."))
    made = made_of(hold, lines, promise)
    record("promising.goods_held", hold, by=by, clock=clock, lines=len(lines))
    return made


@action
def extend_hold(hold_id: int, expires_at: datetime, *, by: Actor, clock: Clock) -> datetime:
    """Let an active hold end later (or earlier), within its life; return when. `HoldExpired` if it has ended."""
    hold, held = _opened(hold_id, "extend", by=by, clock=clock)
    held.take(*queries.keys(HOLD_KIND, line_ids(hold)))
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
def release_hold(hold_id: int, *, reason: str = "", by: Actor, clock: Clock) -> None:
    """Let the goods go at once. One that has expired is released already: that is no mistake and changes nothing."""
    hold, held = locks.hold(Hold, hold_id, by=by)
    if _state(hold, clock) in (HoldState.RELEASED, HoldState.EXPIRED):
        return
    let_go(held, hold, "release", by=by, clock=clock)
    record(
        "promising.hold_released", hold, by=by, clock=clock, **({"reason": given} if (given := reason.strip()) else {})
    )


@action
def expire_holds(*, by: Actor, clock: Clock, limit: int = 50) -> int:
    """Sweep holds that are past their expiry, so that the lists show it; return how many."""
    due = Hold.objects.filter(state=HoldState.ACTIVE, expires_at__lte=clock.now()).order_by("expires_at", "id")
    ids = sorted(due.values_list("pk", flat=True)[:limit])
    held = locks.begin()
    found = [one for one in held.hold(Hold, *ids, by=by) if one.state == HoldState.ACTIVE] if ids else []
    held.take(*(key for one in found for key in queries.keys(HOLD_KIND, line_ids(one))))
    for one in (one for one in found if _state(one, clock) == HoldState.EXPIRED):
        let_go(held, one, "expire", by=by, clock=clock)
        record("promising.hold_expired", one, by=by, clock=clock)
    return len(found)


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
    if hold.reference_kind:
        raise HeldForDocument(
            Sentence("Hold %(hold)s is for %(document)s. Make the order from that: it takes what is held over."),
            hold=hold.number,
            document=hold.reference_number,
        )
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
    record("promising.hold_ordered", hold, by=by, clock=clock, order=order_id)


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
    ids = line_ids(hold)
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


def line_ids(hold: Hold) -> list[int]:
    """The ids of its lines, in their order."""
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
        fault = fault_of(one.limits, one.quantity, Unit(product.base_unit, product.decimals))
        if fault is not None:
            raise WrongHold(fault[1], row=row, field=fault[0])
    return products


def _note_rounded(lines: Sequence[HoldLine], wanted: Sequence[Wish]) -> None:
    """A line asks for what its packages make of it."""
    changed = [
        (line, wish.quantity) for line, wish in zip(lines, wanted, strict=True) if line.quantity != wish.quantity
    ]
    for line, quantity in changed:
        line.quantity = quantity
    if changed:
        HoldLine.objects.bulk_update([line for line, _ in changed], ["quantity"])


def _valuation(one: HoldLineDraft, product: ProductRow, row: int, edition: int) -> str:
    """The type that is held: the one that is named, else the product's default."""
    types = masterdata.snapshot(edition).valuations.get(product.id)
    valuation = masterdata.valuation_or_default(one.valuation, types)
    fault = masterdata.valuation_fault(product.number, valuation, types)
    if fault is not None:
        raise WrongHold(fault, row=row, field="valuation")
    return valuation


def refuse_too_many(by: Actor, clock: Clock) -> None:
    """Refuse one hold more of somebody who has as many as one person may."""
    found = Hold.objects.filter(state=HoldState.ACTIVE, entered_by_id=by.user_id, expires_at__gt=clock.now())
    mine = found.count() if by.user_id else 0
    if mine >= HOLDS_EACH_MAX:
        raise TooManyHolds(
            Sentence("You hold goods %(count)s times already. Release a hold or make an order of one first."),
            count=mine,
        )


def refuse_beyond(held: Held, company_id: int, party_id: int, new: int, *, by: Actor, clock: Clock) -> None:
    """Refuse so many new holds for a customer that may have fewer at once; they are counted under its lock."""
    most = holds_allowed(held, company_id, party_id, by=by)
    if most is None:
        return
    open_now = open_for(company_id, party_id, clock)
    if open_now + new > most:
        raise TooManyForCustomer(
            Sentence(
                "Goods are held for the customer %(count)s times already, and %(most)s is the most. Release one of the "
                "holds, make an order of it, or have the customer's limit raised.",
                count=open_now,
                most=most,
            ),
            field="customer",
            count=open_now,
            most=most,
        )


def open_for(company_id: int, party_id: int, clock: Clock) -> int:
    """How many holds of a customer have not ended."""
    found = Hold.objects.filter(company_id=company_id, party_id=party_id, state=HoldState.ACTIVE)
    return found.filter(expires_at__gt=clock.now()).count()


def _wish(hold: Hold, line: HoldLine, product: ProductRow, way: Way, lead_time: LeadTime | None) -> Wish:
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
        segment=places.segment_of(line.location) or segment_of(line.valuation),
        lead_time=lead_time,
        batch=line.batch,
        unit=product.base_unit,
        decimals=product.decimals,
    )


def _lead_time(known: LeadTimes, line: HoldLine, products: dict[int, ProductRow]) -> LeadTime | None:
    """A location's own promises rest on what lies there: what is procured goes to the site."""
    return None if line.location else known.of(line.product_id, line.hold.site_id, products[line.product_id])


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


def made_of(hold: Hold, lines: Sequence[HoldLine], promise: Promise) -> HoldMade:
    """What is held of the lines of a new hold, and what not."""
    found = [(line.line_number, promise.lines[line.pk]) for line in lines]
    return HoldMade(
        hold.pk,
        hold.number,
        hold.expires_at,
        {number: one.confirmed for number, one in found},
        {number: one.short for number, one in found if one.short},
    )


def record(kind: str, hold: Hold, *, by: Actor, clock: Clock, **facts: int | str) -> None:
    """Note what happened to a hold."""
    events.record(kind, ref_of(hold), company_id=hold.company_id, by=by, at=clock.now(), facts=facts or None)
