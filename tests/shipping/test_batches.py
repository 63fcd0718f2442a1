"""Goods that expire on their way: received in batches, promised, fetched first expired first, issued and taken back."""

from datetime import date, timedelta

import pytest

from tests import company as companies
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import Batch
from troth.business.promising.models import Requirement
from troth.business.sales import actions as sales
from troth.business.sales.jobs import work_off
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping import actions as shipping
from troth.business.shipping.models import TransferLine
from troth.business.supply import actions as supply
from troth.business.supply import jobs
from troth.kernel.errors import BusinessError
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.models import Shortage
from troth.ledgers.stock import queries as stock
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.reference.models import Product

SOON, LATE = date(2026, 3, 20), date(2026, 12, 31)


@pytest.fixture
def cellar(company):
    """OIL is kept in batches and lasts 90 days; BETA wants 30 of them left."""
    company.customers["BETA"].minimum_life_days = 30
    company.customers["BETA"].save()
    masterdata.touch()
    return Cellar(company)


class Cellar:
    def __init__(self, company):
        self.company, self.acting = company, {"by": SYSTEM, "clock": company.clock}
        self.product, self.site, self.bin = (
            company.products["OIL"].pk, company.sites["HAM"].pk, company.bins["HAM"].pk,
        )  # fmt: skip
        Product.objects.filter(pk=self.product).update(has_batches=True, shelf_life_days=90)

    def expect(self, number, quantity, due_on=companies.MONDAY, **more):
        receipt = supply.ExpectedReceipt(
            self.company.company.pk, "purchase", number, self.product, self.site, due_on, quantity, **more
        )
        return supply.expect_receipt(receipt, **self.acting)

    def receive(self, batch, quantity, expires_on, number=None):
        receipt_id = self.expect(number or f"R-{batch}", quantity)
        return supply.receive_goods(
            receipt_id, quantity, bin_id=self.bin, batch=batch, expires_on=expires_on, **self.acting
        )

    def order(self, quantity, customer="BETA", **line):
        draft = OrderDraft(
            customer=customer,
            lines=(LineDraft(product="OIL", quantity=quantity, **line),),
            requested_on=companies.WEDNESDAY,
        )
        return sales.enter_order(draft, **self.acting)

    def deliver(self, order):
        [made] = shipping.create_delivery(order_id=order.id, **self.acting).deliveries
        return made

    def fetch(self, delivery):
        made = shipping.create_transfer_order(delivery_ids=[delivery.id], **self.acting)
        lines = TransferLine.objects.filter(transfer_order_id=made.id).order_by("position")
        return made, [(line.batch, line.quantity) for line in lines]

    def lying(self):
        return {row.key.batch: row.quantity for row in stock.overview(self.product)}

    def lots(self):
        found = availability.lots(self.product, self.site)
        return {one.batch: one.quantity for one in found if one.category == 0}


def promised(order):
    return [
        (line.delivery_on, line.quantity)
        for one in Requirement.objects.filter(document_kind="order", document_id=order.id)
        for line in one.schedule_lines.order_by("position")
    ]


def holds():
    return [one.name for one in verify.run() if not one.holds]


def test_a_receipt_makes_its_batch_known_and_the_books_have_it_by_batch(cellar):
    cellar.receive("L1", 2000, SOON)
    batch = Batch.objects.get()
    assert (batch.number, batch.expires_on) == ("L1", SOON)
    assert cellar.lying() == cellar.lots() == {"L1": 2000}
    assert holds() == []


def test_without_a_day_a_batch_lasts_as_the_receipt_says(cellar):
    receipt_id = cellar.expect("R1", 1000)
    supply.receive_goods(receipt_id, 1000, bin_id=cellar.bin, batch="L1", **cellar.acting)
    assert Batch.objects.get().expires_on == companies.MONDAY + timedelta(days=90)


@pytest.mark.parametrize(
    ("batch", "days", "field", "words"),
    [
        ("", {}, "batch", "Enter the batch"),
        ("L9", {"expires_on": date(2026, 2, 1)}, "batch", "could be used until"),
        ("L1", {"expires_on": LATE}, "expires_on", "another date"),
        ("L9", {"produced_on": SOON, "expires_on": companies.MONDAY}, "expires_on", "expires before it is produced"),
    ],
)
def test_goods_that_cannot_come_in_are_refused_by_field(cellar, batch, days, field, words):
    cellar.receive("L1", 1000, SOON)
    receipt_id = cellar.expect("R2", 1000)
    with pytest.raises(BusinessError, match=words) as refused:
        supply.receive_goods(receipt_id, 1000, bin_id=cellar.bin, batch=batch, **days, **cellar.acting)
    assert refused.value.field == field
    assert set(Batch.objects.values_list("number", flat=True)) == {"L1"}


def test_a_closed_batch_takes_nothing_in(cellar):
    cellar.receive("L1", 1000, SOON)
    Batch.objects.update(is_active=False)
    with pytest.raises(BusinessError, match="is closed"):
        cellar.receive("L1", 1000, None, number="R2")


def test_a_customer_gets_what_lasts_long_enough_first_expired_first(cellar):
    """BETA wants 30 days: L1 is too old for it, L2 expires before L3."""
    cellar.receive("L3", 5000, LATE)
    cellar.receive("L1", 5000, SOON)
    cellar.receive("L2", 3000, date(2026, 6, 1))
    order = cellar.order("4")
    assert promised(order) == [(companies.WEDNESDAY, 4000)]
    delivery = cellar.deliver(order)
    made, fetched = cellar.fetch(delivery)
    assert fetched == [("L2", 3000), ("L3", 1000)]
    shipping.confirm_pick(transfer_order_id=made.id, **cellar.acting)
    shipping.post_goods_issue(delivery_id=delivery.id, **cellar.acting)
    assert cellar.lying() == cellar.lots() == {"L1": 5000, "L3": 4000}
    assert holds() == []
    shipping.reverse_goods_issue(delivery_id=delivery.id, reason="wrong truck", **cellar.acting)
    assert cellar.lying() == cellar.lots() == {"L1": 5000, "L2": 3000, "L3": 5000}
    assert holds() == []


