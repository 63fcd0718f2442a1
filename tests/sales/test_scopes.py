"""Which scope of check holds for a line: that of its product's availability group, for what the document is."""

from datetime import timedelta

import pytest

from tests import company
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata import imports
from troth.business.masterdata.models import ProductSite
from troth.business.masterdata.queries.coverage import uncovered
from troth.business.promising import queries as promising
from troth.business.promising.actions import Check, check
from troth.business.sales import actions
from troth.business.supply import actions as supply
from troth.kernel.calendars import day_of
from troth.kernel.errors import Refusals
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event
from troth.platform import sql, verify
from troth.platform.actors import SYSTEM
from troth.reference import models as reference_models

PROMISED = "order, delivery, hold, reservation, transfer_out"


def holds():
    return [one.name for one in verify.run() if not one.holds] == []


def keep_scope(small, code, **fields):
    given = {"code": code, "name": code, "supply": "stock", "demand": PROMISED, **fields}
    return masterdata.maintain_customizing("checking_scopes", given, by=SYSTEM, clock=small.clock)


def keep_group(small, code, **scopes):
    events = {f"{event}_scope": scopes.get(event, str(event)) for event in Event}
    given = {"code": code, "name": code, **events}
    return masterdata.maintain_customizing("availability_groups", given, by=SYSTEM, clock=small.clock)


def put_in_group(small, product, group):
    changed = {"availability_group": group}
    found = small.products[product]
    return masterdata.maintain_product(changed, product_id=found.pk, by=SYSTEM, clock=small.clock)


def expect(small, product, quantity, on=company.FRIDAY):
    supply.expect_receipt(
        supply.ExpectedReceipt(
            small.company.pk,
            "purchase",
            f"PO-{product}",
            small.products[product].pk,
            small.sites["HAM"].pk,
            on,
            quantity,
        ),
        by=SYSTEM,
        clock=small.clock,
    )


def test_books_begin_with_the_scopes_of_the_kernel(small):
    for event in Event:
        found = promising.scope_of(small.products["HELMET"].pk, event)
        assert found == STANDARD[event]


def test_a_group_of_its_own_says_what_counts_for_orders_and_for_quotations(small, rep, draft):
    keep_scope(small, "at hand", at_hand="")
    keep_group(small, "careful", order="at hand")
    put_in_group(small, "HELMET", "careful")
    company.put_in_stock(small, "HELMET", 2)
    expect(small, "HELMET", 10)
    expect(small, "GLOVE", 10)

    answer = actions.enter_order(draft("ALPHA", ("HELMET", 5), ("GLOVE", 5)), by=rep, clock=small.clock)

    assert [line.confirmed for line in answer.lines] == [2, 5]
    why = promising.explain("order", answer.lines[0].line_id)
    assert (why.scope, why.sentence.endswith("no receipt is known after it.")) == ("at hand", True)
    assert holds()


def test_what_counts_for_a_quotation_is_asked_of_its_own_event(small, rep):
    keep_scope(small, "hopeful", supply="stock, planned")
    keep_group(small, "quoted", quotation="hopeful")
    put_in_group(small, "HELMET", "quoted")
    product = small.products["HELMET"].pk
    assert promising.scope_of(product, Event.QUOTATION).supply == {Category.STOCK, Category.PLANNED}
    assert promising.scope_of(product, Event.ORDER) == STANDARD[Event.ORDER]


def test_a_changed_scope_holds_for_the_next_order_in_every_process(small, rep, draft):
    expect(small, "GLOVE", 10)
    first = actions.enter_order(draft("ALPHA", ("GLOVE", 2)), by=rep, clock=small.clock)
    imports.import_file("checking_scopes", b"code,supply\norder,stock\n", by=SYSTEM, clock=small.clock)
    second = actions.enter_order(draft("ALPHA", ("GLOVE", 2)), by=rep, clock=small.clock)
    assert (first.lines[0].confirmed, second.lines[0].confirmed) == (2, 0)


def test_a_product_in_a_group_costs_an_order_no_statement(small, rep, draft):
    company.put_in_stock(small, "HELMET", 50)

    def statements(key):
        before = sql.tally.statements
        actions.enter_order(draft("ALPHA", ("HELMET", 1)), by=rep, clock=small.clock, key=key)
        return sql.tally.statements - before

    statements("warm")
    without = statements("without")
    keep_group(small, "careful")
    put_in_group(small, "HELMET", "careful")
    statements("warm again")
    assert statements("with") == without


def test_a_product_cannot_be_in_a_group_that_is_not_there(small):
    with pytest.raises(Refusals) as refused:
        put_in_group(small, "HELMET", "none")
    assert [one.field for one in refused.value.refusals] == ["availability_group"]


