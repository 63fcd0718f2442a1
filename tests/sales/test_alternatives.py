"""Rules of availability: other goods serve what an item's own cannot."""

import pytest

from tests import company
from tests.sales.books import demand, picture
from tests.sales.test_offering import asked, lines
from troth.business.masterdata import models as masterdata
from troth.business.promising import queries as promising
from troth.business.sales import actions, queries
from troth.business.sales.actions import check
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.platform import verify
from troth.platform.actors import SYSTEM


def placed(submitted):
    """(number, product, site, quantity, confirmed, role) of each standing line."""
    view = queries.order(submitted.id, by=SYSTEM)
    return [
        (
            one.line.line_number,
            one.product_number,
            one.site,
            one.line.base_quantity,
            one.promise.confirmed if one.promise else 0,
            one.line.role,
        )
        for one in view.lines
        if one.line.stands
    ]


def holds():
    return [one.name for one in verify.run() if not one.holds] == []


def test_what_is_there_is_served_and_no_rule_is_asked(small, enter, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "HELMET", 10)
    taken = enter("ALPHA", ("HELMET", 10))
    assert placed(taken) == [(10, "HELMET", "HAM", 10, 10, "")]
    assert asked(taken) == {}


def test_the_rest_is_served_from_another_site_and_then_by_another_product_as_sub_items(small, enter, rule):
    rule("HELMET", (None, "ROT"), ("FRAME", None), reason="short of helmets")
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "HELMET", 3, site="ROT")
    company.put_in_stock(small, "FRAME", 50)
    taken = enter("ALPHA", ("HELMET", 10), ("FRAME", 1))
    assert placed(taken) == [
        (10, "HELMET", "HAM", 4, 4, ""),
        (11, "HELMET", "ROT", 3, 3, "alternative"),
        (12, "FRAME", "HAM", 3, 3, "alternative"),
        (20, "FRAME", "HAM", 1, 1, ""),
    ]
    assert asked(taken) == {10: ("HELMET", 10)}
    # priced as the helmets that were ordered
    assert taken.net == 10 * 5000 + 40000
    assert demand() == 11
    assert holds()


def test_the_promise_says_which_rule_serves_the_rest_and_what_was_tried(small, enter, rule):
    rule("HELMET", (None, "ROT"), ("FRAME", None))
    company.put_in_stock(small, "FRAME", 6)
    company.put_in_stock(small, "HELMET", 4)
    taken = enter("ALPHA", ("HELMET", 10))
    [line, _sub] = queries.order(taken.id, by=SYSTEM).lines
    sentence = str(promising.explanations("order", [line.line.id])[line.line.id].sentence)
    assert sentence.endswith("By rule R1: 6 piece by FRAME from HAM.")
    tried = line.line.asked["considered"]["tried"]
    assert [(one["product"], one["site"], one["taken"], one["why"]) for one in tried] == [
        ("HELMET", "ROT", 0, "nothing"),
        ("FRAME", "HAM", 6, "taken"),
    ]


def test_the_item_itself_is_served_elsewhere_where_one_is_to_serve_all(small, enter, rule):
    rule("HELMET", ("FRAME", "ROT"), picking="pick_one", building="full", result="inline", price_of="substitute")
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "FRAME", 10, site="ROT")
    taken = enter("ALPHA", ("HELMET", 10))
    assert placed(taken) == [(10, "FRAME", "ROT", 10, 10, "")]
    assert asked(taken) == {10: ("HELMET", 10)}
    assert taken.net == 10 * 40000


def test_the_scale_of_the_whole_order_holds_for_each_part(small, enter, rule):
    rule("HELMET", (None, "ROT"))
    company.put_in_stock(small, "HELMET", 60)
    company.put_in_stock(small, "HELMET", 40, site="ROT")
    taken = enter("ALPHA", ("HELMET", 100))
    assert [one[3] for one in placed(taken)] == [60, 40]
    assert taken.net == 100 * 4500


