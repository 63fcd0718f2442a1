"""What a customer may order, what is sold instead, and what is free with it."""

import pytest

from tests import company
from tests.sales.books import demand, picture
from troth.business.masterdata import models as masterdata
from troth.business.sales import actions, queries
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.kernel.errors import Refusals
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.reference import models as reference

ALWAYS = {"valid_from_on": company.LONG_AGO}


@pytest.fixture
def enter(small, rep, draft):
    def act(customer, *lines, **fields):
        return actions.enter_order(draft(customer, *lines, **fields), by=rep, clock=small.clock)

    return act


@pytest.fixture
def offer(small):
    """`offer.exclude("HELMET", …)`, `offer.instead("HELMET", "FRAME")`, `offer.free("HELMET", 1, of=10)`."""
    return Offer(small)


class Offer:
    def __init__(self, small):
        self.small = small

    def _fields(self, values):
        named = {name: self.small.customers[value] if name == "customer" else value for name, value in values.items()}
        return {**ALWAYS, **named}

    def listing(self, kind, product=None, category="", **values):
        return masterdata.Listing.objects.create(
            kind=kind,
            product=self.small.products[product] if product else None,
            product_category=category,
            **self._fields(values),
        )

    def instead(self, product, substitute, **values):
        return masterdata.Substitution.objects.create(
            product=self.small.products[product], substitute=self.small.products[substitute], **self._fields(values)
        )

    def free(self, product, quantity, *, of, kind="exclusive", given=None, from_quantity=0, **values):
        return masterdata.FreeGoods.objects.create(
            product=self.small.products[product],
            kind=kind,
            from_quantity=from_quantity,
            per_quantity=of,
            free_quantity=quantity,
            free_product=self.small.products[given] if given else None,
            item_category=self.small.item_categories["free"],
            **self._fields(values),
        )


def lines(submitted, by=SYSTEM):
    """(number, product, quantity, role, rejected) of each line."""
    view = queries.order(submitted.id, by=by)
    return [
        (one.line.line_number, one.product_number, one.line.base_quantity, one.line.role, not one.line.stands)
        for one in view.lines
    ]


def asked(submitted):
    """(product, quantity) that was asked for, of the lines that sell something else."""
    view = queries.order(submitted.id, by=SYSTEM)
    return {one.line.line_number: (one.asked.number, one.asked.quantity) for one in view.lines if one.asked}


# Listings and exclusions


def test_what_is_excluded_for_the_customer_is_refused_by_line_and_nothing_is_written(enter, offer):
    offer.listing("excluded", "HELMET", customer="ALPHA", reason="no licence")
    before = picture()
    with pytest.raises(Refusals) as refused:
        enter("ALPHA", ("FRAME", 1), ("HELMET", 2), ("FITTING", 1), ("HELMET", 1))
    assert [(one.code, one.row, one.field) for one in refused.value.refusals] == [
        ("not_offered", 2, "product"),
        ("not_offered", 4, "product"),
    ]
    assert "HELMET may not be sold to this customer (no licence)" in str(refused.value.refusals[0].message)
    assert picture() == before
    assert enter("BETA", ("HELMET", 1)).state == "submitted"


def test_who_has_a_list_may_order_only_what_stands_on_it(enter, offer):
    offer.listing("listed", "HELMET", customer_group="dealer")
    assert enter("BETA", ("HELMET", 1)).state == "submitted"
    with pytest.raises(Refusals, match="none of this customer's lists"):
        enter("BETA", ("FRAME", 1))
    assert enter("ALPHA", ("FRAME", 1)).state == "submitted"


def test_an_exclusion_of_a_category_counts_for_all_and_more_than_a_list(enter, offer):
    offer.listing("listed", "HELMET", customer="ALPHA")
    offer.listing("excluded", category="bicycles")
    with pytest.raises(Refusals, match="may not be sold"):
        enter("ALPHA", ("HELMET", 1))


def test_a_record_counts_from_its_first_to_its_last_day(enter, offer):
    offer.listing("excluded", "HELMET", valid_from_on=company.TUESDAY)
    offer.listing("excluded", "FRAME", valid_to_on=company.LONG_AGO)
    assert enter("ALPHA", ("HELMET", 1), ("FRAME", 1)).state == "submitted"


def test_what_stands_in_an_order_may_stay_when_it_is_excluded_later_but_nothing_new_of_it(small, rep, enter, offer):
    taken = enter("ALPHA", ("HELMET", 1), ("FRAME", 1))
    offer.listing("excluded", "HELMET")
    change = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": "2"}),))
    assert actions.change_order(taken.id, change, by=rep, clock=small.clock).state == "submitted"
    with pytest.raises(Refusals, match="may not be sold"):
        actions.change_order(
            taken.id, OrderChanges(add=(LineDraft(product="HELMET", quantity="1"),)), by=rep, clock=small.clock
        )
    with pytest.raises(Exception, match="may not be sold"):
        actions.copy_order(taken.id, by=rep, clock=small.clock)


