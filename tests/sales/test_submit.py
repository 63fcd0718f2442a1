"""Drafts and their way into the books: what is missing, blocks, order types, keys."""

from dataclasses import replace

import pytest

from tests import company
from tests.sales import books
from troth.business.masterdata.models import RouteRule
from troth.business.sales import actions, queries
from troth.business.sales.rules import refusals
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.completeness import Step
from troth.business.sales.rules.drafts import LineDraft
from troth.platform import locks
from troth.platform.idempotency import KeyReused


def test_a_draft_holds_nothing_until_it_is_submitted(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    saved = actions.save_order(draft("ALPHA", ("HELMET", 2)), by=rep, clock=small.clock)
    assert (saved.state, books.demand(), books.exposure()) == ("draft", 0, 0)
    answer = actions.submit_order(saved.id, expected_version=1, by=rep, clock=small.clock)
    assert (answer.state, answer.version, books.demand(), books.exposure()) == ("submitted", 2, 2, answer.gross)
    assert queries.order(saved.id, by=rep).progress.headline == "confirmed"


def test_a_draft_can_be_written_anew(small, rep, draft):
    saved = actions.save_order(draft("ALPHA", ("HELMET", 2)), by=rep, clock=small.clock)
    again = actions.save_order(
        draft("ALPHA", ("GLOVE", 1)), order_id=saved.id, expected_version=1, by=rep, clock=small.clock
    )
    assert (again.id, again.number, again.version, again.net) == (saved.id, saved.number, 2, 2000)
    before = books.picture()
    with pytest.raises(locks.ChangedMeanwhile):
        actions.save_order(
            draft("ALPHA", ("GLOVE", 2)), order_id=saved.id, expected_version=1, by=rep, clock=small.clock
        )
    assert books.picture() == before


def test_an_order_without_a_date_is_kept_and_says_what_that_holds_back(small, rep, draft):
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 1), requested_on=None), by=rep, clock=small.clock)
    assert answer.state == "draft"
    assert [(one.field, one.line_number, one.holds_back) for one in answer.missing] == [
        ("requested_on", 10, Step.CONFIRMATION)
    ]
    assert (books.demand(), books.exposure()) == (0, 0)
    before = books.picture()
    with pytest.raises(refusals.OrderIncomplete) as refused:
        actions.submit_order(answer.id, by=rep, clock=small.clock)
    assert refused.value.facts["missing"] == [["requested_on", 10]]
    assert books.picture() == before


def test_a_missing_route_holds_back_the_delivery_until_it_is_entered(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    RouteRule.objects.get(site=small.sites["HAM"]).delete()
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 1)), by=rep, clock=small.clock)
    assert (answer.state, answer.lines[0].confirmed) == ("submitted", 1)
    assert answer.blocks == ("incomplete: route of line 10",)
    assert books.blocks() == [("customer_service", "delivery")]
    entered = OrderChanges(lines=(LineChange(line_number=10, values={"route": "ROT-ROAD"}),))
    actions.change_order(answer.id, entered, by=rep, clock=small.clock)
    assert books.blocks() == []


def test_goods_that_are_short_leave_the_order_standing(small, rep, draft):
    company.put_in_stock(small, "HELMET", 2)
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 5)), by=rep, clock=small.clock)
    assert [(line.confirmed, line.short) for line in answer.lines] == [(2, 3)]
    assert answer.is_short
    assert queries.order(answer.id, by=rep).progress.headline == "partly_confirmed"


def test_past_the_credit_limit_the_order_keeps_its_confirmation_and_is_blocked(small, rep, draft):
    company.put_in_stock(small, "FRAME", 50)
    answer = actions.enter_order(draft("ALPHA", ("FRAME", 30)), by=rep, clock=small.clock)
    assert answer.lines[0].confirmed == 30
    assert answer.blocks == ("The credit limit is exceeded.",)
    assert books.blocks() == [("credit", "delivery")]


def test_an_order_type_may_confirm_nothing_while_credit_is_short(small, rep, draft):
    company.put_in_stock(small, "FRAME", 50)
    small.order_types["standard"].on_credit_block = "unconfirm"
    small.order_types["standard"].save()
    answer = actions.enter_order(draft("ALPHA", ("FRAME", 30)), by=rep, clock=small.clock)
    assert (answer.lines[0].confirmed, books.demand()) == (0, 0)
    from troth.business.credit.actions import release_block
    from troth.platform.actors import SYSTEM
    from troth.platform.blocks import standing

    [block] = standing([queries.order(answer.id, by=rep).ref])
    manager = company.person("credit_manager", user_id=99)
    release_block(block.id, reason="paid today", by=manager, clock=small.clock)
    actions.resume_order(answer.id, by=SYSTEM, clock=small.clock)
    assert books.demand() == 30