def keep_safe(small, product, quantity, active="yes"):
    text = f"product,site,safety_stock,is_active\n{product},HAM,{quantity},{active}\n"
    return imports.import_file("product_sites", text.encode(), by=SYSTEM, clock=small.clock)


def test_stock_that_nothing_protects_is_confirmed_for_every_order(small, rep, draft):
    """Stock 1,000, none of it kept back, 900 ordered: 900 confirmed."""
    company.put_in_stock(small, "GLOVE", 1000)
    answer = actions.enter_order(draft("ALPHA", ("GLOVE", 900), order_type="free"), by=rep, clock=small.clock)
    assert answer.lines[0].confirmed == 900


def test_safety_stock_is_kept_from_orders_and_used_up_by_rush_orders(small, rep, draft):
    company.put_in_stock(small, "GLOVE", 1000)
    keep_safe(small, "GLOVE", 200)
    ordered = actions.enter_order(draft("ALPHA", ("GLOVE", 900), order_type="free"), by=rep, clock=small.clock)
    assert ordered.lines[0].confirmed == 800
    product, site = small.products["GLOVE"].pk, small.sites["HAM"].pk
    asked = [Check(product, site, 150, company.NEXT_WEDNESDAY, scope=scope) for scope in ("rush", "order", "")]
    rush, order, own = check(asked, clock=small.clock)
    assert (rush.confirmed, order.confirmed, own.confirmed) == (150, 0, 0)
    assert holds()


def test_a_safety_stock_that_rises_takes_no_promise_back_and_one_that_ends_frees_goods(small, rep, draft):
    company.put_in_stock(small, "GLOVE", 10)
    first = actions.enter_order(draft("ALPHA", ("GLOVE", 6)), by=rep, clock=small.clock)
    keep_safe(small, "GLOVE", 8)
    product, site = small.products["GLOVE"].pk, small.sites["HAM"].pk
    actions.repromise_order(first.id, product, site, by=SYSTEM, clock=small.clock)
    line_id = first.lines[0].line_id
    assert promising.promise("order", [line_id])[line_id].confirmed == 6

    def confirmed(quantity):
        answer = actions.enter_order(draft("ALPHA", ("GLOVE", quantity)), by=rep, clock=small.clock)
        return answer.lines[0].confirmed

    assert confirmed(1) == 0
    keep_safe(small, "GLOVE", 3)
    assert confirmed(1) == 1
    keep_safe(small, "GLOVE", 3, active="no")
    assert confirmed(3) == 3
    assert holds()


def test_verify_sees_safety_stock_that_is_not_posted(small):
    keep_safe(small, "GLOVE", 8)
    found = {one.name: (one.holds, one.count_checked) for one in verify.run()}
    assert found["masterdata: safety stock"] == (True, 1)
    ProductSite.objects.filter(safety_stock=8).update(safety_stock=9)
    assert {one.name for one in verify.run() if not one.holds} == {"masterdata: safety stock"}


def found_uncovered():
    return [(one.number, one.site, one.reason) for one in uncovered(day_of(company.MONDAY))]


def test_the_coverage_report_names_what_no_check_covers_and_why(small):
    assert found_uncovered() == [("FITTING", "", "not_stocked")]
    category = small.item_categories["free"]
    category.is_promised = False
    category.save()
    small.sites["ROT"].is_active = False
    small.sites["ROT"].save()
    small.products["HELMET"].availability_group = "gone"
    small.products["HELMET"].save()
    reference_models.Product.objects.create(number="NEW", name="New", base_unit=small.products["GLOVE"].base_unit)
    assert found_uncovered() == [
        ("free", "", "no_check"),
        ("FITTING", "", "not_stocked"),
        *((number, "ROT", "site_closed") for number in ("FRAME", "GLOVE")),
        ("HELMET", "HAM", "no_scope"),
        ("HELMET", "ROT", "site_closed"),
        ("NEW", "", "no_site"),
        ("OIL", "ROT", "site_closed"),
    ]


def test_a_closed_group_and_a_calendar_without_a_day_cover_nothing(small):
    keep_group(small, "old")
    put_in_group(small, "HELMET", "old")
    imports.import_file("availability_groups", b"code,is_active\nold,no\n", by=SYSTEM, clock=small.clock)
    assert ("HELMET", "HAM", "no_scope") in found_uncovered()
    days = [company.MONDAY + timedelta(days=number) for number in range(400)]
    calendar = small.sites["HAM"].calendar
    reference_models.CalendarDay.objects.bulk_create(
        reference_models.CalendarDay(calendar=calendar, on=day) for day in days
    )
    masterdata.touch()
    assert ("HELMET", "HAM", "never_open") in found_uncovered()