def test_a_draft_is_looked_at_again_when_it_is_submitted(small, rep, draft, offer):
    saved = actions.save_order(draft("ALPHA", ("HELMET", 1)), by=rep, clock=small.clock)
    offer.listing("excluded", "HELMET")
    with pytest.raises(Exception, match="may not be sold"):
        actions.submit_order(saved.id, by=rep, clock=small.clock)


# Substitutions


def test_a_product_is_sold_in_place_of_another_and_the_line_keeps_what_was_asked_for(enter, offer):
    offer.instead("HELMET", "FRAME", reason="discontinued")
    taken = enter("ALPHA", ("HELMET", 3))
    assert lines(taken) == [(10, "FRAME", 3, "", False)]
    assert asked(taken) == {10: ("HELMET", 3)}
    assert taken.net == 3 * 40000


def test_a_product_that_is_not_sold_any_more_can_be_ordered_where_another_is_sold_for_it(enter, offer):
    with pytest.raises(Refusals, match=r"BELL is not sold\. Choose another"):
        enter("ALPHA", ("BELL", 1))
    offer.instead("BELL", "HELMET")
    assert lines(enter("ALPHA", ("BELL", 2))) == [(10, "HELMET", 2, "", False)]
    with pytest.raises(Refusals, match=r"BELL is not sold\. Take HELMET instead"):
        enter("ALPHA", LineDraft(product="BELL", quantity="1", alternatives="none"))


def test_what_is_only_proposed_is_sold_when_somebody_takes_it(enter, offer):
    offer.instead("HELMET", "FRAME", mode="proposed")
    assert lines(enter("ALPHA", ("HELMET", 1))) == [(10, "HELMET", 1, "", False)]
    assert lines(enter("ALPHA", LineDraft(product="HELMET", quantity="1", alternatives="take"))) == [
        (10, "FRAME", 1, "", False)
    ]


def test_who_insists_gets_what_was_asked_for(enter, offer):
    offer.instead("HELMET", "FRAME")
    insisted = LineDraft(product="HELMET", quantity="1", alternatives="none")
    assert lines(enter("ALPHA", insisted)) == [(10, "HELMET", 1, "", False)]
    with pytest.raises(Refusals, match="Choose one of take, none"):
        enter("ALPHA", LineDraft(product="HELMET", quantity="1", alternatives="perhaps"))


def test_the_customers_own_substitution_counts_before_the_groups_and_that_before_the_one_for_all(enter, offer):
    offer.instead("HELMET", "FRAME")
    offer.instead("HELMET", "GLOVE", customer_group="dealer", numerator=1, denominator=1)
    assert lines(enter("ALPHA", ("HELMET", 1)))[0][1] == "FRAME"
    assert lines(enter("BETA", ("HELMET", 1)))[0][1] == "GLOVE"
    offer.instead("HELMET", "OIL", customer="BETA", numerator=1, denominator=2)
    # half a litre for each, which is counted in thousandths
    assert lines(enter("BETA", ("HELMET", 3))) == [(10, "OIL", 1500, "", False)]


def test_a_chain_of_substitutions_is_followed_to_its_last_product_that_can_be_sold(small, enter, offer):
    offer.instead("HELMET", "GLOVE", numerator=1, denominator=1)
    offer.instead("GLOVE", "FRAME", numerator=1, denominator=1)
    assert lines(enter("ALPHA", ("HELMET", 2)))[0][1:3] == ("FRAME", 2)
    offer.listing("excluded", "FRAME", customer="ALPHA")
    assert lines(enter("ALPHA", ("HELMET", 2)))[0][1:3] == ("GLOVE", 2)


def test_an_excluded_product_is_sold_as_another_or_the_refusal_names_it(enter, offer):
    offer.listing("excluded", "HELMET")
    offer.instead("HELMET", "FRAME", customer="ALPHA")
    offer.instead("HELMET", "FRAME", customer="BETA", mode="proposed")
    assert lines(enter("ALPHA", ("HELMET", 1)))[0][1] == "FRAME"
    with pytest.raises(Refusals) as refused:
        enter("BETA", ("HELMET", 1))
    assert refused.value.refusals[0].facts["offer"] == "FRAME"


