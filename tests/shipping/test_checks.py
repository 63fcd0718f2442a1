"""Every check sees one row corrupted."""

from datetime import timedelta

import pytest
from django.db.models import F

from tests.shipping.test_packing import pack, ready_to_pack
from troth.business.promising.models import Departure
from troth.business.shipping.models import Delivery, DeliveryLine, HandlingUnitLine, Shipment, TransferLine
from troth.platform import blocks, verify
from troth.platform.blocks import BlockScope
from troth.platform.documents import DocumentRef


def broken(name):
    [result] = verify.run([name])
    assert result.count_checked > 0
    return [finding.sentence for finding in result.findings]


def later(yard):
    yard.company.clock.at += timedelta(hours=1)


@pytest.fixture
def issued(yard):
    order, delivery, transfer = yard.issued(FRAME=5)
    shipment = yard.do("create_shipment", site_id=yard.site, planned_on=yard.today)
    Delivery.objects.update(shipment_id=shipment.id)
    Shipment.objects.update(weight_g=10_000, volume_ml=20_000)
    return order, delivery, transfer


def corrupt_picked(order):
    DeliveryLine.objects.update(picked=4)


def corrupt_quantity(order):
    DeliveryLine.objects.update(quantity=6)


def corrupt_fetched(order):
    TransferLine.objects.update(picked=3)


def corrupt_value(order):
    DeliveryLine.objects.update(value=F("value") + 1)


def corrupt_weight(order):
    Delivery.objects.update(weight_g=1)


def corrupt_volume_of_shipment(order):
    Shipment.objects.update(volume_ml=1)


def corrupt_state(order):
    DeliveryLine.objects.update(picked=0)


def corrupt_departure(order):
    Delivery.objects.update(state="open")
    Shipment.objects.update(state="departed")


def corrupt_kept(order):
    Departure.objects.update(quantity=4)


@pytest.mark.parametrize(
    ("name", "corrupt"),
    [
        ("shipping: issued as picked", corrupt_picked),
        ("shipping: issued as picked", corrupt_quantity),
        ("shipping: picked as fetched", corrupt_fetched),
        ("shipping: departures", corrupt_kept),
        ("shipping: departures", corrupt_departure),
        ("shipping: value", corrupt_value),
        ("shipping: predecessors", corrupt_quantity),
        ("shipping: weights", corrupt_weight),
        ("shipping: weights", corrupt_volume_of_shipment),
        ("shipping: states", corrupt_state),
        ("shipping: states", corrupt_departure),
    ],
)
def test_a_check_sees_a_corrupted_row(yard, issued, name, corrupt):
    assert broken(name) == []
    corrupt(issued[0])
    assert broken(name)


@pytest.mark.parametrize("scope", [BlockScope.DELIVERY, BlockScope.GOODS_ISSUE])
def test_an_issue_under_a_block_is_found(yard, scope):
    order, delivery, _ = yard.picked(FRAME=5)
    later(yard)
    yard.block(DocumentRef("order", order.id, order.number), scope)
    later(yard)
    assert broken("shipping: blocks") == []
    Delivery.objects.filter(pk=delivery.id).update(issued_at=yard.company.clock.now())
    assert broken("shipping: blocks") == [
        f"Delivery {delivery.number} was issued while {order.number} was blocked (customer_service)."
    ]


def test_a_delivery_made_under_a_block_is_found_and_one_made_after_its_release_is_not(yard):
    order = yard.order(FRAME=5)
    ref = DocumentRef("order", order.id, order.number)
    yard.block(ref)
    later(yard)
    yard.unblock(ref)
    later(yard)
    made = yard.deliver(order)
    assert broken("shipping: blocks") == []
    [block] = blocks.history(ref)
    Delivery.objects.filter(pk=made.id).update(made_at=block.set_at + timedelta(minutes=1))
    assert len(broken("shipping: blocks")) == 1


def test_a_unit_that_holds_more_than_is_picked_or_another_delivery_s_goods_is_found(yard):
    _order, delivery, _transfer = ready_to_pack(yard).picked(FRAME=5)
    _order, other, _transfer = yard.picked(HELMET=2)
    pack(yard, delivery, FRAME=2)
    assert broken("shipping: packed") == []
    content = HandlingUnitLine.objects.filter(handling_unit__delivery_id=delivery.id)
    content.update(quantity=6)
    assert broken("shipping: packed") == [f"Delivery {delivery.number}, line 1: 6 packed, but 5 picked."]
    content.update(quantity=2, delivery_line=DeliveryLine.objects.get(delivery_id=other.id))
    [found] = broken("shipping: packed")
    assert "holds goods of another delivery" in found
