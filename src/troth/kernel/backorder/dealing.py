"""Items under SHARE: each has the same part of what it asks for, by each day, of the goods that all of them see."""

from collections.abc import Iterable, Sequence

from troth.kernel import proposals
from troth.kernel.backorder.balance import Goods
from troth.kernel.backorder.fair import Portion, portion_on, portions, under
from troth.kernel.backorder.guarded import Guarded
from troth.kernel.backorder.hands import Hands, dominates
from troth.kernel.backorder.items import Item, Unit
from troth.kernel.backorder.perishing import Perishing
from troth.kernel.quota import Rations
from troth.kernel.steps import Steps


def alike(units: Iterable[Unit]) -> list[list[Item]]:
    """The items of a pool by the goods that they see: of one key, or what one place keeps of it, as one group sees
    them. Those of goods that expire see each their own, and groups those of several keys: they are not among them."""
    found: dict[tuple[int, object], list[Item]] = {}
    for unit in units:
        if isinstance(unit, Item) and not isinstance(unit.balance, Perishing):
            owner = unit.asks_as if isinstance(unit.balance, Guarded) else None
            found.setdefault((id(unit.balance), owner), []).append(unit)
    return list(found.values())


class Deal(Hands):
    """Deals to items that see the same goods, which come by rank and have nothing now."""

    def __init__(self, items: Sequence[Item], rations: Rations) -> None:
        super().__init__(rations)
        self._items = items
        self._found: dict[int, Sequence[Portion]] = {}

    def settle(self) -> None:
        """Give each item its share; who cannot use all of it keeps what it can, and the others share the rest anew."""
        asking = self._items
        while asking:
            found = portions(self._seen(asking[0].balance, asking[0]), [(one.day, one.quantity) for one in asking])
            for item in asking:
                self._found[item.place] = found
                self._take(item, self._proposal(item, self._share_of(item)))
            spared = {item.place for item in asking if self._total(item) < _whole(item, found[-1])}
            asking = [item for item in asking if item.place not in spared] if spared else []
            for item in asking:
                self._release(item)
        self._deal_rest()
        for item in self._items:
            item.share = self._record(item)

    def _deal_rest(self) -> None:
        """What rounding left goes out by rank, one step each, until nobody gets more; then to who takes all or nothing,
        or no small part, and has nothing."""
        asking, more = [item for item in self._items if item.rule is not proposals.complete], 0
        while asking:
            more += 1
            asking = [item for item in asking if self._total(item) < item.quantity and self._gets(item, more)]
        for item in self._items:
            if not item.new:
                self._take(item, self._proposal(item))

    def _gets(self, item: Item, more: int) -> bool:
        """Let an item have so many steps beyond its exact part, if it is better for it."""
        had, booked, taken = item.new, item.bookings, item.taken
        self._release(item)
        proposed = self._proposal(item, self._share_of(item, more))
        if dominates(proposed, had) and not dominates(had, proposed):
            self._take(item, proposed)
            return True
        self._restore(item, had, booked, taken)
        return False

    def _share_of(self, item: Item, more: int = 0) -> Steps:
        curve = self._curve(item)
        assert isinstance(curve, Steps)
        step = 1 if item.packages is None else item.packages.up(1)
        return under(curve, self._found[item.place], item.day, item.quantity, more * step)

    def _seen(self, goods: Goods, item: Item) -> Steps:
        """What all of the items see; of what is kept for others, whatever one of them had."""
        if isinstance(goods, Guarded) and item.asks_as is not None:
            return goods.seen_by(item.asks_as, ())
        assert isinstance(goods, Steps)
        return goods

    def _record(self, item: Item) -> Portion | None:
        found = self._found[item.place]
        if self._total(item) < item.quantity:
            return found[-1]
        portion = portion_on(found, item.day)
        return None if portion.is_whole or item.new[-1][0] <= item.day else portion

    @staticmethod
    def _total(item: Item) -> int:
        return sum([row[1] for row in item.new])


def _whole(item: Item, portion: Portion) -> int:
    """The part of an item, in whole packages."""
    part = portion.of(item.quantity)
    return part if item.packages is None else item.packages.down(part)
