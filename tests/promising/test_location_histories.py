"""Whatever is promised and moved in whatever order: every promise can be kept with goods that may serve it.

The judge knows neither series nor owners: it hands the pieces out one by one, to the lines of a location what lies
there, to the lines of the site what is left and what comes by their day.
"""

from random import Random

import pytest

from tests.promising.books import Books, march
from tests.promising.test_locations import broken, stocked, withdraw
from troth.business.promising.models import ScheduleLine
from troth.business.supply import actions as supply
from troth.kernel.netting import Category
from troth.kernel.places import segment_of
from troth.ledgers.stock import queries as stock
from troth.platform.actors import SYSTEM
from troth.reference import models as reference

STEPS = 25


class History:
    """What happens to one product that lies at two locations and comes to the site."""

    def __init__(self, books: Books, seed: int) -> None:
        self.books, self.random = books, Random(seed)
        location = reference.StorageLocation.objects.create(site=books.site, code="L2", name="Shop")
        self.bins = {"L1": books.bin, "L2": reference.Bin.objects.create(location=location, code="S1")}
        self.product = stocked(books, *((place, self.random.randint(3, 9)) for place in self.bins.values()))
        self.coming: list[tuple[int, int]] = []
        self.wishes = []

    def step(self) -> None:
        self.random.choice([self.promise, self.promise, self.promise, self.take_back, self.expect, self.move])()

    def promise(self) -> None:
        segment = segment_of(self.random.choice(["", "", *self.bins]))
        quantity, day = self.random.randint(1, 6), march(self.random.randint(2, 12))
        self.wishes.append(self.books.wish(self.product, quantity, day, segment=segment))
        self.books.confirm(self.wishes[-1])

    def take_back(self) -> None:
        if self.wishes:
            withdraw(self.books, self.wishes.pop(self.random.randrange(len(self.wishes))))

    def expect(self) -> None:
        day, quantity = self.random.randint(3, 12), self.random.randint(1, 4)
        self.books.expect(self.product, (Category.PURCHASE, march(day), quantity))
        self.coming.append((day, quantity))

    def move(self) -> None:
        """Some of what nobody keeps goes from one location to the other."""
        source, target = self.random.sample(list(self.bins), 2)
        free = self.lying(source, "")
        if free:
            moved = supply.move_stock(
                self.product.pk, from_bin_id=self.bins[source].pk, to_bin_id=self.bins[target].pk,
                quantity=self.random.randint(1, free), by=SYSTEM, clock=self.books.clock,
            )  # fmt: skip
            assert moved.short == []

    def lying(self, location: str, owner: str | None = None) -> int:
        rows = [row for row in stock.overview(self.product.pk) if row.location == location]
        return sum(row.quantity for row in rows if owner in (None, row.key.owner))

    def judged(self) -> bool:
        """Whether each promise finds its goods."""
        lines = ScheduleLine.objects.filter(requirement__product=self.product).order_by("material_on")
        promised = list(lines.values_list("requirement__segment", "material_on", "quantity"))
        left = {code: self.lying(code) for code in self.bins}
        for segment, _, quantity in promised:
            for code in self.bins:
                left[code] -= quantity if segment == segment_of(code) else 0
        if min(left.values()) < 0:
            return False
        goods = sum(left.values())
        for segment, on, quantity in promised:
            goods -= 0 if segment else quantity
            if goods + sum(more for day, more in self.coming if march(day) <= on) < 0:
                return False
        return True


@pytest.mark.parametrize("seed", range(12))
def test_every_promise_can_be_kept_after_every_step(books: Books, seed: int) -> None:
    history = History(books, seed)
    for _ in range(STEPS):
        history.step()
        assert history.judged()
    assert broken() == []


def test_the_judge_sees_a_piece_that_is_promised_twice(books: Books) -> None:
    """The control: what waits for a receipt is promised ahead of it."""
    history = History(books, 1)
    for code in history.bins:
        books.confirm(books.wish(history.product, history.lying(code) - (code == "L2"), segment=segment_of(code)))
    history.expect()
    [(day, quantity)] = history.coming
    books.confirm(books.wish(history.product, 1, march(day), segment=segment_of("L2")))
    books.confirm(books.wish(history.product, quantity, march(day)))
    assert history.judged()
    ScheduleLine.objects.filter(requirement__segment="", requirement__product=history.product).update(
        material_on=march(2)
    )
    assert not history.judged()
