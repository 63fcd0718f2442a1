"""What the rules of credit make of a delivery that is made or raised, and of goods that are to leave."""

import pytest

from tests.shipping.conftest import assert_books_hold, footprint
from troth.business.credit import actions as credit
from troth.business.credit import queries as verdicts
from troth.business.credit.rules import CreditBlocksGoodsIssue, CreditRefuses
from troth.business.masterdata.models import CreditCheck
from troth.business.shipping import actions as shipping
from troth.business.shipping.models import Delivery
from troth.platform.documents import DocumentRef


@pytest.fixture
def rule(yard):
    def keep(point, outcome, **columns):
        return CreditCheck.objects.create(company=yard.company.company, point=point, outcome=outcome, **columns)

    return keep


@pytest.fixture
def past(yard):
    """An order that was within the limit when it was entered, and is past it now."""
    order = yard.order("ALPHA", FRAME=2)
    yard.limit("ALPHA", 100)
    return order


def found(delivery):
    return [
        (one.point, one.outcome) for one in verdicts.found_on(DocumentRef("delivery", delivery.id, delivery.number))
    ]


def test_an_order_past_the_limit_is_not_delivered_where_a_rule_says_so(yard, past, rule):
    rule("delivery_create", "error")
    before = footprint()
    with pytest.raises(CreditRefuses) as refused:
        yard.deliver(past)
    assert past.number in refused.value.message
    assert footprint() == before
    made = shipping.create_deliveries(site_id=yard.site, until=yard.today.replace(year=2027), **yard.acting)
    assert (made.deliveries, [one.code for one in made.refusals]) == ((), ["credit_refuses"])
    yard.limit("ALPHA", 10**9)
    assert yard.deliver(past).number


def test_a_warning_is_kept_with_the_delivery(yard, past, rule):
    rule("delivery_create", "warn")
    delivery = yard.deliver(past)
    assert found(delivery) == [("delivery_create", "warn")]
    assert verdicts.blocked_documents() == ()
    assert_books_hold()


def test_a_blocked_delivery_is_made_and_its_goods_wait_for_a_credit_manager(yard, past, rule):
    rule("delivery_create", "block")
    rule("goods_issue", "none")
    delivery = yard.deliver(past)
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    [blocked] = verdicts.blocked_documents()
    assert (blocked.ref.kind, blocked.ref.number, blocked.rule) == ("delivery", delivery.number, "delivery_create/-/-")
    assert found(delivery) == [("delivery_create", "block")]
    before = footprint()
    with pytest.raises(Exception) as refused:  # noqa: PT011 - which of the two checks is first does not matter
        yard.issue(delivery)
    assert "limit" in str(refused.value)
    assert footprint() == before
    credit.release_block(blocked.block_id, reason="paid", **yard.acting)
    assert yard.issue(delivery).cost
    assert_books_hold()


def test_what_was_released_is_not_judged_again_when_it_is_delivered(yard, rule):
    yard.limit("ALPHA", 100)
    order = yard.order("ALPHA", FRAME=2)
    [blocked] = verdicts.blocked_documents()
    credit.release_block(blocked.block_id, reason="paid", **yard.acting)
    rule("delivery_create", "error")
    assert found(yard.deliver(order)) == []


def test_goods_leave_past_the_limit_where_a_rule_checks_nothing_there(yard, past, rule):
    delivery = yard.deliver(past)
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    with pytest.raises(CreditBlocksGoodsIssue):
        yard.issue(delivery)
    rule("goods_issue", "none")
    assert yard.issue(delivery).cost


def test_goods_do_not_leave_to_a_payer_who_was_dunned(yard, rule):
    delivery = yard.deliver(yard.order("ALPHA", FRAME=2))
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    rule("goods_issue", "block", checks_limit=False, max_dunning_level=1)
    yard.dunned("ALPHA", 2)
    with pytest.raises(CreditBlocksGoodsIssue) as refused:
        yard.issue(delivery)
    assert "dunned to level 2" in refused.value.message
    assert refused.value.facts["rule"] == "goods_issue/-/-"
    yard.dunned("ALPHA", 1)
    assert yard.issue(delivery).cost


def test_a_delivery_that_is_raised_past_the_value_is_refused(yard, rule):
    from tests.shipping.test_more_than_listed import confirm, listed, order_of

    rule("delivery_change", "error", checks_limit=False, max_document_value=1)
    delivery, transfer = listed(yard, order_of(yard, 5))
    before = footprint()
    with pytest.raises(CreditRefuses):
        confirm(yard, transfer, 6)
    assert footprint() == before
    CreditCheck.objects.all().delete()
    rule("delivery_change", "block", checks_limit=False, max_document_value=1)
    confirm(yard, transfer, 6)
    assert [one.ref.number for one in verdicts.blocked_documents()] == [Delivery.objects.get(pk=delivery.id).number]
