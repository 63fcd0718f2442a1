"""What waits under a credit block is judged again when less is owed: who goes first, what stays, and what is told."""

from datetime import date

import pytest

from tests.credit.conftest import CLOCK, ENTERED, MANAGER, SYSTEM, in_one_transaction
from troth.business.credit import actions, queries
from troth.business.credit.actions import Ranked
from troth.business.credit.models import CreditAccount, Waiting
from troth.business.masterdata.models import CreditCheck
from troth.kernel.errors import InvalidInput, NotFound
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.platform import locks, verify
from troth.platform.actors import Actor, Grant
from troth.platform.documents import DocumentRef
from troth.platform.models import BlockRow, Event, Outbox
from troth.platform.outbox import work_outbox
from troth.platform.permissions import NotAllowed

CLERK = Actor(user_id=41, name="Cleo", grants=(Grant("receivables_clerk"),))
PAYMENT = DocumentRef("payment", 999_999, "P7")


def pay(desk, amount):
    entry = exposure.Entry(desk.key, Part.DEPOSITS, amount, PAYMENT)
    desk.run(lambda held, key: exposure.post(held, [entry], at=CLOCK.now()))


def reasons():
    rows = BlockRow.objects.filter(kind="credit").order_by("pk")
    return [(row.document_number, row.release_reason) for row in rows if row.released_at]


def rank(monkeypatch, desk, **priorities):
    known = {desk.ref(n).id: Ranked(p, date(2026, 3, 1), n, (0,)) for n, p in priorities.items()}
    monkeypatch.setitem(actions.ranked_by.__globals__["_ranks"], "test_paper", lambda ids: {i: known[i] for i in ids})


def judge(desk, **values):
    given = {"by": MANAGER, "clock": CLOCK} | values
    return actions.judge_again(desk.world.company.pk, desk.world.bikes.party_id, **given)


def test_a_payment_releases_what_passes_now_and_the_history_says_so(desk):
    desk.claim(1500_00)
    pay(desk, 499_99)
    assert Event.objects.filter(kind="credit.exposure_fell").count() == 1
    work_outbox()
    assert len(desk.block_ids()) == 1
    pay(desk, 1)
    assert (len(desk.block_ids()), Outbox.objects.filter(done_at=None).count()) == (1, 1)
    work_outbox()
    assert desk.block_ids() == []
    assert reasons() == [("A", "Released by payment P7.")]
    told = Event.objects.get(kind="platform.block_released")
    assert (told.actor_id, told.facts["reason"]) == (None, "Released by payment P7.")
    assert Event.objects.get(kind="credit.judged_again").facts["orders"] == ["A"]
    assert not Waiting.objects.exists()


def test_nothing_is_told_where_nothing_waits_and_where_nothing_falls(desk):
    desk.claim(900_00)
    pay(desk, 100_00)
    desk.claim(2500_00)
    desk.claim(2600_00)
    desk.owe(5)
    assert not Event.objects.filter(kind="credit.exposure_fell").exists()


def test_what_ranks_first_goes_first_and_what_never_fits_keeps_nobody_waiting(desk, monkeypatch):
    desk.claim(700_00)
    desk.claim(800_00, "B")
    desk.owe(1100_00)
    desk.claim(900_00)
    rank(monkeypatch, desk, A=3, B=1)
    pay(desk, 1000_00)
    work_outbox()
    assert reasons() == [("B", "Released by payment P7.")]
    assert desk.block_ids() == [BlockRow.objects.get(document_number="A").pk]
    rank(monkeypatch, desk, A=1, B=1)
    pay(desk, 800_00)
    work_outbox()
    assert (desk.block_ids(), len(reasons())) == ([], 2)


def test_a_large_one_ahead_does_not_keep_a_small_one_waiting(desk, monkeypatch):
    desk.owe(1000_00)
    desk.claim(5000_00)
    desk.claim(100_00, "B")
    rank(monkeypatch, desk, A=1, B=9)
    pay(desk, 100_00)
    work_outbox()
    assert reasons() == [("B", "Released by payment P7.")]


def test_a_limit_that_is_raised_releases(desk):
    desk.claim(1500_00)
    actions.set_limit(
        desk.world.company.pk, desk.world.bikes.party_id, limit=1500_00, by=MANAGER, clock=CLOCK
    )  # fmt: skip
    work_outbox()
    assert reasons() == [("A", "Released by the limit that was set.")]


def test_all_criteria_are_judged_again_not_the_limit_alone(desk):
    CreditCheck.objects.create(
        company=desk.world.company, point="order_create", outcome="block", max_dunning_level=1
    )  # fmt: skip
    CreditAccount.objects.update(dunning_level=2)
    desk.claim(1500_00)
    pay(desk, 1000_00)
    work_outbox()
    assert len(desk.block_ids()) == 1
    CreditAccount.objects.update(dunning_level=1)
    assert judge(desk).released == ("A",)


