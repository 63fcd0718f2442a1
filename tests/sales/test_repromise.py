"""Supply that slips: the shortage is noted, the orders that draw on it are promised again and told of it."""

from datetime import date

from tests import company
from tests.sales import books
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import queries as promises
from troth.business.sales import actions, jobs
from troth.business.sales.models import OrderLine, Quotation
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.business.supply import actions as supply
from troth.business.supply import jobs as supply_jobs
from troth.business.supply.actions import ExpectedReceipt
from troth.ledgers.availability.queries import open_shortages
from troth.platform import issues, outbox, schedule
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.platform.models import Event, RoleGrant
from troth.reference.models import Site

FRIDAY_WEEK = date(2026, 3, 20)


def expect(small, product="HELMET", quantity=10, due_on=company.TUESDAY, number="4500"):
    receipt = ExpectedReceipt(
        small.company.pk, "purchase", number, small.products[product].pk, small.sites["HAM"].pk, due_on, quantity
    )
    return supply.expect_receipt(receipt, by=SYSTEM, clock=small.clock)


def slip(small, receipt_id, due_on=FRIDAY_WEEK):
    supply.change_receipt(receipt_id, due_on=due_on, by=SYSTEM, clock=small.clock)


def promised(order):
    """(quantity, day) of the confirmations of the order's lines."""
    ids = list(OrderLine.objects.filter(order_id=order.id).order_by("line_number").values_list("pk", flat=True))
    found = promises.promise("order", ids)
    return [[(schedule.quantity, schedule.delivery_on) for schedule, _ in found[line_id].schedules] for line_id in ids]


def test_an_order_whose_receipt_slips_is_promised_again_for_later_and_told(small, rep, draft):
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert promised(order) == [[(4, company.NEXT_WEDNESDAY)]]
    slip(small, receipt_id)
    assert [row.quantity for row in open_shortages()] == [4]
    assert_books_hold()

    assert jobs.work_off(small.clock) == 1

    assert promised(order) == [[(4, date(2026, 3, 24))]]
    assert open_shortages() == []
    event = Event.objects.get(kind="sales.order_repromised")
    assert event.document_id == order.id
    assert event.changes == {"10.confirmed": [[[4, "2026-03-11"]], [[4, "2026-03-24"]]]}
    assert event.facts["lines"] == [10]
    assert_books_hold()
    assert jobs.work_off(small.clock) == 0


def test_an_order_whose_goods_are_blocked_is_promised_again_from_what_comes_next(small, rep, draft):
    company.put_in_stock(small, "HELMET", 6)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    before = promised(order)
    expect(small, due_on=FRIDAY_WEEK)
    supply.transfer_stock(
        small.products["HELMET"].pk, bin_id=small.bins["HAM"].pk, from_type="unrestricted", to_type="blocked",
        quantity=6, reason="straps break", by=SYSTEM, clock=small.clock,
    )  # fmt: skip
    assert [row.cause for row in open_shortages()] == ["stock was blocked: straps break"]

    assert jobs.work_off(small.clock) == 1

    assert before != promised(order) == [[(4, date(2026, 3, 24))]]
    [line] = OrderLine.objects.filter(order_id=order.id)
    said = str(promises.explain("order", line.pk).sentence)
    assert "6 piece of blocked stock exist, but are not in the scope of the check." in said
    assert open_shortages() == []
    assert_books_hold()


