"""Two orders of one payer at the same moment, and an order beside a payment: nothing is judged by half a look."""

from threading import Barrier, Thread
from typing import ClassVar

import pytest
from django.db import connections

from tests.credit.conftest import CLOCK, ENTERED, LIMIT, SYSTEM, Desk, in_one_transaction
from tests.masterdata import world as small
from troth.business.credit import actions
from troth.business.credit.models import CreditAccount
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.platform import locks
from troth.platform.documents import DocumentRef
from troth.platform.outbox import work_outbox

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


def pay(desk: Desk) -> None:
    def step():
        held = locks.begin()
        held.take(desk.key)
        entry = exposure.Entry(desk.key, Part.DEPOSITS, 800_00, DocumentRef("payment", 999_999, "P7"))
        exposure.post(held, [entry], at=CLOCK.now())

    in_one_transaction(step, by=SYSTEM, clock=CLOCK)


@pytest.mark.django_db(transaction=True)
def test_an_order_beside_a_payment_is_judged_by_what_was_paid_or_judged_again(desk):
    desk.owe(800_00)

    def act(number, barrier):
        def order():
            held = locks.begin()
            held.take(desk.key)
            claim(desk, held, number)

        barrier.wait()
        if number == "A":
            in_one_transaction(order, by=SYSTEM, clock=CLOCK)
        else:
            pay(desk)

    assert side_by_side(act) == []
    work_outbox()
    assert (desk.block_ids(), desk.exposure().total) == ([], AMOUNT)


@pytest.mark.django_db(transaction=True)
def test_an_order_beside_a_payment_stays_blocked_for_ever_without_the_lock(desk):
    """The control: the order has looked before the payment came, and is blocked after it looked who waits."""
    desk.owe(800_00)

    def act(number, barrier):
        if number == "A":
            held = Unlocked()
            held.take(desk.key)
            barrier.wait()
            barrier.wait()
            in_one_transaction(lambda: claim(desk, held, number), by=SYSTEM, clock=CLOCK)
        else:
            barrier.wait()
            pay(desk)
            barrier.wait()

    assert side_by_side(act) == []
    work_outbox()
    assert len(desk.block_ids()) == 1