def test_without_automatic_release_it_is_only_noted_that_it_passes(desk):
    CreditCheck.objects.create(
        company=desk.world.company, point="order_create", outcome="block", automatic_release=False
    )
    desk.claim(1500_00)
    pay(desk, 500_00)
    work_outbox()
    [waits] = queries.blocked_documents()
    assert waits.passes_at is not None
    assert judge(desk) == actions.JudgedAgain((), 1, 1)
    desk.owe(1)
    assert judge(desk) == actions.JudgedAgain((), 1, 0)
    assert queries.blocked_documents()[0].passes_at is None


def test_what_a_manager_keeps_blocked_is_released_by_hand_alone(desk):
    desk.claim(1500_00)
    [block_id] = desk.block_ids()
    kept = actions.keep_block(block_id, reason="guarantee expires", by=MANAGER, clock=CLOCK)
    assert kept.document_number == "A"
    pay(desk, 1500_00)
    work_outbox()
    assert desk.block_ids() == [block_id]
    assert queries.blocked_documents()[0].kept_reason == "guarantee expires"
    actions.release_block(block_id, reason="fine", by=MANAGER, clock=CLOCK)
    assert (desk.block_ids(), Waiting.objects.count()) == ([], 0)


def test_blocks_of_other_desks_stay(desk):
    desk.claim(1500_00)
    BlockRow.objects.create(
        company_id=desk.world.company.pk, document_kind="test_paper", document_id=desk.ref().id, document_number="A",
        kind="delivery", scope="delivery", reason="drawing", set_at=CLOCK.now(),
    )  # fmt: skip
    pay(desk, 1500_00)
    work_outbox()
    assert [row.kind for row in BlockRow.objects.filter(released_at=None)] == ["delivery"]


@pytest.mark.parametrize(
    ("by", "reason", "block", "refusal"),
    [(CLERK, "no", 0, NotAllowed), (MANAGER, " ", 0, InvalidInput), (MANAGER, "no", 999_999, NotFound)],
)
def test_who_may_not_keeps_nothing_blocked(desk, by, reason, block, refusal):
    desk.claim(1500_00)
    with pytest.raises(refusal):
        actions.keep_block(block or desk.block_ids()[0], reason=reason, by=by, clock=CLOCK)
    assert not Waiting.objects.exclude(kept_by_id=None).exists()


def test_who_may_not_has_nothing_judged(desk):
    desk.claim(1500_00)
    CreditAccount.objects.update(limit=None)
    with pytest.raises(NotAllowed):
        judge(desk, by=CLERK)
    assert len(desk.block_ids()) == 1
    key = {"key": "once"}
    assert judge(desk, **key) == judge(desk, **key) == actions.JudgedAgain(("A",), 0, 0)
    assert Event.objects.filter(kind="platform.block_released").count() == 1


def test_a_payer_that_comes_in_its_place_is_the_one_that_is_waited_for(desk):
    desk.claim(1500_00)
    other = actions.key(desk.world.company.pk, desk.world.wheels.party_id)
    CreditAccount.objects.create(company=desk.world.company, party=desk.world.wheels.party, limit=10)

    def step():
        held = locks.begin()
        held.take(desk.key, other)
        actions.leave(held, desk.key, desk.ref(), other, clock=CLOCK)
        claimed = actions.Claim(other, desk.ref(), 1500_00, True, desk.world.company.pk, ENTERED, ENTERED)
        actions.claim(held, claimed, by=SYSTEM, clock=CLOCK)

    in_one_transaction(step, by=SYSTEM, clock=CLOCK)
    assert [(one.party_id, one.document_id) for one in Waiting.objects.all()] == [(other.party_id, desk.ref().id)]
    assert judge(desk) == actions.JudgedAgain((), 0, 0)


@pytest.mark.parametrize("broken", ["DELETE FROM credit_waiting", "UPDATE platform_block SET released_at = set_at"])
def test_verify_finds_a_block_that_waits_on_no_exposure_and_one_that_waits_in_vain(desk, broken):
    from django.db import connection

    desk.claim(1500_00)
    assert verify.run(["credit: waiting"])[0].holds
    with connection.cursor() as cursor:
        cursor.execute(broken)
    [result] = verify.run(["credit: waiting"])
    assert len(result.findings) == 1


def test_a_payer_on_whom_nothing_waits_is_told_so_and_one_that_is_not_there_is_refused(desk):
    assert judge(desk) == actions.JudgedAgain((), 0, 0)
    with pytest.raises(NotFound, match="There is no payer"):
        actions.judge_again(desk.world.company.pk, 999_999, by=MANAGER, clock=CLOCK)
