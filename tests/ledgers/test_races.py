"""Two that post to one series at the same time."""

from threading import Barrier, Thread
from typing import ClassVar

from django.db import connection, transaction

from tests.ledgers.conftest import AT, ORDER, TODAY, findings
from troth.kernel import netting
from troth.kernel.netting import Category
from troth.ledgers.availability import actions, queries
from troth.ledgers.availability.actions import Entry
from troth.platform import locks

ROUNDS = 10


class Unlocked(locks.Overlay):
    """Looks without a lock, and writes all the same: what the lock is there to prevent."""

    writes: ClassVar[bool] = True


def side_by_side(work):
    """Run `work(barrier)` in two threads with a connection each; return what went wrong."""
    barrier, wrong = Barrier(2, timeout=30), []

    def run():
        try:
            work(barrier)
        except BaseException as error:
            barrier.abort()
            wrong.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return wrong


def prepare(key):
    with transaction.atomic():
        locks.begin().take(key)


def test_two_posts_to_one_series_both_count(shared_world):
    key = shared_world.availability
    prepare(key)

    def post_often(barrier):
        barrier.wait()
        for _ in range(ROUNDS):
            with transaction.atomic():
                held = locks.begin()
                held.take(key)
                actions.post(held, [Entry(key, Category.ORDER, TODAY, -1, ORDER)], at=AT)

    assert side_by_side(post_often) == []
    assert netting.total(queries.series(shared_world.product, shared_world.site)) == -2 * ROUNDS
    assert findings("availability: series") == []


def test_one_of_two_posts_is_lost_without_the_lock(shared_world):
    """The control: both look before either writes."""
    key = shared_world.availability
    prepare(key)

    def post_once(barrier):
        held = Unlocked()
        held.take(key)
        barrier.wait()
        with transaction.atomic():
            actions.post(held, [Entry(key, Category.ORDER, TODAY, -1, ORDER)], at=AT)

    assert side_by_side(post_once) == []
    assert netting.total(queries.series(shared_world.product, shared_world.site)) == -1
    assert len(findings("availability: series")) == 1
