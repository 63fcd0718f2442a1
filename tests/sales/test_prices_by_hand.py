"""Prices agreed by hand: entered on the page and over the API, by those who may, and kept by those who may not."""

import json

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company
from troth.business.masterdata.models import PriceCondition
from troth.business.sales import actions, queries
from troth.business.sales.models import Order, OrderLine, Quotation, QuotationLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.sales.web.entry import head_of
from troth.kernel.errors import BusinessError
from troth.platform.models import RoleGrant

PRICE = {"kind": "price", "amount": 1250, "per_quantity": 1000}


def browser(*roles):
    user = get_user_model().objects.create_user("-".join(roles), password="correct horse battery")
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def monday(small):
    """The browser's clock stands on the small company's Monday."""
    with time_machine.travel(small.clock.now(), tick=False):
        yield


@pytest.fixture
def seller(small):
    """Somebody who may set prices."""
    return browser("operations_team")


@pytest.fixture
def clerk(small):
    return browser("representative")


def form(*rows, **head):
    """What a browser sends: OIL is counted in thousandths of a litre."""
    sent = {"customer": "ALPHA", "order_type": "standard", "rows-INITIAL_FORMS": "0", "rows-MIN_NUM_FORMS": "0"}
    sent |= {"requested_on": company.NEXT_WEDNESDAY.isoformat(), "rows-TOTAL_FORMS": str(len(rows)), **head}
    for number, row in enumerate(rows):
        sent |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return sent


OIL = {"product": "OIL", "quantity": "2"}


def by_hand(price, **more):
    return {**OIL, "manual_conditions": price, **more}


def test_who_may_not_set_prices_has_no_column_for_them_and_sets_none(seller, clerk):
    assert "Price by hand" in seller.get("/orders/new/").content.decode()
    assert "Price by hand" not in clerk.get("/orders/new/").content.decode()
    assert clerk.post("/orders/new/", form(by_hand("12.50"), _save="1")).status_code == 302
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == ([], 1600)
    assert Order.objects.get().source_system == "page"


def test_a_price_by_hand_stands_in_for_that_of_the_list(seller):
    assert seller.post("/orders/new/", form(by_hand("12.50"), _save="1")).status_code == 302
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == ([PRICE], 2500)


def test_a_price_is_typed_and_shown_with_the_point_of_the_readers_language(seller):
    get_user_model().objects.update(language="de")
    assert seller.post("/orders/new/", form(by_hand("12,50"), _save="1")).status_code == 302
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == ([PRICE], 2500)
    page = f"/orders/{Order.objects.get().pk}/change/"
    assert seller.get(page).content.decode().count('value="12,50"') == 2  # the cell, and what it was drawn with
    there = {"line_number": "10", "quantity": "2", "unit": "litre"}
    assert seller.post(page, form(by_hand("12,50", **there), _save="1", version="1")).status_code == 302
    assert OrderLine.objects.get().manual_conditions == [PRICE]
    refused = seller.post(page, form(by_hand("12,5x", **there), _save="1", version="2"))
    assert (refused.status_code, 'value="12,5x"' in refused.content.decode()) == (422, True)


@pytest.mark.parametrize(("language", "price"), [("de", "12,50"), ("en", "12.50")])
def test_the_page_asks_with_the_price_as_it_was_typed(seller, language, price):
    get_user_model().objects.update(language=language)
    line = {"product": "OIL", "quantity": "2", "manual_conditions": price}
    sent = {"head": {"customer": "ALPHA", "order_type": "standard"}, "lines": [line]}
    answer = seller.post("/orders/check/", sent, content_type="application/json")
    assert answer.status_code == 200
    assert "25" in answer.json()["lines"][0]["net"]


@pytest.mark.parametrize("price", ["cheap", "-1", "12.505", "9" * 29])
def test_a_wrong_price_is_refused_beside_its_field(seller, price):
    answer = seller.post("/orders/new/", form({}, by_hand(price), _save="1"))
    assert (answer.status_code, Order.objects.count()) == (422, 0)
    assert 'href="#id_rows-1-manual_conditions"' in answer.content.decode()


