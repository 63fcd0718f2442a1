"""What items do of goods and quota in a contest: ask, take, give back."""

from collections.abc import Iterable, Sequence

from troth.kernel import proposals
from troth.kernel.backorder.balance import free_on
from troth.kernel.backorder.guarded import Guarded
from troth.kernel.backorder.items import Item, Row, Rows, Unit
from troth.kernel.backorder.perishing import Perishing
from troth.kernel.proposals import Curve, Line
from troth.kernel.protection import Taken
from troth.kernel.quota import Booking, Rationed, Rations, proposed
from troth.kernel.steps import Steps


class Hands:
    """Takes for items and gives back; `rations` is what quotas leave to the items of the run."""

    def __init__(self, rations: Rations) -> None:
        self._rations = rations

    def _proposal(self, item: Item, curve: Steps | None = None) -> Rows:
        """What the item's rule makes of what it may take of its key, or of a curve that is no more than that."""
        balance, terms = self._curve(item) if curve is None else curve, item.terms
        if isinstance(balance, Perishing):
            own = balance.since(item.day)
            lines = item.rule(own, item.quantity, own.day, terms)
        elif not item.sequences:
            lines = item.rule(balance, item.quantity, item.day, terms)
        else:
            rationed = self._rationed(item, balance, day=item.day, ready=terms.replenishment_day, usable=item.timetable)
            lines, item.is_limited = proposed(
                item.rule, rationed, item.quantity, day=item.day, terms=terms, last=item.open_after
            )
        if item.packages is not None:
            lines = in_packages(lines, item, item.quantity)
        item.fickle = _is_fickle(item, len(lines))
        if not item.sequences and not isinstance(balance, Perishing):
            lines = usable(lines, item)
        if terms.replenishment_day is None:
            return [(day, quantity, False) for day, quantity in lines]
        return with_basis(lines, balance)

    def _curve(self, item: Item) -> Steps | Perishing:
        """What an item that has nothing now may take of its key."""
        balance = item.balance
        if item.asks_as is None or not isinstance(balance, Guarded):
            return balance
        return balance.seen_by(item.asks_as, item.old)

    def _rationed(
        self, item: Item, curve: Curve, *, day: int, ready: int | None = None, usable: Sequence[int] = ()
    ) -> Rationed:
        return Rationed(curve, self._rations, item.sequences, day=day, replenishment_day=ready, usable=usable)

    def _takes(self, item: Item, rows: Rows) -> bool:
        """Take the rows if there are goods and quota for all of them, else nothing."""
        balance, keeps = item.balance, self._keeps_booked(item, rows)
        owner = item.asks_as
        if owner is not None and isinstance(balance, Guarded) and not balance.covers(owner, item.old, rows):
            return False
        for row in rows:
            day, quantity, procured = row
            short = not procured and free_on(balance, day) < quantity
            if short or (item.sequences and not keeps and self._rations.room(day, item.sequences) < quantity):
                self._release(item)
                return False
            self._issue(item, (row,))
            if item.sequences and not keeps:
                item.bookings = [*item.bookings, *self._rations.take(day, quantity, item.sequences)]
        if keeps:
            self._book(item, item.booked)
        self._use(item, rows)
        return True

    def _take(self, item: Item, rows: Rows) -> None:
        keeps = not item.new and self._keeps_booked(item, rows)
        self._use(item, rows)
        self._issue(item, rows)
        if keeps:
            self._book(item, item.booked)
        elif item.sequences:
            for day, quantity, _ in rows:
                item.bookings = [*item.bookings, *self._rations.take(day, quantity, item.sequences)]

    def _keeps_booked(self, item: Item, rows: Rows) -> bool:
        """Whether these are its old rows, and what they book of its quotas is free as it was."""
        return bool(item.booked) and tuple(rows) == tuple(item.old) and self._rations.has(item.booked)

    def _restore(self, item: Item, rows: Rows, bookings: Sequence[Booking], taken: list[Taken]) -> None:
        """Let an item have again what it gave back just now."""
        self._issue(item, rows)
        self._book(item, bookings)
        balance = item.balance
        if isinstance(balance, Guarded):
            balance.use(taken)
            item.taken = taken

    def _use(self, item: Item, rows: Rows) -> None:
        """Use up what is kept for the item; with the rows that it had, what those used up."""
        balance = item.balance
        if item.asks_as is None or not isinstance(balance, Guarded):
            return
        if not item.taken and [row[:2] for row in rows] == [row[:2] for row in item.old]:
            balance.use(item.kept)
            item.taken = list(item.kept)
            return
        for day, quantity, _ in rows:
            item.taken = [*item.taken, *balance.consume(item.asks_as, day, quantity)]

    def _issue(self, item: Item, rows: Rows) -> None:
        balance = item.balance
        for day, quantity, procured in rows:
            if not procured:
                balance.take(day, quantity)
        item.new = (*item.new, *rows)

    def _book(self, item: Item, bookings: Sequence[Booking]) -> None:
        self._rations.book(bookings)
        item.bookings = list(bookings)

    def _release(self, unit: Unit) -> None:
        for item in unit.members:
            balance = item.balance
            for day, quantity, procured in item.new:
                if not procured:
                    balance.give_back(day, quantity)
            if item.bookings:
                self._rations.give_back(item.bookings)
                item.bookings = []
            if item.taken:
                assert isinstance(balance, Guarded)
                balance.use(item.taken, -1)
                item.taken = []
            item.new = ()


def in_packages(lines: tuple[Line, ...], item: Item, quantity: int) -> tuple[Line, ...]:
    """What is left of lines in whole packages, of who takes all or nothing only if all of `quantity` is."""
    if item.packages is None:
        return lines
    if item.rule is proposals.complete and not item.packages.is_whole(quantity):
        return ()
    return item.packages.confirmed(lines)


def usable(lines: tuple[Line, ...], item: Item) -> tuple[Line, ...]:
    return proposals.on_days(lines, item.timetable, item.terms.latest_day)


def with_basis(lines: Iterable[Line], balance: Steps | Perishing) -> Rows:
    """The lines as rows; what is free by its day does not cover a row on the lead time."""
    rows, got = [], 0
    for day, quantity in lines:
        got += quantity
        rows.append((day, quantity, got > free_on(balance, day)))
    return rows


def _is_fickle(item: Item, lines: int) -> bool:
    """Whether a proposal of so many lines, made again with less free, may suit the item better.

    Where lines are few or must not be small, one waits for the rest; it comes earlier where no rest is to be had.
    """
    if isinstance(item.balance, Perishing) or item.packages is not None:
        return True
    cut = item.rule is proposals.partial and (item.terms.min_shipment > 1 or lines >= item.terms.max_lines)
    return cut or bool(item.sequences)


def dominates(new: Rows, old: Rows) -> bool:
    """Whether at least as much is confirmed on every day."""
    coming, got, floor = iter(new), 0, 0
    day, quantity, _ = next(coming, _NEVER)
    for due, held, _ in old:
        floor += held
        while day <= max(due, 0):
            got += quantity
            day, quantity, _ = next(coming, _NEVER)
        if got < floor:
            return False
    return True


_NEVER: Row = (2**63, 0, False)
