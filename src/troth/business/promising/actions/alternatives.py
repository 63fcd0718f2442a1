"""Which goods serve a wish: planned without locks, decided under them.

    plan      on supposed books: the ordered goods first, alternatives only for what these cannot serve
    lock      the keys that the plan has read, and no others, in the fixed order
    decide    the same plan on what is locked
    again     where it would need a key that is not held: the locks are given back, that key is added
    all       after three times all keys of all alternatives are locked

So two orders whose alternatives overlap crosswise take their locks in one order and cannot block each other. Keys are
read for all wishes at once: one statement for the ordered goods, one for the alternatives where some fall short.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from troth.business.promising.actions import quotas
from troth.business.promising.actions.confirm import (
    free_expired,
    keys,
    series_keys,
    simulate,
    today_by_site,
)
from troth.business.promising.actions.quotas import SUPPOSED
from troth.business.promising.actions.shelves import asked_of, key_of
from troth.business.promising.rules import Timetable
from troth.business.promising.rules.alternatives import (
    ORDERED,
    Alternative,
    Asked,
    Part,
    Planned,
    Tried,
    arrivals_of,
    as_ordered,
    offer_of,
    parts_of,
    why,
)
from troth.business.promising.rules.arrivals import Arrivals, arrivals, is_plain
from troth.business.promising.rules.shelf import Asked as OnShelf
from troth.business.promising.rules.wish import LinePromise, Wish
from troth.business.quotas.queries import Matched
from troth.kernel.alternatives import Offer, shares
from troth.kernel.calendars import day_of
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held, Overlay

TIMES = 3
"""How often a plan is made again for a key that it did not know of, before all are locked."""

Prepare = Callable[[Overlay], None]
"""What to suppose before a plan, such as that the lines which are planned anew have let go of their goods."""


class _Needs(Exception):
    """The plan needs keys that are not held."""

    def __init__(self, wanted: Iterable[BalanceKey]) -> None:
        super().__init__()
        self.wanted = tuple(wanted)


class _Books:
    """The books that a plan reads. Locked ones cannot be read further than they are held."""

    def __init__(self, books: Overlay, *, locked: bool, clock: Clock) -> None:
        self.now, self._locked, self.clock = books, locked, clock
        self.read: dict[BalanceKey, None] = {}
        self._holding: dict[int, Matched] = {}
        self._asked: set[int] = set()
        self._today: dict[int, int] = {}
        self._table = Timetable()

    def need(self, wishes: Sequence[Wish]) -> None:
        """Read what these wishes draw on, and what quotas hold for them."""
        new_wishes = [wish for wish in wishes if wish.line_id not in self._asked]
        if not new_wishes:
            return
        self._asked.update([wish.line_id for wish in new_wishes])
        self._holding |= quotas.holding(new_wishes)
        found = {wish.line_id: one for wish in wishes if (one := self._holding.get(wish.line_id)) is not None}
        wanted: dict[BalanceKey, None] = dict.fromkeys((*quotas.keys(found), *series_keys(wishes)))
        held = set(self.now.keys())
        missing = [key for key in wanted if key not in held]
        if missing and self._locked:
            raise _Needs(missing)
        if missing:
            self.now.take(*missing)
        new = [key for key in wanted if key not in self.read]
        self.read |= wanted
        wanted_of_all = sum(wish.quantity for wish in wishes)
        free_expired(self.now, new, wanted=wanted_of_all, sparing=wishes, clock=self.clock)

    def tried(self, wishes: Sequence[Wish]) -> tuple[dict[int, LinePromise], Overlay]:
        """What these wishes would be promised, in their order, and the books after it."""
        books = Overlay.of(self.now)
        found = {wish.line_id: self._holding[wish.line_id] for wish in wishes if wish.line_id in self._holding}
        promise = simulate([_alone(wish) for wish in wishes], clock=self.clock, books=books, found=found)
        return dict(promise.lines), books

    def offered(self, wishes: Sequence[Wish]) -> dict[int, Arrivals]:
        """What each of these would be promised if it were the only one, by line id.

        No promise is made of those for which supply alone decides: of twenty that are tried few come to serve.
        """
        for site_id, today in today_by_site(wishes, self.clock).items():
            self._today[site_id] = today
        found: dict[int, Arrivals] = {}
        others: list[Wish] = []
        for wish in wishes:
            asked = self._plain(wish)
            if asked is None:
                others.append(wish)
            else:
                found[wish.line_id] = arrivals(wish, asked, self._table)
        return found | {line_id: arrivals_of(promise) for line_id, promise in self._each(others).items()}

    def _plain(self, wish: Wish) -> OnShelf | None:
        """What there is for a wish that supply alone decides on: no quota, no protection, no batch, no forecast,
        and no location of its own."""
        if not (wish.is_checked and wish.quantity) or wish.segment or wish.line_id in self._holding:
            return None
        if self.now.balance(key_of(wish)).lots:
            return None
        asked = asked_of(self.now, wish, (), self._today[wish.site_id])
        return asked if is_plain(asked, wish) else None

    def are_apart(self, wishes: Sequence[Wish]) -> bool:
        """Whether none of these, together, takes from another what that was offered alone."""
        keys = {key_of(wish) for wish in wishes}
        return len(keys) == len(wishes) and all(self._plain(wish) is not None for wish in wishes)

    def _each(self, wishes: Sequence[Wish]) -> dict[int, LinePromise]:
        """What each of these would be promised if it were the only one; in one go where no two want of one quota."""
        if not wishes:
            return {}
        if not self._meet(wishes):
            return self.tried(wishes)[0]
        return {wish.line_id: self.tried([wish])[0][wish.line_id] for wish in wishes}

    def _meet(self, wishes: Sequence[Wish]) -> bool:
        found = [self._holding[wish.line_id].keys for wish in wishes if wish.line_id in self._holding]
        return sum(len(set(keys)) for keys in found) > len({key for keys in found for key in keys})


def _alone(wish: Wish) -> Wish:
    """The wish as nobody's yet, and as one that waits for no other."""
    return wish._replace(document=SUPPOSED, complete_delivery=False, delivery_group=0)


