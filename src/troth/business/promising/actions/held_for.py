"""Goods held for another document, such as a quotation: held, extended, let go and ordered with it.

Such a hold is a hold like any other, one for each site. It names its document, its lines name the document's lines, and
it may be extended no longer than the document is good for. Whoever calls holds the document, so that it cannot end, or
be ordered from, meanwhile; then come the holds, then the keys.

An order takes its part of what is held: that is let go under the locks, promised to the order, and what the order did
not take is held on (`Taking`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from troth.business.promising import queries
from troth.business.promising.actions.changes import HOLD_KIND
from troth.business.promising.actions.confirm import confirm, drawn_on, free_expired, keys, withdraw
from troth.business.promising.actions.hold import (
    HoldMade,
    let_go,
    made_of,
    record,
    ref_of,
    refuse_beyond,
    refuse_over,
    refuse_too_many,
)
from troth.business.promising.models import Hold, HoldLine
from troth.business.promising.rules import Wish
from troth.business.promising.rules.holds import (
    LINES_MAX,
    NothingToHold,
    WrongHold,
    check_expiry,
    life_end,
    state_at,
)
from troth.business.promising.states import HOLD, HoldState
from troth.kernel.errors import Sentence
from troth.kernel.places import location_of
from troth.kernel.valuations import valuation_of
from troth.platform import events, numbering
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import BalanceKey, Held, Overlay

SEQUENCE_COMPANY = 0
Locked = Hold
"""A hold that the transaction has locked."""


@dataclass(frozen=True, slots=True)
class ForDocument:
    """For which document and which customer (party) goods are held, what for, and how long it is good for."""

    document: DocumentRef
    company_id: int
    party_id: int | None
    purpose: str
    good_until: datetime


def hold_for(
    held: Held, whom: ForDocument, wishes: Sequence[Wish], expires_at: datetime, *, by: Actor, clock: Clock
) -> list[HoldMade]:
    """Hold what the lines of a document want, as its order would be promised it; one hold for each site.

    A wish has the document's line as its line. `NothingToHold` where nothing of it is free.
    """
    now = clock.now()
    if len(wishes) > LINES_MAX:
        raise WrongHold(Sentence("Hold between one and %(most)s lines."), most=LINES_MAX)
    life_ends_at = min(life_end(now), whom.good_until)
    check_expiry(expires_at, now=now, life_ends_at=life_ends_at)
    refuse_too_many(by, clock)
    if whom.party_id is not None:
        sites = len({wish.site_id for wish in wishes})
        refuse_beyond(held, whom.company_id, whom.party_id, sites, by=by, clock=clock)
    made: list[tuple[Hold, list[HoldLine]]] = []
    wanted: list[Wish] = []
    for site_id in sorted({wish.site_id for wish in wishes}):
        own = [wish for wish in wishes if wish.site_id == site_id]
        hold, lines = _written(whom, own, (expires_at, life_ends_at), by=by, now=now)
        made.append((hold, lines))
        wanted += [_of_hold(wish, hold, line) for wish, line in zip(own, lines, strict=True)]
    held.take(*keys(wanted))
    promise = confirm(held, wanted, clock=clock)
    if not any(one.confirmed for one in promise.lines.values()):
        raise NothingToHold(Sentence("Nothing of it is free to be held. Ask when it will be: availability tells."))
    answers = []
    for hold, lines in made:
        if not any(promise.lines[line.pk].confirmed for line in lines):
            let_go(held, hold, "release", by=by, clock=clock)
            continue
        named = {whom.document.kind: whom.document.number}
        record("promising.goods_held", hold, by=by, clock=clock, lines=len(lines), **named)
        answers.append(made_of(hold, lines, promise))
    return answers


def _written(
    whom: ForDocument, wishes: Sequence[Wish], ends: tuple[datetime, datetime], *, by: Actor, now: datetime
) -> tuple[Hold, list[HoldLine]]:
    [number] = numbering.draw("hold", company_id=SEQUENCE_COMPANY)
    hold = Hold.objects.create(
        company_id=whom.company_id, site_id=wishes[0].site_id, number=f"HO-{number:06d}", state=HoldState.ACTIVE,
        party_id=whom.party_id, purpose=whom.purpose, expires_at=ends[0], life_ends_at=ends[1],
        reference_kind=whom.document.kind, reference_id=whom.document.id, reference_number=whom.document.number,
        entered_by_id=by.user_id, entered_at=now,
    )  # fmt: skip
    lines = HoldLine.objects.bulk_create(
        HoldLine(
            hold=hold, line_number=wish.line_number, product_id=wish.product_id, quantity=wish.quantity,
            requested_on=wish.requested_on, valuation=valuation_of(wish.segment) if wish.segment else "",
            location=location_of(wish.segment) if wish.segment else "", batch=wish.batch,
            reference_line_id=wish.line_id,
        )
        for wish in wishes
    )  # fmt: skip
    return hold, lines


def _of_hold(wish: Wish, hold: Hold, line: HoldLine) -> Wish:
    return wish._replace(document=ref_of(hold), line_id=line.pk, owner_id=hold.entered_by_id)


def lock(held: Held, kind: str, document_ids: Iterable[int]) -> list[Hold]:
    """Lock the holds of documents that have not ended in the books. It follows from the document who may do that."""
    ids = Hold.objects.filter(reference_kind=kind, reference_id__in=list(document_ids), state=HoldState.ACTIVE)
    found = sorted(ids.values_list("pk", flat=True))
    return [one for one in held.hold(Hold, *found, by=SYSTEM) if one.state == HoldState.ACTIVE] if found else []


def lasting(holds: Sequence[Hold], clock: Clock) -> list[Hold]:
    """Those that have not expired."""
    return [one for one in holds if not _is_over(one, clock)]


def extend(held: Held, holds: Sequence[Hold], expires_at: datetime, *, by: Actor, clock: Clock) -> None:
    """Let held holds end later (or earlier), within the life of each. `HoldExpired` if one has ended."""
    held.take(*keys_of(holds))
    for hold in holds:
        # Under the keys: who waited for them may have come too late.
        refuse_over(hold, clock)
        HOLD.step(hold.state, "extend")
        check_expiry(expires_at, now=clock.now(), life_ends_at=hold.life_ends_at)
        before = hold.expires_at
        Hold.objects.filter(pk=hold.pk).update(expires_at=expires_at, version=hold.version + 1)
        events.record(
            "promising.hold_extended", ref_of(hold), company_id=hold.company_id, by=by, at=clock.now(),
            changes={"expires_at": (before, expires_at)},
        )  # fmt: skip


def release(held: Held, holds: Sequence[Hold], reason: str, *, by: Actor, clock: Clock) -> None:
    """Let held holds go, and say why; those that are past their expiry end as expired."""
    held.take(*keys_of(holds))
    for hold in holds:
        is_over = _is_over(hold, clock)
        let_go(held, hold, "expire" if is_over else "release", by=by, clock=clock)
        if is_over:
            record("promising.hold_expired", hold, by=by, clock=clock)
        else:
            record("promising.hold_released", hold, by=by, clock=clock, reason=reason)


def keys_of(holds: Sequence[Hold]) -> tuple[BalanceKey, ...]:
    """What the holds stand on."""
    return queries.keys(HOLD_KIND, list(_lines(holds).values_list("pk", flat=True))) if holds else ()


def _lines(holds: Sequence[Hold]) -> QuerySet[HoldLine]:
    return HoldLine.objects.filter(hold_id__in=[hold.pk for hold in holds]).order_by("hold_id", "line_number")


def _is_over(hold: Hold, clock: Clock) -> bool:
    return state_at(hold.state, hold.expires_at, clock.now()) == HoldState.EXPIRED


def books_without(line_ids: Sequence[int], wishes: Sequence[Wish], clock: Clock) -> Overlay:
    """Supposed books for `simulate` in which these lines of holds have let go of their goods."""
    books = Overlay()
    books.take(*keys(wishes), *queries.keys(HOLD_KIND, line_ids))
    free_expired(books, drawn_on(books, wishes), wanted=sum(wish.quantity for wish in wishes), clock=clock)
    withdraw(books, HOLD_KIND, line_ids, clock=clock)
    return books
