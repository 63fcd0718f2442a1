"""Papers that go out by themselves, for customers whose master says so."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail

from tests import company as companies
from tests.papers.conftest import invoice, printed
from tests.sales.test_repromise import expect, slip
from troth.business.billing import actions as billing
from troth.business.masterdata.models import Customer, OrderType
from troth.business.sales import actions as sales
from troth.business.sales.jobs import work_off
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.platform.actions import action
from troth.platform.clock import FixedClock
from troth.platform.mail import ATTEMPTS_MAX, send_later, send_mails
from troth.platform.models import Mail, Printing
from troth.platform.outbox import stuck, work_outbox
from troth.platform.printing import papers, typesetting
from troth.platform.printing.actions import mail_paper
from troth.reference.models import Party

__all__ = ["invoice"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def keen(company, letterhead, beta):
    """Beta wants its papers by mail."""
    customer = Customer.objects.get(party_id=beta)
    customer.mails_papers = True
    customer.save()
    return customer


def sent():
    """What went out: subject and the file that goes with it."""
    work_outbox()
    assert stuck() == ()
    assert not Mail.objects.filter(state="failed").exists()
    send_mails()
    found = [(one.to, one.subject, [name for name, _content, _kind in one.attachments]) for one in mail.outbox]
    mail.outbox.clear()
    return found


def test_an_order_is_confirmed_by_mail_once(yard, keen):
    order = yard.order(FRAME=2)
    number = f"Order confirmation {order.number}"
    file = f"Order-confirmation-{order.number}.pdf"
    assert sent() == [(["inkoop@beta.example"], number, [file])]
    assert sent() == []


def test_a_change_and_a_rejection_follow(yard, keen):
    order = yard.order(FRAME=2, HELMET=3)
    sent()
    sales.change_order(
        order.id, OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 1}),)), **yard.acting
    )
    assert [subject for _to, subject, _files in sent()] == [f"Change confirmation {order.number}"]
    sales.reject_item(order.id, 20, reason="no longer made", **yard.acting)
    assert [subject for _to, subject, _files in sent()] == [f"Rejection {order.number}"]


def test_who_was_told_no_dates_while_credit_was_short_is_told_them_after_the_release(yard, keen, company):
    company.order_types["standard"].on_credit_block = "unconfirm"
    company.order_types["standard"].save()
    yard.limit("BETA", 1)
    order = yard.order(FRAME=2)
    assert [subject for _to, subject, _files in sent()] == [f"Order confirmation {order.number}"]
    yard.release(order)
    assert [subject for _to, subject, _files in sent()] == [f"Change confirmation {order.number}"]
    assert sent() == []


def test_who_was_told_dates_is_told_when_supply_slips(yard, keen, company):
    receipt_id = expect(company, "HELMET")
    order = yard.order(HELMET=54, requested_on=companies.NEXT_WEDNESDAY)
    assert [subject for _to, subject, _files in sent()] == [f"Order confirmation {order.number}"]
    slip(company, receipt_id)
    assert work_off(company.clock) == 1
    assert [subject for _to, subject, _files in sent()] == [f"Change confirmation {order.number}"]


def test_a_quotation_goes_out_when_it_is_sent(yard, keen):
    lines = (LineDraft(product="FRAME", quantity=1),)
    draft = QuotationDraft(customer="BETA", lines=lines, valid_to_on=companies.FRIDAY)
    saved = sales.save_quotation(draft, **yard.acting)
    assert sent() == []
    sales.send_quotation(saved.id, **yard.acting)
    assert [subject for _to, subject, _files in sent()] == [f"Quotation {saved.number}"]


def test_an_invoice_and_its_cancellation_go_out(yard, keen, invoice):
    subjects = [subject for _to, subject, _files in sent()]
    assert subjects[-1] == f"Invoice {invoice.number}"
    made = billing.cancel_invoice(invoice.id, reason="wrong price", **yard.acting)
    assert [subject for _to, subject, _files in sent()] == [f"Cancellation {made.number}"]


def test_the_mail_speaks_the_customers_language(yard, keen, beta):
    Party.objects.filter(pk=beta).update(language="de")
    order = yard.order(FRAME=2)
    assert [subject for _to, subject, _files in sent()] == [f"Auftragsbestätigung {order.number}"]


def test_nothing_goes_to_who_does_not_want_it_or_has_no_address(yard, letterhead, beta, keen):
    Customer.objects.update(mails_papers=False)
    yard.order(FRAME=1)
    assert sent() == []
    Customer.objects.update(mails_papers=True)
    Party.objects.filter(pk=beta).update(email="")
    yard.order(FRAME=1)
    assert sent() == []
    Party.objects.filter(pk=beta).update(email="inkoop@beta.example")
    OrderType.objects.update(mails_papers=False)
    yard.order(FRAME=1)
    assert sent() == []
    assert not Printing.objects.exists()


def test_a_paper_that_was_printed_before_its_turn_goes_out_as_it_was_printed_and_once(yard, keen, invoice):
    first = printed(yard, "invoice", invoice.id)
    order = yard.order(HELMET=1)
    printed(yard, "order_confirmation", order.id)
    subjects = [subject for _to, subject, _files in sent()]
    assert subjects.count(f"Invoice {invoice.number}") == 1
    assert subjects.count(f"Order confirmation {order.number}") == 1
    assert Mail.objects.get(subject=f"Invoice {invoice.number}").printing_id == first.pk
    assert Printing.objects.filter(paper="invoice").count() == 1
    assert mail_paper(paper="invoice", document_id=invoice.id, **yard.acting) is None
    assert sent() == []


def test_a_change_that_was_printed_before_its_turn_goes_out(yard, keen):
    order = yard.order(FRAME=2)
    sent()
    changes = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 1}),))
    sales.change_order(order.id, changes, **yard.acting)
    row = printed(yard, "order_change", order.id)
    assert [subject for _to, subject, _files in sent()] == [f"Change confirmation {order.number}"]
    assert Mail.objects.latest("pk").printing_id == row.pk
    assert sent() == []


@pytest.mark.parametrize("broken", ["fonts", "layout", "paper"])
def test_a_mail_whose_paper_cannot_be_made_holds_up_no_other_and_is_given_up(yard, keen, monkeypatch, tmp_path, broken):
    yard.order(FRAME=2)
    work_outbox()
    with monkeypatch.context() as patch:
        if broken == "fonts":
            patch.setattr(typesetting, "_own", threading.local())
            patch.setattr(typesetting, "FONTS", tmp_path)
        elif broken == "layout":
            found = papers.paper("order_confirmation")
            patch.setitem(papers._papers, found.code, replace(found, layout=tmp_path / "none.typ"))
        else:
            patch.delitem(papers._papers, "order_confirmation")
        other = write_mail(**yard.acting)
        later = FixedClock(yard.acting["clock"].now())
        assert send_mails(clock=later) == 1
        assert Mail.objects.get(pk=other).state == "sent"
        for _ in range(ATTEMPTS_MAX - 1):
            later.at += timedelta(hours=2)
            assert send_mails(clock=later) == 0
    row = Mail.objects.exclude(pk=other).get()
    assert (row.state, row.attempts) == ("failed", ATTEMPTS_MAX)
    assert row.error.startswith({"fonts": "FontsMissing", "layout": "RuntimeError", "paper": "NotFound"}[broken])
    mail.outbox.clear()
    assert stuck() == ()


@action
def write_mail(*, by, clock):
    return send_later(to="carla@example.com", subject="Hello", body="Hello.", company_id=1, clock=clock)
