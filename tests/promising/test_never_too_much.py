"""Never more is promised than supply: by property, by race (with the control that oversells), and by verify."""

import threading
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, connections
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promising.books import AT_ONCE, TODAY, Books, clock_of, holds, march, open_books
from troth.business.promising import actions as promising
from troth.business.promising.models import Allocation, Requirement, ScheduleLine
from troth.business.promising.rules import Asked, Shelf, Task, Wish, decide
from troth.business.promising.states import Mode
from troth.kernel import netting, proposals
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event
from troth.platform import actions, locks, triggers, verify
from troth.platform.documents import DocumentRef

NOW = day_of(TODAY)
quantities = st.integers(1, 40)
days = st.integers(0, 12)
supplies = st.lists(
    st.tuples(st.sampled_from([Category.STOCK, Category.PURCHASE, Category.PRODUCTION]), days, quantities), max_size=6
)


@st.composite
def wishes(draw: st.DrawFn) -> list[Wish]:
    return [
        Wish(
            document=DocumentRef("order", 1),
            line_id=line_id,
            company_id=1,
            product_id=1,
            site_id=1,
            party_id=1,
            quantity=draw(quantities),
            requested_on=TODAY + timedelta(days=draw(days)),
            way=AT_ONCE,
            mode=draw(st.sampled_from(list(Mode))),
            delivery_group=draw(st.sampled_from([0, 0, 1])),
            deliveries_max=draw(st.sampled_from([9, 1, 2])),
        )
        for line_id in range(1, draw(st.integers(1, 5)) + 1)
    ]


@given(supplies, wishes(), st.sampled_from(["order", "rush"]))
@settings(max_examples=150, deadline=None)
def test_no_run_of_wishes_is_promised_more_than_supply_holds(supply, wanted, scope_code):
    scope = STANDARD[Event(scope_code)]
    series = netting.series_of((kind, NOW + day, quantity) for kind, day, quantity in supply)
    shelf = Shelf(Asked(series, 1, NOW), scope)

    promises = [promise for _, promise in decide([Task(wish, wish.quantity, shelf, NOW) for wish in wanted])]

    taken = [
        (Category.ORDER, one.dates.material_available, -one.quantity)
        for promise in promises
        for one in promise.schedules
    ]
    after = netting.project(netting.merge(series, taken), scope.counted, NOW)
    assert int(after.cumsum().min()) >= 0
    assert all(0 <= promise.confirmed <= promise.wish.quantity for promise in promises)
    assert sorted(promise.wish.line_id for promise in promises) == [wish.line_id for wish in wanted]
    if scope_code == "rush":
        here = sum(quantity for kind, _, quantity in supply if kind == Category.STOCK)
        assert sum(promise.confirmed for promise in promises) <= here


@given(supplies, quantities, days)
@settings(max_examples=100, deadline=None)
def test_a_single_wish_is_told_the_same_reasons_as_by_the_kernel(supply, quantity, day):
    scope = STANDARD[Event.ORDER]
    series = netting.series_of((kind, NOW + on, amount) for kind, on, amount in supply)
    wish = Wish(
        document=DocumentRef("order", 1), line_id=1, company_id=1, product_id=1, site_id=1, party_id=1,
        quantity=quantity, requested_on=TODAY + timedelta(days=day), way=AT_ONCE,
    )  # fmt: skip

    shelf = Shelf(Asked(series, 1, NOW), scope)
    [(_, promise)] = decide([Task(wish, quantity, shelf, NOW)])

    net = netting.project(series, scope.counted, NOW)
    stock_net = netting.project(series, scope.counted.without_receipts(), NOW)
    lines = proposals.partial(netting.free_curve(net), quantity, day)
    told = proposals.explain(lines, net=net, stock_net=stock_net)
    assert [(one.day, one.quantity, one.basis.value, one.binding_day, one.binding_balance) for one in told] == [
        (
            one.dates.material_available - NOW,
            one.quantity,
            one.basis.value,
            one.binding.day - NOW,
            one.binding.balance,
        )
        for one in promise.schedules
    ]


# --- races -----------------------------------------------------------------------------------------------------------

RACE = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 0.5


@pytest.fixture
def shop(transactional_db):
    yield open_books()
    if connection.vendor == "sqlite":
        triggers.lift()


