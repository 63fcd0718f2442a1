"""Goods that expire: what is free is what the plain twin finds by trying, and nothing is promised twice."""

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.kernel import plain_lots as plain
from troth.kernel import lots, netting
from troth.kernel.lots import FOREVER, LotPosting, Part, Pool
from troth.kernel.netting import Category, Scope

TODAY = 20_000
STOCK, PURCHASE, ORDER = Category.STOCK, Category.PURCHASE, Category.ORDER
FIRM = Scope(frozenset({STOCK, PURCHASE, ORDER}), horizon_days=30)

batches = st.sampled_from(["", "A", "B"])
goods = st.lists(
    st.builds(Part, st.integers(0, 4), st.integers(0, 6), st.sampled_from(["A", "B", "C"]), st.integers(1, 3)),
    max_size=4,
)
demands = st.lists(st.builds(Part, st.integers(0, 4), st.integers(0, 6), batches, st.integers(1, 3)), max_size=4)
wishes = st.builds(Part, st.integers(0, 4), st.integers(0, 6), batches, st.just(0))
named_alike = st.lists(st.integers(0, 6), min_size=3, max_size=3)


def pooled(goods, demands):
    return Pool(tuple(goods), (), {}).with_demands(demands)


def lot(day, lasts, quantity, batch="", category=STOCK):
    return LotPosting(category, TODAY + day, TODAY + lasts if lasts else 0, batch, quantity)


def free(postings, day, lasts, batch=""):
    return lots.pool(lots.merge(lots.EMPTY, postings), FIRM, TODAY).free(day, TODAY + lasts, batch)


def test_goods_are_free_for_whom_they_last_long_enough():
    lying = [lot(0, 20, 10, "A"), lot(0, 60, 10, "B")]
    assert [free(lying, 0, lasts) for lasts in (0, 20, 21, 60, 61)] == [20, 20, 10, 10, 0]
    assert free(lying, 0, 10, "A") == 10
    assert free(lying, 0, 30, "A") == 0


def test_a_demand_takes_first_what_spoils_first():
    lying = [lot(0, 20, 10, "A"), lot(0, 60, 10, "B"), lot(1, 15, -5, category=ORDER)]
    assert [free(lying, 0, lasts) for lasts in (20, 60, 61)] == [15, 10, -0]


def test_a_demand_for_a_batch_leaves_the_others_to_the_rest():
    lying = [lot(0, 20, 10, "A"), lot(0, 60, 10, "B"), lot(1, 15, -10, "B", category=ORDER)]
    assert free(lying, 0, 60) == 0
    assert free(lying, 0, 20) == 10
    assert free(lying, 0, 20, "B") == 0


def test_what_lasts_is_kept_for_whom_nothing_else_comes_in_time():
    """A short-lived receipt does not make up for the long-lived goods that a later order needs."""
    plan = [lot(0, 100, 10, "A"), lot(5, 20, 10, "B", category=PURCHASE), lot(5, 50, -10, category=ORDER)]
    assert free(plan, 1, 10) == 0
    assert free(plan, 5, 10) == 10


def test_expired_goods_count_no_more():
    assert free([lot(0, 20, 10)], 0, 0) == 10
    assert lots.pool((lot(0, 20, 10),), FIRM, TODAY + 21).free(0, 0) == 0


def test_an_overdue_demand_needs_goods_that_last_as_much_longer_as_it_waits():
    waiting = [lot(0, 20, 10, "A"), lot(0, 60, 10, "B"), lot(-5, 18, -10, category=ORDER)]
    assert free(waiting, 0, 60) == 0
    assert free(waiting, 0, 20) == 10


def test_a_shortage_is_carried_to_what_comes():
    short = [lot(0, 20, 5, "A"), lot(0, 15, -8, category=ORDER), lot(4, 90, 10, category=PURCHASE)]
    assert [free(short, day, 10) for day in (0, 4)] == [-3, 7]


def test_who_can_get_nothing_takes_nothing_from_others():
    """No goods last for the order of 8, so those that do not last for it are free for everybody else."""
    hopeless = [lot(0, 20, 10, "A"), lot(0, 60, -8, category=ORDER)]
    assert free(hopeless, 0, 10) == 10
    assert lots.pool(lots.merge(lots.EMPTY, hopeless), FIRM, TODAY).missing() == 8


