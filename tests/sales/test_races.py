"""Two at once: one wins, the other is refused, and the books hold."""

import threading

import pytest
from django.db import connection, transaction

from tests import company
from tests.sales import books
from tests.sales.test_locations import broken
from troth.business.sales import actions, queries
from troth.business.sales.models import Quotation, QuotationLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.kernel.errors import BusinessError
from troth.kernel.lifecycle import IllegalTransition
from troth.platform import locks, sql

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls):
    """Run the calls in threads that start together; return what each answered or was refused with."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        gate.wait()
        try:
            answers[place] = call()
        except BusinessError as refused:
            answers[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def stocked(transactional_db):
    """Five helmets. Whatever the race was, `troth verify` finds nothing wrong after it."""
    small = company.build()
    company.put_in_stock(small, "HELMET", 5)
    yield small
    assert broken() == []


def test_an_order_submitted_twice_at_once_is_in_the_books_once(stocked, rep, draft):
    saved = actions.save_order(draft("ALPHA", ("HELMET", 3)), by=rep, clock=stocked.clock)

    def submit():
        return actions.submit_order(saved.id, by=rep, clock=stocked.clock)

    answers = together(submit, submit)
    assert sorted(type(answer).__name__ for answer in answers) == ["IllegalTransition", "Submitted"]
    assert isinstance(next(a for a in answers if isinstance(a, BusinessError)), IllegalTransition)
    assert (books.demand(), books.events().count("sales.order_submitted")) == (3, 1)


def test_of_two_changes_to_the_same_state_one_is_refused(stocked, rep, draft):
    order = actions.enter_order(draft("ALPHA", ("HELMET", 1)), by=rep, clock=stocked.clock)

    def raise_to(quantity):
        changes = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": quantity}),))
        return lambda: actions.change_order(order.id, changes, expected_version=1, by=rep, clock=stocked.clock)

    answers = together(raise_to(2), raise_to(3))
    [won] = [answer for answer in answers if not isinstance(answer, BusinessError)]
    [lost] = [answer for answer in answers if isinstance(answer, BusinessError)]
    assert isinstance(lost, locks.ChangedMeanwhile)
    assert books.demand() == won.lines[0].quantity
    assert queries.order(order.id, by=rep).document.version == 2


def test_two_orders_do_not_both_get_the_last_goods(stocked, rep, draft):
    def enter(customer):
        return lambda: actions.enter_order(draft(customer, ("HELMET", 4)), by=rep, clock=stocked.clock)

    answers = together(enter("ALPHA"), enter("BETA"))
    assert sorted(answer.lines[0].confirmed for answer in answers) == [1, 4]
    assert books.demand() == 5


def test_a_failure_at_the_end_leaves_nothing(stocked, rep, draft, monkeypatch):
    before = books.picture()

    def fail(*args, **kwargs):
        raise RuntimeError("the power went out")

    monkeypatch.setattr("troth.platform.events.write", fail)
    with pytest.raises(RuntimeError):
        actions.enter_order(draft("ALPHA", ("HELMET", 3)), by=rep, clock=stocked.clock)
    assert books.picture() == before


def test_what_is_written_while_a_quotation_waits_to_be_saved_is_not_lost(stocked, rep):
    offer = QuotationDraft(customer="ALPHA", lines=(LineDraft(product="HELMET", quantity=3, line_number=10),))
    made = actions.save_quotation(offer, by=rep, clock=stocked.clock)

    def save():
        return actions.save_quotation(offer, quotation_id=made.id, by=rep, clock=stocked.clock)

    with transaction.atomic():
        locks.hold(Quotation, made.id, by=rep)
        QuotationLine.objects.update(texts={"note": "gilded"})
        saving = threading.Thread(target=lambda: together(save))
        saving.start()
        wait_until_somebody_waits()
    saving.join()
    assert QuotationLine.objects.get().texts == {"note": "gilded"}
    assert Quotation.objects.get().version == 2


def wait_until_somebody_waits():
    """Wait until another transaction waits for this one. On SQLite it waits before it reads anything."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    while connection.vendor == "postgresql" and sql.fetch(waits) == [(0,)]:
        pass
