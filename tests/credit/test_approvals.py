"""A release that goes up to a value, or holds until a day."""

from datetime import timedelta

import pytest

from tests.credit.conftest import CLOCK, MANAGER
from troth.business.credit import actions
from troth.business.credit.models import Approval
from troth.business.credit.rules import CreditBlocksGoodsIssue, LimitInvalid
from troth.kernel.errors import InvalidInput
from troth.kernel.quantity import MAX
from troth.platform.documents import DocumentRef
from troth.platform.models import Event

TODAY = CLOCK.now().date()


def release(desk, **bounds):
    [block_id] = desk.block_ids()
    return actions.release_block(
        block_id, reason="agreed", bounds=actions.Bounds(**bounds), by=MANAGER, clock=CLOCK
    )  # fmt: skip


def issue(desk):
    return desk.issue(DocumentRef("delivery", 77, "D77"), [desk.ref()])


def test_what_is_approved_up_to_a_value_may_be_raised_to_it(desk):
    desk.claim(1500_00)
    release(desk, up_to=2000_00)
    assert desk.claim(2000_00).warns
    assert desk.block_ids() == []
    assert desk.claim(2000_01).sets_block
    assert len(desk.block_ids()) == 1
    facts = Event.objects.get(kind="credit.approved").facts
    assert facts["up_to"] == "2000.00 USD"
    assert "until" not in facts


def test_what_is_approved_for_one_document_holds_for_no_other(desk):
    desk.claim(1500_00)
    release(desk, up_to=5000_00)
    assert desk.claim(100_00, "B").sets_block


def test_without_a_value_what_is_raised_is_blocked_again(desk):
    desk.claim(1500_00)
    release(desk, until=TODAY + timedelta(days=3))
    assert desk.claim(1500_01).sets_block


@pytest.mark.parametrize(("days", "leaves"), [(0, True), (1, True), (-1, False)])
def test_a_release_holds_until_its_day(desk, monkeypatch, days, leaves):
    desk.claim(1500_00)
    release(desk, until=TODAY)
    Approval.objects.update(until=TODAY + timedelta(days=days))
    if leaves:
        issue(desk)
    else:
        with pytest.raises(CreditBlocksGoodsIssue):
            issue(desk)


def test_after_the_day_nothing_is_approved_any_more(desk):
    desk.claim(1500_00)
    release(desk, up_to=2000_00, until=TODAY)
    Approval.objects.update(until=TODAY - timedelta(days=1))
    assert desk.claim(1600_00).sets_block


@pytest.mark.parametrize(
    ("bounds", "refusal", "field"),
    [
        ({"until": TODAY - timedelta(days=1)}, InvalidInput, "until"),
        ({"up_to": 1499_99}, LimitInvalid, "up_to"),
        ({"up_to": MAX + 1}, LimitInvalid, "up_to"),
    ],
)
def test_a_release_that_would_be_none_is_refused_whole(desk, bounds, refusal, field):
    desk.claim(1500_00)
    with pytest.raises(refusal) as refused:
        release(desk, **bounds)
    assert refused.value.field == field
    assert len(desk.block_ids()) == 1
    assert not Approval.objects.exists()
