"""What was promised before a quota or a protection existed counts in it, in full, and is returned as any other."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.promising.books import TODAY, holds, march, told
from tests.quotas.planned import ALWAYS, consumed, customers, order, uses
from troth.business.promising import actions as promising
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Requirement
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import Counted, ReachDraft, SequenceDraft, TargetDraft
from troth.business.quotas.models import Cell, Procedure, Sequence
from troth.business.quotas.queries.screens import protection_balances
from troth.business.quotas.rules import FreesLines
from troth.ledgers.quota import checks as ledger_checks
from troth.platform import verify
from troth.platform.actors import SYSTEM

NORTH = {"region": "NORTH"}


@pytest.fixture
def product(books):
    made = books.product()
    books.supply(made, (None, 500))
    return made


def set_targets(books, procedure_id, *targets):
    drafts = [TargetDraft(values, on, quantity) for values, on, quantity in targets]
    return quotas.set_targets(procedure_id, drafts, by=SYSTEM, clock=books.clock).counted


def sequenced(books, product, **fields):
    """A procedure by region that is asked for the product and has no cell yet."""
    procedure = books.procedure(**fields)
    books.sequence("REGION", product=product)
    return procedure


def test_a_new_cell_counts_the_orders_and_holds_that_are_open(books, product):
    procedure = sequenced(books, product)
    books.confirm(books.asks(product, 8, march(3), region="NORTH"))
    books.confirm(books.asks(product, 5, march(4), region="SOUTH", document=order(2)))
    draft = HoldDraft(books.site.pk, "fair", [HoldLineDraft(product.pk, 6, march(3))])
    made = promising.hold_goods(draft, by=SYSTEM, clock=books.clock)
    assert consumed(procedure) == {}

    assert set_targets(books, procedure, (NORTH, march(2), 20), ({}, march(2), 30)) == Counted(3, 19, 0)

    assert consumed(procedure) == {("NORTH", 1): 8, ("#", 1): 11}
    assert holds()
    promising.release_hold(made.id, by=SYSTEM, clock=books.clock)
    books.cancel(1)
    assert consumed(procedure) == {("#", 1): 5}
    assert holds()


def test_what_is_past_the_target_is_counted_in_full_and_taken_from_nobody(books, product):
    procedure = sequenced(books, product)
    books.confirm(books.asks(product, 30, march(3), region="NORTH"))
    books.confirm(books.asks(product, 8, march(3), region="NORTH", document=order(2)))

    assert set_targets(books, procedure, (NORTH, march(2), 20)) == Counted(2, 38, 18)

    assert consumed(procedure) == {("NORTH", 1): 38}
    assert Requirement.objects.get(line_id=1).confirmed_quantity == 30
    assert books.confirm(books.asks(product, 1, march(3), region="NORTH", document=order(3))).lines[3].confirmed == 0
    books.cancel(1)
    assert consumed(procedure) == {("NORTH", 1): 8}
    assert books.confirm(books.asks(product, 50, march(3), region="NORTH", document=order(4))).lines[4].confirmed == 12
    assert holds()


def test_what_a_counted_line_was_promised_stands_when_it_is_changed_elsewhere(books, product):
    procedure = sequenced(books, product)
    wish = books.asks(product, 30, march(3), region="NORTH")
    books.confirm(wish)
    set_targets(books, procedure, (NORTH, march(2), 20))
    assert told(books.again(wish), 1) == [(3, 30, "stock")]
    assert told(books.again(wish._replace(quantity=25), anew=True), 1) == [(3, 20, "stock")]
    assert consumed(procedure) == {("NORTH", 1): 20}
    assert holds()


def test_a_line_is_counted_as_if_it_were_promised_now_what_earlier_weeks_leave_first(books, product):
    procedure = sequenced(books, product, look_back=1)
    books.confirm(books.asks(product, 9, march(10), region="NORTH"))
    set_targets(books, procedure, (NORTH, march(2), 3), (NORTH, march(9), 4))
    assert consumed(procedure) == {("NORTH", 1): 3, ("NORTH", 2): 6}
    assert holds()


def test_a_cell_that_is_widened_counts_the_new_weeks_only(books, product):
    procedure = sequenced(books, product)
    books.confirm(books.asks(product, 4, march(3), region="NORTH"))
    books.confirm(books.asks(product, 7, march(10), region="NORTH", document=order(2)))
    assert set_targets(books, procedure, (NORTH, march(2), 20)) == Counted(1, 4, 0)
    assert consumed(procedure) == {("NORTH", 1): 4}

    assert set_targets(books, procedure, (NORTH, march(9), 5)) == Counted(1, 7, 2)
    assert consumed(procedure) == {("NORTH", 1): 4, ("NORTH", 2): 7}
    assert set_targets(books, procedure, (NORTH, march(9), 6)) == Counted()
    assert holds()


def test_a_cell_that_says_more_of_a_line_takes_it_over(books, product):
    procedure = sequenced(books, product)
    set_targets(books, procedure, ({}, march(2), 50))
    books.confirm(books.asks(product, 9, march(3), region="NORTH"))
    assert consumed(procedure) == {("#", 1): 9}

    assert set_targets(books, procedure, (NORTH, march(2), 5)) == Counted(1, 9, 4)
    assert consumed(procedure) == {("NORTH", 1): 9}

    quotas.retire_cell(Cell.objects.get(cell="NORTH").pk, by=SYSTEM, clock=books.clock)
    assert consumed(procedure) == {("#", 1): 9}
    assert quotas.restore_cell(Cell.objects.get(cell="NORTH").pk, by=SYSTEM, clock=books.clock) == Counted(1, 9, 4)
    assert consumed(procedure) == {("NORTH", 1): 9}
    assert holds()


@pytest.mark.parametrize(
    ("procedure", "beside", "frees"),
    [
        ({}, [], True),
        ({}, [{"region": "SOUTH", "channel": "DE"}, {"channel": "DE"}, {"region": "NORTH", "channel": "DE"}], True),
        ({}, [{}], False),
        ({"without_cell": "nothing"}, [], False),
    ],
)
def test_the_last_cell_of_a_group_is_retired_only_by_who_means_to_free_it(books, product, procedure, beside, frees):
    customers(books, "retail")
    made = books.procedure("BOTH", "region,channel", **procedure)
    books.sequence("BOTH", product=product)
    set_targets(books, made, (NORTH, march(2), 10), *((values, march(2), 10) for values in beside))
    cell = Cell.objects.get(cell="NORTH|#")
    if frees:
        with pytest.raises(FreesLines) as refusal:
            quotas.retire_cell(cell.pk, by=SYSTEM, clock=books.clock)
        assert refusal.value.field == "frees_lines"
        assert Cell.objects.get(pk=cell.pk).is_active
    quotas.retire_cell(cell.pk, frees_lines=frees, by=SYSTEM, clock=books.clock)
    assert not Cell.objects.get(pk=cell.pk).is_active
    promised = books.confirm(books.asks(product, 99, march(3), region="NORTH")).lines[1].confirmed
    assert promised == (99 if frees else 10 if beside else 0)


def test_a_cell_that_no_sequence_asks_for_is_retired_without_a_question(books, product):
    procedure = books.procedure()
    set_targets(books, procedure, (NORTH, march(2), 10))
    quotas.retire_cell(Cell.objects.get().pk, by=SYSTEM, clock=books.clock)
    assert not Cell.objects.get().is_active


def test_a_cell_that_is_restored_counts_what_was_promised_meanwhile(books, product):
    procedure = sequenced(books, product)
    set_targets(books, procedure, (NORTH, march(2), 10))
    cell = Cell.objects.get(cell="NORTH").pk
    quotas.retire_cell(cell, frees_lines=True, by=SYSTEM, clock=books.clock)
    books.confirm(books.asks(product, 25, march(3), region="NORTH"))
    assert quotas.restore_cell(cell, by=SYSTEM, clock=books.clock) == Counted(1, 25, 15)
    assert consumed(procedure) == {("NORTH", 1): 25}
    assert holds()


def test_a_sequence_counts_when_it_is_made_widened_and_opened_again(books, product):
    other = books.product(category="bikes")
    books.supply(other, (None, 50))
    procedure = books.procedure()
    set_targets(books, procedure, (NORTH, march(2), 10))
    books.confirm(books.asks(product, 3, march(3), region="NORTH"))
    books.confirm(books.asks(other, 4, march(3), region="NORTH", document=order(2)))
    sequence = books.sequence("REGION", product=product)
    assert consumed(procedure) == {("NORTH", 1): 3}

    reaches = [ReachDraft(ALWAYS, product=product.number), ReachDraft(ALWAYS, product_group="bikes")]
    draft = SequenceDraft("S", "s", ["REGION"], reaches)
    saved = quotas.save_sequence(draft, sequence_id=sequence, version=1, by=SYSTEM, clock=books.clock)
    assert saved.counted == Counted(1, 4, 0)
    assert consumed(procedure) == {("NORTH", 1): 7}

    quotas.close_sequence(sequence, by=SYSTEM, clock=books.clock)
    books.confirm(books.asks(product, 6, march(3), region="NORTH", document=order(3)))
    assert consumed(procedure) == {("NORTH", 1): 7}
    assert quotas.reopen_sequence(sequence, by=SYSTEM, clock=books.clock) == Counted(1, 6, 3)
    assert consumed(procedure) == {("NORTH", 1): 13}
    assert Sequence.objects.get().is_active
    assert holds()


def test_each_sequence_counts_a_line_and_a_line_of_no_cell_in_none(books, product):
    first, second = sequenced(books, product), books.procedure("CHANNEL", "channel")
    books.confirm(books.asks(product, 6, march(3), region="NORTH", channel="DE"))
    set_targets(books, first, (NORTH, march(2), 10))
    set_targets(books, second, ({}, march(2), 10))
    assert books.sequence("CHANNEL", product=product)
    assert (consumed(first), consumed(second)) == ({("NORTH", 1): 6}, {("#", 1): 6})
    assert uses(1) == [("NORTH", 1, 6), ("#", 1, 6)]
    assert holds()


def test_what_was_delivered_in_a_planned_week_counts_and_comes_back_when_its_delivery_does(books, product):
    from tests.quotas.test_consumption import deliver, give_back

    procedure = sequenced(books, product)
    books.confirm(books.asks(product, 15, march(3), region="NORTH"))
    assert deliver(books, 15) == 15
    set_targets(books, procedure, (NORTH, march(2), 20))
    assert consumed(procedure) == {("NORTH", 1): 15}
    give_back(books, 15, 15)
    assert consumed(procedure) == {("NORTH", 1): 15}
    books.cancel(1)
    assert consumed(procedure) == {}
    assert holds()


def test_a_protection_counts_what_its_own_are_promised_and_lets_others_have_the_rest(books, product):
    customers(books, "retail", "online")
    books.confirm(books.asks(product, 300, march(3), group="retail"))
    books.confirm(books.asks(product, 50, march(3), group="online", document=order(2)))

    kept = books.protect(product, "retail", 400)

    assert protection_balances([kept])[kept] == (400, 300)
    assert books.confirm(books.asks(product, 80, march(4), group="online", document=order(3))).lines[3].confirmed == 50
    books.cancel(1)
    assert protection_balances([kept])[kept] == (400, 0)
    assert holds()


def test_a_protection_is_over_where_its_own_have_more_already_and_keeps_nothing_then(books, product):
    customers(books, "retail", "online")
    books.confirm(books.asks(product, 300, march(3), group="retail"))
    kept = books.protect(product, "retail", 100)
    assert protection_balances([kept])[kept] == (100, 300)
    books.confirm(books.asks(product, 20, march(4), group="retail", document=order(2)))
    assert protection_balances([kept])[kept] == (100, 320)
    assert (
        books.confirm(books.asks(product, 180, march(4), group="online", document=order(3))).lines[3].confirmed == 180
    )
    books.cancel(1)
    assert protection_balances([kept])[kept] == (100, 20)
    assert (
        books.confirm(books.asks(product, 999, march(4), group="online", document=order(4))).lines[4].confirmed == 220
    )
    assert holds()


def test_only_lines_for_days_of_a_protection_are_counted_in_it(books, product):
    customers(books, "retail")
    books.confirm(books.asks(product, 30, march(3), group="retail"))
    books.confirm(books.asks(product, 40, march(20), group="retail", document=order(2)))
    kept = books.protect(product, "retail", 100, (TODAY, march(10)))
    assert protection_balances([kept])[kept] == (100, 30)
    assert holds()


def test_a_line_without_a_confirmation_is_marked_so_that_a_run_leaves_it_to_the_quota(books):
    product, procedure = books.product(), books.procedure()
    books.plan(procedure, (NORTH, march(2), 2))
    books.confirm(books.asks(product, 8, march(3), region="NORTH"))
    assert not Requirement.objects.get().is_rationed
    books.sequence("REGION", product=product)
    assert consumed(procedure) == {}
    assert Requirement.objects.get().is_rationed


def test_an_order_that_read_no_quota_begins_again_when_one_was_made_before_its_lock(books, product):
    """Without a rival: the series says that a quota is newer than what the order knows."""
    from troth.business.masterdata.queries import snapshot
    from troth.business.quotas import queries
    from troth.platform.actions import BeginAgain

    known = queries.known()
    procedure = sequenced(books, product)
    set_targets(books, procedure, (NORTH, march(2), 2))
    wish = books.asks(product, 8, march(3), region="NORTH")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "known", lambda edition=None: known)
        with pytest.raises(BeginAgain):
            books.confirm(wish)
    assert snapshot().edition != known.edition
    assert books.confirm(wish).lines[1].confirmed == 2


def test_the_ledger_tells_what_was_counted_from_what_was_consumed(books, product):
    procedure = sequenced(books, product)
    books.confirm(books.asks(product, 30, march(3), region="NORTH"))
    set_targets(books, procedure, (NORTH, march(2), 20))
    assert [one for one in ledger_checks.within_plan() if isinstance(one, verify.Finding)] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT measure, quantity FROM quota_posting ORDER BY id")
        assert cursor.fetchall() == [("planned", 20), ("counted", 30)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM promising_quotause",
        "UPDATE promising_quotause SET quantity = quantity - 1",
        "UPDATE promising_quotause SET cell = 'SOUTH'",
        "UPDATE promising_requirement SET is_rationed = FALSE",
    ],
)
def test_verify_sees_a_promise_that_is_not_counted(books, product, statement):
    procedure = sequenced(books, product)
    books.confirm(books.asks(product, 30, march(3), region="NORTH"))
    set_targets(books, procedure, (NORTH, march(2), 20))
    assert verify_of("promising: counted").holds
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert not verify_of("promising: counted").holds


def verify_of(name):
    return next(one for one in verify.run() if one.name == name)


def test_a_procedure_that_gives_nothing_without_a_cell_counts_its_lines_from_then_on(books, product):
    procedure = sequenced(books, product)
    set_targets(books, procedure, (NORTH, march(2), 20))
    books.confirm(books.asks(product, 5, march(3), region="NORTH"))
    record = Procedure.objects.get(pk=procedure)
    from troth.business.quotas.actions import ProcedureDraft

    off = ProcedureDraft("REGION", "Region", "region", "EA", is_active=False)
    quotas.save_procedure(off, procedure_id=procedure, version=record.version, by=SYSTEM, clock=books.clock)
    books.confirm(books.asks(product, 6, march(3), region="NORTH", document=order(2)))
    assert consumed(procedure) == {("NORTH", 1): 5}
    on = ProcedureDraft("REGION", "Region", "region", "EA")
    saved = quotas.save_procedure(on, procedure_id=procedure, version=record.version + 1, by=SYSTEM, clock=books.clock)
    assert saved.counted == Counted(1, 6, 0)
    assert consumed(procedure) == {("NORTH", 1): 11}
    assert holds()


def test_what_an_expired_hold_was_counted_for_is_free(books, product):
    procedure = sequenced(books, product)
    draft = HoldDraft(books.site.pk, "fair", [HoldLineDraft(product.pk, 6, march(3))])
    promising.hold_goods(draft, by=SYSTEM, clock=books.clock)
    set_targets(books, procedure, ({}, march(2), 6))
    books.clock = type(books.clock)(books.clock.now() + timedelta(days=3))
    assert books.confirm(books.asks(product, 6, march(6), region="EAST")).lines[1].confirmed == 6
    assert consumed(procedure) == {("#", 1): 6}
    assert holds()
