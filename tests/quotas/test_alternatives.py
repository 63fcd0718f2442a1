"""Rules split a wish over goods that share one quota: what the plan gives them is what they are promised together."""

import pytest
from django.db import transaction

from tests.promising.books import holds, march
from tests.quotas.planned import ALWAYS, consumed
from troth.business.promising import actions as promising
from troth.business.promising.actions import alternatives
from troth.business.promising.actions.alternatives import wish_of
from troth.business.promising.rules.alternatives import Alternative, Asked, Part, Strategy
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ReachDraft, SequenceDraft
from troth.kernel.alternatives import Building, Picking
from troth.platform import locks
from troth.platform.actors import SYSTEM


@pytest.fixture
def goods(books):
    """`goods(4, 6, quota=8, last=9)`: products with so much in stock; `last` is one without the quota of the others."""

    def make(*stock, quota, last=0):
        made = [books.product() for _ in (*stock, last)]
        for product, quantity in zip(made, (*stock, last), strict=True):
            if quantity:
                books.supply(product, (None, quantity))
        procedure = books.procedure()
        books.plan(procedure, ({"region": "NORTH"}, march(2), quota))
        reaches = [ReachDraft(ALWAYS, product.number) for product in made[:-1]]
        quotas.save_sequence(SequenceDraft("SHARED", "s", ["REGION"], reaches), by=SYSTEM, clock=books.clock)
        return procedure, made

    return make


def asking(books, quantity, ordered, *others, strategy=Strategy()):  # noqa: B008 - a tuple that nobody changes
    found = tuple(
        Alternative(books.asks(other, quantity, region="NORTH", line_id=-100 - place), 1, 1, other.number, "S1", "R1")
        for place, other in enumerate(others)
    )
    return Asked(books.asks(ordered, quantity, region="NORTH", line_id=-1), found, strategy)


def promised(books, asked):
    """The parts that were planned, and what each was promised when it was confirmed."""
    with transaction.atomic():
        held = locks.begin()
        [planned] = alternatives.plan_held(held, [asked], clock=books.clock)
        wishes = [wish_of(asked, part) for part in planned.parts]
        lines = [wish._replace(line_id=line_id) for line_id, wish in enumerate(wishes, 1)]
        promise = promising.confirm(held, lines, clock=books.clock)
    return planned, [line.confirmed for line in promise.lines.values()]


def test_what_the_ordered_goods_take_of_a_quota_is_not_given_to_others_too(books, goods):
    procedure, (ordered, other, free) = goods(4, 9, quota=6, last=9)
    planned, confirmed = promised(books, asking(books, 10, ordered, other, free))
    assert planned.parts == (Part(0, 4, 4), Part(1, 2, 2), Part(2, 4, 4))
    assert confirmed == [4, 2, 4]
    assert consumed(procedure) == {("NORTH", 1): 6}
    assert holds()


def test_what_a_quota_leaves_nobody_waits_with_the_ordered_goods(books, goods):
    procedure, (ordered, other, _free) = goods(4, 9, quota=6)
    planned, confirmed = promised(books, asking(books, 10, ordered, other))
    assert planned.parts == (Part(0, 8, 8), Part(1, 2, 2))
    assert confirmed == [4, 2]
    assert planned.tried[0].taken == 2
    assert consumed(procedure) == {("NORTH", 1): 6}


def test_one_that_serves_all_has_the_whole_quota_whoever_was_tried_before(books, goods):
    whole = Strategy(Building.FULL, Picking.PICK_ONE)
    _procedure, (ordered, few, many, _free) = goods(0, 4, 20, quota=10)
    planned, confirmed = promised(books, asking(books, 10, ordered, few, many, strategy=whole))
    assert planned.parts == (Part(2, 10, 10),)
    assert confirmed == [10]