def test_a_draft_keeps_its_price_when_others_save_it_and_loses_it_when_it_is_emptied(seller, clerk):
    seller.post("/orders/new/", form(by_hand("12.50"), _save="1"))
    page = f"/orders/{Order.objects.get().pk}/change/"
    assert 'value="12.50"' in seller.get(page).content.decode()
    there = {"line_number": "10", "quantity": "4", "unit": "litre"}
    assert clerk.post(page, form({**OIL, **there}, _save="1", version="1")).status_code == 302
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == ([PRICE], 5000)
    assert seller.post(page, form(by_hand("", **there), _save="1", version="2")).status_code == 302
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == ([], 3200)


def test_an_order_in_the_books_gets_another_price(seller, small, draft):
    order = actions.enter_order(draft("ALPHA", ("OIL", 2)), by=company.person("representative"), clock=small.clock)
    there = {"line_number": "10", "unit": "litre", "requested_on": company.NEXT_WEDNESDAY.isoformat(), "site": "HAM"}
    head = head_of(queries.order(order.id, by=company.person("representative")))
    sent = form(
        by_hand("12.50", **there), **{name: "" if value is None else str(value) for name, value in head.items()}
    )
    assert seller.post(f"/orders/{order.id}/change/", sent).status_code == 302
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == ([PRICE], 2500)


def test_a_revised_quotation_keeps_the_price_by_hand(small, clerk):
    line = LineDraft(product="OIL", quantity=2, manual_conditions=({"kind": "price", "price": "12.50"},))
    draft = QuotationDraft(customer="ALPHA", lines=(line,), valid_to_on=company.NEXT_WEDNESDAY)
    acting = {"by": company.person("operations_team"), "clock": small.clock}
    made = actions.save_quotation(draft, **acting)
    actions.send_quotation(made.id, **acting)
    sent = form({**OIL, "line_number": "10", "unit": "litre"}, valid_to_on=company.NEXT_WEDNESDAY.isoformat())
    assert clerk.post(f"/quotations/{made.id}/change/", {**sent, "_save": "1"}).status_code == 302
    assert Quotation.objects.latest("pk").net == 2500
    assert QuotationLine.objects.latest("pk").manual_conditions == [PRICE]


@pytest.mark.parametrize(
    "entry",
    [{"price": 1.5}, {"price": True}, {"price": "1", "amount": 3}, {"price": "-1"}, {"price": "1.234"}],
)
def test_a_price_that_cannot_be_read_names_its_line_and_field(small, entry):
    line = LineDraft(product="OIL", quantity=2, manual_conditions=({"kind": "price", **entry},))
    with pytest.raises(BusinessError) as refused:
        actions.save_order(
            OrderDraft(customer="ALPHA", lines=(line,)), by=company.person("operations_team"), clock=small.clock
        )
    assert [(one.row, one.field) for one in refused.value.refusals] == [(1, "manual_conditions")]


def test_a_row_whose_number_is_none_is_refused_and_drawn_again(clerk):
    answer = clerk.post("/orders/new/", form({**OIL, "line_number": "²"}, _save="1"))
    assert (answer.status_code, Order.objects.count()) == (422, 0)
    assert 'value="OIL"' in answer.content.decode()


@pytest.fixture
def quoted_order(small):
    """`quoted_order(submit=False)`: an order for two litres of OIL that were quoted at 7.00."""

    def make(**more):
        line = LineDraft(product="OIL", quantity=2, manual_conditions=({"kind": "price", "price": "7.00"},))
        offer = QuotationDraft(
            customer="ALPHA", lines=(line,), valid_to_on=company.NEXT_WEDNESDAY, requested_on=company.NEXT_WEDNESDAY
        )
        acting = {"by": company.person("operations_team"), "clock": small.clock}
        made = actions.save_quotation(offer, **acting)
        actions.send_quotation(made.id, **acting)
        order = actions.order_from_quotation(made.id, **more, **acting)
        assert order.net == 1400
        return order

    return make


def conditions(price):
    return OrderChanges(
        lines=(LineChange(line_number=10, values={"manual_conditions": ({"kind": "price", "price": price},)}),)
    )


