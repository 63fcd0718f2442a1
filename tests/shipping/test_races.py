"""Two clerks at the same time: one gets it, the other is told."""

import threading

import pytest
from django.db import connections

from tests import company as companies
from tests.shipping.conftest import Yard, assert_books_hold, progress_of
from troth.business.shipping.models import Delivery, TransferOrder
from troth.kernel.errors import BusinessError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rivals(transactional_db):
    """The yard of a company whose rows two connections see."""
    small = companies.build()
    companies.put_in_stock(small, "FRAME", 5)
    return Yard(small)


def both(work):
    """Run `work()` on two connections that start together; return the answers and the refusals' codes."""
    barrier, answers = threading.Barrier(2, timeout=30), []

    def run():
        try:
            barrier.wait()
            answers.append(work())
        except BusinessError as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == 2
    return [one for one in answers if not isinstance(one, str)], [one for one in answers if isinstance(one, str)]


def test_two_clerks_deliver_one_schedule_line_once(rivals):
    order = rivals.order(FRAME=5)
    made, refused = both(lambda: rivals.deliver(order))
    assert (len(made), refused) == (1, ["nothing_due"])
    assert progress_of(order)[0].delivered == 5
    assert_books_hold()


def test_two_mass_runs_deliver_everything_once(rivals):
    order = rivals.order(FRAME=5)
    made, refused = both(lambda: rivals.do("create_deliveries", site_id=rivals.site, until=companies.NEXT_WEDNESDAY))
    assert (len(made), refused) == (2, [])
    assert sum(len(one.deliveries) for one in made) == 1
    assert progress_of(order)[0].delivered == 5
    assert_books_hold()


def test_two_goods_issues_of_one_delivery_post_once(rivals):
    order, delivery, _ = rivals.picked(FRAME=5)
    made, refused = both(lambda: rivals.issue(delivery))
    assert (len(made), refused) == (1, ["illegal_transition"])
    assert (progress_of(order)[0].issued, rivals.stock("FRAME")) == (5, 0)
    assert_books_hold()


def test_two_transfer_orders_do_not_fetch_the_same_pieces(rivals):
    _, delivery = rivals.delivered(FRAME=5)
    made, refused = both(lambda: rivals.transfer(delivery))
    assert (len(made), refused) == (1, ["nothing_to_pick"])
    assert TransferOrder.objects.count() == 1
    assert_books_hold()


def test_a_delivery_is_cancelled_or_fetched_never_both(rivals):
    _, delivery = rivals.delivered(FRAME=5)
    turn = iter(("cancel", "fetch"))
    lock = threading.Lock()

    def work():
        with lock:
            mine = next(turn)
        if mine == "fetch":
            return rivals.transfer(delivery)
        return rivals.do("cancel_delivery", delivery_id=delivery.id, reason="customer called") or mine.encode()

    made, refused = both(work)
    assert (len(made), len(refused)) == (1, 1)
    assert (Delivery.objects.get().state == "cancelled") == (TransferOrder.objects.count() == 0)
    assert_books_hold()
