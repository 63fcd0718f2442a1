"""The replenishment lead time in parts and by site: in the check, the what-if, the run and the words, and kept."""

from datetime import date

import pytest

from tests import company
from tests.backorders.conftest import Desk
from tests.sales.test_planned_supply import bases
from tests.sales.test_repromise import promised
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata import imports
from troth.business.masterdata.models import CheckingScope, ProductSite
from troth.business.promising import queries as promises
from troth.business.promising.actions import Check, check
from troth.business.sales import actions
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import LineDraft
from troth.kernel.errors import Refusals
from troth.platform.actors import SYSTEM
from troth.platform.models import Event as Happened

PARTS = {"processing_days": 2, "delivery_days": 5, "receipt_days": 1}
"""From Monday 2 March on: ordered on Wednesday, delivered on Monday the 9th, received on the 10th."""
ARRIVES = date(2026, 3, 12)


def keep_product(small, **fields):
    helmet = small.products["HELMET"]
    masterdata.maintain_product(fields, product_id=helmet.pk, by=SYSTEM, clock=small.clock)


def keep_site(small, site="HAM", **fields):
    known = ProductSite.objects.get(product=small.products["HELMET"], site=small.sites[site])
    masterdata.maintain_customizing("product_sites", fields, record_id=known.pk, by=SYSTEM, clock=small.clock)


@pytest.fixture
def procuring(small):
    """Orders may be confirmed for the day by which goods can be procured; helmets take their parts."""
    scope = CheckingScope.objects.get(code="order")
    fields = {"record_id": scope.pk, "by": SYSTEM, "clock": small.clock}
    masterdata.maintain_customizing("checking_scopes", {"lead_time": True}, **fields)
    keep_product(small, **PARTS)
    return small


@pytest.fixture
def enter(procuring, rep, draft):
    def make(quantity=4, **fields):
        wanted = LineDraft(product="HELMET", quantity=quantity, **fields)
        return actions.enter_order(draft("ALPHA", wanted), by=rep, clock=procuring.clock)

    return make


def said(order):
    [line] = OrderLine.objects.filter(order_id=order.id)
    return str(promises.explain("order", line.pk).sentence)


def test_goods_are_promised_for_the_day_after_all_parts_and_the_words_name_them(enter):
    order = enter()
    assert (bases(order), promised(order)) == ([[(4, "lead_time")]], [[(4, ARRIVES)]])
    assert "To procure it takes 2 working days of processing, 5 days of delivery, 1 working days of goods receipt." in (
        said(order)
    )
    assert_books_hold()


def test_what_stands_on_stock_says_nothing_of_it(small, enter):
    company.put_in_stock(small, "HELMET", 4)
    order = enter()
    assert bases(order) == [[(4, "stock")]]
    assert "procure" not in said(order)


def test_a_site_has_a_lead_time_of_its_own_and_the_others_keep_the_products(small, enter):
    keep_site(small, "HAM", delivery_days=12)
    assert promised(enter(site="HAM")) == [[(4, date(2026, 3, 19))]]
    assert promised(enter(site="ROT")) == [[(4, ARRIVES)]]
    assert "12 days of delivery" in said(enter(site="HAM"))


def test_what_is_made_takes_what_it_takes_in_all_else_its_production(small, enter):
    keep_product(small, is_made=True, production_days=3)
    assert promised(enter()) == [[(4, company.NEXT_WEDNESDAY)]]
    keep_product(small, lead_days=10)
    assert promised(enter()) == [[(4, date(2026, 3, 18))]]


def test_a_product_with_one_figure_is_promised_as_before(small, enter):
    """Books that have nothing but the whole keep their days."""
    keep_product(small, lead_days=10, **dict.fromkeys(PARTS))
    order = enter()
    assert promised(order) == [[(4, date(2026, 3, 18))]]
    assert "To procure it takes 10 working days in all." in said(order)


def test_a_lead_time_that_grows_moves_no_promise(small, enter):
    order = enter()
    keep_product(small, delivery_days=40)
    assert promised(order) == [[(4, ARRIVES)]]
    assert_books_hold()


def test_a_what_if_takes_the_figures_of_the_site(small, procuring):
    keep_site(small, "HAM", delivery_days=12)
    helmet = small.products["HELMET"].pk
    asked = [Check(helmet, small.sites[site].pk, 4, company.MONDAY) for site in ("HAM", "ROT")]
    found = check(asked, clock=small.clock)
    days = [[one.dates.material_available for one in line.schedules] for line in found]
    assert [[day - days[1][0] for day in line] for line in days] == [[7], [0]]


def test_a_run_confirms_for_the_same_day_and_its_promise_names_the_parts(small):
    """1 ordered while nothing may be procured: nothing confirmed; 2 the run gives the day of the lead time."""
    desk = Desk(small)
    order_id = desk.order("ALPHA", ("HELMET", 4))
    scope = CheckingScope.objects.get(code="order")
    fields = {"record_id": scope.pk, "by": SYSTEM, "clock": small.clock}
    masterdata.maintain_customizing("checking_scopes", {"lead_time": True}, **fields)
    keep_product(small, **PARTS)
    keep_site(small, "HAM", delivery_days=12)
    assert desk.promised(order_id) == [[]]
    desk.apply(desk.simulated())
    assert desk.promised(order_id) == [[(4, date(2026, 3, 19))]]
    line = OrderLine.objects.get(order_id=order_id)
    assert "12 days of delivery" in str(promises.explain("order", line.pk).sentence)
    assert_books_hold()


def test_figures_come_as_a_file_with_what_is_wrong_told_by_column(small, enter):
    content = "product,site,delivery_days,processing_days,receipt_days\nHELMET,HAM,12,,\n"
    imports.import_file("product_sites", content.encode(), by=SYSTEM, clock=small.clock)
    assert promised(enter()) == [[(4, date(2026, 3, 19))]]
    wrong = "product,site,delivery_days\nHELMET,HAM,9999\n"
    with pytest.raises(Refusals) as refused:
        imports.import_file("product_sites", wrong.encode(), by=SYSTEM, clock=small.clock)
    assert [(one.row, one.field) for one in refused.value.refusals] == [(1, "delivery_days")]


def test_a_change_is_kept_in_the_history(small, procuring):
    keep_site(small, "HAM", receipt_days=3)
    event = Happened.objects.filter(kind="masterdata.product_site_changed").latest("id")
    assert event.changes["receipt_days"] == [None, 3]
