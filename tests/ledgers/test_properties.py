"""Whatever is posted, the balances are the sums of the postings, and an overlay says the same without a trace."""

from contextlib import contextmanager

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledgers.conftest import AT, DELIVERY, ON, ORDER, TODAY, broken
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.models import Posting as AvailabilityPosting
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock.actions import Movement
from troth.ledgers.stock.models import Posting as StockPosting
from troth.ledgers.stock.rules import AlreadyReversed, NotEnoughStock
from troth.platform import locks

small = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@contextmanager
def undone():
    """A transaction that is rolled back, so that each example begins with empty books."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def both(*keys):
    held, overlay = locks.begin(), locks.Overlay()
    held.take(*keys)
    overlay.take(*keys)
    return held, overlay


entries = st.lists(
    st.tuples(
        st.sampled_from(["", "batch"]),
        st.sampled_from(list(Category)),
        st.integers(TODAY - 10, TODAY + 10),
        st.integers(-100, 100),
        st.integers(1, 3),
    ),
    max_size=12,
)


@small
@given(posted=st.lists(entries, max_size=4), withdrawn=st.sets(st.integers(1, 3)))
def test_a_series_is_the_sum_of_its_postings(world, posted, withdrawn):
    keys = {name: AvailabilityKey(world.product, world.site, name) for name in ("", "batch")}
    lines = [("order", line_id) for line_id in withdrawn]
    with undone():
        for rows in posted:
            held, overlay = both(*keys.values())
            batch = [
                availability.Entry(keys[name], category, day, _signed(category, quantity), ORDER, line_id)
                for name, category, day, quantity, line_id in rows
            ]
            for books in (overlay, held):
                availability.post(books, batch, at=AT)
            assert all(overlay.balance(key).series == held.balance(key).series for key in keys.values())
        held, overlay = both(*keys.values())
        for books in (overlay, held):
            availability.withdraw(books, lines, source=ORDER, at=AT)
        assert all(overlay.balance(key).series == held.balance(key).series for key in keys.values())
        availability.note_shortages(held, list(keys.values()), today=TODAY, cause="any", at=AT)
        availability.close_shortages(held, list(keys.values()), today=TODAY, at=AT)
        standing = AvailabilityPosting.objects.filter(source_line_id__in=withdrawn)
        assert sum(standing.values_list("quantity", flat=True)) == 0
        assert broken() == []


def _signed(category, quantity):
    """Receipts bring, demands take; stock does both."""
    if category is Category.STOCK:
        return quantity
    return abs(quantity) if category.is_receipt else -abs(quantity)


@small
@given(steps=st.lists(st.one_of(st.tuples(st.booleans(), st.integers(-20, 30)), st.integers(0, 5)), max_size=10))
def test_stock_is_the_sum_of_its_movements_and_reversals(world, steps):
    """A pair moves goods in one of two bins; a number reverses an earlier posting. What is refused changes nothing."""
    bins = {True: world.stock(), False: world.stock(bin_id=world.other_bin)}
    posted: list[int] = []
    expected = dict.fromkeys(bins.values(), 0)
    with undone():
        for step in steps:
            held, overlay = both(*bins.values())
            for books in (overlay, held):
                try:
                    ids = _take_step(books, step, bins, posted)
                except (NotEnoughStock, AlreadyReversed):
                    ids = []
            assert all(overlay.balance(key) == held.balance(key) for key in bins.values())
            posted += ids
            for row in StockPosting.objects.filter(id__in=ids).select_related("balance"):
                expected[bins[row.balance.bin_id == world.bin]] += row.quantity
            assert {key: held.balance(key).quantity for key in expected} == expected
        assert StockPosting.objects.count() == len(posted)
        assert broken() == []


def _take_step(books, step, bins, posted):
    if isinstance(step, int):
        return stock.reverse(books, [posted[step]], source=DELIVERY, on=ON, at=AT) if step < len(posted) else []
    which, quantity = step
    return stock.post(books, [Movement(bins[which], quantity, "any", ON, ORDER)], at=AT) if quantity else []
