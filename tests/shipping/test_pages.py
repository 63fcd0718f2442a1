"""Shipping's buttons and questions in the browser."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company as companies
from tests.shipping.test_less_than_ordered import order_of as order_accepting_less
from tests.shipping.test_packing import ready_to_pack
from troth.business.shipping import actions as shipping
from troth.business.shipping.models import Delivery, HandlingUnit, Shipment, TransferOrder
from troth.platform.models import RoleGrant


@pytest.fixture
def visitor(company) -> Client:
    """A browser of somebody who does everything in the yard and the warehouse."""
    user = get_user_model().objects.create_user("tara", password="correct horse battery")
    for role in ("transport_coordinator", "warehouse_supervisor"):
        RoleGrant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def departed(yard) -> Shipment:
    _order, delivery, _transfer = yard.picked(FRAME=2)
    made = shipping.create_shipment(site_id=yard.site, planned_on=companies.MONDAY, **yard.acting)
    shipping.assign_delivery(delivery_id=delivery.id, shipment_id=made.id, **yard.acting)
    shipping.load_shipment(shipment_id=made.id, **yard.acting)
    yard.issue(delivery)
    shipping.depart_shipment(shipment_id=made.id, **yard.acting)
    return Shipment.objects.get(pk=made.id)


def test_a_departed_shipment_is_recalled_with_a_reason(visitor, departed):
    asked = visitor.get(f"/shipments/{departed.pk}/recall/")
    assert asked.status_code == 200
    assert "Recall shipment" in asked.content.decode()
    assert visitor.post(f"/shipments/{departed.pk}/recall/", {"reason": ""}).status_code == 422
    answer = visitor.post(f"/shipments/{departed.pk}/recall/", {"reason": "wrong gate"})
    assert (answer.status_code, answer["Location"]) == (302, f"/shipments/{departed.pk}/")
    departed.refresh_from_db()
    assert departed.state == "loading"


def test_a_pick_is_confirmed_as_it_lies_without_rows_to_add(visitor, yard):
    _order, delivery = yard.delivered(FRAME=2)
    yard.transfer(delivery)
    key = TransferOrder.objects.latest("pk").pk
    shown = visitor.get(f"/transfer-orders/{key}/confirm/").content.decode()
    assert ">Confirm pick</button>" in shown
    assert "_more_rows" not in shown


def test_more_than_listed_is_refused_on_the_page_with_what_may_leave(visitor, yard):
    _order, delivery = yard.delivered(FRAME=2)
    page = f"/transfer-orders/{yard.transfer(delivery).id}/confirm/"
    form = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1", "rows-0-position": "1", "rows-0-picked": "3"}
    answer = visitor.post(page, {**form, "rows-0-reason": "a full box"})
    assert answer.status_code == 422
    assert "The order line&#x27;s tolerance allows at most 0 more." in answer.content.decode()


def test_a_rest_within_the_tolerance_is_said_to_be_closed(visitor, yard):
    order = order_accepting_less(yard, 20)
    transfer = yard.transfer(yard.deliver(order))
    form = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1", "rows-0-position": "1", "rows-0-picked": "18"}
    answer = visitor.post(
        f"/transfer-orders/{transfer.id}/confirm/", {**form, "rows-0-reason": "two were broken"}, follow=True
    )
    said = f"Line 10 of order {order.number} is complete: the missing 2 piece are within its tolerance and closed."
    assert said in answer.content.decode()


@pytest.mark.parametrize("key", [2**63, 10**30])
def test_a_key_that_no_record_can_have_is_not_found(visitor, key):
    for page in (f"/deliveries/{key}/", f"/shipments/{key}/recall/"):
        assert visitor.get(page).status_code == 404, page
    for page in (f"/deliveries/{key}/issue/", f"/shipments/{key}/depart/", f"/orders/{key}/deliver/"):
        assert visitor.post(page).status_code == 404, page
    answer = visitor.post("/due/deliver/", {"selected": [str(key)]})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.fixture
def held_for_credit(yard):
    """A picked delivery whose payer is past the limit."""
    delivery = yard.deliver(yard.order("ALPHA", FRAME=5))
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    yard.limit("ALPHA", 100)
    return delivery


def test_the_credit_manager_lets_the_goods_of_a_delivery_leave(visitor, yard, held_for_credit):
    page, ask = f"/deliveries/{held_for_credit.id}/", f"/deliveries/{held_for_credit.id}/credit/"
    assert ask not in visitor.get(page).content.decode()
    assert visitor.post(ask, {"reason": "mine"}).status_code == 403
    RoleGrant.objects.create(user=get_user_model().objects.get(username="tara"), role="credit_manager")
    assert ask in visitor.get(page).content.decode()
    answer = visitor.post(ask, {"reason": "payment announced"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert yard.issue(held_for_credit).cost == 125_000


def test_within_the_limit_nothing_is_to_be_released(visitor, yard, held_for_credit):
    RoleGrant.objects.create(user=get_user_model().objects.get(username="tara"), role="credit_manager")
    yard.limit("ALPHA", 1_000_000)
    page = visitor.get(f"/deliveries/{held_for_credit.id}/").content.decode()
    assert f"/deliveries/{held_for_credit.id}/credit/" not in page


def test_what_is_too_much_for_a_unit_is_refused_beside_what_was_typed(visitor, yard):
    _order, delivery, _transfer = ready_to_pack(yard).picked(FRAME=2)
    page = f"/deliveries/{delivery.id}/pack/"
    version = Delivery.objects.get(pk=delivery.id).version
    form = {
        "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1", "rows-0-line": "1", "rows-0-quantity": "3",
        "packaging": "CARTON", "version": version,
    }  # fmt: skip
    answer = visitor.post(page, form)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "3 piece to pack, but 2 piece are picked" in told
    assert 'value="3"' in told
    assert visitor.post(page, {**form, "rows-0-quantity": "1"}, follow=True).status_code == 200
    late = visitor.post(page, {**form, "rows-0-quantity": "1", "packaging": "PALLET"})
    assert "was changed by somebody else" in late.content.decode()
    assert HandlingUnit.objects.count() == 1


def test_nothing_can_be_packed_while_there_is_no_packaging(visitor, yard):
    _order, delivery, _transfer = yard.picked(FRAME=2)
    assert "There is no packaging yet." in visitor.get(f"/deliveries/{delivery.id}/pack/").content.decode()
