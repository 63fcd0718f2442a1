"""What quotas have consumed follows the promise on all its ways: holds, deliveries, tied stock, verify."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.promising.books import holds, march, told
from tests.quotas.planned import consumed, customers, order, uses
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import Check, GivingBack, HoldDraft, HoldLineDraft, Taking
from troth.business.promising.actions.replay import register_wishes
from troth.business.promising.models import Requirement
from troth.ledgers.quota import checks as ledger_checks
from troth.platform import locks, verify
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.sql import fetch

DELIVERY = DocumentRef("delivery", 1, "80")


@pytest.fixture
def rationed(books):
    """NORTH may have 20 this week; 500 lie here."""
    product = books.product()
    books.supply(product, (None, 500))
    return product, books.quota(product, ("NORTH", march(2), 20))


def held_lines(*line_ids):
    held = locks.begin()
    held.take(*promises.keys("order", line_ids))
    return held


def deliver(books, quantity, *, more=False):
    with transaction.atomic():
        take = promising.take_more if more else promising.take_over
        [taken] = take(
            held_lines(1), [Taking(1, 1, quantity, march(3))], delivery=DELIVERY, today=march(2), at=books.clock.now()
        )
    return taken.quantity


def give_back(books, quantity, delivered):
    with transaction.atomic():
        backs = [GivingBack(1, 1, quantity, delivered)]
        promising.give_back(held_lines(1), backs, delivery=DELIVERY, today=march(2), at=books.clock.now())


def test_a_hold_consumes_until_it_ends_by_itself_whether_or_not_it_was_swept(books, rationed):
    product, procedure = rationed
    books.plan(procedure, ({}, march(2), 8))
    draft = HoldDraft(books.site.pk, "fair", [HoldLineDraft(product.pk, 6, march(3))])
    promising.hold_goods(draft, by=SYSTEM, clock=books.clock)
    assert consumed(procedure) == {("#", 1): 6}
    assert holds()

    books.clock = type(books.clock)(books.clock.now() + timedelta(days=3))
    promise = books.confirm(books.asks(product, 8, march(6), region="EAST"))

    assert promise.lines[1].confirmed == 8
    assert consumed(procedure) == {("#", 1): 8}
    assert promising.expire_holds(by=SYSTEM, clock=books.clock) == 1
    assert consumed(procedure) == {("#", 1): 8}
    assert holds()


def test_a_hold_that_is_released_returns_what_it_consumed(books, rationed):
    product, procedure = rationed
    books.plan(procedure, ({}, march(2), 8))
    draft = HoldDraft(books.site.pk, "fair", [HoldLineDraft(product.pk, 6, march(3))])
    made = promising.hold_goods(draft, by=SYSTEM, clock=books.clock)
    promising.release_hold(made.id, by=SYSTEM, clock=books.clock)
    assert consumed(procedure) == {}
    assert holds()


def test_what_is_delivered_stays_consumed_when_the_rest_is_cancelled(books, rationed):
    product, procedure = rationed
    books.confirm(books.asks(product, 15, march(3), region="NORTH"))
    assert deliver(books, 6) == 6
    assert consumed(procedure) == {("NORTH", 1): 15}

    books.cancel(1)
    assert consumed(procedure) == {("NORTH", 1): 6}

    give_back(books, 6, 6)
    assert consumed(procedure) == {}
    assert holds()


def test_what_left_before_a_quota_was_made_needs_no_mark(books):
    """It is past when the quota is made, so nobody looks at it; what is still open of the product is marked."""
    product = books.product()
    books.supply(product, (None, 500))
    books.confirm(books.asks(product, 8, march(2), region="NORTH"))
    assert deliver(books, 8) == 8
    books.confirm(books.asks(product, 5, march(10), region="NORTH", document=order(2)))
    books.clock = type(books.clock)(books.clock.now() + timedelta(days=7))
    books.quota(product, ("NORTH", march(9), 20))
    assert list(Requirement.objects.order_by("id").values_list("is_rationed", flat=True)) == [False, True]
    assert holds()


def test_more_than_was_promised_leaves_only_as_far_as_the_quota_has_room(books, rationed):
    product, procedure = rationed
    books.confirm(books.asks(product, 15, march(3), region="NORTH"))
    assert deliver(books, 15) == 15
    assert deliver(books, 9, more=True) == 5
    assert consumed(procedure) == {("NORTH", 1): 20}

    give_back(books, 5, 20)
    assert consumed(procedure) == {("NORTH", 1): 15}
    assert holds()


def test_a_what_if_reads_quotas_and_leaves_no_trace(books, rationed):
    product, procedure = rationed
    wish = books.asks(product, 30, march(3), region="NORTH")
    with transaction.atomic():
        promise = promising.simulate([wish], clock=books.clock)
    assert told(promise, 1) == [(3, 20, "stock")]
    assert consumed(procedure) == {}
    assert uses(1) == []


def test_a_check_of_a_customer_is_held_against_its_group(books):
    customers(books, "retail")
    product = books.product()
    books.supply(product, (None, 500))
    groups = books.procedure("GROUP", "customer_group")
    books.plan(groups, ({"customer_group": "retail"}, march(2), 7))
    books.sequence("GROUP", product=product)

    asked = Check(product.pk, books.site.pk, 10, march(3))
    own, anybody = promising.check(
        [Check(*[getattr(asked, name) for name in ("product_id", "site_id", "quantity", "on")], customer="100"), asked],
        clock=books.clock,
    )
    assert (own.confirmed, anybody.confirmed) == (7, 10)


class _Wishes:
    def __init__(self, *wishes):
        self.wishes = wishes

    def standing(self, document_id):
        return self.wishes

    def elsewhere(self, document_id, line_id):
        return ()

    def instead(self, document_id, line_id):
        return ()

    def name(self, document_id, line_id):
        return str(line_id)


def test_what_would_make_it_earlier_names_the_quota_and_by_how_much(books, rationed):
    product, _procedure = rationed
    wish = books.asks(product, 30, march(3), region="NORTH", document=DocumentRef("rationed", 1, "1"))
    books.confirm(wish)
    register_wishes("rationed", _Wishes(wish))

    roads = {road.road: road for road in promising.earlier("rationed", 1, clock=books.clock)}

    [room] = roads["quota"].rooms
    assert (room.quota, room.procedure, room.more) == ("quota of region NORTH in week 10 of 2026", "REGION", 10)
    assert [(one.on, one.quantity) for one in roads["quota"].arrivals] == [(march(3), 30)]


def test_what_would_make_it_earlier_names_what_is_kept_for_others_and_by_how_much(books):
    customers(books, "retail", "online")
    product = books.product()
    books.supply(product, (None, 100))
    books.protect(product, "retail", 80)
    wish = books.asks(product, 50, march(3), group="online", document=DocumentRef("rationed", 1, "1"))
    promise = books.confirm(wish)
    register_wishes("rationed", _Wishes(wish))
    assert "80 EA are kept for other customers." in str(promise.lines[1].sentence)

    roads = {road.road: road for road in promising.earlier("rationed", 1, clock=books.clock)}

    assert roads["protection"].more == 30
    assert [(one.on, one.quantity) for one in roads["protection"].arrivals] == [(march(3), 50)]
    own = books.asks(product, 90, march(3), group="retail", document=DocumentRef("rationed", 2, "2"))
    books.confirm(own)
    register_wishes("rationed", _Wishes(own))
    assert "protection" not in [road.road for road in promising.earlier("rationed", 2, clock=books.clock)]


def test_an_order_without_a_quota_costs_no_statement_more(books, rationed):
    from troth.platform.sql import tally

    plain = books.product()
    books.supply(plain, (None, 500))

    def statements(wish):
        books.confirm(books.asks(plain, 1, march(3), document=order(7)))
        before = tally.statements
        books.confirm(wish)
        return tally.statements - before

    without = statements(books.wish(plain, 1, march(3), document=order(8)))
    beside = statements(books.asks(plain, 1, march(3), document=order(9)))
    # Which edition holds is asked where no customer's terms brought it along.
    assert beside - without <= 2


# --- verify ----------------------------------------------------------------------------------------------------------


def findings(name):
    return [result for result in verify.run() if result.name == name and not result.holds]


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("promising: quotas", "UPDATE promising_quotause SET quantity = quantity - 1"),
        ("promising: no more", "UPDATE promising_quotause SET quantity = quantity + 1"),
        ("promising: quota marks", "UPDATE promising_requirement SET is_rationed = FALSE"),
        ("quota: balances", "UPDATE quota_balance SET consumed = consumed + 1"),
        ("quotas: cells", "UPDATE quotas_cell SET first_period = 1, last_period = 2"),
    ],
)
def test_verify_sees_what_was_broken(books, rationed, name, statement):
    product, _procedure = rationed
    books.confirm(books.asks(product, 15, march(3), region="NORTH"))
    assert not findings(name)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert findings(name)


def test_verify_sees_more_consumed_than_was_planned_then_but_not_a_plan_that_was_lowered(books, rationed):
    product, procedure = rationed
    books.confirm(books.asks(product, 15, march(3), region="NORTH"))
    books.plan(procedure, ({"region": "NORTH"}, march(2), 10))
    assert [one for one in ledger_checks.within_plan() if isinstance(one, verify.Finding)] == []

    [(balance_id,)] = fetch("SELECT id FROM quota_balance WHERE consumed > 0")
    fetch(
        "INSERT INTO quota_posting (source_kind, source_id, source_line_id, at, balance_id, measure, quantity)"
        " VALUES ('order', 1, 1, %s, %s, 'consumed', 5)",
        [books.clock.now(), balance_id],
    )
    assert [one for one in ledger_checks.within_plan() if isinstance(one, verify.Finding)]