def test_boxes_stay_boxes_where_the_substitute_comes_in_them(small, enter, offer):
    reference.ProductUnit.objects.create(product=small.products["FRAME"], unit_id="box", numerator=6)
    offer.instead("HELMET", "FRAME")
    taken = enter("ALPHA", LineDraft(product="HELMET", quantity="2", unit="box"))
    [one] = queries.order(taken.id, by=SYSTEM).lines
    assert (one.line.quantity, one.line.unit_id, one.line.base_quantity) == (4, "box", 24)
    assert (one.asked.quantity, one.asked.unit) == (2, "box")


# Free goods


def test_of_each_ten_one_is_free_within_what_is_ordered(enter, offer):
    offer.free("HELMET", 1, of=10, kind="inclusive")
    taken = enter("ALPHA", ("HELMET", 25))
    assert lines(taken) == [(10, "HELMET", 23, "", False), (11, "HELMET", 2, "free", False)]
    assert taken.net == 23 * 5000
    assert asked(taken) == {10: ("HELMET", 25)}


def test_on_top_of_each_ten_one_of_another_product_is_free_from_twenty_on_and_its_demand_is_posted(small, enter, offer):
    company.put_in_stock(small, "HELMET", 100)
    company.put_in_stock(small, "GLOVE", 100)
    offer.free("HELMET", 2, of=10, given="GLOVE", from_quantity=20)
    assert lines(enter("ALPHA", ("HELMET", 19))) == [(10, "HELMET", 19, "", False)]
    taken = enter("ALPHA", ("HELMET", 25))
    assert lines(taken) == [(10, "HELMET", 25, "", False), (11, "GLOVE", 4, "free", False)]
    view = queries.order(taken.id, by=SYSTEM)
    assert [(one.line.net, one.item_category, demand(one.line.id)) for one in view.lines] == [
        (25 * 5000, "standard", 25),
        (0, "free", 4),
    ]


def test_free_goods_are_given_with_the_product_that_is_sold_instead(enter, offer):
    offer.free("HELMET", 1, of=10)
    offer.instead("HELMET", "FRAME")
    assert lines(enter("ALPHA", ("HELMET", 20))) == [(10, "FRAME", 20, "", False), (11, "FRAME", 2, "free", False)]


def test_an_order_free_of_charge_earns_nothing(enter, offer):
    offer.free("HELMET", 1, of=10)
    assert lines(enter("ALPHA", ("HELMET", 20), order_type="free")) == [(10, "HELMET", 20, "", False)]


def test_free_goods_follow_the_changes_of_their_main_item(small, rep, enter, offer):
    company.put_in_stock(small, "HELMET", 100)
    offer.free("HELMET", 1, of=10)
    taken = enter("ALPHA", ("HELMET", 20), ("FRAME", 1))

    def change(**values):
        changes = OrderChanges(lines=(LineChange(line_number=10, values=values),))
        return actions.change_order(taken.id, changes, by=rep, clock=small.clock)

    change(quantity="30")
    assert lines(taken) == [
        (10, "HELMET", 30, "", False),
        (11, "HELMET", 3, "free", False),
        (20, "FRAME", 1, "", False),
    ]
    change(requested_on="2026-03-18")
    dates = {one.line.line_number: str(one.line.requested_on) for one in queries.order(taken.id, by=SYSTEM).lines}
    assert dates == {10: "2026-03-18", 11: "2026-03-18", 20: "2026-03-11"}
    change(quantity="9")
    assert lines(taken) == [
        (10, "HELMET", 9, "", False),
        (11, "HELMET", 3, "free", True),
        (20, "FRAME", 1, "", False),
    ]
    change(quantity="10")
    assert [one for one in lines(taken) if not one[4]] == [
        (10, "HELMET", 10, "", False),
        (12, "HELMET", 1, "free", False),
        (20, "FRAME", 1, "", False),
    ]
    assert demand() == 11
    assert all(one.holds for one in verify.run() if one.name.startswith("sales"))


def test_a_sub_item_is_not_changed_by_itself_and_is_rejected_with_its_main_item(small, rep, enter, offer):
    company.put_in_stock(small, "HELMET", 100)
    offer.free("HELMET", 1, of=10)
    taken = enter("ALPHA", ("HELMET", 20), ("FRAME", 1))
    changes = OrderChanges(lines=(LineChange(line_number=11, values={"quantity": "5"}),))
    with pytest.raises(Exception, match="Line 11 follows line 10"):
        actions.change_order(taken.id, changes, by=rep, clock=small.clock)
    actions.reject_item(taken.id, 10, reason="too late", by=rep, clock=small.clock)
    assert [one[4] for one in lines(taken)] == [True, True, False]
    assert demand() == 0


# Orders with reference


