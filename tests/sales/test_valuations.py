"""A line whose product is valuated separately: its type is named or usual, and goods of no other serve it."""

import pytest

from tests import company, valued
from troth.business.masterdata import imports
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep, Substitution
from troth.business.masterdata.store import touch
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.rules.holds import WrongHold
from troth.business.sales import actions, jobs, queries
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt
from troth.kernel.errors import Refusals
from troth.kernel.netting import Category
from troth.ledgers.availability.queries import open_shortages
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def gloves(small):
    """Ten new gloves and four used ones."""
    valued.types(small)
    valued.lay_in(small, NEW=10, USED=4)
    return small


def line(quantity=3, valuation="USED", **fields) -> LineDraft:
    return LineDraft(**{"product": "GLOVE", "quantity": quantity, "valuation": valuation, **fields})


def enter(small, rep, draft, *lines, customer="BETA"):
    return actions.enter_order(draft(customer, *lines), by=rep, clock=small.clock)


def change(small, rep, order, **values):
    changes = OrderChanges(lines=(LineChange(line_number=10, values=values),))
    return actions.change_order(order.id, changes, by=rep, clock=small.clock)


def confirmed(order) -> list[int]:
    ids = OrderLine.objects.filter(order_id=order.id).order_by("line_number").values_list("pk", flat=True)
    found = promises.confirmed("order", list(ids))
    return [found.get(one, 0) for one in ids]


def said(call) -> list[tuple[str, str]]:
    with pytest.raises(Refusals) as refused:
        call()
    return [(one.field, str(one)) for one in refused.value.refusals]


def test_goods_of_another_type_do_not_serve_a_line(gloves, rep, draft) -> None:
    order = enter(gloves, rep, draft, line(6), line(10, "NEW"))
    assert [one.confirmed for one in order.lines] == [4, 10]
    [used, new] = queries.order(order.id, by=rep).lines
    assert (used.line.valuation, new.line.valuation) == ("USED", "NEW")
    assert enter(gloves, rep, draft, line(1, "NEW")).lines[0].confirmed == 0
    assert valued.broken() == []