def test_a_price_by_hand_stands_in_for_a_quoted_one_and_goes_with_the_quantity(small, quoted_order):
    order = quoted_order()
    acting = {"by": company.person("operations_team"), "clock": small.clock}
    assert actions.change_order(order.id, conditions("12.50"), **acting).net == 2500
    more = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": "1"}),))
    assert actions.change_order(order.id, more, **acting).net == 1250
    none = OrderChanges(lines=(LineChange(line_number=10, values={"manual_conditions": ()}),))
    assert actions.change_order(order.id, none, **acting).net == 800
    assert OrderLine.objects.get().reference_kind == "quotation"


def test_who_may_not_set_prices_gets_none_past_the_quoted_one(small, quoted_order):
    order = quoted_order()
    with pytest.raises(BusinessError) as refused:
        actions.change_order(order.id, conditions("12.50"), by=company.person("representative"), clock=small.clock)
    assert refused.value.code == "not_allowed"
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == (
        [{"kind": "price", "amount": 700, "per_quantity": 1000}],
        1400,
    )


def test_the_page_of_an_order_from_a_quotation_takes_a_price_by_hand(small, seller, quoted_order):
    order = quoted_order()
    there = {"line_number": "10", "unit": "litre", "requested_on": company.NEXT_WEDNESDAY.isoformat(), "site": "HAM"}
    head = head_of(queries.order(order.id, by=company.person("representative")))
    head = {name: "" if value is None else str(value) for name, value in head.items()}
    assert seller.post(f"/orders/{order.id}/change/", form(by_hand("12.50", **there), **head)).status_code == 302
    assert (OrderLine.objects.get().manual_conditions, Order.objects.get().net) == ([PRICE], 2500)


def test_a_draft_from_a_quotation_that_is_written_anew_keeps_reference_and_price(small, clerk, seller, quoted_order):
    order = quoted_order(submit=False)
    there = {"line_number": "10", "unit": "litre", "version": "1"}
    page = f"/orders/{order.id}/change/"
    assert clerk.post(page, form({**OIL, **there, "quantity": "1"}, _save="1", version="1")).status_code == 302
    line = OrderLine.objects.get()
    assert (line.reference_kind, line.reference_line_id, line.net) == ("quotation", QuotationLine.objects.get().pk, 700)
    assert seller.post(page, form(by_hand("12.50", **there), _save="1", version="2")).status_code == 302
    line = OrderLine.objects.get()
    assert (line.reference_kind, line.net) == ("quotation", 2500)


@pytest.fixture
def dearer(small):
    """A draft of two litres of OIL that were quoted to ALPHA at 8.00, which cost 9.00 since then."""
    lines = (LineDraft(product="OIL", quantity=2),)
    days = {"valid_to_on": company.NEXT_WEDNESDAY, "requested_on": company.NEXT_WEDNESDAY}
    acting = {"by": company.person("representative"), "clock": small.clock}
    made = actions.save_quotation(QuotationDraft(customer="ALPHA", lines=lines, **days), **acting)
    actions.send_quotation(made.id, **acting)
    PriceCondition.objects.filter(product=small.products["OIL"]).update(amount=900)
    return actions.order_from_quotation(made.id, submit=False, **acting).id


@pytest.mark.parametrize(
    ("customer", "category", "net", "refers_to"),
    [
        ("ALPHA", "", 1600, "quotation"),
        ("ALPHA", "prepaid", 1800, ""),
        ("ALPHA", "free", 0, ""),
        ("BETA", "", 1620, ""),
    ],
)
def test_a_draft_for_another_customer_or_category_leaves_the_quoted_price(
    small, draft, dearer, customer, category, net, refers_to
):
    line = LineDraft(product="OIL", quantity=2, line_number=10, item_category=category)
    acting = {"order_id": dearer, "by": company.person("representative"), "clock": small.clock}
    assert actions.save_order(draft(customer, line), **acting).net == net
    assert OrderLine.objects.get().reference_kind == refers_to


def test_the_page_says_the_price_that_saving_would_write(clerk, dearer):
    def net(customer):
        head = {"customer": customer, "order_type": "standard"}
        sent = {"head": head, "lines": [{**OIL, "line_number": "10"}]}
        told = clerk.post(f"/orders/{dearer}/check/", json.dumps(sent), content_type="application/json").json()
        return told["totals"]["net"]

    assert (net("ALPHA"), net("BETA")) == ("16.00", "16.20")