def rivals(shop: Books, monkeypatch: pytest.MonkeyPatch, *, life_days: int | None = None) -> list[int]:
    """Two orders for the last ten pieces at the same moment: what each is promised.

    With `life_days` they are the last that last so long; there are ten more that do not.
    """
    product = shop.product(has_batches=life_days is not None)
    shop.supply(product, (None, 10))
    if life_days is not None:
        shop.lay(product, (None, 10, "OLD", NOW + life_days))
    barrier = threading.Barrier(2)
    decided = promising.confirm.__globals__["decide_all"]

    def slowly(*arguments):
        try:
            barrier.wait(PATIENCE_SECONDS)
        except threading.BrokenBarrierError:
            return decided(*arguments)
        return decided(*arguments)

    monkeypatch.setitem(promising.confirm.__globals__, "decide_all", slowly)
    wishes = [
        shop.wish(product, 10, march(3), document=DocumentRef("order", number), life_days=life_days)
        for number in (1, 2)
    ]
    got: list[int] = [0, 0]

    def order(place: int) -> None:
        wish = wishes[place]
        try:
            with actions.transaction.atomic():
                held = locks.begin()
                held.take(*promising.keys([wish]))
                got[place] = promising.confirm(held, [wish], clock=clock_of()).lines[wish.line_id].confirmed
        finally:
            connections.close_all()

    threads = [threading.Thread(target=order, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(got)


LIFE = pytest.mark.parametrize("life_days", [None, 30], ids=["goods that keep", "goods that expire"])


@RACE
@LIFE
def test_two_orders_for_the_last_pieces_one_gets_them(shop, monkeypatch, life_days):
    assert rivals(shop, monkeypatch, life_days=life_days) == [0, 10]
    assert holds()


@RACE
@LIFE
def test_two_orders_for_the_last_pieces_oversell_without_the_lock(shop, monkeypatch, life_days):
    if connection.vendor == "postgresql":
        monkeypatch.setattr(locks, "_LOCK", "")
    else:
        monkeypatch.setattr(actions, "transaction", SimpleNamespace(atomic=nullcontext))
    assert rivals(shop, monkeypatch, life_days=life_days) == [10, 10]


# --- verify ----------------------------------------------------------------------------------------------------------


def broken() -> set[str]:
    return {result.name for result in verify.run() if not result.holds and result.name.startswith("promising")}


@pytest.fixture
def promised(db) -> Books:
    books = open_books()
    product = books.product()
    books.supply(product, (None, 10), (march(8), 10))
    books.confirm(books.wish(product, 15, march(3)))
    assert broken() == set()
    return books


def test_verify_counts_what_it_looked_at(promised):
    found = {result.name: result.count_checked for result in verify.run() if result.name.startswith("promising")}
    assert found == {
        "promising: ahead of supply": 0,
        "promising: allocations": 0,
        "promising: confirmed": 1,
        "promising: counted": 0,
        "promising: demand": 1,
        "promising: holds": 0,
        "promising: lapsed": 0,
        "promising: locations": 0,
        "promising: no more": 0,
        "promising: on goods not released": 0,
        "promising: on planned supply": 0,
        "promising: open": 1,
        "promising: quota marks": 0,
        "promising: quotas": 0,
        "promising: within the wish": 1,
    }


def test_verify_sees_demand_that_no_schedule_line_stands_for(promised):
    promised.expect(promised.product(), (Category.STOCK, TODAY, 1))
    ScheduleLine.objects.filter(position=1).update(delivered=1)
    assert broken() == {"promising: demand", "promising: open"}


def test_verify_sees_more_confirmed_than_wished(promised):
    Requirement.objects.update(quantity=14, open_quantity=14)
    assert broken() == {"promising: within the wish"}


def test_verify_sees_schedule_lines_that_do_not_add_up(promised):
    Requirement.objects.update(confirmed_quantity=14)
    assert broken() == {"promising: confirmed"}


def test_verify_sees_an_open_quantity_that_is_delivered(promised):
    Requirement.objects.update(open_quantity=3)
    assert broken() == {"promising: open"}


def test_verify_sees_an_allocation_without_its_stock(promised):
    Allocation.objects.create(requirement=Requirement.objects.get(), quantity=3, allocated_at=promised.clock.now())
    assert broken() == {"promising: allocations"}
