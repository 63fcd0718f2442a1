"""Which goods stand behind which demand, as time lines and against what can be served at most."""

from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.lots import FOREVER, Part, most
from troth.kernel.pegging import Goods, Peg, Want, pegs


def test_each_want_is_served_by_the_nearest_receipt_before_it():
    goods = [Goods(0, 4, is_here=True), Goods(5, 6), Goods(9, 10)]
    wants = [Want(3, 4), Want(8, 5), Want(10, 12)]

    assert pegs(goods, wants) == [
        Peg(0, 0, 4),
        Peg(1, 1, 5),
        Peg(2, 1, 1),
        Peg(2, 2, 10),
        Peg(2, None, 1),
    ]


def test_what_was_promised_out_of_stock_is_shown_on_stock_where_that_takes_it_from_nobody():
    goods = [Goods(0, 9, is_here=True), Goods(5, 6)]
    assert pegs(goods, [Want(8, 4, is_on_stock=True)]) == [Peg(0, 0, 4)]
    assert pegs(goods, [Want(8, 4)]) == [Peg(0, 1, 4)]
    # Who comes for the same goods before the receipt does keeps them.
    assert pegs(goods, [Want(8, 4, is_on_stock=True), Want(1, 9)]) == [Peg(0, 1, 4), Peg(1, 0, 9)]
    # Who can wait for the receipt changes places.
    assert pegs(goods, [Want(8, 6, is_on_stock=True), Want(9, 9)]) == [Peg(0, 0, 6), Peg(1, 0, 3), Peg(1, 1, 6)]


def test_goods_that_spoil_first_go_first_and_a_batch_that_is_named_is_kept_for_who_named_it():
    goods = [Goods(0, 5, is_here=True, lasts=20, batch="A"), Goods(0, 5, is_here=True, lasts=60, batch="B")]
    assert pegs(goods, [Want(1, 4, lasts=10), Want(2, 4, lasts=30)]) == [Peg(0, 0, 4), Peg(1, 1, 4)]
    assert pegs(goods, [Want(1, 8, lasts=10), Want(9, 4, batch="A")]) == [
        Peg(0, 0, 1), Peg(0, 1, 5), Peg(0, None, 2), Peg(1, 0, 4),
    ]  # fmt: skip


DAY, QUANTITY, NO_BATCH = st.integers(0, 12), st.integers(1, 9), st.just("")
LASTS = st.sampled_from((10, 20, FOREVER))
AGING = st.lists(st.builds(Goods, DAY, QUANTITY, st.just(False), LASTS, NO_BATCH), max_size=6)
RECEIPT = st.builds(Goods, DAY, QUANTITY, st.just(False), st.just(FOREVER), NO_BATCH)
STOCK = st.builds(Goods, st.just(0), QUANTITY, st.just(True), st.just(FOREVER), NO_BATCH)
KEPT = st.lists(st.one_of(RECEIPT, STOCK), max_size=6)
WANTS = st.lists(st.builds(Want, DAY, QUANTITY, st.booleans(), st.sampled_from((0, 15, 25)), NO_BATCH), max_size=6)


@given(st.one_of(AGING, KEPT), WANTS)
def test_as_much_is_served_as_can_be_and_nothing_twice(goods, wants):
    found = pegs(goods, wants)

    served = [peg for peg in found if peg.goods is not None]
    for place, want in enumerate(wants):
        assert sum(peg.quantity for peg in found if peg.want == place) == want.quantity
    for place, one in enumerate(goods):
        assert sum(peg.quantity for peg in served if peg.goods == place) <= one.quantity
    for peg in served:
        one, want = goods[peg.goods], wants[peg.want]
        assert one.day <= want.day
        assert one.lasts >= want.lasts
    lots = [Part(one.day, one.lasts, "", one.quantity) for one in goods]
    demands = [Part(want.day, want.lasts, "", want.quantity) for want in wants]
    assert sum(peg.quantity for peg in served) == most(lots, demands)
    assert pegs(goods, wants) == found