@given(goods, demands, named_alike, wishes)
def test_free_is_the_most_that_one_more_demand_can_have(goods, demands, last, wish):
    """A batch lasts to one day, whatever of it lies here and whatever is to come."""
    goods = [part._replace(lasts=last["ABC".index(part.batch)]) for part in goods]
    assume(plain.served(goods, demands) == sum(part.quantity for part in demands))
    assert max(pooled(goods, demands).free(wish.day, wish.lasts, wish.batch), 0) == plain.free(goods, demands, wish)


@given(goods, demands, named_alike, st.lists(wishes, min_size=1, max_size=3))
def test_whatever_is_taken_of_what_is_free_is_served_beside_all_others(goods, demands, last, wishes):
    goods = [part._replace(lasts=last["ABC".index(part.batch)]) for part in goods]
    before, taken = plain.served(goods, demands), []
    for wish in wishes:
        quantity = pooled(goods, demands).with_demands(taken).free(wish.day, wish.lasts, wish.batch)
        if quantity > 0:
            taken.append(wish._replace(quantity=quantity))
    assert plain.served(goods, [*demands, *taken]) == before + sum(part.quantity for part in taken)


@given(goods, demands, named_alike)
def test_what_is_missing_is_what_no_goods_serve(goods, demands, last):
    goods = [part._replace(lasts=last["ABC".index(part.batch)]) for part in goods]
    pool = pooled(goods, demands)
    wanted = sum(part.quantity for part in demands)
    assert pool.missing() == wanted - plain.served(goods, demands)
    assert (pool.first_missing() is None) == (pool.missing() == 0)


ever = st.tuples(st.sampled_from([STOCK, PURCHASE]), st.integers(-9, 40), st.integers(1, 50)) | st.tuples(
    st.sampled_from([ORDER, Category.HOLD]), st.integers(-9, 40), st.integers(-50, -1)
)
plans = st.lists(ever, max_size=15).map(lambda plan: [(int(c), TODAY + d, q) for c, d, q in plan])


@given(plans, st.integers(0, 30))
def test_goods_that_never_expire_are_free_as_on_the_free_curve(plan, day):
    series = netting.series_of(plan)
    scope = Scope(frozenset({STOCK, PURCHASE, ORDER, Category.HOLD}), horizon_days=60)
    curve = netting.free_curve(netting.project(series, scope, TODAY))
    free = lots.pool(lots.without_batches(series), scope, TODAY).free(day, FOREVER)
    assert max(free, 0) == max(curve[day], 0)


postings = st.lists(
    st.builds(
        LotPosting,
        st.sampled_from([STOCK, PURCHASE, ORDER]).map(int),
        st.integers(0, 9),
        st.integers(0, 9),
        batches,
        st.integers(-20, 20),
    ),
    max_size=12,
)


@given(postings)
def test_lots_are_the_sum_of_their_postings_and_come_back_from_their_bytes(posted):
    found = lots.merge(lots.EMPTY, posted)
    assert lots.unpack(lots.pack(found)) == found
    assert lots.merge(found, [one._replace(quantity=-one.quantity) for one in posted]) == lots.EMPTY
    series = netting.series_of((one.category, one.day, one.quantity) for one in posted)
    assert lots.collapsed(found) == series


@given(goods, demands, named_alike, st.integers(0, 8))
def test_the_free_days_are_asked_for_goods_that_last_until_each_of_them(goods, demands, last, day):
    posted = [
        LotPosting(PURCHASE, TODAY + part.day, TODAY + last["ABC".index(part.batch)], part.batch, part.quantity)
        for part in goods
    ]
    posted += [LotPosting(ORDER, TODAY + part.day, TODAY + part.lasts, part.batch, -part.quantity) for part in demands]
    found = lots.merge(lots.EMPTY, posted)
    assert lots.fresh(found, FIRM, TODAY, 8)[day] == lots.pool(found, FIRM, TODAY).free(day, TODAY + day)
