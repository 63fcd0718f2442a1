"""When a rule of availability is asked: on entering, on a change, or only on other occasions."""

import pytest

from tests import company
from tests.sales.test_alternatives import holds, placed
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import AvailabilityRule
from troth.business.promising import queries as promising
from troth.business.sales import actions, queries
from troth.business.sales.actions import check
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.kernel.errors import BusinessError
from troth.platform.actors import SYSTEM

BY_ITSELF = [(10, "HELMET", "HAM", 10, 0, "")]


@pytest.fixture
def change(small, rep):
    def act(order_id, number=10, **values):
        wanted = OrderChanges(lines=(LineChange(line_number=number, values=values),))
        return actions.change_order(order_id, wanted, by=rep, clock=small.clock)

    return act


def test_a_rule_for_changes_is_not_asked_on_entering_and_one_for_entering_not_on_changes(
    small, rep, draft, enter, rule, change
):  # fmt: skip
    found = rule("HELMET", ("FRAME", None), asked_at_entry=False)
    company.put_in_stock(small, "FRAME", 50)
    checked = check.check_document(draft("ALPHA", ("HELMET", 10)), by=rep, clock=small.clock)
    assert [line.product_id for line in checked.document.standing] == [small.products["HELMET"].pk]
    taken = enter("ALPHA", ("HELMET", 10))
    assert placed(taken) == BY_ITSELF
    change(taken.id, quantity="12")
    assert placed(taken) == [(10, "FRAME", "HAM", 12, 12, "")]
    found.asked_at_entry, found.asked_at_change = True, False
    found.save()
    again = enter("ALPHA", ("HELMET", 10))
    assert placed(again) == [(10, "FRAME", "HAM", 10, 10, "")]
    change(again.id, quantity="12")
    assert placed(again) == [(10, "HELMET", "HAM", 12, 0, "")]
    assert holds()


def test_what_is_taken_out_is_taken_out_whatever_its_rule_is_meant_for(small, enter, rule):
    rule("HELMET", ("FRAME", None))
    rule(None, ("FRAME", None), code="NOFRAMES", kind="exclusive", asked_at_entry=False)
    company.put_in_stock(small, "FRAME", 50)
    assert placed(enter("ALPHA", ("HELMET", 10))) == BY_ITSELF


def test_the_promise_says_that_a_rule_is_not_meant_for_entering(small, enter, rule):
    rule("HELMET", ("FRAME", None))
    rule("HELMET", (None, "ROT"), code="R2", asked_at_entry=False, rank=20)
    company.put_in_stock(small, "FRAME", 50)
    [line] = queries.order(enter("ALPHA", ("HELMET", 10)).id, by=SYSTEM).lines
    sentence = str(promising.explanations("order", [line.line.id])[line.line.id].sentence)
    assert sentence.endswith("Rule R2 was not asked: not meant for entering.")


def test_what_other_lines_hold_is_not_taken_again_when_a_line_is_changed(small, enter, rule, change):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "FRAME", 10)
    taken = enter("ALPHA", ("FRAME", 4), ("HELMET", 2))
    change(taken.id, 20, quantity="6")
    assert placed(taken) == [(10, "FRAME", "HAM", 4, 4, ""), (20, "FRAME", "HAM", 6, 6, "")]
    assert holds()


def test_a_rule_that_is_asked_on_no_occasion_is_refused(small):
    values = {"code": "R9", "name": "R9", "valid_from_on": "2026-01-01"}
    never = {"asked_at_entry": "no", "asked_at_change": "no"}
    with pytest.raises(BusinessError) as refused:
        masterdata.maintain_offering("availability_rules", {**values, **never}, by=SYSTEM, clock=small.clock)
    [one] = getattr(refused.value, "refusals", [refused.value])
    assert one.field == "asked_at_entry"
    one_of_them = {**values, "asked_at_change": "no"}
    masterdata.maintain_offering("availability_rules", one_of_them, by=SYSTEM, clock=small.clock)
    [made] = AvailabilityRule.objects.all()
    assert (made.asked_at_entry, made.asked_at_change) == (True, False)
