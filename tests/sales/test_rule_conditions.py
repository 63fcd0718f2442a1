"""Rules of availability that hold for a division, a sales organisation, or orders from one source system."""

import pytest

from tests import company
from tests.sales.test_alternatives import placed
from troth.business.masterdata import models as masterdata
from troth.business.promising import queries as promising
from troth.business.sales import actions, queries
from troth.business.sales.actions import check
from troth.business.sales.models import Order
from troth.business.sales.rules.changes import OrderChanges
from troth.business.sales.rules.drafts import QuotationDraft
from troth.platform.actors import SYSTEM
from troth.reference.models import Product, SalesOrganisation

BY_ITSELF = [(10, "HELMET", "HAM", 10, 0, "")]
BY_RULE = [(10, "FRAME", "HAM", 10, 10, "")]


@pytest.fixture
def frames(small):
    """`frames(division="SAFETY")`: frames serve for helmets where that fits; there are 50 frames and no helmets."""
    company.put_in_stock(small, "FRAME", 50)

    def make(code="R1", **conditions):
        found = masterdata.AvailabilityRule.objects.create(
            code=code, name=code, product=small.products["HELMET"], valid_from_on=company.LONG_AGO, **conditions
        )
        masterdata.AvailabilityRuleStep.objects.create(rule=found, position=1, product=small.products["FRAME"])
        return found

    return make


@pytest.fixture
def enter(small, rep, draft):
    def act(customer, *wanted, **fields):
        return actions.enter_order(draft(customer, *wanted, **fields), by=rep, clock=small.clock)

    return act


def test_a_rule_of_a_division_holds_for_its_products_alone(small, frames, enter):
    frames(division="SAFETY")
    assert placed(enter("ALPHA", ("HELMET", 10))) == BY_ITSELF
    Product.objects.filter(number="HELMET").update(division="SAFETY")
    assert placed(enter("ALPHA", ("HELMET", 10))) == BY_RULE


@pytest.mark.parametrize(("own", "expected"), [(True, BY_RULE), (False, BY_ITSELF)])
def test_a_rule_of_a_sales_organisation_holds_for_what_it_sells(small, frames, enter, own, expected):
    abroad = SalesOrganisation.objects.create(company_id=small.company.pk, code="ABROAD", name="Abroad")
    seller = masterdata.Customer.objects.get(party__number="ALPHA").sales_organisation
    frames(sales_organisation=seller if own else abroad)
    assert placed(enter("ALPHA", ("HELMET", 10))) == expected


@pytest.mark.parametrize(
    ("source_system", "expected"), [("edi", BY_RULE), ("page", BY_ITSELF), ("", BY_ITSELF), ("EDI-2", BY_ITSELF)]
)
def test_a_rule_of_a_source_system_holds_for_orders_that_came_from_it(
    small,
    frames,
    enter,
    source_system,
    expected,
):
    frames(source_system="edi")
    assert placed(enter("ALPHA", ("HELMET", 10), source_system=source_system)) == expected


def test_an_order_keeps_its_source_whoever_changes_it_and_a_copy_has_its_own(small, enter, rep):
    taken = enter("ALPHA", ("HELMET", 10), source_system="edi")
    actions.change_order(taken.id, OrderChanges(header={"project": "P1"}), by=rep, clock=small.clock)
    assert Order.objects.get(pk=taken.id).source_system == "edi"
    copied = actions.copy_order(taken.id, source_system="page", by=rep, clock=small.clock)
    assert Order.objects.get(pk=copied.id).source_system == "page"


def test_a_draft_that_is_written_anew_keeps_where_it_came_from(small, draft, rep):
    saved = actions.save_order(draft("ALPHA", ("HELMET", 1), source_system="shop"), by=rep, clock=small.clock)
    again = draft("ALPHA", ("HELMET", 2), source_system="page")
    actions.save_order(again, order_id=saved.id, by=rep, clock=small.clock)
    assert Order.objects.get(pk=saved.id).source_system == "shop"


def test_an_order_from_a_quotation_comes_from_where_that_came(small, frames, draft, rep):
    frames(source_system="edi")
    entered = draft("ALPHA", ("HELMET", 10), source_system="edi")
    fields = {name: getattr(entered, name) for name in entered.__dataclass_fields__}
    quoted = actions.save_quotation(
        QuotationDraft(**fields, valid_to_on=company.MONDAY.replace(year=company.MONDAY.year + 1)),
        by=rep,
        clock=small.clock,
    )
    actions.send_quotation(quoted.id, by=rep, clock=small.clock)
    ordered = actions.order_from_quotation(quoted.id, by=rep, clock=small.clock)
    assert Order.objects.get(pk=ordered.id).source_system == "edi"


def test_the_promise_names_the_rule_and_why_others_were_not_asked(small, frames, enter):
    frames(code="R1", rank=10)
    frames(code="FOR-EDI", rank=5, source_system="edi")
    frames(code="BIKES", rank=6, division="BIKES")
    taken = enter("ALPHA", ("HELMET", 10))
    [line] = queries.order(taken.id, by=SYSTEM).lines
    sentence = str(promising.explanations("order", [line.line.id])[line.line.id].sentence)
    assert sentence.endswith(
        "By rule R1: 10 piece by FRAME from HAM. Rule FOR-EDI was not asked: for orders from another source system."
        " Rule BIKES was not asked: for another division."
    )


def test_what_is_checked_before_it_is_entered_comes_from_where_it_will_come(small, frames, draft, rep):
    frames(source_system="edi")
    asked = draft("ALPHA", ("HELMET", 10), source_system="edi")
    checked = check.check_document(asked, by=rep, clock=small.clock)
    assert [line.product_id for line in checked.document.standing] == [small.products["FRAME"].pk]