def test_substitutes_and_free_goods_of_a_quotation_are_carried_into_the_order_and_not_decided_anew(
    small, rep, offer, draft
):
    offer.instead("HELMET", "FRAME", reason="discontinued")
    offer.free("HELMET", 1, of=10)
    wanted = QuotationDraft(
        customer="ALPHA", lines=(LineDraft(product="HELMET", quantity="20"),), valid_to_on=company.NEXT_WEDNESDAY
    )
    saved = actions.save_quotation(wanted, by=rep, clock=small.clock)
    actions.send_quotation(saved.id, by=rep, clock=small.clock)
    masterdata.Substitution.objects.get().delete()
    masterdata.FreeGoods.objects.get().delete()
    taken = actions.order_from_quotation(saved.id, requested_on=company.NEXT_WEDNESDAY, by=rep, clock=small.clock)
    assert lines(taken) == [(10, "FRAME", 20, "", False), (11, "FRAME", 2, "free", False)]
    assert asked(taken) == {10: ("HELMET", 20)}
    open_to_order = [one.open_to_order for one in queries.quotation(saved.id, by=SYSTEM).lines]
    assert open_to_order == [0, 0]


def test_part_of_a_quoted_item_brings_its_share_of_free_goods(small, rep, offer):
    offer.free("HELMET", 1, of=10)
    wanted = QuotationDraft(
        customer="ALPHA", lines=(LineDraft(product="HELMET", quantity="20"),), valid_to_on=company.NEXT_WEDNESDAY
    )
    saved = actions.save_quotation(wanted, by=rep, clock=small.clock)
    actions.send_quotation(saved.id, by=rep, clock=small.clock)
    on = company.NEXT_WEDNESDAY
    first = actions.order_from_quotation(saved.id, quantities={10: 13}, requested_on=on, by=rep, clock=small.clock)
    assert lines(first) == [(10, "HELMET", 13, "", False), (11, "HELMET", 1, "free", False)]
    rest = actions.order_from_quotation(saved.id, requested_on=on, by=rep, clock=small.clock)
    assert lines(rest) == [(10, "HELMET", 7, "", False), (11, "HELMET", 1, "free", False)]


def test_a_copy_carries_what_was_sold_instead_and_what_is_free(small, rep, enter, offer):
    offer.instead("HELMET", "FRAME")
    offer.free("HELMET", 1, of=10)
    taken = enter("ALPHA", ("HELMET", 20))
    copied = actions.copy_order(taken.id, by=rep, clock=small.clock)
    assert lines(copied) == lines(taken)
    assert asked(copied) == {10: ("HELMET", 20)}


def test_a_draft_that_is_written_anew_is_sold_and_given_as_before(small, rep, draft, offer):
    offer.free("HELMET", 1, of=10, kind="inclusive")
    saved = actions.save_order(draft("ALPHA", ("HELMET", 25)), by=rep, clock=small.clock)
    again = LineDraft(product="HELMET", quantity="35", line_number=10, goes_on=10)
    actions.save_order(draft("ALPHA", again), order_id=saved.id, by=rep, clock=small.clock)
    assert lines(saved) == [(10, "HELMET", 32, "", False), (11, "HELMET", 3, "free", False)]
    assert actions.submit_order(saved.id, by=rep, clock=small.clock).net == 32 * 5000


def test_of_a_part_that_is_ordered_of_a_quotation_as_much_was_asked_for(small, rep, offer):
    offer.instead("HELMET", "FRAME", numerator=1, denominator=2)
    wanted = QuotationDraft(
        customer="ALPHA", lines=(LineDraft(product="HELMET", quantity="20"),), valid_to_on=company.NEXT_WEDNESDAY
    )
    saved = actions.save_quotation(wanted, by=rep, clock=small.clock)
    actions.send_quotation(saved.id, by=rep, clock=small.clock)
    on = company.NEXT_WEDNESDAY
    taken = actions.order_from_quotation(saved.id, quantities={10: 5}, requested_on=on, by=rep, clock=small.clock)
    assert lines(taken) == [(10, "FRAME", 5, "", False)]
    assert asked(taken) == {10: ("HELMET", 10)}


def test_orders_that_are_entered_together_are_sold_and_given_as_each_alone(small, rep, draft, offer):
    offer.instead("HELMET", "FRAME")
    offer.free("HELMET", 1, of=10)
    offer.listing("excluded", "GLOVE")
    first, second = actions.enter_orders(
        [draft("ALPHA", ("HELMET", 10)), draft("BETA", ("GLOVE", 1))], by=rep, clock=small.clock
    )
    assert lines(first.taken) == [(10, "FRAME", 10, "", False), (11, "FRAME", 1, "free", False)]
    assert first.taken.net == 10 * 40000
    assert [one.code for one in second.refused] == ["not_offered"]
