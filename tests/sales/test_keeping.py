"""An order that waits for credit keeps its goods for so many working days as its type says, and then no longer."""

from datetime import UTC, datetime

import pytest

from tests import company
from tests.sales import books
from tests.shipping.conftest import assert_books_hold
from troth.business.credit import queries as credit
from troth.business.credit.actions import release_block
from troth.business.promising.models import Keeping, Requirement
from troth.business.sales import actions, jobs, queries
from troth.business.sales.actions.check import check_document
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.platform import blocking, issues
from troth.platform.actors import SYSTEM
from troth.platform.blocks import standing
from troth.platform.clock import FixedClock
from troth.platform.models import Event, RoleGrant
from troth.platform.outbox import work_outbox

IN_TIME = FixedClock(datetime(2026, 3, 4, 22, 59, tzinfo=UTC))
UNTIL = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
"""The end of the second working day, in Berlin."""
TOO_LATE = FixedClock(UNTIL)


def take(keeps, draft, clock, quantity=30, customer="BETA"):
    """What another customer is promised at that moment."""
    return actions.enter_order(
        draft(customer, ("FRAME", quantity), requested_on=company.NEXT_WEDNESDAY), by=SYSTEM, clock=clock
    )


def confirmed(order):
    return sum(Requirement.objects.filter(document_id=order.id).values_list("confirmed_quantity", flat=True))


def release(order, clock):
    [block] = standing([queries.order(order.id, by=SYSTEM).ref])
    manager = company.person("credit_manager", user_id=99)
    release_block(block.id, reason="paid today", by=manager, clock=clock)
    return actions.resume_order(order.id, by=SYSTEM, clock=clock)


def test_the_goods_are_kept_until_the_end_of_the_last_working_day(keeps, waits, draft):
    assert (waits.lines[0].confirmed, queries.order(waits.id, by=SYSTEM).kept.until) == (30, UNTIL)
    assert take(keeps, draft, IN_TIME).lines[0].confirmed == 0
    assert jobs.lapse(IN_TIME) == 0
    assert_books_hold()


def test_weekends_are_no_working_days(keeps, enter, draft, rep):
    friday = FixedClock(datetime(2026, 3, 6, 8, 0, tzinfo=UTC))
    order = actions.enter_order(draft("ALPHA", ("FRAME", 30)), by=rep, clock=friday)
    assert queries.order(order.id, by=SYSTEM).kept.until == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


def test_whoever_wants_them_afterwards_has_them_before_the_sweep_comes(keeps, waits, draft):
    assert take(keeps, draft, TOO_LATE).lines[0].confirmed == 30
    assert confirmed(waits) == 0
    assert_books_hold()
    assert jobs.lapse(TOO_LATE) == 1
    assert_books_hold()
    view = queries.order(waits.id, by=SYSTEM)
    assert (view.kept.is_lapsed, view.lines[0].promise.short, len(view.blocks)) == (True, 30, 1)


def test_a_what_if_counts_what_has_lapsed_as_free_and_leaves_no_trace(keeps, waits, draft):
    before = books.picture()
    for clock, expected in ((IN_TIME, 0), (TOO_LATE, 30)):
        checked = check_document(draft("BETA", ("FRAME", 30)), by=SYSTEM, clock=clock)
        assert checked.promises[1].confirmed == expected
    assert books.picture() == before


def test_the_sweep_gives_them_up_once(keeps, waits):
    assert (jobs.lapse(TOO_LATE), jobs.lapse(TOO_LATE)) == (1, 0)
    assert (confirmed(waits), books.demand()) == (0, 0)
    assert Event.objects.filter(kind="sales.confirmation_lapsed").count() == 1
    assert_books_hold()


def test_a_release_in_time_keeps_them_and_says_nothing(keeps, waits, draft):
    release(waits, IN_TIME)
    assert (confirmed(waits), Keeping.objects.count(), "sales.order_resumed" in books.events()) == (30, 0, False)
    assert take(keeps, draft, TOO_LATE).lines[0].confirmed == 0


