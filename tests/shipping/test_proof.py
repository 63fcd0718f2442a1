"""Proof of delivery: what arrived is billed, what was lost is not, and a proof can be taken back until then."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from tests import company as companies
from tests.receivables.test_races import pay, race, with_and_without
from tests.shipping.conftest import Yard, assert_books_hold, footprint, progress_of
from tests.shipping.test_more_than_listed import exposure
from troth.business.billing import actions as billing
from troth.business.billing import rules as billing_rules
from troth.business.billing.models import Invoice
from troth.business.billing.rules import NothingToBill
from troth.business.masterdata.models import Customer
from troth.business.promising import measures
from troth.business.receivables.models import Payment
from troth.business.sales import actions as sales
from troth.business.sales import queries as orders
from troth.business.sales.models import Order
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping import queries
from troth.business.shipping.actions import prove as proving
from troth.business.shipping.models import Delivery, DeliveryLine
from troth.business.shipping.queries import lists
from troth.business.shipping.rules.picking import Found, FoundTooMuch, ReasonMissing
from troth.business.shipping.rules.proof import AlreadyProven, Arrived, NotDecided, NotProven
from troth.business.shipping.rules.reversals import LaterDocuments, LineUnknown
from troth.business.shipping.web.differences import recorded_words
from troth.kernel.errors import BusinessError, InvalidInput
from troth.kernel.lifecycle import IllegalTransition
from troth.ledgers.journal.models import Balance as Account
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.web.history import changes_of
from troth.reference.models import Product


@pytest.fixture
def proving_yard(yard):
    """A yard whose customers are billed after the proof; a frame costs 100.00."""
    Customer.objects.update(needs_proof=True)
    Product.objects.filter(number="FRAME").update(standard_cost=100_00)
    return yard


def order_of(
    yard, quantity=10, *, customer="BETA", under=1000, over=1000, product="FRAME", unit="", order_type="standard"
):
    """An order of one line that accepts a tenth less."""
    line = LineDraft(
        product=product,
        quantity=str(quantity),
        unit=unit,
        under_tolerance_basis_points=under,
        over_tolerance_basis_points=over,
    )
    draft = OrderDraft(customer=customer, lines=(line,), order_type=order_type, requested_on=companies.WEDNESDAY)
    return sales.enter_order(draft, **yard.acting)


def gone(yard, order):
    """The order's delivery, on its way."""
    delivery = yard.deliver(order)
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    yard.issue(delivery)
    return delivery


def prove(yard, delivery, quantity=None, reason="missing", decision="", **more):
    arrived = {} if quantity is None else {1: Arrived(quantity, reason, decision)}
    given = {"arrived_on": yard.today, "signed_by": "J. Jansen", **more}
    return yard.do("prove_delivery", delivery_id=delivery.id, arrived=arrived, **given)


def withdraw(yard, delivery):
    yard.do("withdraw_proof", delivery_id=delivery.id, reason="the carrier found it")


def bill(yard, delivery):
    return billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices[0]


def accounts():
    return dict(Account.objects.exclude(amount=0).values_list("account", "amount"))


def kept_on_time():
    """How many departures there are, and how many kept the first promise, the last one and the wish."""
    [row] = measures.kept(None, date(2026, 1, 1), date(2026, 12, 31))
    return row.departures, row.first, row.last, row.wish


def test_goods_that_were_lost_kept_no_promise_until_the_proof_is_taken_back(proving_yard):
    yard = proving_yard
    delivery = gone(yard, order_of(yard))
    assert kept_on_time() == (1, 1, 1, 1)
    prove(yard, delivery, 8, decision="credit")
    assert kept_on_time() == (1, 0, 0, 0)
    withdraw(yard, delivery)
    assert kept_on_time() == (1, 1, 1, 1)


