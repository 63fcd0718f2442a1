"""Blocks: what stands stops its step, and nobody lifts their own."""

import pytest
from django.db import IntegrityError, transaction

from troth.kernel.errors import InvalidInput, NotFound
from troth.platform import blocks, locks
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.blocks import Blocked, BlockKind, BlockScope, OwnBlock
from troth.platform.documents import DocumentRef
from troth.platform.models import BlockRow, Event
from troth.platform.permissions import PERMISSIONS

pytestmark = pytest.mark.django_db
ORDER = DocumentRef("order", 4711, "1004711")
CLARA, RITA, PAUL = (
    Actor(number, name, (Grant("credit_manager"),)) for number, name in ((1, "Clara"), (2, "Rita"), (3, "Paul"))
)


@pytest.fixture(autouse=True)
def _rights(monkeypatch):
    for name in ("stop", "lift"):
        monkeypatch.setitem(PERMISSIONS, f"platform.{name}", frozenset({"credit_manager"}))


@action
def stop(scope=BlockScope.DELIVERY, *, by, clock):
    """Paul's action blocks the order that Clara entered and Rita raised."""
    blocks.set_block(
        locks.begin(), ORDER, BlockKind.CREDIT, scope, company_id=1, reason="limit", entered_by_id=CLARA.user_id,
        last_raised_by_id=RITA.user_id, by=by, clock=clock,
    )  # fmt: skip


@action
def lift(block_id, reason="paid", *, by, clock):
    return blocks.release(locks.begin(), block_id, reason=reason, by=by, clock=clock)


@pytest.fixture
def block(clock):
    stop(by=PAUL, clock=clock)
    return blocks.standing([ORDER])[0]


def test_a_block_stops_its_step_and_those_after_it(block):
    for step in (BlockScope.DELIVERY, BlockScope.GOODS_ISSUE):
        with pytest.raises(Blocked, match="release it"):
            blocks.refuse_if_blocked(ORDER, step, sentence="A credit manager must release it.")
    blocks.refuse_if_blocked(ORDER, BlockScope.BILLING, sentence="")
    assert (block.set_by_id, block.reason) == (PAUL.user_id, "limit")


def test_a_block_is_set_once(block, clock):
    stop(by=PAUL, clock=clock)
    assert blocks.history(ORDER) == (block,)
    assert [*Event.objects.values_list("kind", flat=True)] == ["platform.block_set"]


def test_somebody_else_lifts_a_block_and_says_why(block, clock):
    released = lift(block.id, by=PAUL, clock=clock)
    assert (released.released_by_id, released.released_at, released.release_reason) == (3, clock.now(), "paid")
    assert blocks.standing([ORDER]) == ()
    assert Event.objects.filter(kind="platform.block_released").count() == 1


@pytest.mark.parametrize("own", [CLARA, RITA])
def test_who_entered_or_raised_a_document_cannot_lift_its_block(block, clock, own):
    with pytest.raises(OwnBlock):
        lift(block.id, by=own, clock=clock)
    assert blocks.standing([ORDER]) == (block,)


@pytest.mark.parametrize("own", [CLARA, RITA])
def test_the_database_refuses_it_too(block, own):
    with pytest.raises(IntegrityError, match="platform_block_released_by_another"), transaction.atomic():
        BlockRow.objects.filter(pk=block.id).update(released_by_id=own.user_id)
    assert blocks.standing([ORDER]) == (block,)


def test_the_system_may_lift_any_block(block, clock):
    assert lift(block.id, by=SYSTEM, clock=clock).released_by_id is None
    assert blocks.standing([ORDER]) == ()


def test_a_block_is_not_lifted_without_a_reason_or_twice(block, clock):
    with pytest.raises(InvalidInput):
        lift(block.id, " ", by=PAUL, clock=clock)
    lift(block.id, by=PAUL, clock=clock)
    with pytest.raises(NotFound):
        lift(block.id, by=PAUL, clock=clock)
    assert len(blocks.history(ORDER)) == 1


def test_a_lifted_block_can_be_set_anew(block, clock):
    lift(block.id, by=PAUL, clock=clock)
    stop(by=PAUL, clock=clock)
    assert [entry.released_by_id for entry in blocks.history(ORDER)] == [3, None]