def plan(
    asked: Sequence[Asked], *, clock: Clock, books: Overlay | None = None, prepare: Prepare | None = None
) -> tuple[Planned, ...]:  # fmt: skip
    """Which goods would serve each wish on the books as they are: no lock, no trace. The wishes take their turn.

    Line ids are each wish's own, of alternatives too. Where `books` are given, what they lack is read into them, and
    nothing is taken of them.
    """
    return _plan(asked, _Books(Overlay() if books is None else books, locked=False, clock=clock), prepare)


def plan_held(
    held: Held,
    asked: Sequence[Asked],
    others: Sequence[BalanceKey] = (),
    *,
    clock: Clock,
    prepare: Prepare | None = None,
) -> tuple[Planned, ...]:
    """`plan`, and then decide under locks on what it read; `others` are locked with it, in one go.

    Nothing of a later kind than availability may be held but what is among `others`.
    """
    first = _Books(Overlay(), locked=False, clock=clock)
    _plan(asked, first, prepare)
    wanted = dict(first.read)
    for _ in range(TIMES):
        try:
            with held.attempt():
                held.take(*others, *wanted)
                return _plan(asked, _Books(Overlay.of(held), locked=True, clock=clock), prepare)
        except _Needs as needs:
            wanted |= dict.fromkeys(needs.wanted)
    held.take(*others, *wanted, *closure(asked))
    return _plan(asked, _Books(Overlay.of(held), locked=True, clock=clock), prepare)


def closure(asked: Sequence[Asked]) -> tuple[BalanceKey, ...]:
    """All keys that any plan for these wishes may read."""
    alternatives = [one.wish for each in asked for one in each.alternatives if not one.obstacle]
    return keys([*(each.wish for each in asked), *alternatives])


def _plan(asked: Sequence[Asked], books: _Books, prepare: Prepare | None) -> tuple[Planned, ...]:
    books.need([one.wish for one in asked])
    if prepare is not None:
        prepare(books.now)
    if len(asked) == 1:
        return (_only(asked[0], books),)
    promised, _after = books.tried([one.wish for one in asked])
    unserved = [one for one in asked if one.is_open and not one.is_served(_own(one, promised))]
    if not unserved:
        return tuple(as_ordered(one) for one in asked)
    books.need([other.wish for one in unserved for other in one.alternatives if not other.obstacle])
    found: list[Planned] = []
    for is_open, group in groupby(asked, key=lambda one: one.is_open):
        run = list(group)
        found += [_one(one, books) for one in run] if is_open else _as_ordered(run, books)
    return tuple(found)


