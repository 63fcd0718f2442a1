"""One contest: the items of a key, or of all the keys that quotas link, in the steps of the run.

A row is (day, quantity, on lead time). A row on the lead time is procured: it takes nothing from supply, but quota.
"""

from collections.abc import Callable, Iterable, Sequence

from troth.kernel import proposals
from troth.kernel.backorder.balance import Balance
from troth.kernel.backorder.columns import Raised, Reaction, Reactions, Strategy
from troth.kernel.proposals import Curve, Line, Terms
from troth.kernel.quota import Booking, Rationed, Rations, Sequences, propose
from troth.kernel.steps import Steps

Row = tuple[int, int, bool]
Rows = Sequence[Row]
Rule = Callable[[Curve, int, int, Terms], tuple[Line, ...]]

RULES: tuple[Rule, ...] = (proposals.one_time, proposals.complete, proposals.partial)
"""By the numbers of `Backlog.mode`."""


class Item:
    """An open item: what it asks for, what it had, and, as the contest goes on, what it has."""

    __slots__ = (
        "bookings",
        "day",
        "key",
        "new",
        "old",
        "place",
        "quantity",
        "raised",
        "rule",
        "sequences",
        "strategy",
        "terms",
        "timetable",
    )

    def __init__(self, place: int, key: int, quantity: int, day: int, strategy: int) -> None:
        self.place, self.key, self.quantity, self.day, self.strategy = place, key, quantity, day, strategy
        self.rule: Rule = proposals.partial
        self.terms: Terms = proposals.ANY_TERMS
        self.sequences: Sequences = ()
        self.timetable: Sequence[int] = ()
        self.old: Rows = ()
        self.new: Rows = ()
        self.bookings: list[Booking] = []
        self.raised = 0

    @property
    def is_met(self) -> bool:
        """Whether what it had is all it asks for, and on time."""
        old = self.old
        return bool(old) and old[-1][0] <= self.day and sum([row[1] for row in old]) == self.quantity


class Aborted(Exception):
    """An exception of an item whose reaction is to leave the key, or everything, as it was."""

    def __init__(self, item: Item, reaction: Reaction) -> None:
        super().__init__()
        self.item, self.reaction = item, reaction