def test_a_release_in_time_keeps_them_though_nobody_has_noted_it_yet(keeps, waits, draft):
    [block] = standing([queries.order(waits.id, by=SYSTEM).ref])
    release_block(block.id, reason="paid", by=company.person("credit_manager", user_id=99), clock=IN_TIME)
    assert take(keeps, draft, TOO_LATE).lines[0].confirmed == 0
    assert jobs.lapse(TOO_LATE) == 0
    assert (confirmed(waits), Keeping.objects.count()) == (30, 0)


def test_a_release_afterwards_promises_anew_what_is_left(keeps, waits, draft):
    take(keeps, draft, TOO_LATE, quantity=20)
    jobs.lapse(TOO_LATE)
    release(waits, TOO_LATE)
    assert (confirmed(waits), Keeping.objects.count()) == (10, 0)
    assert "sales.order_resumed" in books.events()
    assert_books_hold()


def test_a_change_while_it_waits_keeps_the_date_and_one_afterwards_confirms_nothing(keeps, waits, rep):
    def change(quantity, clock):
        wanted = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": quantity}),))
        actions.change_order(waits.id, wanted, by=rep, clock=clock)
        return confirmed(waits), queries.order(waits.id, by=SYSTEM).kept.until

    assert change(29, IN_TIME) == (29, UNTIL)
    jobs.lapse(TOO_LATE)
    assert change(28, TOO_LATE) == (0, UNTIL)
    assert_books_hold()


def test_a_cancelled_order_is_not_swept(keeps, waits, rep):
    actions.cancel_order(waits.id, reason="customer", by=rep, clock=IN_TIME)
    assert (jobs.lapse(TOO_LATE), Keeping.objects.count()) == (0, 0)


def test_an_order_that_comes_to_wait_by_a_change_keeps_its_goods_from_then_on(keeps, enter, rep):
    order = enter("ALPHA", ("FRAME", 1))
    assert queries.order(order.id, by=SYSTEM).kept is None
    wanted = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 30}),))
    actions.change_order(order.id, wanted, by=rep, clock=keeps.clock)
    assert (confirmed(order), queries.order(order.id, by=SYSTEM).kept.until) == (30, UNTIL)


def test_a_delivery_block_by_hand_keeps_them_for_as_long(keeps, enter):
    order = enter("ALPHA", ("FRAME", 1))
    desk = company.person("operations_team", user_id=77)
    blocking.set_block("order", order.id, "delivery", "delivery", reason="asked", by=desk, clock=keeps.clock)
    assert queries.order(order.id, by=SYSTEM).kept.until == UNTIL
    assert jobs.lapse(TOO_LATE) == 1
    assert confirmed(order) == 0


def test_the_credit_manager_sees_until_when(keeps, waits):
    [one] = credit.blocked_documents()
    assert (one.goods.until, one.goods.is_lapsed) == (UNTIL, False)
    jobs.lapse(TOO_LATE)
    assert credit.blocked_documents()[0].goods.is_lapsed


def test_who_entered_it_is_told(keeps, draft, person):
    RoleGrant.objects.create(user=person, role="representative")
    carla = company.person("representative", user_id=person.pk)
    order = actions.enter_order(draft("ALPHA", ("FRAME", 30)), by=carla, clock=keeps.clock)
    jobs.lapse(TOO_LATE)
    work_outbox()
    [issue] = issues.on_document("order", order.id, by=SYSTEM)
    assert (issue.owner_id, issue.subject) == (
        person.pk, "This order waited too long for its release: its goods are kept no longer.",
    )  # fmt: skip


def test_verify_sees_goods_that_stay_confirmed(keeps, waits):
    Keeping.objects.update(lapsed_at=UNTIL)
    with pytest.raises(AssertionError, match="has lapsed under its block"):
        assert_books_hold()