def test_a_factor_turns_quantities_and_what_does_not_come_out_even_stays(small, enter, rule):
    rule("HELMET", ("FRAME", None), factor=(1, 3))
    company.put_in_stock(small, "FRAME", 2)
    taken = enter("ALPHA", ("HELMET", 10))
    assert placed(taken) == [(10, "HELMET", "HAM", 4, 0, ""), (11, "FRAME", "HAM", 2, 2, "alternative")]


@pytest.mark.parametrize(
    "values",
    [
        {"customer_group": "dealer"},
        {"valid_to_on": company.LONG_AGO},
        {"kind": "exclusive"},
    ],
)
def test_a_rule_whose_conditions_do_not_fit_serves_nothing(small, enter, rule, values):
    rule("HELMET", ("FRAME", None), **values)
    company.put_in_stock(small, "FRAME", 10)
    assert placed(enter("ALPHA", ("HELMET", 10))) == [(10, "HELMET", "HAM", 10, 0, "")]


def test_rules_hold_by_site_category_organisation_customer_and_order_type(small, enter, rule):
    fits = {
        "site": small.sites["HAM"],
        "product_category": "bicycles",
        "company": small.company,
        "sales_organisation": small.customers["ALPHA"].sales_organisation,
        "customer": small.customers["ALPHA"],
        "order_type": small.order_types["standard"],
    }
    rule(None, (None, "ROT"), **fits)
    company.put_in_stock(small, "HELMET", 10, site="ROT")
    assert placed(enter("ALPHA", ("HELMET", 5))) == [(10, "HELMET", "ROT", 5, 5, "")]
    assert placed(enter("ALPHA", ("HELMET", 5), order_type="free")) == [(10, "HELMET", "HAM", 5, 0, "")]


def test_an_exclusive_rule_takes_a_site_out_of_what_others_name(small, enter, rule):
    rule("HELMET", (None, "ROT"), ("FRAME", None))
    rule(None, (None, "ROT"), code="X", kind="exclusive")
    company.put_in_stock(small, "HELMET", 10, site="ROT")
    company.put_in_stock(small, "FRAME", 10)
    assert placed(enter("ALPHA", ("HELMET", 5))) == [(10, "FRAME", "HAM", 5, 5, "")]


def test_what_may_not_be_sold_or_cannot_leave_is_no_alternative_and_says_why(small, enter, rule):
    rule("HELMET", ("GLOVE", None), ("BELL", None), ("FITTING", None))
    masterdata.Listing.objects.create(kind="excluded", product=small.products["GLOVE"], valid_from_on=company.LONG_AGO)
    company.put_in_stock(small, "GLOVE", 10)
    taken = enter("ALPHA", ("HELMET", 5))
    [line] = queries.order(taken.id, by=SYSTEM).lines
    assert [one["why"] for one in line.line.asked["considered"]["tried"]] == ["not_offered", "not_sold", "not_sold"]
    sentence = str(promising.explanations("order", [line.line.id])[line.line.id].sentence)
    assert sentence.endswith("By rule R1 nothing else could serve it.")


def test_what_is_proposed_is_taken_by_who_wants_it_and_nobody_is_served_who_insists(small, enter, rule):
    rule("HELMET", ("FRAME", None), mode="proposed")
    company.put_in_stock(small, "FRAME", 10)
    assert placed(enter("ALPHA", ("HELMET", 5))) == [(10, "HELMET", "HAM", 5, 0, "")]
    wanted = LineDraft(product="HELMET", quantity="5", alternatives="take")
    assert placed(enter("ALPHA", wanted)) == [(10, "FRAME", "HAM", 5, 5, "")]


