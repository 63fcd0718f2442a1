"""A second set of books that promises as the definitions read: plain lists, no postings, no locks, nothing kept sorted.

It knows stock, receipts, lines of orders and holds with their confirmations, and deliveries, of products at one site.
What is free of a product it counts anew from all of them with the slow twin of the kernel (`tests.kernel.plain`).
Every calendar is open Monday to Friday; picking takes a day and the road another.
"""

from dataclasses import dataclass, field, replace
from itertools import count

from tests.kernel import plain
from troth.kernel.proposals import Terms

STOCK, PURCHASE, PRODUCTION, ORDER, DELIVERY, HOLD = 0, 1, 2, 16, 17, 18
COUNTED = {STOCK, PURCHASE, PRODUCTION, 3, ORDER, DELIVERY, HOLD, 19, 20, 22, 23}
SECURED = COUNTED - {20, 23}
FAR = 80
"""Nothing in these tests is further away than so many days."""

MONDAY = 4
"""1970-01-05 was one."""


def is_open(day):
    return (day - MONDAY) % 7 < 5


def later(day, steps):
    """So many open days after the first open day from `day` on."""
    while not is_open(day):
        day += 1
    return day if not steps else later(day + 1, steps - 1)


def earlier(day, steps):
    while not is_open(day):
        day -= 1
    return day if not steps else earlier(day - 1, steps - 1)


@dataclass
class Road:
    """Working days from the goods being there to their leaving, and from there to the customer."""

    picking: int = 1
    transit: int = 1
    receives_always: bool = False

    def backward(self, wanted):
        """(goods are there, goods arrive) for the last receiving day at or before the wanted one."""
        arrives = wanted if self.receives_always else earlier(wanted, 0)
        leaves = arrives if self.receives_always else earlier(arrives, self.transit)
        return earlier(leaves, self.picking), arrives

    def forward(self, ready):
        leaves = later(ready, self.picking)
        arrives = leaves if self.receives_always else later(leaves, self.transit)
        return self.backward(arrives)


BY_ROAD = Road()
HERE = Road(picking=0, transit=0, receives_always=True)


@dataclass
class Confirmed:
    """`quantity` is promised for a day of arrival; `delivered` of it is in deliveries."""

    quantity: int
    ready: int
    arrives: int
    basis: str
    number: int
    delivered: int = 0

    @property
    def open(self):
        return self.quantity - self.delivered


@dataclass(eq=False)
class Line:
    """Demand of an order or a hold; `together` with all other lines of its order."""

    product: str
    quantity: int
    wanted: int
    mode: str = "partial"
    together: bool = False
    priority: int = 5
    road: Road = field(default_factory=Road)
    kind: int = ORDER
    confirmed: list = field(default_factory=list)

    @property
    def delivered(self):
        return sum(one.delivered for one in self.confirmed)

    @property
    def promised(self):
        return sum(one.quantity for one in self.confirmed)

    @property
    def open(self):
        return sum(one.open for one in self.confirmed)

    def told(self):
        return [(one.ready, one.arrives, one.quantity, one.delivered, one.basis) for one in self.confirmed]

    def let_go(self):
        """What is open is promised no longer."""
        self.confirmed = [replace(one, quantity=one.delivered) for one in self.confirmed if one.delivered]


@dataclass
class Hold:
    lines: dict
    expires_at: object
    entered_at: object
    is_active: bool = True


@dataclass
class Receipt:
    product: str
    day: int
    expected: int
    category: int
    received: int = 0