def test_order_to_payment_with_a_shortage_on_the_way(proving_yard):
    yard = proving_yard
    order = order_of(yard)
    delivery = gone(yard, order)
    assert queries.to_bill() == []
    with pytest.raises(NothingToBill):
        bill(yard, delivery)
    proven = prove(yard, delivery, 8, decision="credit")
    assert [(one.number, one.lost, one.outcome) for one in proven.differences] == [(1, 2, "credited")]
    assert proven.cost == 200_00
    line = progress_of(order)[0]
    assert (line.issued, line.lost, line.open_to_bill, yard.stock("FRAME")) == (10, 2, 8, 10)
    assert kept_on_time() == (1, 0, 0, 0)
    assert exposure() == (0, order.gross * 8 // 10, 0)
    assert (accounts()["5000"], accounts()["5100"]) == (800_00, 200_00)
    assert_books_hold()
    invoice = bill(yard, delivery)
    assert invoice.gross == order.gross * 8 // 10
    assert exposure() == (0, 0, invoice.gross)
    pay(yard, invoice.gross, invoice)
    assert (exposure(), Payment.objects.count()) == ((0, 0, 0), 1)
    assert orders.order(order.id, by=yard.acting["by"]).progress.headline == "paid"
    assert_books_hold()


def test_what_arrived_as_it_left_is_billed_in_full_and_says_who_signed(proving_yard):
    yard = proving_yard
    order = order_of(yard)
    delivery = gone(yard, order)
    assert prove(yard, delivery).differences == ()
    stored = Delivery.objects.get()
    assert (stored.arrived_on, stored.signed_by, stored.state) == (yard.today, "J. Jansen", "issued")
    assert bill(yard, delivery).gross == order.gross
    assert_books_hold()


def test_a_customer_without_the_agreement_is_billed_before_any_proof(yard):
    order = order_of(yard)
    delivery = gone(yard, order)
    assert bill(yard, delivery).gross == order.gross
    with pytest.raises(LaterDocuments):
        prove(yard, delivery, 8, decision="credit")
    prove(yard, delivery)
    assert_books_hold()


@pytest.mark.parametrize(("arrived", "decision", "outcome"), [(9, "", "accepted"), (9, "credit", "credited")])
def test_less_within_the_tolerance_needs_no_decision(proving_yard, arrived, decision, outcome):
    order = order_of(proving_yard)
    proven = prove(proving_yard, gone(proving_yard, order), arrived, decision=decision)
    assert [one.outcome for one in proven.differences] == [outcome]
    assert (progress_of(order)[0].ordered, progress_of(order)[0].open_to_deliver) == (10, 0)
    assert_books_hold()


@pytest.mark.parametrize(
    ("quantity", "reason", "decision", "refusal"),
    [
        (8, "missing", "", NotDecided),
        (8, "missing", "refuse", NotDecided),
        (8, "", "credit", ReasonMissing),
        (8, "stolen", "credit", ReasonMissing),
        (12, "over", "", NotDecided),
        (11, "over", "reship", NotDecided),
        (-1, "missing", "credit", InvalidInput),
    ],
)
def test_a_difference_that_nobody_explains_or_decides_is_refused(proving_yard, quantity, reason, decision, refusal):
    delivery = gone(proving_yard, order_of(proving_yard))
    before = footprint()
    with pytest.raises(refusal) as refused:
        prove(proving_yard, delivery, quantity, reason, decision)
    assert refused.value.field == "1"
    assert footprint() == before


def test_more_than_left_is_refused_at_the_door_and_not_billed(proving_yard):
    order = order_of(proving_yard)
    delivery = gone(proving_yard, order)
    [one] = prove(proving_yard, delivery, 12, "over", "refuse").differences
    assert (one.lost, one.turned_away, one.outcome) == (0, 2, "refused")
    assert bill(proving_yard, delivery).gross == order.gross
    assert_books_hold()


def test_more_within_the_tolerance_is_kept_leaves_its_bin_late_and_is_billed(proving_yard):
    yard = proving_yard
    order = order_of(yard)
    delivery = gone(yard, order)
    [one] = prove(yard, delivery, 11, "over").differences
    assert (one.kept, one.turned_away, one.outcome) == (1, 0, "kept")
    assert (progress_of(order)[0].issued, yard.stock("FRAME"), accounts()["5000"]) == (11, 9, 1100_00)
    assert exposure() == (0, order.gross * 11 // 10, 0)
    assert_books_hold()
    assert bill(yard, delivery).gross == order.gross * 11 // 10
    assert exposure() == (0, 0, order.gross * 11 // 10)
    assert_books_hold()


def test_what_was_kept_goes_back_with_the_goods_issue(proving_yard):
    yard = proving_yard
    delivery = gone(yard, order_of(yard))
    prove(yard, delivery, 11, "over")
    withdraw(yard, delivery)
    assert (DeliveryLine.objects.get().quantity, yard.stock("FRAME")) == (11, 9)
    assert_books_hold()
    yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    assert (yard.stock("FRAME"), accounts()) == (20, {})
    assert_books_hold()


def test_more_is_not_kept_where_it_is_needed_for_others(proving_yard):
    yard = proving_yard
    delivery = gone(yard, order_of(yard))
    order_of(yard, 10)
    before = footprint()
    with pytest.raises(FoundTooMuch):
        prove(yard, delivery, 11, "over")
    assert footprint() == before


def test_what_is_sent_again_opens_on_its_line_is_promised_and_billed_by_its_own_delivery(proving_yard):
    yard = proving_yard
    order = order_of(yard)
    first = gone(yard, order)
    prove(yard, first, 7, "damaged", "reship")
    line = progress_of(order)[0]
    assert (line.ordered, line.delivered, line.lost, line.open_to_deliver) == (13, 10, 3, 3)
    assert exposure() == (order.gross * 3 // 10, order.gross * 7 // 10, 0)
    assert_books_hold()
    second = gone(yard, order)
    prove(yard, second)
    billed = [bill(yard, one).gross for one in (first, second)]
    assert billed == [order.gross * 7 // 10, order.gross * 3 // 10]
    assert (exposure(), yard.stock("FRAME")) == ((0, 0, sum(billed)), 7)
    assert orders.order(order.id, by=yard.acting["by"]).progress.headline == "fully_billed"
    assert_books_hold()


def test_the_history_says_how_much_arrived_in_the_unit_of_the_goods(proving_yard):
    yard = proving_yard
    delivery = gone(yard, order_of(yard))
    prove(yard, delivery, 7, "damaged", "credit")
    with translation.override("en"):
        changes = changes_of(DocumentRef("delivery", delivery.id))
    told = [field.after for one in changes for field in one.fields if field.label == "Lost"]
    assert told == ["Item 1: 7 piece of 10 piece arrived (damaged)"]


def test_the_record_of_a_proof_is_read_with_the_figures_of_the_reader():
    told = {"1": {"left": "1250.5 kg", "arrived": "1000 kg", "reason": "missing", "outcome": "credited"}}
    with translation.override("de"):
        assert recorded_words(told) == "Position 1: 1.000 kg von 1.250,5 kg angekommen (fehlend)"
    with translation.override("en"):
        assert recorded_words({"2": [10, 7, "damaged", "credited"]}) == "Item 2: 7 of 10 arrived (damaged)"


def test_what_the_unit_of_the_line_cannot_say_is_not_sent_again_but_credited(proving_yard):
    yard = proving_yard
    order = order_of(yard, 1, product="HELMET", unit="box")
    delivery = gone(yard, order)
    with pytest.raises(BusinessError) as refused:
        prove(yard, delivery, 7, decision="reship")
    assert refused.value.code == "not_in_unit"
    prove(yard, delivery, 7, decision="credit")
    assert bill(yard, delivery).gross == pytest.approx(order.gross * 7 / 12, abs=1)
    assert_books_hold()


@pytest.mark.parametrize("decision", ["credit", "reship"])
def test_a_proof_is_taken_back_to_the_cent(proving_yard, decision):
    yard = proving_yard
    order = order_of(yard)
    delivery = gone(yard, order)
    before = (exposure(), accounts(), progress_of(order), Order.objects.get().gross)
    prove(yard, delivery, 7, decision=decision)
    withdraw(yard, delivery)
    assert (exposure(), accounts(), progress_of(order), Order.objects.get().gross) == before
    assert not DeliveryLine.objects.exclude(lost=0, lost_value=0, proof_outcome="").exists()
    assert_books_hold()
    prove(yard, delivery)
    assert bill(yard, delivery).gross == order.gross
    assert_books_hold()


def test_a_proof_of_more_than_ordered_is_taken_back_to_what_was_ordered(proving_yard):
    yard = proving_yard
    order = order_of(yard)
    first = yard.deliver(order)
    listed = yard.transfer(first)
    yard.do("confirm_pick", transfer_order_id=listed.id, found={1: Found(11, "a full pallet")})
    yard.issue(first)
    before = (exposure(), accounts(), progress_of(order), Order.objects.get().gross)
    assert progress_of(order)[0].delivered == 11
    prove(yard, first, 8, "damaged", "reship")
    assert progress_of(order)[0].ordered == 13
    withdraw(yard, first)
    assert (exposure(), accounts(), progress_of(order), Order.objects.get().gross) == before
    assert_books_hold()


def test_steps_back_stand_in_the_way_of_each_other_in_their_order(proving_yard):
    yard = proving_yard
    order = order_of(yard)
    delivery = gone(yard, order)
    prove(yard, delivery, 8, decision="reship")
    with pytest.raises(AlreadyProven):
        prove(yard, delivery)
    with pytest.raises(LaterDocuments, match="proof of delivery"):
        yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    again = yard.deliver(order)
    with pytest.raises(LaterDocuments, match=again.number):
        withdraw(yard, delivery)
    yard.do("cancel_delivery", delivery_id=again.id, reason="not needed")
    invoice = bill(yard, delivery)
    with pytest.raises(LaterDocuments, match="Invoice"):
        withdraw(yard, delivery)
    billing.cancel_invoice(invoice.id, reason="found after all", **yard.acting)
    assert_books_hold()
    withdraw(yard, delivery)
    with pytest.raises(NotProven):
        withdraw(yard, delivery)
    yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    assert (exposure()[1], yard.stock("FRAME")) == (Order.objects.get().gross, 20)
    assert_books_hold()


def test_a_shipment_whose_goods_arrived_is_not_recalled(proving_yard):
    yard = proving_yard
    _, delivery = yard.delivered(FRAME=2)
    shipment = yard.do("create_shipment", site_id=yard.site, planned_on=yard.today, delivery_ids=[delivery.id])
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    yard.do("load_shipment", shipment_id=shipment.id)
    yard.issue(delivery)
    yard.do("depart_shipment", shipment_id=shipment.id)
    prove(yard, delivery)
    with pytest.raises(LaterDocuments, match="proof of delivery"):
        yard.do("recall_shipment", shipment_id=shipment.id, reason="lorry broke down")


def test_a_proof_needs_goods_that_left_a_day_since_then_and_lines_that_are_there(proving_yard):
    yard = proving_yard
    order = order_of(yard)
    delivery = yard.deliver(order)
    with pytest.raises(IllegalTransition):
        prove(yard, delivery)
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    yard.issue(delivery)
    for day in (yard.today - timedelta(days=1), yard.today + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused:
            prove(yard, delivery, arrived_on=day)
        assert refused.value.field == "arrived_on"
    with pytest.raises(LineUnknown):
        yard.do("prove_delivery", delivery_id=delivery.id, arrived_on=yard.today, arrived={7: Arrived(1, "missing")})


def test_many_are_recorded_as_shipped_and_each_refusal_stands_alone(proving_yard):
    yard = proving_yard
    first, second = (gone(yard, order_of(yard, 2)) for _ in range(2))
    prove(yard, first)
    found = yard.do("prove_deliveries", delivery_ids=[first.id, second.id])
    assert [one.code for one in found] == ["already_proven", ""]
    assert Delivery.objects.get(pk=second.id).arrived_on == yard.today
    assert_books_hold()


def test_a_line_that_is_billed_by_the_order_is_recorded_as_arrived(proving_yard):
    yard = proving_yard
    yard.company.item_categories["standard"].billing_basis = "ordered"
    yard.company.item_categories["standard"].save()
    delivery = gone(yard, order_of(yard))
    with pytest.raises(NotDecided, match="billed by the order"):
        prove(yard, delivery, 8, decision="credit")
    prove(yard, delivery)
    assert_books_hold()


CORRUPTIONS = {
    "ledger": "UPDATE shipping_deliveryline SET lost = 3",
    "no proof": "UPDATE shipping_delivery SET arrived_on = NULL, signed_by = '', proven_at = NULL,"
    " proof_entry_id = NULL",
}


@pytest.mark.parametrize("statement", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_verify_sees_a_proof_that_is_not_what_the_ledger_says(proving_yard, statement):
    prove(proving_yard, gone(proving_yard, order_of(proving_yard)), 8, decision="credit")
    sql.write(statement, [])
    with pytest.raises(AssertionError, match="shipping: proofs"):
        assert_books_hold()


@pytest.fixture
def racing(transactional_db):
    small = companies.build()
    companies.put_in_stock(small, "FRAME", 20)
    return Yard(small)


@pytest.mark.django_db(transaction=True)
@with_and_without
def test_a_delivery_is_billed_for_what_left_or_for_what_arrived(racing, monkeypatch, locked):
    order = order_of(racing)
    delivery = gone(racing, order)
    bill(racing, gone(racing, order_of(racing, 1)))  # the accounts have been posted to
    places = [(billing_rules, "group"), (proving, "_post_lost")]
    found = race(
        monkeypatch,
        locked,
        places,
        lambda: bill(racing, delivery),
        lambda: prove(racing, delivery, 8, decision="credit"),
    )
    if locked:
        assert found in (["done", "later_documents"], ["done", "done"])
        billed = Invoice.objects.get(lines__delivery_id=delivery.id).gross
        assert billed == (order.gross if "later_documents" in found else order.gross * 8 // 10)
    else:  # what was billed in full was said not to have arrived: only the ledger's own limit may stop the second
        assert "later_documents" not in found


def test_what_waits_for_its_proof_hides_nothing_that_is_due_for_billing(yard, monkeypatch):
    Customer.objects.filter(party__number="BETA").update(needs_proof=True)
    gone(yard, order_of(yard, 2))
    ready = gone(yard, order_of(yard, 2, customer="ALPHA"))
    monkeypatch.setattr(lists, "PART", 1)
    found = queries.deliveries_to_bill(company_ids=None, until=None, limit=10)
    assert list(found) == [ready.id]
