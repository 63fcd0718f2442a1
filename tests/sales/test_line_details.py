"""How a line is to be confirmed and which way it goes: typed on the page, kept with the draft, changed in the books."""

import html
import json
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company
from tests.shipping.conftest import assert_books_hold
from troth.business.sales import actions, queries
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt
from troth.platform.actors import SYSTEM
from troth.platform.models import RoleGrant

SOON = (date.today() + timedelta(days=28)).isoformat()
HEAD = {"customer": "ALPHA", "order_type": "standard", "requested_on": SOON}
CHOSEN = {"delivery_mode": "complete", "delivery_group": "2", "is_fixed": "true", "route": "ROT-ROAD"}
USUAL = {"delivery_mode": "partial", "delivery_group": "", "is_fixed": "false", "route": ""}


@pytest.fixture
def desk(small):
    """A signed-in representative's browser."""
    user = get_user_model().objects.create_user("rita", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="representative")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def send(desk):
    """`send(address, row, …)` posts what the page would while one types."""

    def post(address, *lines, head=(), **more):
        sent = {"head": {**HEAD, **dict(head)}, "lines": list(lines), **more}
        answer = desk.post(address, json.dumps(sent), content_type="application/json")
        assert answer.status_code == 200
        return answer.json()

    return post


def row(product, quantity, number="", **more):
    return {"product": product, "quantity": str(quantity), "line_number": number, **more}


def said(line):
    route = line.route.code if line.route else ""
    return line.delivery_mode, line.delivery_group, line.is_fixed, route


@pytest.mark.parametrize(
    ("mode", "short"), [("partial", "3 piece short"), ("one_time", "3 piece short"), ("complete", "8 piece short")]
)
def test_the_check_confirms_as_the_line_asks(small, send, mode, short):
    company.put_in_stock(small, "HELMET", 5)
    [told] = send("/orders/check/", row("HELMET", 8, **USUAL | {"delivery_mode": mode}))["lines"]
    assert told["short"] == short
    assert ("agreed" in told) is (mode != "partial")


def test_the_check_counts_a_group_together(small, send):
    company.put_in_stock(small, "HELMET", 5)
    group = USUAL | {"delivery_group": "1"}
    first, second = send("/orders/check/", row("HELMET", 4, **group), row("GLOVE", 1, **group))["lines"]
    assert (first["short"], second["short"]) == ("4 piece short", "1 pair short")
    assert first["agreed"] == "delivery group 1"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("route", "NOWHERE"),
        ("delivery_mode", "sometimes"),
        ("delivery_group", "two"),
        ("delivery_group", "20000"),
        ("delivery_days", "soon"),
    ],
)
def test_what_cannot_be_is_refused_at_its_row_and_field(send, field, typed):
    told = send("/orders/check/", row("HELMET", 1, **USUAL), row("HELMET", 1, **USUAL | {field: typed}))
    assert [[one["field"] for one in line.get("problems", ())] for line in told["lines"]] == [[], [field]]


@pytest.mark.parametrize("kind", ["order", "quotation"])
def test_a_draft_that_saves_itself_keeps_what_was_chosen_and_what_was_taken_back(send, small, rep, kind):
    saved = send(f"/{kind}s/draft/", row("HELMET", 3, **CHOSEN), key="one")["saved"]
    read = queries.order if kind == "order" else queries.quotation
    assert {name: saved["stored"]["lines"][0][name] for name in CHOSEN} == CHOSEN
    [line] = read(saved["document"], by=rep).lines
    assert (line.route, line.line.delivery_group, line.line.is_fixed) == ("ROT-ROAD", 2, True)
    again = send(saved["draft"], row("HELMET", 3, "10", **USUAL), version=saved["version"])["saved"]
    assert {name: again["stored"]["lines"][0][name] for name in USUAL} == USUAL
    assert read(saved["document"], by=rep).lines[0].route == "HAM-ROAD"


def form_of(desk, address):
    """What the page would post as it stands."""
    page = desk.get(address).content.decode()
    form = {}
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(r'<option value="([^"]*)"', body)
        form[name] = html.unescape(chosen.group(1))
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and name.group(1) != "q" and 'type="checkbox"' not in tag:
            form[name.group(1)] = html.unescape(value.group(1)) if value else ""
    return {name: value for name, value in form.items() if "__prefix__" not in name}


def enter(small, rep, *lines, **head):
    draft = OrderDraft(customer="ALPHA", requested_on=company.NEXT_WEDNESDAY, lines=lines, **head)
    return actions.enter_order(draft, by=rep, clock=small.clock)


