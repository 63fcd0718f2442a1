"""A company with stock and an order of it that is due."""

import pytest
from django.apps import apps

from tests import company as companies
from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import CreditBlocksGoodsIssue
from troth.business.sales import actions as sales
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping import actions as shipping
from troth.business.shipping.models import Delivery, DeliveryLine, Shipment, TransferLine, TransferOrder
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import FulfilmentKey, Measure
from troth.ledgers.fulfilment.queries import progress
from troth.ledgers.stock.queries import overview
from troth.platform import blocks, locks, verify
from troth.platform.actions import action
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef


@pytest.fixture
def company(db):
    """The small company with 20 frames, 50 helmets and 100 gloves in Hamburg."""
    small = companies.build()
    for product, quantity in (("FRAME", 20), ("HELMET", 50), ("GLOVE", 100)):
        companies.put_in_stock(small, product, quantity)
    return small


@pytest.fixture
def yard(company):
    return Yard(company)


class Yard:
    """Shipping's verbs as one person says them, with the system's rights at the company's clock."""

    def __init__(self, company):
        self.company = company
        self.site = company.sites["HAM"].pk
        self.today = companies.MONDAY
        self.credit_refusal = CreditBlocksGoodsIssue
        self.acting = {"by": SYSTEM, "clock": company.clock}

    def order(self, customer="BETA", *, order_type="standard", requested_on=companies.WEDNESDAY, **quantities):
        """Enter an order; quantities by product: `FRAME=5`."""
        lines = tuple(LineDraft(product=product, quantity=quantity) for product, quantity in quantities.items())
        draft = OrderDraft(customer=customer, lines=lines, order_type=order_type, requested_on=requested_on)
        return sales.enter_order(draft, **self.acting)

    def rush(self, **quantities):
        lines = tuple(LineDraft(product=product, quantity=quantity) for product, quantity in quantities.items())
        draft = OrderDraft(customer="BETA", lines=lines, order_type="rush", requested_on=companies.WEDNESDAY)
        return sales.enter_order(draft, **self.acting)

    def release(self, order):
        self.unblock(DocumentRef("order", order.id, order.number))

    def limit(self, customer, amount):
        CreditAccount.objects.filter(party=self.company.party(customer)).update(limit=amount)

    def dunned(self, customer, level):
        CreditAccount.objects.filter(party=self.company.party(customer)).update(dunning_level=level)

    def deliver(self, order, **more):
        [made] = shipping.create_delivery(order_id=order.id, **more, **self.acting).deliveries
        return made

    def delivered(self, **quantities):
        """An order and its delivery."""
        order = self.order(**quantities)
        return order, self.deliver(order)

    def transfer(self, *deliveries, shipment_id=None):
        ids = [delivery.id for delivery in deliveries]
        return shipping.create_transfer_order(shipment_id=shipment_id, delivery_ids=ids, **self.acting)

    def picked(self, **quantities):
        order, delivery = self.delivered(**quantities)
        transfer = self.transfer(delivery)
        shipping.confirm_all(transfer_order_id=transfer.id, **self.acting)
        return order, delivery, transfer

    def issue(self, delivery):
        return shipping.post_goods_issue(delivery_id=delivery.id, **self.acting)

    def issued(self, **quantities):
        order, delivery, transfer = self.picked(**quantities)
        self.issue(delivery)
        return order, delivery, transfer

    def bill(self, order, delivery, quantity):
        post_billed(order_id=order.id, delivery=delivery, quantity=quantity, **self.acting)

    def stock(self, product):
        return sum(row.quantity for row in overview(self.company.products[product].pk))

    def do(self, verb, **arguments):
        """Any verb of shipping by name."""
        return getattr(shipping, verb)(**arguments, **self.acting)

    def block(self, ref: DocumentRef, scope=blocks.BlockScope.DELIVERY, kind=blocks.BlockKind.CUSTOMER_SERVICE):
        block_document(ref=ref, scope=scope, kind=kind, company_id=self.company.company.pk, **self.acting)

    def unblock(self, ref: DocumentRef):
        for block in blocks.standing([ref]):
            lift_block(block_id=block.id, **self.acting)


@action
def block_document(*, ref, scope, kind, company_id, by, clock):
    """Set a block as any app above would."""
    blocks.set_block(
        locks.begin(), ref, kind, scope, company_id=company_id, reason="told by the test", entered_by_id=None,
        last_raised_by_id=None, by=by, clock=clock,
    )  # fmt: skip


@action
def lift_block(*, block_id, by, clock):
    blocks.release(locks.begin(), block_id, reason="told by the test", by=by, clock=clock)


@action
def post_billed(*, order_id, delivery, quantity, by, clock):
    """Bill as billing does, as far as the fulfilment ledger sees it."""
    [line_id] = OrderLine.objects.filter(order_id=order_id).values_list("pk", flat=True)
    held, key = locks.begin(), FulfilmentKey("order_line", line_id)
    held.take(key)
    origin = DocumentRef("delivery", delivery.id, delivery.number)
    entry = fulfilment.Entry(key, origin, Measure.BILLED, quantity, 0, DocumentRef("invoice", 900, "900"))
    fulfilment.post(held, [entry], at=clock.now())


def assert_books_hold():
    """All checks of `troth verify` hold."""
    broken = verify.lines(result for result in verify.run() if not result.holds)
    assert not broken, "\n".join(broken)


def footprint():
    """How many rows each table of Troth has, with the states and quantities of documents: equal if nothing changed."""
    counted = {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model.__module__.startswith("troth.")
    }
    facts = [
        list(Delivery.objects.order_by("pk").values_list("pk", "state", "shipment_id", "weight_g", "version")),
        list(DeliveryLine.objects.order_by("pk").values_list("pk", "quantity", "picked", "value")),
        list(Shipment.objects.order_by("pk").values_list("pk", "state", "weight_g", "version")),
        list(TransferOrder.objects.order_by("pk").values_list("pk", "state", "version")),
        list(TransferLine.objects.order_by("pk").values_list("pk", "picked")),
    ]
    return counted, facts


def progress_of(order):
    """How far each line of an order has come, by line number."""
    ids = list(OrderLine.objects.filter(order_id=order.id).order_by("line_number").values_list("pk", flat=True))
    found = progress("order_line", ids)
    return [found[line_id] for line_id in ids]
