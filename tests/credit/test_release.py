"""What a block stops, and who lifts it."""

import pytest

from tests.credit.conftest import CLOCK, ENTERED, MANAGER
from troth.business.credit import actions, queries
from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import (
    CreditAccountUnknown,
    CreditBlocksDelivery,
    CreditBlocksGoodsIssue,
    LimitInvalid,
)
from troth.kernel.errors import InvalidInput, NotFound
from troth.kernel.quantity import MAX
from troth.ledgers.exposure.queries import Exposure
from troth.platform import locks
from troth.platform.actors import Actor, Grant
from troth.platform.blocks import OwnBlock
from troth.platform.models import Event
from troth.platform.permissions import NotAllowed

CLERK = Actor(user_id=41, name="Cleo", grants=(Grant("billing_clerk"),))
AUTHOR = Actor(user_id=ENTERED, name="Egon", grants=(Grant("credit_manager"),))


def issue(desk, orders=("A",), **values):
    from troth.platform.documents import DocumentRef

    delivery = DocumentRef("delivery", 77, "D77")
    return desk.issue(delivery, [desk.ref(order) for order in orders], **values)


def test_a_blocked_order_is_not_delivered_until_a_credit_manager_releases_it(desk):
    desk.claim(1500_00)
    with pytest.raises(CreditBlocksDelivery) as refusal:
        actions.check_delivery([desk.ref("B"), desk.ref("A")])
    assert refusal.value.message.startswith("To deliver order A a credit manager must release it.")
    assert refusal.value.facts["documents"] == ["A"]
    assert actions.check_delivery([desk.ref("B")]) is None
    [block_id] = desk.block_ids()
    released = actions.release_block(block_id, reason="paid by phone", by=MANAGER, clock=CLOCK)
    assert released.document_number == "A"
    assert actions.check_delivery([desk.ref("A")]) is None
    assert (desk.block_ids(), desk.exposure()) == ([], Exposure(open_orders=1500_00))
    assert Event.objects.filter(kind="platform.block_released").get().actor_id == MANAGER.user_id


@pytest.mark.parametrize(
    ("by", "reason", "refusal"),
    [(AUTHOR, "mine", OwnBlock), (CLERK, "why not", NotAllowed), (MANAGER, "  ", InvalidInput)],
)
def test_a_block_stays_where_the_release_is_refused(desk, by, reason, refusal):
    desk.claim(1500_00)
    [block_id] = desk.block_ids()
    with pytest.raises(refusal):
        actions.release_block(block_id, reason=reason, by=by, clock=CLOCK)
    assert desk.block_ids() == [block_id]


def test_who_last_raised_an_order_does_not_release_it(desk):
    desk.claim(1500_00, raised_by=MANAGER.user_id)
    with pytest.raises(OwnBlock):
        actions.release_block(desk.block_ids()[0], reason="fine", by=MANAGER, clock=CLOCK)
    assert len(desk.block_ids()) == 1


def test_a_block_is_released_once(desk):
    desk.claim(1500_00)
    [block_id] = desk.block_ids()
    actions.release_block(block_id, reason="fine", by=MANAGER, clock=CLOCK)
    for unknown in (block_id, 999_999):
        with pytest.raises(NotFound):
            actions.release_block(unknown, reason="fine", by=MANAGER, clock=CLOCK)
    assert desk.block_ids() == []


def test_a_released_order_is_blocked_again_only_when_it_is_raised(desk):
    desk.claim(1500_00)
    actions.release_block(desk.block_ids()[0], reason="fine", by=MANAGER, clock=CLOCK)
    desk.claim(1400_00)
    assert desk.block_ids() == []
    desk.claim(1400_01)
    assert len(desk.block_ids()) == 1


def test_goods_leave_while_exposure_is_within_the_limit(desk):
    desk.claim(1000_00)
    assert issue(desk).within_limit


def test_goods_do_not_leave_past_the_limit(desk):
    desk.claim(1000_00)
    desk.owe(1)
    with pytest.raises(CreditBlocksGoodsIssue) as refusal:
        issue(desk)
    assert refusal.value.facts == {
        "document": "D77",
        "exposure": 1000_01,
        "limit": 1000_00,
        "excess": 1,
        "currency": "USD",
        "rule": "",
        "blocks": [],
    }
    assert desk.exposure() == Exposure(open_orders=1000_00, open_invoices=1)
    assert issue(desk, checks=False).within_limit