def test_the_order_that_matters_less_waits_and_the_other_is_left_alone(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    receipt_id = expect(small, quantity=5)
    first = actions.enter_order(draft("ALPHA", ("HELMET", 5), priority=1), by=rep, clock=small.clock)
    last = actions.enter_order(draft("BETA", ("HELMET", 5), priority=9), by=rep, clock=small.clock)
    slip(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert promised(first) == [[(5, company.NEXT_WEDNESDAY)]]
    assert [day > company.NEXT_WEDNESDAY for _, day in promised(last)[0]] == [True]
    assert books.events().count("sales.order_repromised") == 1
    assert_books_hold()


def test_when_all_have_to_wait_the_more_important_gets_the_earlier_goods(small, rep, draft):
    receipt_id = expect(small, quantity=10)
    expect(small, quantity=5, due_on=FRIDAY_WEEK, number="4501")
    first = actions.enter_order(draft("ALPHA", ("HELMET", 5), priority=1), by=rep, clock=small.clock)
    last = actions.enter_order(draft("BETA", ("HELMET", 5), priority=9), by=rep, clock=small.clock)
    slip(small, receipt_id, date(2026, 3, 27))
    assert jobs.work_off(small.clock) == 2
    assert max(day for _, day in promised(first)[0]) < min(day for _, day in promised(last)[0])
    assert open_shortages() == []
    assert_books_hold()


def test_lines_that_come_together_are_promised_again_together(small, rep, draft):
    company.put_in_stock(small, "GLOVE", 10)
    receipt_id = expect(small)
    order = actions.enter_order(
        draft("GAMMA", ("HELMET", 1), ("GLOVE", 1), complete_delivery=True), by=rep, clock=small.clock
    )
    assert promised(order) == [[(1, company.NEXT_WEDNESDAY)], [(1, company.NEXT_WEDNESDAY)]]
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    assert promised(order) == [[(1, date(2026, 3, 24))], [(1, date(2026, 3, 24))]]
    assert_books_hold()


def test_nothing_is_promised_again_that_is_covered_meanwhile(small, rep, draft):
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    slip(small, receipt_id)
    actions.cancel_order(order.id, reason="no need", by=rep, clock=small.clock)
    assert len(open_shortages()) == 1
    assert jobs.work_off(small.clock) == 0
    assert open_shortages() == []


def test_an_order_that_cannot_be_promised_again_does_not_stop_the_others(small, rep, draft, caplog):
    receipt_id = expect(small)
    for customer in ("ALPHA", "BETA"):
        actions.enter_order(draft(customer, ("HELMET", 2)), by=rep, clock=small.clock)
    slip(small, receipt_id)
    site = Site.objects.get(code="HAM")
    site.is_active = False
    site.save()
    assert jobs.work_off(small.clock) == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert sum(row.quantity for row in open_shortages()) == 4


def test_a_receipt_that_is_overdue_too_long_leaves_a_shortage_once(small, rep, draft):
    expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert supply_jobs.note_overdue(small.clock) == 0
    later = FixedClock(small.clock.now().replace(day=12))
    assert supply_jobs.note_overdue(later) == 1
    assert supply_jobs.note_overdue(later) == 0
    [row] = open_shortages()
    assert (row.quantity, row.cause) == (4, "receipts are overdue")
    jobs.work_off(later)
    assert promised(order) == [[]]
    assert open_shortages() == []


def test_quotations_expire_the_day_after_their_last(small, rep):
    offer = QuotationDraft(
        customer="BETA", lines=(LineDraft(product="HELMET", quantity="2"),), valid_to_on="2026-03-10", delivery_days=5
    )
    quotation = actions.save_quotation(offer, by=rep, clock=small.clock)
    actions.send_quotation(quotation.id, by=rep, clock=small.clock)
    assert jobs.expire(FixedClock(small.clock.now().replace(day=10))) == 0
    assert jobs.expire(FixedClock(small.clock.now().replace(day=11))) == 1
    assert Quotation.objects.get().state == "expired"


def test_the_jobs_are_on_the_schedule():
    names = {entry.name for entry in schedule.scheduled()}
    assert {"note overdue receipts", "expire quotations", "work off shortages"} <= names


def keeps_its_promises(small):
    small.order_types["standard"].on_shortage = "keep"
    small.order_types["standard"].save()


def test_an_order_whose_type_keeps_its_promises_is_left_alone_and_reported_once(small, draft, person):
    RoleGrant.objects.create(user=person, role="representative")
    keeps_its_promises(small)
    carla = company.person("representative", user_id=person.pk)
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=carla, clock=small.clock)
    slip(small, receipt_id)

    assert (jobs.work_off(small.clock), jobs.work_off(small.clock)) == (0, 0)

    assert promised(order) == [[(4, company.NEXT_WEDNESDAY)]]
    assert [row.quantity for row in open_shortages()] == [4]
    event = Event.objects.get(kind="sales.promise_kept")
    assert (event.document_id, event.facts["missing"]) == (order.id, 4)
    outbox.work_outbox()
    [issue] = issues.on_document("order", order.id, by=SYSTEM)
    assert (issue.owner_id, issue.is_open) == (person.pk, True)
    assert_books_hold()


def test_what_is_kept_is_not_taken_from_an_order_that_matters_more(small, rep, draft):
    keeps_its_promises(small)
    receipt_id = expect(small, quantity=10)
    urgent = actions.enter_order(
        draft("ALPHA", ("HELMET", 5), priority=1, order_type="free"), by=SYSTEM, clock=small.clock
    )  # fmt: skip
    kept = actions.enter_order(draft("BETA", ("HELMET", 5), priority=9), by=rep, clock=small.clock)
    supply.change_receipt(receipt_id, quantity=7, by=SYSTEM, clock=small.clock)

    assert jobs.work_off(small.clock) == 0

    assert promised(urgent) == promised(kept) == [[(5, company.NEXT_WEDNESDAY)]]
    assert [row.quantity for row in open_shortages()] == [3]
    assert [one.facts["missing"] for one in Event.objects.filter(kind="sales.promise_kept")] == [3]
    assert_books_hold()