def days(order):
    """The days on which each line arrives, by its number."""
    lines = queries.order(order.id, by=SYSTEM).lines
    return {one.line.line_number: [each.delivery_on for each, _ in one.promise.schedules] for one in lines}


@time_machine.travel("2026-03-02T08:00:00Z")
def test_the_page_of_an_order_in_the_books_shows_changes_and_keeps_it(desk, small, rep):
    company.put_in_stock(small, "HELMET", 5)
    chosen = {**CHOSEN, "delivery_group": 2, "is_fixed": True}
    order = enter(small, rep, LineDraft(product="HELMET", quantity=3, **chosen))
    assert said(OrderLine.objects.get()) == ("complete", 2, True, "ROT-ROAD")
    page = desk.get(f"/orders/{order.id}/").content.decode()
    assert "all on one day · delivery group 2 · quantity and date fixed" in page
    form = form_of(desk, f"/orders/{order.id}/change/")
    assert {name: form[f"rows-0-{name}"] for name in CHOSEN} == CHOSEN
    answer = desk.post(f"/orders/{order.id}/change/", form | {"priority": "3"})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert said(OrderLine.objects.get()) == ("complete", 2, True, "ROT-ROAD")
    page = desk.get(f"/orders/{order.id}/").content.decode()
    assert "all on one day · delivery group 2 · quantity and date fixed" in page
    form = form_of(desk, f"/orders/{order.id}/change/") | {f"rows-0-{name}": value for name, value in USUAL.items()}
    assert desk.post(f"/orders/{order.id}/change/", form).status_code == 302
    assert said(OrderLine.objects.get()) == ("partial", 0, False, "HAM-ROAD")


def test_who_asks_for_all_on_one_day_is_promised_anew(small, rep):
    company.put_in_stock(small, "HELMET", 5)
    receive(small, "HELMET", 10, date(2026, 3, 16))
    order = enter(small, rep, LineDraft(product="HELMET", quantity=8))
    assert len(days(order)[10]) == 2
    change(small, rep, order, delivery_mode="complete")
    assert len(days(order)[10]) == 1
    assert_books_hold()


def test_what_comes_together_stays_together_when_one_of_it_changes(small, rep):
    """Only line 10 is changed; line 20 is asked again with it, and both go on the day that the frame is there."""
    company.put_in_stock(small, "HELMET", 5)
    receive(small, "FRAME", 4, date(2026, 3, 16))
    receive(small, "HELMET", 10, date(2026, 3, 23))
    order = enter(
        small, rep, LineDraft(product="HELMET", quantity=4, delivery_group=1),
        LineDraft(product="FRAME", quantity=2, delivery_group=1),
    )  # fmt: skip
    before = days(order)
    assert before[10] == before[20]
    change(small, rep, order, quantity="8")
    after = days(order)
    assert after[10] == after[20] > before[20]
    assert_books_hold()


def test_an_order_that_becomes_one_delivery_goes_on_one_day(small, rep):
    company.put_in_stock(small, "HELMET", 5)
    receive(small, "FRAME", 4, date(2026, 3, 16))
    order = enter(small, rep, LineDraft(product="HELMET", quantity=4), LineDraft(product="FRAME", quantity=2))
    assert days(order)[10] != days(order)[20]
    changes = OrderChanges(header={"complete_delivery": True})
    actions.change_order(order.id, changes, by=rep, clock=small.clock)
    assert days(order)[10] == days(order)[20]
    assert_books_hold()


def test_a_quoted_route_and_proposal_go_over_into_the_order(small, rep):
    company.put_in_stock(small, "HELMET", 5)
    line = LineDraft(product="HELMET", quantity=3, delivery_mode="complete", delivery_group=1, route="ROT-ROAD")
    draft = QuotationDraft(customer="ALPHA", lines=(line,), valid_to_on="2026-03-31", delivery_days=5)
    saved = actions.save_quotation(draft, by=rep, clock=small.clock)
    actions.send_quotation(saved.id, by=rep, clock=small.clock)
    actions.order_from_quotation(saved.id, by=rep, clock=small.clock)
    assert said(OrderLine.objects.get()) == ("complete", 1, False, "ROT-ROAD")


def receive(small, product, quantity, on):
    product_id, site_id = small.products[product].pk, small.sites["HAM"].pk
    receipt = ExpectedReceipt(small.company.pk, "purchase", f"{product} {on}", product_id, site_id, on, quantity)
    supply.expect_receipt(receipt, by=SYSTEM, clock=small.clock)


def change(small, rep, order, **values):
    changes = OrderChanges(lines=(LineChange(line_number=10, values=values),))
    actions.change_order(order.id, changes, by=rep, clock=small.clock)