def test_the_explanation_names_the_type(gloves, rep, draft) -> None:
    order = enter(gloves, rep, draft, line(6))
    told = str(promises.explain("order", OrderLine.objects.get(order_id=order.id).pk).sentence)
    assert "Only goods of valuation type USED may serve it." in told


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"valuation": ""}, "valuation",
         "Product GLOVE is valuated separately. Name the type of the goods: NEW, USED."),
        ({"valuation": "OLD"}, "valuation", "OLD is no valuation type of product GLOVE. Name one of: NEW, USED."),
        ({"product": "HELMET"}, "valuation", "Product HELMET is not valuated separately. Leave the type out."),
        ({"location": "MAIN"}, "location",
         "Product GLOVE is valuated separately, and goods of a type are promised from the whole site. Leave the "
         "location out."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(gloves, rep, draft, fields, field, sentence) -> None:
    assert said(lambda: enter(gloves, rep, draft, line(**fields))) == [(field, sentence)]


def test_a_line_that_names_none_gets_the_default(small, rep, draft) -> None:
    valued.types(small, default=True)
    valued.lay_in(small, NEW=10, USED=4)
    order = enter(small, rep, draft, line(12, ""))
    assert [one.confirmed for one in order.lines] == [10]
    assert OrderLine.objects.get(order_id=order.id).valuation == "NEW"


def test_another_type_promises_anew(gloves, rep, draft) -> None:
    order = enter(gloves, rep, draft, line(6))
    other = enter(gloves, rep, draft, line(3), customer="ALPHA")
    assert (confirmed(order), confirmed(other)) == ([4], [0])
    change(gloves, rep, order, valuation="NEW")
    assert confirmed(order) == [6]
    change(gloves, rep, other, quantity=4)
    assert (confirmed(other), valued.broken()) == ([4], [])


def test_another_product_takes_its_own_type(gloves, rep, draft) -> None:
    company.put_in_stock(gloves, "HELMET", 5)
    order = enter(gloves, rep, draft, line(2))
    change(gloves, rep, order, product="HELMET", quantity=2)
    assert (OrderLine.objects.get(order_id=order.id).valuation, confirmed(order)) == ("", [2])
    told = said(lambda: change(gloves, rep, order, product="GLOVE", quantity=2))
    assert told == [("valuation", "Product GLOVE is valuated separately. Name the type of the goods: NEW, USED.")]
    change(gloves, rep, order, product="GLOVE", quantity=2, valuation="NEW")
    assert (confirmed(order), valued.broken()) == ([2], [])


def test_a_line_of_a_type_that_went_out_of_use_stays_and_no_new_one_names_it(gloves, rep, draft) -> None:
    order, draft_kept = enter(gloves, rep, draft, line(2)), draft("BETA", line(1))
    saved = actions.save_order(draft_kept, by=rep, clock=gloves.clock)
    gone = b"product,code,is_active\nGLOVE,USED,no\n"
    imports.import_file("valuation_types", gone, by=SYSTEM, clock=gloves.clock)
    change(gloves, rep, order, quantity=3)
    assert confirmed(order) == [3]
    refusal = [("valuation", "USED is no valuation type of product GLOVE. Name one of: NEW.")]
    assert said(lambda: enter(gloves, rep, draft, line())) == refusal
    assert said(lambda: actions.submit_order(saved.id, by=rep, clock=gloves.clock)) == refusal
    assert said(lambda: actions.copy_order(order.id, by=rep, clock=gloves.clock)) == refusal


def test_a_quotation_names_it_and_the_order_from_it_keeps_it(gloves, rep) -> None:
    quoted = QuotationDraft(customer="BETA", lines=(line(3),), requested_on=company.NEXT_WEDNESDAY,
                            valid_to_on=company.NEXT_WEDNESDAY)  # fmt: skip
    saved = actions.save_quotation(quoted, by=rep, clock=gloves.clock)
    actions.send_quotation(saved.id, by=rep, clock=gloves.clock)
    order = actions.order_from_quotation(saved.id, by=rep, clock=gloves.clock)
    assert OrderLine.objects.get(order_id=order.id).valuation == "USED"
    assert (confirmed(order), valued.broken()) == ([3], [])


def test_what_stands_in_for_a_product_has_types_of_its_own(gloves, rep, draft) -> None:
    Substitution.objects.create(
        product=gloves.products["HELMET"], substitute=gloves.products["GLOVE"], mode="automatic",
        valid_from_on=company.LONG_AGO, numerator=1, denominator=1,
    )  # fmt: skip
    touch()
    told = said(lambda: enter(gloves, rep, draft, ("HELMET", 2)))
    assert told == [("valuation", "Product GLOVE is valuated separately. Name the type of the goods: NEW, USED.")]
    imports.import_file("valuation_types", b"product,code,is_default\nGLOVE,NEW,yes\n", by=SYSTEM, clock=gloves.clock)
    order = enter(gloves, rep, draft, ("HELMET", 2))
    assert list(OrderLine.objects.filter(order_id=order.id).values_list("product__number", "valuation")) == [
        ("GLOVE", "NEW")
    ]


def test_rules_of_availability_pass_such_lines_and_such_goods_over(gloves, rep, draft) -> None:
    company.put_in_stock(gloves, "FRAME", 5)
    for number, other in (("GLOVE", "FRAME"), ("HELMET", "GLOVE")):
        rule = AvailabilityRule.objects.create(
            code=number, name=number, product=gloves.products[number], valid_from_on=company.LONG_AGO
        )
        AvailabilityRuleStep.objects.create(
            rule=rule, position=1, product=gloves.products[other], numerator=1, denominator=1
        )
    touch()
    order = enter(gloves, rep, draft, line(6), ("HELMET", 2))
    products = OrderLine.objects.filter(order_id=order.id).order_by("line_number")
    assert list(products.values_list("product__number", flat=True)) == ["GLOVE", "HELMET"]
    assert confirmed(order) == [4, 0]


def test_supply_that_slips_leaves_short_those_of_its_type_alone(gloves, rep, draft) -> None:
    receipt = supply.expect_receipt(
        ExpectedReceipt(
            gloves.company.pk, "purchase", "4500", gloves.products["GLOVE"].pk, gloves.sites["HAM"].pk, company.TUESDAY,
            5, valuation="USED",
        ),
        by=SYSTEM, clock=gloves.clock,
    )  # fmt: skip
    order, other = enter(gloves, rep, draft, line(8)), enter(gloves, rep, draft, line(10, "NEW"))
    assert confirmed(order) == [8]
    supply.cancel_receipt(receipt, reason="lost", by=SYSTEM, clock=gloves.clock)
    assert [(row.segment, row.quantity) for row in open_shortages()] == [(valued.USED, 4)]
    jobs.work_off(gloves.clock)
    assert (confirmed(order), confirmed(other), open_shortages()) == ([4], [10], [])
    assert valued.broken() == []


def test_a_hold_is_of_a_type_and_the_order_from_it_too(gloves, rep, draft) -> None:
    def hold(valuation):
        wanted = promising.HoldLineDraft(gloves.products["GLOVE"].pk, 3, company.NEXT_MONDAY, valuation)
        return promising.hold_goods(
            promising.HoldDraft(gloves.sites["HAM"].pk, "fair", (wanted,)), by=rep, clock=gloves.clock
        )

    with pytest.raises(WrongHold, match="Name the type of the goods: NEW, USED"):
        hold("")
    made = hold("USED")
    assert list(made.held.values()) == [3]
    assert enter(gloves, rep, draft, line(4)).lines[0].confirmed == 1
    order = actions.order_from_hold(made.id, draft("BETA"), by=rep, clock=gloves.clock)
    assert (OrderLine.objects.get(order_id=order.id).valuation, confirmed(order)) == ("USED", [3])
    assert valued.broken() == []


def test_holds_of_a_type_give_way_to_orders_of_it(gloves, rep, draft) -> None:
    wanted = promising.HoldLineDraft(gloves.products["GLOVE"].pk, 2, company.NEXT_MONDAY, "USED")
    promising.hold_goods(promising.HoldDraft(gloves.sites["HAM"].pk, "fair", (wanted,)), by=rep, clock=gloves.clock)
    order = enter(gloves, rep, draft, line(2))
    supply.adjust_stock(
        gloves.products["GLOVE"].pk, bin_id=gloves.bins["HAM"].pk, counted=2, valuation="USED", reason="two are gone",
        by=SYSTEM, clock=gloves.clock,
    )  # fmt: skip
    jobs.work_off(gloves.clock)
    assert (confirmed(order), open_shortages(), valued.broken()) == ([2], [], [])


def test_a_check_is_of_a_type_and_so_is_what_it_supposes(gloves) -> None:
    product_id, site_id = gloves.products["GLOVE"].pk, gloves.sites["HAM"].pk
    asked = [
        promising.Check(product_id, site_id, 12, company.NEXT_MONDAY, valuation=code) for code in ("NEW", "USED", "")
    ]
    new, used, none = promising.check(asked, clock=gloves.clock)
    assert (new.confirmed, used.confirmed) == (10, 4)
    assert "Name the type of the goods" in str(none)
    more = promising.Supposition(product_id, site_id, Category.STOCK, company.MONDAY, 5, valuation="USED")
    new, used, _ = promising.check(asked, [more], clock=gloves.clock)
    assert (new.confirmed, used.confirmed) == (10, 9)


def test_stock_of_its_type_alone_is_tied_to_a_line(gloves, rep, draft) -> None:
    order = enter(gloves, rep, draft, line(3))
    [row] = OrderLine.objects.filter(order_id=order.id)
    actions.allocate_stock(order.id, 10, quantity=3, by=rep, clock=gloves.clock)
    rows = promises.allocations("order", [row.pk])
    assert (rows, valued.lying(gloves), valued.broken()) == ({row.pk: 3}, {"NEW": 10, "USED": 4}, [])
    actions.release_allocation(order.id, 10, by=rep, clock=gloves.clock)
    assert (confirmed(order), valued.broken()) == ([3], [])