def test_free_of_charge_keeps_its_category_and_claims_nothing(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    answer = actions.enter_order(
        draft("ALPHA", ("HELMET", 2), ("FITTING", 1), order_type="free"), by=rep, clock=small.clock
    )
    view = queries.order(answer.id, by=rep)
    assert [line.item_category for line in view.lines] == ["free", "free"]
    assert (answer.gross, books.exposure(), books.demand()) == (0, 0, 2)
    assert view.lines[0].progress.billing_basis == "none"


def test_a_service_is_billed_by_order_and_wants_no_goods(small, rep, draft):
    answer = actions.enter_order(draft("ALPHA", ("FITTING", 1), requested_on=None), by=rep, clock=small.clock)
    view = queries.order(answer.id, by=rep)
    assert (answer.state, view.lines[0].item_category, books.demand()) == ("submitted", "service", 0)
    assert view.lines[0].progress.billing_basis == "ordered"


def test_boxes_and_cans_are_counted_in_base_units(small, rep, draft):
    lines = (
        LineDraft(product="HELMET", quantity="2", unit="box"),
        LineDraft(product="OIL", quantity="3", unit="can"),
        LineDraft(product="OIL", quantity="0.25"),
    )
    answer = actions.enter_order(draft("ALPHA", *lines), by=rep, clock=small.clock)
    assert [line.quantity for line in answer.lines] == [24, 1500, 250]
    assert [v.line.weight_g for v in queries.order(answer.id, by=rep).lines] == [7200, 1350, 225]


def test_a_reference_used_twice_is_a_warning(small, rep, draft):
    first = actions.enter_order(draft("ALPHA", ("HELMET", 1), customer_reference="PO 1"), by=rep, clock=small.clock)
    second = actions.enter_order(draft("ALPHA", ("HELMET", 1), customer_reference="PO 1"), by=rep, clock=small.clock)
    assert first.warnings == ()
    assert second.warnings == (f"Order {first.number} has the same customer's order number PO 1.",)


def test_a_repeated_key_gets_the_first_answer(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    wanted = draft("ALPHA", ("HELMET", 2))
    first = actions.enter_order(wanted, by=rep, clock=small.clock, key="k1")
    before = books.picture()
    assert actions.enter_order(wanted, by=rep, clock=small.clock, key="k1") == first
    with pytest.raises(KeyReused):
        actions.enter_order(replace(wanted, text="more"), by=rep, clock=small.clock, key="k1")
    assert books.picture() == before


def test_a_copy_is_a_draft_that_refers_to_nothing(small, rep, draft):
    first = actions.enter_order(draft("ALPHA", ("HELMET", 2), customer_reference="PO 1"), by=rep, clock=small.clock)
    copy = actions.copy_order(first.id, by=rep, clock=small.clock)
    view = queries.order(copy.id, by=rep)
    assert (copy.state, copy.net, copy.missing) == ("draft", first.net, ())
    assert (view.document.copied_from_id, view.document.customer_reference) == (first.id, "")


def test_stock_is_tied_to_a_line_and_let_go(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 3)), by=rep, clock=small.clock)
    assert actions.allocate_stock(answer.id, 10, quantity="2", by=rep, clock=small.clock).allocated == 2
    before = books.picture()
    with pytest.raises(refusals.UnknownLine):
        actions.allocate_stock(answer.id, 99, by=rep, clock=small.clock)
    assert books.picture() == before
    assert actions.release_allocation(answer.id, 10, by=rep, clock=small.clock).allocated == 0


def test_a_block_of_sales_is_set_and_lifted_by_another(small, rep, draft):
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 1)), by=rep, clock=small.clock)
    actions.set_block(answer.id, "delivery", reason="address unclear", by=rep, clock=small.clock)
    view = queries.order(answer.id, by=rep)
    assert (view.progress.is_blocked, [block.reason for block in view.blocks]) == (True, ["address unclear"])
    actions.release_block(answer.id, view.blocks[0].id, reason="called", by=rep, clock=small.clock)
    assert books.blocks() == []


def test_orders_are_listed_newest_first(small, rep, draft):
    numbers = [actions.enter_order(draft("ALPHA", ("HELMET", 1)), by=rep, clock=small.clock).number for _ in range(3)]
    assert [row.number for row in queries.rows(queries.orders(rep, state="submitted"))] == numbers[::-1]
    assert queries.rows(queries.orders(rep, words="nobody")) == []