class Twin:
    """The books. `orders` and `holds` by id, their lines by id; `short` is what is known to be missing by product."""

    def __init__(self, products, today, now):
        self.today, self.now = today, now
        self.stock = dict.fromkeys(products, 0)
        self.short = dict.fromkeys(products, 0)
        self.receipts, self.orders, self.holds = {}, {}, {}
        self.deliveries = {}
        self._numbers = count(1)

    # --- what is there -------------------------------------------------------------------------------------------

    def lines(self):
        for document in (*self.orders.values(), *(hold.lines for hold in self.holds.values())):
            yield from document.values()

    def postings(self, product):
        found = [(STOCK, 0, self.stock[product])]
        found += [(one.category, one.day, one.expected) for one in self.receipts.values() if one.product == product]
        found += [
            (line.kind, one.ready, -one.open) for line in self.lines() if line.product == product
            for one in line.confirmed
        ]  # fmt: skip
        return found + [(DELIVERY, day, -quantity) for _, what, day, quantity in self._leaving() if what == product]

    def _leaving(self):
        return [row for rows in self.deliveries.values() for row in rows]

    def balance(self, product, categories=COUNTED):
        return plain.projected(self.postings(product), categories, self.today, horizon=FAR)

    def missing(self, product):
        return max(0, -min(self.balance(product, SECURED)))

    def review(self, product):
        """Supply is another: what is missing is known from now on."""
        self.short[product] = self.missing(product)

    def note(self, product):
        """What more is missing is known from now on."""
        self.short[product] = max(self.short[product], self.missing(product))

    def covered(self, product):
        """Promises are fewer, or supply more: what is missing no longer is forgotten."""
        self.short[product] = min(self.short[product], self.missing(product))

    # --- promising -----------------------------------------------------------------------------------------------

    def promise(self, lines):
        """Promise the lines in their order; those that come together all whole on the latest day of them, or none."""
        self.forget_expired({line.product for line in lines})
        for line in lines:
            line.let_go()
        group = [line for line in lines if line.together and line.quantity > line.delivered]
        for line in lines:
            if not line.together:
                line.confirmed += self._alone(line, line.mode)
            elif group and line is group[0]:
                self._all_together(group)
        # Confirmations are numbered as they are written, line by line.
        for line in lines:
            for one in line.confirmed:
                one.number = one.number or next(self._numbers)

    def _alone(self, line, mode):
        wanted = line.quantity - line.delivered
        if not wanted:
            return []
        own = line.road.backward(line.wanted)
        if own[0] < self.today:
            own = line.road.forward(self.today)
        curve = plain.free(self.balance(line.product))
        on_stock = sum(quantity for kind, _, quantity in self.postings(line.product) if kind in {STOCK, 16, 17, 18})
        first = own[0] - self.today
        found, got = [], 0
        for day, quantity in _proposed(mode, curve, wanted, first):
            got += quantity
            ready, arrives = own if day == first else line.road.forward(self.today + day)
            basis = "stock" if got <= on_stock else "supply"
            if found and (found[-1].ready, found[-1].arrives, found[-1].basis) == (ready, arrives, basis):
                found[-1].quantity += quantity
            else:
                found.append(Confirmed(quantity, ready, arrives, basis, 0))
        return found

    def _all_together(self, group):
        kept = [list(line.confirmed) for line in group]
        tried = []
        for line in group:
            tried.append(self._alone(line, "complete"))
            line.confirmed += tried[-1]
        for line, before in zip(group, kept, strict=True):
            line.confirmed = before
        if not all(tried):
            return
        day = max(one.arrives for found in tried for one in found)
        for line, [one] in zip(group, tried, strict=True):
            ready, arrives = (one.ready, one.arrives) if one.arrives == day else line.road.backward(day)
            line.confirmed = [*line.confirmed, replace(one, ready=ready, arrives=arrives)]

    def still_holds(self, line):
        """Whether all is confirmed and supply covers every open confirmation of it."""
        if line.promised != line.quantity:
            return False
        curve = plain.free(self.balance(line.product, SECURED))
        return all(curve[max(one.ready - self.today, 0)] >= 0 for one in line.confirmed if one.open)

    def changed(self, line, order):
        """Promise a line that was changed, and what of its order is to come with it."""
        self.promise([one for one in order if one is line or (line.together and one.delivered < one.quantity)])

    def ask_again(self, lines):
        """Promise again what does not hold; those that come together all or none."""
        self.forget_expired({line.product for line in lines})
        kept = [line for line in lines if self.still_holds(line)]
        broken = any(line.together and line not in kept for line in lines)
        anew = [line for line in lines if line not in kept or (line.together and broken)]
        if anew:
            self.promise(anew)

    # --- holds ---------------------------------------------------------------------------------------------------

    def forget_expired(self, products):
        """An expired hold holds nothing of a product as soon as somebody asks for it."""
        for hold in self.holds.values():
            if hold.expires_at <= self.now:
                for line in hold.lines.values():
                    if line.product in products:
                        line.let_go()

    def end(self, hold):
        hold.is_active = False
        for line in hold.lines.values():
            line.let_go()

    # --- what follows when supply is missing -----------------------------------------------------------------------

    def work_off(self, products):
        changed = 0
        for product in products:
            self.review(product)
            self._give_way(product)
            for order in self._in_turn(product):
                changed += self._promise_short(order, product)
                if not self.short[product]:
                    break
        return changed

    def _give_way(self, product):
        """Holds go first, the newest before the others."""
        rest = self.short[product]
        for _, hold in sorted(self.holds.items(), reverse=True):
            lines = [line for line in hold.lines.values() if line.product == product and line.open]
            if lines and hold.is_active and rest > 0:
                rest -= sum(line.open for line in lines)
                for line in lines:
                    line.let_go()
        if rest < self.short[product]:
            self.covered(product)

    def _in_turn(self, product):
        """The orders that draw on a product, the first to wait first."""
        rows = [
            (line.priority, one.ready, one.number, order)
            for order in self.orders.values() for line in order.values() if line.product == product
            for one in line.confirmed if one.open
        ]  # fmt: skip
        found = []
        for *_, order in sorted(rows, key=lambda row: row[:3], reverse=True):
            if not any(order is other for other in found):
                found.append(order)
        return found

    def _promise_short(self, order, product):
        if not self.short[product]:
            return False
        before = [[(one.open, one.arrives) for one in line.confirmed if one.open] for line in order.values()]
        drawing = [(one.ready, one.number, line) for line in order.values() if line.product == product
                   for one in line.confirmed if one.open]  # fmt: skip
        waiting, rest = [], self.short[product]
        for *_, line in sorted(drawing, key=lambda row: row[:2], reverse=True):
            if rest > 0 and line not in waiting:
                waiting.append(line)
                rest -= line.open
        if any(line.together for line in waiting):
            waiting += self._by_turn([line for line in order.values() if line not in waiting], product)
        if waiting:
            self.promise(waiting[::-1])
            self.covered(product)
        return before != [[(one.open, one.arrives) for one in line.confirmed if one.open] for line in order.values()]

    def _by_turn(self, lines, product):
        """Lines that draw on the product by turn, the others behind them as they stand in the order."""
        turn = {
            id(line): max((one.ready, one.number) for one in line.confirmed if one.open)
            for line in lines if line.product == product and line.open
        }  # fmt: skip
        drawing = sorted((line for line in lines if id(line) in turn), key=lambda line: turn[id(line)], reverse=True)
        return drawing + [line for line in lines if id(line) not in turn]

    # --- goods on their way out ------------------------------------------------------------------------------------

    def lying(self, product):
        """What lies here and is in no delivery."""
        return self.stock[product] - sum(quantity for _, what, _, quantity in self._leaving() if what == product)

    def deliver(self, number, rows):
        """Rows of (line, product, day of leaving, quantity): the earliest confirmations of a line go first."""
        self.deliveries.setdefault(number, []).extend(rows)
        for line, _, _, quantity in rows:
            for one in line.confirmed:
                taken = min(one.open, quantity)
                one.delivered += taken
                quantity -= taken
            assert not quantity, "no more is delivered than was promised"

    def take_back(self, number):
        """The delivery is cancelled: the latest confirmations of a line come back first."""
        for line, _, _, quantity in self.deliveries.pop(number):
            for one in reversed(line.confirmed):
                back = min(one.delivered, quantity)
                one.delivered -= back
                quantity -= back
            assert not quantity
            self.note(line.product)

    def issue(self, number):
        rows = self.deliveries.pop(number)
        for _, product, _, quantity in rows:
            self.stock[product] -= quantity
        for _, product, day, _ in rows:
            if day > self.today:
                self.note(product)


def _proposed(mode, curve, wanted, first):
    """(day, quantity) of the rule, from the day asked for on."""
    if mode == "one_time":
        got = min(max(curve[first], 0), wanted)
        return [(first, got)] if got else []
    if mode == "complete":
        found = next((day for day in range(first, len(curve)) if curve[day] >= wanted), None)
        return [] if found is None else [(found, wanted)]
    return plain.partial(curve, wanted, first, Terms())