def test_free_goods_and_free_items_stay_free_and_are_served_too(small, enter, rule):
    rule("HELMET", ("FRAME", None))
    masterdata.FreeGoods.objects.create(
        product=small.products["HELMET"],
        kind="exclusive",
        per_quantity=10,
        free_quantity=1,
        item_category=small.item_categories["free"],
        valid_from_on=company.LONG_AGO,
    )
    company.put_in_stock(small, "HELMET", 10)
    company.put_in_stock(small, "FRAME", 10)
    taken = enter("ALPHA", ("HELMET", 10))
    view = queries.order(taken.id, by=SYSTEM)
    assert [(one.product_number, one.item_category, one.line.net) for one in view.lines] == [
        ("HELMET", "standard", 50000),
        ("FRAME", "free", 0),
    ]
    free = enter("ALPHA", ("HELMET", 2), order_type="free")
    assert [(one.product_number, one.item_category) for one in queries.order(free.id, by=SYSTEM).lines] == [
        ("FRAME", "free")
    ]


def test_lines_of_one_order_do_not_take_the_same_goods(small, enter, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "FRAME", 5)
    taken = enter("ALPHA", ("FRAME", 3), ("HELMET", 4), ("HELMET", 1))
    assert placed(taken) == [
        (10, "FRAME", "HAM", 3, 3, ""),
        (20, "HELMET", "HAM", 2, 0, ""),
        (21, "FRAME", "HAM", 2, 2, "alternative"),
        (30, "HELMET", "HAM", 1, 0, ""),
    ]
    assert holds()


def test_a_change_decides_anew_on_its_own_goods_and_keeps_what_stays_the_same(small, rep, enter, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "FRAME", 50)
    taken = enter("ALPHA", ("HELMET", 10), ("GLOVE", 1))
    before = {one.line.line_number: one.line.id for one in queries.order(taken.id, by=SYSTEM).lines}

    def change(**values):
        wanted = OrderChanges(lines=(LineChange(line_number=10, values=values),))
        return actions.change_order(taken.id, wanted, by=rep, clock=small.clock)

    change(quantity="12")
    assert placed(taken)[:2] == [(10, "HELMET", "HAM", 4, 4, ""), (11, "FRAME", "HAM", 8, 8, "alternative")]
    assert {one.line.line_number: one.line.id for one in queries.order(taken.id, by=SYSTEM).lines} == before
    change(quantity="3")
    assert placed(taken)[:1] == [(10, "HELMET", "HAM", 3, 3, "")]
    assert lines(taken)[1] == (11, "FRAME", 8, "alternative", True)
    change(alternatives="none", quantity="5")
    assert placed(taken)[:1] == [(10, "HELMET", "HAM", 5, 4, "")]
    assert demand() == 4
    assert holds()


def test_a_change_of_something_else_leaves_the_alternatives_as_they_are(small, rep, enter, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "FRAME", 50)
    company.put_in_stock(small, "HELMET", 4)
    taken = enter("ALPHA", ("HELMET", 10))
    company.put_in_stock(small, "HELMET", 50)
    wanted = OrderChanges(
        header={"customer_reference": "B-7"}, lines=(LineChange(line_number=10, values={"text": "x"}),)
    )
    actions.change_order(taken.id, wanted, by=rep, clock=small.clock)
    assert placed(taken) == [(10, "HELMET", "HAM", 4, 4, ""), (11, "FRAME", "HAM", 6, 6, "alternative")]


def test_a_draft_is_decided_when_it_is_submitted_and_not_before(small, rep, draft, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "FRAME", 50)
    company.put_in_stock(small, "HELMET", 4)
    saved = actions.save_order(draft("ALPHA", ("HELMET", 10)), by=rep, clock=small.clock)
    assert lines(saved) == [(10, "HELMET", 10, "", False)]
    actions.submit_order(saved.id, by=rep, clock=small.clock)
    assert placed(saved) == [(10, "HELMET", "HAM", 4, 4, ""), (11, "FRAME", "HAM", 6, 6, "alternative")]
    assert holds()


@pytest.fixture
def quoted(small, rep):
    def act(quantity="10"):
        wanted = QuotationDraft(
            customer="ALPHA",
            lines=(LineDraft(product="HELMET", quantity=quantity),),
            valid_to_on=company.NEXT_WEDNESDAY,
            requested_on=company.NEXT_WEDNESDAY,
        )
        saved = actions.save_quotation(wanted, by=rep, clock=small.clock)
        actions.send_quotation(saved.id, by=rep, clock=small.clock)
        return saved

    return act