def test_who_agreed_nothing_gets_what_expires_first(cellar):
    cellar.receive("L3", 5000, LATE)
    cellar.receive("L1", 5000, SOON)
    _, fetched = cellar.fetch(cellar.deliver(cellar.order("4", customer="ALPHA")))
    assert fetched == [("L1", 4000)]


def test_a_batch_that_was_asked_for_is_fetched(cellar):
    cellar.receive("L1", 5000, SOON)
    cellar.receive("L3", 5000, LATE)
    order = cellar.order("4", customer="ALPHA", batch="L3")
    _, fetched = cellar.fetch(cellar.deliver(order))
    assert fetched == [("L3", 4000)]
    assert holds() == []


def test_no_more_is_promised_than_lasts(cellar):
    cellar.receive("L1", 5000, SOON)
    cellar.receive("L3", 3000, LATE)
    assert promised(cellar.order("4")) == [(companies.WEDNESDAY, 3000)]
    assert promised(cellar.order("6", customer="ALPHA")) == [(companies.WEDNESDAY, 5000)]
    assert holds() == []


def test_stock_is_tied_of_a_batch_that_lasts_and_let_go_again(cellar):
    cellar.receive("L1", 5000, SOON)
    cellar.receive("L3", 3000, LATE)
    order = cellar.order("2")
    [line] = [one.line_id for one in Requirement.objects.filter(document_id=order.id)]
    sales.allocate_stock(order.id, 10, quantity="2", **cellar.acting)
    tied = {(row.key.batch, row.key.owner): row.quantity for row in stock.overview(cellar.product)}
    assert tied == {("L1", ""): 5000, ("L3", ""): 1000, ("L3", f"order:{line}"): 2000}
    assert cellar.lots() == {"L1": 5000, "L3": 1000}
    assert holds() == []
    sales.release_allocation(order.id, 10, **cellar.acting)
    assert cellar.lots() == {"L1": 5000, "L3": 3000}
    assert holds() == []


def test_a_delivery_that_is_cancelled_gives_back_what_it_took(cellar):
    cellar.receive("L3", 3000, LATE)
    before = availability.lots(cellar.product, cellar.site)
    order = cellar.order("2", batch="L3")
    delivery = cellar.deliver(order)
    shipping.cancel_delivery(delivery_id=delivery.id, reason="not today", **cellar.acting)
    sales.cancel_order(order_id=order.id, reason="not at all", **cellar.acting)
    assert availability.lots(cellar.product, cellar.site) == before
    assert holds() == []


def test_a_receipt_that_is_taken_back_takes_its_batch_out(cellar):
    received = cellar.receive("L1", 1000, SOON)
    supply.reverse_receipt(received.posting_id, **cellar.acting)
    assert cellar.lots() == {}
    assert holds() == []


def test_a_batch_that_lasts_less_opens_a_shortage_for_whom_it_lasts_no_more(cellar):
    cellar.receive("L3", 3000, LATE)
    cellar.order("2")
    batch = Batch.objects.get()
    values = {"expires_on": SOON}
    masterdata.maintain_customizing("batches", values, record_id=batch.pk, version=batch.version, **cellar.acting)
    assert [(one.quantity, "batch L3" in one.cause) for one in Shortage.objects.all()] == [(2000, True)]
    assert holds() == []
    batch.refresh_from_db()
    masterdata.maintain_customizing(
        "batches", {"expires_on": LATE}, record_id=batch.pk, version=batch.version, **cellar.acting
    )
    assert Shortage.objects.filter(closed_at=None).count() == 0
    assert holds() == []


def test_what_expired_over_night_is_noted(cellar):
    cellar.receive("L1", 3000, SOON)
    cellar.order("2", customer="ALPHA")
    assert jobs.note_expired(cellar.company.clock) == 0
    late = FixedClock(cellar.company.clock.at + timedelta(days=20))
    assert jobs.note_expired(late) == 1
    assert Shortage.objects.get().quantity == 2000
    assert jobs.note_expired(late) == 0
    assert holds() == []


def test_whose_batch_expired_is_promised_anew_and_nobody_else(cellar):
    """L3 was asked for by the first to wait, ALPHA's second order, and is still good: only the one on L1 waits."""
    cellar.receive("L1", 3000, SOON)
    cellar.receive("L3", 3000, LATE)
    hung, safe = (cellar.order("3", customer="ALPHA", batch=batch) for batch in ("L1", "L3"))
    late = FixedClock(cellar.company.clock.at + timedelta(days=20))
    jobs.note_expired(late)
    assert work_off(late) == 1
    assert (promised(hung), promised(safe)) == ([], [(companies.WEDNESDAY, 3000)])
    assert Shortage.objects.filter(closed_at=None).count() == 0
    assert holds() == []


def test_a_count_is_of_a_known_batch(cellar):
    cellar.receive("L1", 3000, SOON)
    with pytest.raises(BusinessError, match="no batch L9"):
        supply.adjust_stock(cellar.product, bin_id=cellar.bin, batch="L9", counted=10, reason="found", **cellar.acting)
    supply.adjust_stock(cellar.product, bin_id=cellar.bin, batch="L1", counted=2500, reason="spilt", **cellar.acting)
    assert cellar.lots() == {"L1": 2500}
    assert holds() == []
