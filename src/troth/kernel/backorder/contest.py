"""One contest: the items of a key, or of all the keys that quotas and groups link, in the steps of the run."""

from collections.abc import Callable, Sequence
from typing import cast

from troth.kernel import proposals
from troth.kernel.backorder.balance import Aside, Goods, free_on
from troth.kernel.backorder.columns import Raised, Reaction, Reactions, Strategy
from troth.kernel.backorder.dealing import Deal, alike
from troth.kernel.backorder.guarded import Guarded
from troth.kernel.backorder.hands import Hands, dominates, in_packages, usable, with_basis
from troth.kernel.backorder.items import Group, Item, Row, Rows, Unit
from troth.kernel.backorder.perishing import Perishing
from troth.kernel.proposals import Curve, Line, Terms
from troth.kernel.quota import Rations, proposed
from troth.kernel.steps import Steps


class Aborted(Exception):
    """An exception of items whose reaction is to leave the key, or everything, as it was."""

    def __init__(self, unit: Unit, reaction: Reaction) -> None:
        super().__init__()
        self.items, self.reaction = unit.members, reaction


class Contest(Hands):
    """Settles items and groups, which come in the order of their rank; skipped ones are part of the balances.

    Each item knows the balance that serves it.
    """

    def __init__(self, units: Sequence[Unit], reactions: Reactions, rations: Rations) -> None:
        super().__init__(rations)
        self._units, self._reactions = units, reactions
        self._freed = False

    def settle(self) -> None:
        """Give each item its new rows; raise `Aborted` where an exception forbids it."""
        while not self._guaranteed():
            for unit in self._units:
                self._release(unit)
        self._improve_of(Strategy.GAIN)
        for unit in self._of(Strategy.IMPROVE):
            self._keep(unit)
        self._improve_of(Strategy.IMPROVE)
        self._deal()
        for unit in self._of(Strategy.FILL):
            self._keep(unit)

    def _of(self, strategy: Strategy) -> list[Unit]:
        return [unit for unit in self._units if unit.strategy == strategy]

    def _deal(self) -> None:
        """Redistribute by rank; who shares gets its share at the place of the first of its pool."""
        pools: dict[int, list[Unit]] = {}
        for unit in self._of(Strategy.SHARE):
            pools.setdefault(unit.members[0].pool, []).append(unit)
        for unit in self._units if pools else self._of(Strategy.REDISTRIBUTE):
            if unit.strategy == Strategy.REDISTRIBUTE:
                self._share(unit)
            elif unit.strategy == Strategy.SHARE:
                self._deal_pool(pools.pop(unit.members[0].pool, ()))

    def _deal_pool(self, pool: Sequence[Unit]) -> None:
        """Fair shares of what several see alike; then by rank who sees what nobody else does."""
        shared = alike(pool)
        for items in shared:
            Deal(items, self._rations).settle()
        dealt = {item.place for items in shared for item in items}
        for unit in pool:
            if not dealt.intersection(item.place for item in unit.members):
                self._share(unit)

    def _improve_of(self, strategy: Strategy) -> None:
        """Improve the units, by rank, until none finds better.

        Once is enough as long as each that finds better leaves less to the others and they ask for the most they can
        have. They are asked again where one gave something back, and the fickle ones wherever one took more.
        """
        units = self._of(strategy)
        asked, self._freed = units, False
        while True:
            self._cover()
            if not [unit for unit in asked if self._improve(unit)]:
                return
            asked = units if self._freed else [unit for unit in units if unit.fickle]
            self._freed = False

    def _guaranteed(self) -> bool:
        """Floors, then Win. False where an item of Win becomes one of Gain, whose floor comes first."""
        settled = True
        for unit in self._of(Strategy.GAIN):
            if not self._holds(unit):
                self._missed(unit, Raised.FLOOR_MISSED, self._reactions.gain, self._reactions.gain_fallback)
        for unit in self._of(Strategy.WIN):
            if not self._wins(unit):
                self._missed(unit, Raised.WIN_MISSED, self._reactions.win, self._reactions.win_fallback)
                settled = settled and unit.strategy != Strategy.GAIN
        return settled

    def _missed(self, unit: Unit, raised: Raised, reaction: Reaction, fallback: Strategy) -> None:
        unit.raised |= raised
        if reaction != Reaction.FALLBACK:
            raise Aborted(unit, reaction)
        unit.strategy = int(fallback)

    def _holds(self, unit: Unit) -> bool:
        """Take the old rows again, all of them or none."""
        if isinstance(unit, Item):
            return self._takes(unit, unit.old)
        return self._all(unit, lambda item: item.old)

    def _wins(self, unit: Unit) -> bool:
        """Take the whole quantity on the day asked for, or nothing."""
        if isinstance(unit, Item):
            return unit.may_win and self._takes(unit, self._wanted(unit))
        return all(item.may_win for item in unit.members) and self._all(unit, self._wanted)

    def _all(self, group: Group, rows: Callable[[Item], Rows]) -> bool:
        """Take of each member these rows, asked for when its turn comes; none where one lacks."""
        for item in group.members:
            if not self._takes(item, rows(item)):
                self._release(group)
                return False
        return True

    def _share(self, unit: Unit) -> None:
        if isinstance(unit, Item):
            self._take(unit, self._proposal(unit))
        else:
            self._propose(unit, [item.day for item in unit.members])

    def _wanted(self, item: Item) -> Rows:
        """All of it on its day; on the lead time where that is over by then and supply does not cover it.

        Who has it on the lead time already leaves supply to those behind (see `_cover`).
        """
        day, ready, procured = item.day, item.terms.replenishment_day, False
        if ready is not None and day >= ready:
            held = tuple(item.old) == ((day, item.quantity, True),)
            procured = held or free_on(self._curve(item), day) < item.quantity
        return ((day, item.quantity, procured),)

    def _cover(self) -> None:
        """Lay on supply what Win items have on the lead time, as far as others left some."""
        for unit in self._of(Strategy.WIN):
            for item in unit.members:
                ((day, quantity, procured),) = item.new
                if procured and free_on(self._curve(item), day) >= quantity:
                    item.balance.take(day, quantity)
                    item.new = ((day, quantity, False),)

    def _improve(self, unit: Unit) -> bool:
        """Give back what the unit has, let it have the better of that and a proposal; return whether that was better.

        Sets `_freed` if what it had of supply, or of a quota, may be there for others now.
        """
        if isinstance(unit, Group):
            return self._improve_all(unit)
        item = unit
        if item.is_met and item.new == item.old:
            return False
        had, booked = item.new, (item.bookings, item.taken)
        self._release(item)
        proposed = self._proposal(item)
        better = dominates(proposed, had) and not dominates(had, proposed)
        if better:
            self._take(item, proposed)
            self._freed = self._freed or self._frees(item, had)
        else:
            self._restore(item, had, *booked)
        return better

    def _improve_all(self, group: Group) -> bool:
        if all(item.is_met and item.new == item.old for item in group.members):
            return False
        had = [(item.new, item.bookings, item.taken) for item in group.members]
        self._release(group)
        if self._propose(group, [item.day for item in group.members]):
            pairs = [(item.new, old) for item, (old, _, _) in zip(group.members, had, strict=True)]
            if all(dominates(new, old) for new, old in pairs) and not all(dominates(old, new) for new, old in pairs):
                self._freed = self._freed or any(
                    self._frees(item, old) for item, (old, _, _) in zip(group.members, had, strict=True)
                )
                return True
            self._release(group)
        for item, before in zip(group.members, had, strict=True):
            self._restore(item, *before)
        return False

    def _propose(self, group: Group, needed: Sequence[int], *, procures: bool = True) -> bool:
        """Take all of each member on the first common day on which it can be had; nothing where there is none.

        `needed` is by member the first day of goods that may be thought of.
        """
        for item in group.members:
            item.is_limited = False
        least = self._alone(group, needed, procures=procures)
        day = group.day_for_all(0, least) if least else None
        while day is not None:
            found = self._on(group, day, procures=procures)
            if found:
                return True
            self._release(group)
            day = None if found is None else group.day_for_all(day + 1, least)
        return False

    def _alone(self, group: Group, needed: Sequence[int], *, procures: bool) -> list[int]:
        """By member the first day on which it could have all of its own if the others took nothing; none if one cannot.

        With the others it is never sooner, and not always then: those before it may take what it needs.
        """
        day = group.day_for_all(0, needed)
        if day is None:
            return []
        rows = [
            self._whole(item, group.tables[place][day], procures=procures) for place, item in enumerate(group.members)
        ]
        return [row[0] for row in rows if row is not None] if None not in rows else []

    def _on(self, group: Group, day: int, *, procures: bool) -> bool | None:
        """Take all of each member on a common day: whether that went, and None where it goes on no later day either."""
        for place, item in enumerate(group.members):
            found = self._whole(item, group.tables[place][day], procures=procures)
            if found is None:
                # Later goods for those before it leave a place more of what lies there today, and a key no more.
                return False if place and isinstance(item.balance, Aside) else None
            if found[0] != group.tables[place][day]:
                return False
            self._take(item, (found,))
        return True

    def _whole(self, item: Item, day: int, *, procures: bool) -> Row | None:
        """The first row from a day on with all of the item."""
        balance, terms = self._curve(item), item.terms
        if not procures:
            terms = Terms(terms.min_shipment, terms.max_lines, terms.latest_day)
        if item.sequences:
            rationed = self._rationed(item, balance, day=day, ready=terms.replenishment_day)
            last = item.open_after
            last = last if last is not None and day <= last else None
            lines, limited = proposed(proposals.complete, rationed, item.quantity, day=day, terms=terms, last=last)
            item.is_limited |= limited
        else:
            lines = proposals.complete(_from(balance, day), item.quantity, day, terms)
        if item.packages is not None and not item.packages.is_whole(item.quantity):
            return None
        return with_basis(lines, balance)[0] if lines else None

    def _keep(self, unit: Unit) -> None:
        """Take of the old rows what is left of them, and nothing that was not in them."""
        if self._holds(unit):
            return
        if isinstance(unit, Group):
            if all(item.is_whole for item in unit.members):
                self._propose(unit, [item.old[-1][0] for item in unit.members], procures=False)
            return
        item = unit
        for row in item.old:
            if row[2]:
                # One at a time: two of them may want the same quota.
                self._take(item, [kept for kept in (self._within_quota(item, row),) if kept[1]])
        supplied = [row for row in item.old if not row[2]]
        if supplied:
            ceiling = self._under(item.balance, supplied)
            kept = self._kept(item, ceiling, sum(row[1] for row in supplied))
            self._take(item, [(day, quantity, False) for day, quantity in kept])
        item.new = tuple(sorted(item.new))

    def _kept(self, item: Item, ceiling: Steps | Perishing, quantity: int) -> tuple[Line, ...]:
        """What of `quantity` stays below the ceiling of the old rows; of a complete delivery all or nothing."""
        most = 1 if item.rule is proposals.one_time else item.terms.max_lines
        rule = proposals.complete if item.rule is proposals.complete else proposals.partial
        terms = Terms(item.terms.min_shipment, most)
        if isinstance(ceiling, Perishing):
            return in_packages(rule(ceiling, quantity, ceiling.day, terms), item, quantity)
        if not item.sequences:
            return usable(in_packages(rule(ceiling, quantity, 0, terms), item, quantity), item)
        rationed = self._rationed(item, ceiling, day=0, usable=item.timetable)
        lines, item.is_limited = proposed(rule, rationed, quantity, day=0, terms=terms)
        return in_packages(lines, item, quantity)

    def _under(self, balance: Goods, rows: Rows) -> Steps | Perishing:
        """The free curve below what the rows confirm by each day."""
        if isinstance(balance, Perishing):
            return balance.under(rows).since(0)
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
        room = self._rations.room(day, item.sequences)
        if room < quantity and item.packages is not None:
            room = item.packages.down(max(room, 0))
        return day, min(quantity, room), procured

    def _frees(self, item: Item, had: Rows) -> bool:
        """Whether what the item has now, which is better than what it had, may leave others more than that did."""
        balance = item.balance
        if item.sequences or isinstance(balance, Perishing):
            return True
        if item.asks_as is not None and cast(Guarded, balance).has_own(item.asks_as):
            return True
        if not any(row[2] for row in item.new):
            return False
        now, before = ([row for row in rows if not row[2]] for rows in (item.new, had))
        return not dominates(now, before)


def _from(curve: Steps | Perishing, day: int) -> Curve:
    return curve.since(day) if isinstance(curve, Perishing) else curve