class Contest:
    """Settles the items, which come in the order of their rank; skipped ones are part of the balances.

    `balances` is by the key of the items; `rations` what quotas leave to the items of the run.
    """

    def __init__(
        self, balances: dict[int, Balance], items: Sequence[Item], reactions: Reactions, rations: Rations
    ) -> None:
        self._balances, self._rations, self._reactions = balances, rations, reactions
        self._items = items

    def settle(self) -> None:
        """Give each item its new rows; raise `Aborted` where an exception forbids it."""
        while not self._guaranteed():
            for item in self._items:
                self._release(item)
        for item in self._of(Strategy.GAIN):
            self._improve(item)
        for item in self._of(Strategy.IMPROVE):
            self._keep(item)
        for item in self._of(Strategy.IMPROVE):
            self._improve(item)
        for item in self._of(Strategy.REDISTRIBUTE):
            self._take(item, self._proposal(item))
        for item in self._of(Strategy.FILL):
            self._keep(item)

    def _of(self, strategy: Strategy) -> list[Item]:
        return [item for item in self._items if item.strategy == strategy]

    def _guaranteed(self) -> bool:
        """Floors, then Win. False where an item of Win becomes one of Gain, whose floor comes first."""
        settled = True
        for item in self._of(Strategy.GAIN):
            if not self._takes(item, item.old):
                self._missed(item, Raised.FLOOR_MISSED, self._reactions.gain, self._reactions.gain_fallback)
        for item in self._of(Strategy.WIN):
            if not self._takes(item, self._wanted(item)):
                self._missed(item, Raised.WIN_MISSED, self._reactions.win, self._reactions.win_fallback)
                settled = settled and item.strategy != Strategy.GAIN
        return settled

    def _missed(self, item: Item, raised: Raised, reaction: Reaction, fallback: Strategy) -> None:
        item.raised |= raised
        if reaction != Reaction.FALLBACK:
            raise Aborted(item, reaction)
        item.strategy = int(fallback)

    def _wanted(self, item: Item) -> Rows:
        """All of it on its day; on the lead time where that is over by then and supply does not cover it."""
        day, ready = item.day, item.terms.replenishment_day
        lifted = ready is not None and day >= ready and _free(self._balances[item.key], day) < item.quantity
        return ((day, item.quantity, lifted),)

    def _improve(self, item: Item) -> None:
        """Give back what the item has, and let it have the better of that and a proposal."""
        if item.is_met and item.new == item.old:
            return
        had = item.new
        self._release(item)
        proposed = self._proposal(item)
        better = _dominates(proposed, had) and not _dominates(had, proposed)
        self._take(item, proposed if better else had)

    def _proposal(self, item: Item) -> Rows:
        balance, terms = self._balances[item.key], item.terms
        if not item.sequences:
            lines = item.rule(balance, item.quantity, item.day, terms)
        else:
            rationed = self._rationed(item, balance, day=item.day, ready=terms.replenishment_day)
            lines = propose(item.rule, rationed, item.quantity, day=item.day, terms=terms)
        lines = _usable(lines, item)
        if terms.replenishment_day is None:
            return [(day, quantity, False) for day, quantity in lines]
        return _with_basis(lines, balance)

    def _rationed(self, item: Item, curve: Curve, *, day: int, ready: int | None = None) -> Rationed:
        return Rationed(curve, self._rations, item.sequences, day=day, replenishment_day=ready)

    def _keep(self, item: Item) -> None:
        """Take of the old rows what is left of them, and nothing that was not in them."""
        if self._takes(item, item.old):
            return
        procured = [self._within_quota(item, row) for row in item.old if row[2]]
        self._take(item, [row for row in procured if row[1]])
        supplied = [row for row in item.old if not row[2]]
        if supplied:
            ceiling = self._under(self._balances[item.key], supplied)
            kept = self._kept(item, ceiling, sum(row[1] for row in supplied))
            self._take(item, [(day, quantity, False) for day, quantity in kept])
        item.new = tuple(sorted(item.new))

    def _kept(self, item: Item, ceiling: Steps, quantity: int) -> tuple[Line, ...]:
        """What of `quantity` stays below the ceiling of the old rows; of a complete delivery all or nothing."""
        most = 1 if item.rule is proposals.one_time else item.terms.max_lines
        rule = proposals.complete if item.rule is proposals.complete else proposals.partial
        terms = Terms(item.terms.min_shipment, most)
        if not item.sequences:
            return _usable(rule(ceiling, quantity, 0, terms), item)
        return propose(rule, self._rationed(item, ceiling, day=0), quantity, day=0, terms=terms)

    def _under(self, balance: Balance, rows: Rows) -> Steps:
        """The free curve below what the rows confirm by each day."""
        held: dict[int, int] = {}
        for day, quantity, _ in rows:
            day = min(max(day, 0), len(balance) - 1)
            held[day] = held.get(day, 0) + quantity
        rises, confirmed, before = {0: 0}, 0, 0
        for day in sorted({0, *held, *balance.days}):
            confirmed += held.get(day, 0)
            level = max(min(confirmed, balance[day]), 0)
            rises[day], before = level - before, level
        return Steps(rises, len(balance) - 1)

    def _within_quota(self, item: Item, row: Row) -> Row:
        day, quantity, procured = row
        return day, min(quantity, self._rations.room(day, item.sequences)), procured

    def _takes(self, item: Item, rows: Rows) -> bool:
        """Take the rows if there are goods and quota for all of them, else nothing."""
        balance = self._balances[item.key]
        for row in rows:
            day, quantity, procured = row
            short = not procured and _free(balance, day) < quantity
            if short or (item.sequences and self._rations.room(day, item.sequences) < quantity):
                self._release(item)
                return False
            self._take(item, (row,))
        return True

    def _take(self, item: Item, rows: Iterable[Row]) -> None:
        balance = self._balances[item.key]
        for day, quantity, procured in rows:
            if not procured:
                balance.take(day, quantity)
            if item.sequences:
                item.bookings += self._rations.take(day, quantity, item.sequences)
        item.new = (*item.new, *rows)

    def _release(self, item: Item) -> None:
        balance = self._balances[item.key]
        for day, quantity, procured in item.new:
            if not procured:
                balance.give_back(day, quantity)
        if item.bookings:
            self._rations.give_back(item.bookings)
            item.bookings = []
        item.new = ()


def _free(balance: Balance, day: int) -> int:
    return balance[min(max(day, 0), len(balance) - 1)]


def _usable(lines: tuple[Line, ...], item: Item) -> tuple[Line, ...]:
    """The lines on days on which the item can use goods: what is free on a day is free on every later one.

    Days of a quota are left as they are, because there a later day may have less room.
    """
    days = item.timetable
    if not days or item.sequences:
        return lines
    latest, found = item.terms.latest_day, dict[int, int]()
    for day, quantity in lines:
        usable = days[day] if day < len(days) else day
        if latest is None or usable <= latest:
            found[usable] = found.get(usable, 0) + quantity
    return tuple([Line(day, quantity) for day, quantity in found.items()])


def _with_basis(lines: Iterable[Line], balance: Balance) -> Rows:
    """The lines as rows; what is free by its day does not cover a row on the lead time."""
    rows, got = [], 0
    for day, quantity in lines:
        got += quantity
        rows.append((day, quantity, got > _free(balance, day)))
    return rows


def _dominates(new: Rows, old: Rows) -> bool:
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