def test_goods_leave_past_the_limit_where_each_order_was_released(desk):
    desk.claim(1500_00)
    desk.claim(100_00, "B")
    first, second = desk.block_ids()
    with pytest.raises(CreditBlocksGoodsIssue) as refusal:
        issue(desk)
    assert len(refusal.value.facts["blocks"]) == 1
    actions.release_block(first, reason="fine", by=MANAGER, clock=CLOCK)
    assert issue(desk).excess == 600_00
    with pytest.raises(CreditBlocksGoodsIssue):
        issue(desk, ("A", "B"))
    actions.release_block(second, reason="fine", by=MANAGER, clock=CLOCK)
    assert issue(desk, ("A", "B")).excess == 600_00


def test_goods_leave_past_the_limit_where_the_delivery_itself_was_released(desk):
    desk.claim(1000_00)
    desk.owe(500_00)
    paper = desk.ref("B")
    with pytest.raises(CreditBlocksGoodsIssue):
        desk.issue(paper, [desk.ref()])
    with pytest.raises(InvalidInput):
        actions.release_goods_issue("test_paper", paper.id, reason="", by=MANAGER, clock=CLOCK)
    with pytest.raises(CreditBlocksGoodsIssue):
        desk.issue(paper, [desk.ref()])
    actions.release_goods_issue("test_paper", paper.id, reason="promised to pay", by=MANAGER, clock=CLOCK)
    assert desk.issue(paper, [desk.ref()]).excess == 500_00


def set_limit(desk, limit, **values):
    common = {"by": MANAGER, "clock": CLOCK}
    party_id = values.pop("party_id", desk.world.bikes.party_id)
    return actions.set_limit(desk.world.company.pk, party_id, limit=limit, **common | values)


def account(desk):
    return CreditAccount.objects.get(party_id=desk.world.bikes.party_id)


def test_a_limit_is_set_with_its_difference_on_record(desk):
    answer = set_limit(desk, 2000_00, standing=actions.Standing("B"), version=1)
    assert (answer.version, account(desk).limit, account(desk).risk_class) == (2, 2000_00, "B")
    event = Event.objects.get(kind="credit.limit_set")
    assert event.changes == {"limit": [1000_00, 2000_00], "risk_class": ["", "B"]}
    assert set_limit(desk, 2000_00, standing=actions.Standing("B")).version == 2
    assert Event.objects.filter(kind="credit.limit_set").count() == 1
    assert set_limit(desk, None, version=2).version == 3
    assert desk.claim(9999_00).limit is None


def test_a_payer_gets_its_first_limit(desk):
    answer = set_limit(desk, 5, party_id=desk.world.wheels.party_id)
    assert (answer.version, CreditAccount.objects.get(pk=answer.account_id).limit) == (1, 5)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"limit": -1}, LimitInvalid),
        ({"limit": MAX + 1}, LimitInvalid),
        ({"limit": 1, "standing": actions.Standing("x" * 11)}, InvalidInput),
        ({"limit": 1, "standing": actions.Standing(guaranteed=-1)}, LimitInvalid),
        ({"limit": 1, "standing": actions.Standing(dunning_level=10)}, InvalidInput),
        ({"limit": 1, "version": 7}, locks.ChangedMeanwhile),
        ({"limit": 1, "party_id": 999_999}, CreditAccountUnknown),
        ({"limit": 1, "by": CLERK}, NotAllowed),
    ],
)
def test_a_wrong_limit_is_refused_and_the_old_one_stays(desk, values, refusal):
    with pytest.raises(refusal):
        set_limit(desk, **values)
    assert (account(desk).limit, account(desk).version, Event.objects.count()) == (1000_00, 1, 0)


def test_an_unknown_payer_has_no_account(desk):
    with pytest.raises(NotFound):
        queries.account(desk.world.company.pk, 999_999_999)
    assert queries.account(desk.world.company.pk, desk.world.wheels.party_id).available is None
