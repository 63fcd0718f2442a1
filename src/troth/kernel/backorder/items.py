"""What a contest decides on: open items, and groups of them that come together.

A row is (day, quantity, on lead time). A row on the lead time is procured: it takes nothing from supply, but quota.
"""

from collections.abc import Callable, Sequence

from troth.kernel import proposals
from troth.kernel.backorder.balance import Balance, Goods
from troth.kernel.backorder.fair import Portion
from troth.kernel.packages import Packages
from troth.kernel.proposals import Curve, Line, Terms
from troth.kernel.protection import Group as Owner
from troth.kernel.protection import Taken
from troth.kernel.quota import Booking, Sequences

Row = tuple[int, int, bool]
Rows = Sequence[Row]
Rule = Callable[[Curve, int, int, Terms], tuple[Line, ...]]

RULES: tuple[Rule, ...] = (proposals.one_time, proposals.complete, proposals.partial)
"""By the numbers of `Backlog.mode`."""

NOTHING = Balance({0: 0}, 0)
"""What serves an item before its contest begins."""


class Item:
    """An open item: what it asks for, what it had, and, as the contest goes on, what it has.

    `balance` is what may serve it. `fickle`: its last proposal, made again with less free, may suit it better.
    `share`: what its fair share was of, where it is short or late. `asks_as`: who it is to those for whom something is
    kept of its key, of which its old rows took `kept`, and what it has now `taken`.
    """

    __slots__ = (
        "aside",
        "asks_as",
        "balance",
        "booked",
        "bookings",
        "day",
        "fickle",
        "group",
        "is_limited",
        "kept",
        "key",
        "lasting",
        "new",
        "old",
        "open_after",
        "packages",
        "place",
        "pool",
        "quantity",
        "raised",
        "row_lasts",
        "rule",
        "sequences",
        "share",
        "strategy",
        "taken",
        "terms",
        "timetable",
    )

    def __init__(self, place: int, key: int, quantity: int, day: int, strategy: int) -> None:
        self.place, self.key, self.quantity, self.day, self.strategy = place, key, quantity, day, strategy
        self.rule: Rule = proposals.partial
        self.terms: Terms = proposals.ANY_TERMS
        self.packages: Packages | None = None
        self.sequences: Sequences = ()
        self.timetable: Sequence[int] = ()
        self.old: Rows = ()
        self.new: Rows = ()
        self.booked: Sequence[Booking] = ()
        self.bookings: list[Booking] = []
        self.asks_as: Owner | None = None
        self.kept: Sequence[Taken] = ()
        self.taken: list[Taken] = []
        self.open_after: int | None = None
        self.is_limited = False
        self.raised = 0
        self.group = self.aside = self.pool = -1
        self.share: Portion | None = None
        self.lasting: Sequence[int] = ()
        self.row_lasts: dict[int, int] = {}
        self.balance: Goods = NOTHING
        self.fickle = False

    @property
    def members(self) -> "tuple[Item, ...]":
        return (self,)

    @property
    def is_whole(self) -> bool:
        """Whether what it had is all it asks for."""
        return sum([row[1] for row in self.old]) == self.quantity

    @property
    def may_win(self) -> bool:
        """Whether all of it may be confirmed on the day asked for, goods or not."""
        latest, packages = self.terms.latest_day, self.packages
        return (latest is None or self.day <= latest) and (packages is None or packages.is_whole(self.quantity))

    @property
    def is_met(self) -> bool:
        """Whether what it had is all it asks for, and on time."""
        return bool(self.old) and self.old[-1][0] <= self.day and self.is_whole


class Group:
    """Items that are decided as one: all of them whole on one common day, or none of them otherwise than before.

    The timetable of a member gives for each common day from today on the day its goods are needed, -1 where nothing can
    arrive; days that can be used never fall. Without one the common day is the day of the goods.
    """

    __slots__ = ("members", "tables")

    def __init__(self, members: Sequence[Item], horizon: int) -> None:
        self.members = tuple(members)
        self.tables = [item.timetable or range(horizon + 1) for item in members]

    @property
    def strategy(self) -> int:
        return self.members[0].strategy

    @strategy.setter
    def strategy(self, strategy: int) -> None:
        for item in self.members:
            item.strategy = strategy

    @property
    def raised(self) -> int:
        return self.members[0].raised

    @raised.setter
    def raised(self, raised: int) -> None:
        for item in self.members:
            item.raised = raised

    @property
    def fickle(self) -> bool:
        return any(item.sequences for item in self.members)

    def day_for_all(self, least: int, needed: Sequence[int]) -> int | None:
        """The first common day from `least` on for which each member may get its goods on its `needed` day or later."""
        days = range(least, min(len(table) for table in self.tables))
        wanted = list(zip(self.tables, [max(day, 0) for day in needed], strict=True))
        return next((day for day in days if all(table[day] >= first for table, first in wanted)), None)


Unit = Item | Group