def test_a_quotation_is_served_by_rule_holds_nothing_and_its_order_is_served_as_it_said(small, rep, rule, quoted):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "FRAME", 50)
    quotation = quoted()
    offered = queries.quotation(quotation.id, by=SYSTEM).lines
    assert [(one.product_number, one.line.base_quantity) for one in offered] == [("HELMET", 4), ("FRAME", 6)]
    assert demand() == 0
    company.put_in_stock(small, "HELMET", 50)
    masterdata.AvailabilityRule.objects.update(is_active=False)
    taken = actions.order_from_quotation(quotation.id, by=rep, clock=small.clock)
    assert placed(taken) == [(10, "HELMET", "HAM", 4, 4, ""), (11, "FRAME", "HAM", 6, 6, "alternative")]
    assert taken.net == quotation.net == 50000
    assert demand() == 10
    assert [one.open_to_order for one in queries.quotation(quotation.id, by=SYSTEM).lines] == [0, 0]
    assert holds()


def test_orders_that_are_entered_together_are_served_by_rule_each_by_itself(small, rep, draft, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "FRAME", 5)
    found = actions.enter_orders(
        [draft("ALPHA", ("HELMET", 3)), draft("BETA", ("HELMET", 3))], by=rep, clock=small.clock
    )
    assert [placed(one.taken) for one in found] == [
        [(10, "FRAME", "HAM", 3, 3, "")],
        [(10, "HELMET", "HAM", 1, 0, ""), (11, "FRAME", "HAM", 2, 2, "alternative")],
    ]


def test_goods_that_come_together_are_served_by_one(small, enter, rule):
    rule("HELMET", (None, "ROT"), ("FRAME", None))
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "HELMET", 3, site="ROT")
    company.put_in_stock(small, "FRAME", 20)
    taken = enter("GAMMA", ("HELMET", 10))
    assert placed(taken) == [(10, "FRAME", "HAM", 10, 10, "")]


def test_a_fixed_item_stays_where_it_is(small, enter, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "FRAME", 20)
    taken = enter("ALPHA", LineDraft(product="HELMET", quantity="2", is_fixed=True))
    assert placed(taken) == [(10, "HELMET", "HAM", 2, 0, "")]


def test_a_refused_order_leaves_nothing_whatever_its_rule_found(small, enter, rule):
    rule("HELMET", ("FRAME", None))
    company.put_in_stock(small, "FRAME", 20)
    before = picture()
    with pytest.raises(Exception, match="no product"):
        enter("ALPHA", ("HELMET", 2), ("NONE", 1))
    assert picture() == before


def test_what_would_make_it_earlier_names_the_substitute_that_nobody_has_taken(small, enter, rule):
    from troth.business.promising import actions as promises

    rule("HELMET", ("FRAME", None), (None, "ROT"), mode="proposed")
    company.put_in_stock(small, "FRAME", 3)
    taken = enter("ALPHA", ("HELMET", 5))
    [line] = queries.order(taken.id, by=SYSTEM).lines
    [road] = [one for one in promises.earlier("order", line.line.id, clock=small.clock) if one.road == "substitute"]
    assert (road.product, road.site, road.short, [one.quantity for one in road.arrivals]) == ("FRAME", "HAM", 2, [3])


def test_a_rule_that_nobody_needs_does_not_even_read_the_goods_that_it_names(small, rep, draft, rule):
    rule("HELMET", ("FRAME", None), ("GLOVE", None))
    company.put_in_stock(small, "HELMET", 5)
    told = check.check_document(draft("ALPHA", ("HELMET", 5)), by=rep, clock=small.clock)
    assert told.document is not None
    assert not {"FRAME", "GLOVE"} & {one.number for one in told.document.terms.products.values()}
    told = check.check_document(draft("ALPHA", ("HELMET", 6)), by=rep, clock=small.clock)
    assert {"FRAME", "GLOVE"} <= {one.number for one in told.document.terms.products.values()}