def _own(asked: Asked, promised: Mapping[int, LinePromise]) -> Offer:
    return offer_of(arrivals_of(promised[asked.wish.line_id]), None)


def _only(asked: Asked, books: _Books) -> Planned:
    """Serve the only wish: nobody comes after it."""
    ordered = offer_of(books.offered([asked.wish])[asked.wish.line_id], None)
    if not asked.is_open or asked.is_served(ordered):
        return as_ordered(asked)
    return _by_others(asked, ordered, books, is_last=True)


def _as_ordered(asked: Sequence[Asked], books: _Books) -> list[Planned]:
    """Wishes that nothing else serves: they take what they take."""
    _promised, books.now = books.tried([one.wish for one in asked])
    return [as_ordered(one) for one in asked]


def _one(asked: Asked, books: _Books) -> Planned:
    """Serve one wish, and take what serves it from the books for those that come after it."""
    promised, after = books.tried([asked.wish])
    ordered = _own(asked, promised)
    if not asked.is_open or asked.is_served(ordered):
        books.now = after
        return as_ordered(asked)
    return _by_others(asked, ordered, books)


def _by_others(asked: Asked, ordered: Offer, books: _Books, *, is_last: bool = False) -> Planned:
    """Serve a wish that its own goods, which offer `ordered`, cannot serve alone."""
    able = {place: one for place, one in enumerate(asked.alternatives, 1) if not one.obstacle and one.wish.quantity}
    books.need([one.wish for one in able.values()])
    found = books.offered([one.wish for one in able.values()])
    offers = {ORDERED: ordered}
    offers |= {place: offer_of(found[one.wish.line_id], one) for place, one in able.items()}
    wished = day_of(asked.wish.requested_on)
    parts, served = _shared(asked, offers, books, is_last=is_last)
    return Planned(asked, parts, _tried(asked, offers, served, wished), offers)


def _shared(
    asked: Asked, offers: Mapping[int, Offer], books: _Books, *, is_last: bool
) -> tuple[tuple[Part, ...], dict[int, int]]:
    """The parts of a wish, and what each place serves of it; unless it `is_last`, they are taken from the books.

    Each offer stands for itself. Where two want of one quota, what comes of them together is tried, and who gets less
    than they offered offers no more than that.
    """
    wished, left = day_of(asked.wish.requested_on), dict(offers)
    building, picking = asked.strategy.building, asked.picking
    for _ in range(2 * len(offers)):
        served = shares(asked.wish.quantity, wished, list(left.values()), building=building, picking=picking)
        parts = parts_of(asked, served, list(left))
        shared = dict(zip(left, served, strict=True))
        wishes = [wish_of(asked, part) for part in parts]
        if is_last and books.are_apart(wishes):
            return parts, shared
        promised, after = books.tried(wishes)
        less = _less(asked, left, shared, promised)
        if not less:
            break
        left |= less
    books.now = after
    return parts, shared


def _less(
    asked: Asked, offers: Mapping[int, Offer], shared: Mapping[int, int], promised: Mapping[int, LinePromise]
) -> dict[int, Offer]:
    """What those offer, by place, whose share comes later or less of it than they offered alone."""
    found = {}
    for place, share in shared.items():
        if share:
            other = None if place == ORDERED else asked.alternatives[place - 1]
            got = offer_of(arrivals_of(promised[(other or asked).wish.line_id]), other)
            if any(got.by(day) < min(share, offers[place].by(day)) for day, _ in offers[place].arrivals):
                found[place] = got
    return found


def wish_of(asked: Asked, part: Part) -> Wish:
    """The wish of a part: of the goods at its place, as much as they are to serve."""
    wish = asked.wish if part.place == ORDERED else asked.alternatives[part.place - 1].wish
    return wish._replace(quantity=part.quantity)


def _tried(asked: Asked, offers: dict[int, Offer], served: dict[int, int], wished: int) -> tuple[Tried, ...]:
    found = []
    for place, one in enumerate(asked.alternatives, 1):
        offer, taken = offers.get(place, _NOTHING), served.get(place, 0)
        word = one.obstacle or why(offer, wished, asked.wish.quantity, taken)
        by_then, total = (offer.by(wished), offer.total) if offer.arrivals else (0, 0)
        found.append(Tried(one.product, one.site, one.rule, by_then, total, taken, word))
    return tuple(found)


_NOTHING = Offer(())


__all__ = ["Alternative", "Asked", "Planned", "closure", "plan", "plan_held", "wish_of"]
