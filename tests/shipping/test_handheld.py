"""What a hand-held asks: what is open to be picked, whose bar code was scanned, and the list that it was picked by."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold
from troth.business.shipping import queries
from troth.business.shipping.models import Delivery, TransferOrder
from troth.business.shipping.rules.picking import Found
from troth.kernel.errors import NotFound
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.locks import ChangedMeanwhile

pytestmark = pytest.mark.django_db


@pytest.fixture
def fetching(yard):
    """Two open transfer orders, the later made one of goods that leave earlier."""
    late, early = yard.deliver(yard.order(FRAME=2)), yard.deliver(yard.order(HELMET=3, GLOVE=1))
    made = [yard.transfer(late), yard.transfer(early)]
    Delivery.objects.filter(pk=early.id).update(goods_issue_on=companies.MONDAY)
    Delivery.objects.filter(pk=late.id).update(goods_issue_on=companies.FRIDAY)
    return made


def at_site(yard, code: str) -> Actor:
    grant = Grant("warehouse_clerk", yard.company.company.pk, yard.company.sites[code].pk)
    return Actor(user_id=7, name="Walter", grants=(grant,))


def test_what_leaves_first_is_on_top_and_what_is_picked_is_gone(yard, fetching):
    late, early = fetching
    rows = queries.to_fetch(SYSTEM)
    assert [(row.number, row.lines, row.goods_issue_on) for row in rows] == [
        (early.number, 2, companies.MONDAY),
        (late.number, 1, companies.FRIDAY),
    ]
    assert (len(queries.to_fetch(SYSTEM, site="HAM")), queries.to_fetch(SYSTEM, site="ROT")) == (2, [])
    yard.do("confirm_all", transfer_order_id=early.id)
    assert [row.number for row in queries.to_fetch(SYSTEM)] == [late.number]


def test_a_clerk_sees_and_scans_what_is_to_be_picked_at_their_own_site(yard, fetching):
    here, elsewhere = at_site(yard, "HAM"), at_site(yard, "ROT")
    assert len(queries.to_fetch(here)) == 2
    assert queries.to_fetch(elsewhere) == []
    number = fetching[0].number
    for code in (number, number.lower(), f" {number} ", number.removeprefix("TO-"), str(int(number[3:]))):
        assert queries.transfer_order_scanned(code, by=here) == fetching[0].id
    for code, by in ((number, elsewhere), ("TO-999999", here), ("", here), ("9" * 40, here), ("MAIN/A-01", here)):
        with pytest.raises(NotFound) as refusal:
            queries.transfer_order_scanned(code, by=by)
        assert refusal.value.field == "code"


def test_a_pick_by_a_list_that_was_changed_meanwhile_is_refused(yard, fetching):
    order = TransferOrder.objects.get(pk=fetching[0].id)
    TransferOrder.objects.update(version=order.version + 1)
    found = {1: Found(1, "one is broken")}
    with pytest.raises(ChangedMeanwhile):
        yard.do("confirm_pick", transfer_order_id=order.pk, found=found, expected_version=order.version)
    order.refresh_from_db()
    assert order.state == "open"
    made = yard.do("confirm_pick", transfer_order_id=order.pk, found=found, expected_version=order.version)
    assert made.differences == 1
    assert_books_hold()


def test_a_pick_that_is_sent_twice_under_one_key_gets_one_answer(yard, fetching):
    sent = {"transfer_order_id": fetching[0].id, "found": {1: Found(1, "one is broken")}, "key": "k"}
    assert yard.do("confirm_pick", **sent) == yard.do("confirm_pick", **sent)
    assert TransferOrder.objects.get(pk=fetching[0].id).version == 2
    assert_books_hold()
