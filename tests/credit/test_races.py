"""Two orders of one payer at the same moment: the last of the limit goes to one of them."""

from threading import Barrier, Thread
from typing import ClassVar

import pytest
from django.db import connections

from tests.credit.conftest import CLOCK, ENTERED, LIMIT, SYSTEM, Desk, in_one_transaction
from tests.masterdata import world as small
from troth.business.credit import actions
from troth.business.credit.models import CreditAccount
from troth.platform import locks

AMOUNT = 600_00


class Unlocked(locks.Overlay):
    """Looks without a lock, and writes all the same: what the lock is there to prevent."""

    writes: ClassVar[bool] = True


@pytest.fixture
def desk(transactional_db) -> Desk:
    world = small.build()
    CreditAccount.objects.create(company=world.company, party=world.bikes.party, limit=LIMIT)
    made = Desk(world)
    made.run(lambda held, key: None)
    return made


def claim(desk: Desk, held: locks.Held, number: str) -> None:
    actions.claim(
        held,
        actions.Claim(desk.key, desk.ref(number), AMOUNT, True, desk.world.company.pk, ENTERED, ENTERED),
        by=SYSTEM,
        clock=CLOCK,
    )


def side_by_side(work) -> list[BaseException]:
    """Run `work(number, barrier)` for two orders at the same time, each on a connection of its own."""
    barrier, wrong = Barrier(2, timeout=30), []

    def run(number: str) -> None:
        try:
            work(number, barrier)
        except BaseException as error:
            barrier.abort()
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in "AB"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return wrong


@pytest.mark.django_db(transaction=True)
def test_two_orders_cannot_both_take_the_last_of_the_limit(desk):
    def order(number, barrier):
        def step():
            held = locks.begin()
            held.take(desk.key)
            claim(desk, held, number)

        barrier.wait()
        in_one_transaction(step, by=SYSTEM, clock=CLOCK)

    assert side_by_side(order) == []
    assert (len(desk.block_ids()), desk.exposure().open_orders) == (1, 2 * AMOUNT)


@pytest.mark.django_db(transaction=True)
def test_two_orders_both_take_the_last_of_the_limit_without_the_lock(desk):
    """The control: both look before either writes."""

    def order(number, barrier):
        held = Unlocked()
        held.take(desk.key)
        barrier.wait()
        in_one_transaction(lambda: claim(desk, held, number), by=SYSTEM, clock=CLOCK)

    assert side_by_side(order) == []
    assert (desk.block_ids(), desk.exposure().open_orders) == ([], AMOUNT)
