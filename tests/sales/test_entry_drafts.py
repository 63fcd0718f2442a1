"""The draft that the entry page saves by itself, and the numbers of lines that are put between others."""

import json
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from troth.business.masterdata import models as masterdata
from troth.business.masterdata.store import touch
from troth.business.sales import actions
from troth.business.sales.models import Order, OrderLine, Quotation
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, line_numbers
from troth.platform.models import RoleGrant

SOON = (date.today() + timedelta(days=28)).isoformat()
HEAD = {"customer": "ALPHA", "order_type": "standard", "requested_on": SOON}


@pytest.fixture
def save(small):
    """`save(address, row, …)` posts what the page would, as a representative."""
    user = get_user_model().objects.create_user("rita", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="representative")
    client = Client()
    client.force_login(user)

    def post(address, *lines, head=(), **more):
        sent = {"head": {**HEAD, **dict(head)}, "lines": list(lines), **more}
        answer = client.post(address, json.dumps(sent), content_type="application/json")
        assert answer.status_code == 200
        return answer.json()

    post.client = client
    return post


def row(product, quantity, number=""):
    return {"product": product, "quantity": str(quantity), "line_number": number}


def test_a_new_draft_is_made_once_however_often_it_is_asked_for(save):
    first = save("/orders/draft/", row("HELMET", 3), key="one")
    again = save("/orders/draft/", row("HELMET", 3), key="one")
    assert first["saved"]["number"] == again["saved"]["number"]
    assert Order.objects.count() == 1
    assert first["saved"]["rows"] == [{"row": 1, "line_number": "10"}]
    assert first["saved"]["stored"]["lines"][0]["quantity"] == "3"


def test_rows_that_cannot_be_read_are_left_with_the_page(save):
    told = save("/orders/draft/", row("NOTHING", 1), row("HELMET", 3), row("GLOVE", "many"), key="one")
    assert [one["row"] for one in told["saved"]["rows"]] == [2]
    assert OrderLine.objects.count() == 1


def test_a_head_that_cannot_be_read_saves_nothing(save):
    told = save("/orders/draft/", row("HELMET", 3), head={"customer": "NOBODY"})
    assert told["problems"][0]["field"] == "customer"
    assert Order.objects.count() == 0


def test_who_saves_an_older_version_is_told_what_stands_there_now(save):
    saved = save("/orders/draft/", row("HELMET", 3), key="one")["saved"]
    save(saved["draft"], row("HELMET", 5, "10"), version=saved["version"])
    told = save(saved["draft"], row("HELMET", 4, "10"), version=saved["version"])["conflict"]
    assert (told["who"], told["is_draft"], told["stored"]["lines"][0]["quantity"]) == ("rita", True, "5")
    assert OrderLine.objects.get().quantity == 5


def test_a_quotation_is_saved_by_itself_too(save):
    saved = save("/quotations/draft/", row("HELMET", 3), head={"valid_to_on": SOON}, key="one")["saved"]
    save(saved["draft"], row("HELMET", 4, "10"), head={"valid_to_on": SOON}, version=saved["version"])
    quotation = Quotation.objects.get()
    assert (quotation.state, quotation.valid_to_on.isoformat(), quotation.net) == ("draft", SOON, 20_000)


UNSHOWN = {
    "is_fixed": True,
    "over_tolerance_basis_points": 300,
    "under_tolerance_basis_points": 200,
    "delivery_group": 2,
    "delivery_mode": "complete",
    "requirement_type": "KSL",
}
"""Fields of a line that the page does not show, or that it leaves open where it does not send them."""
WAY = {"route": "ROT-ROAD", "shipping_point": "HAM2"}
ROTTERDAM = {"route": "ROT-ROAD", "shipping_point": "ROT1"}


def unshown(line) -> dict:
    return {name: getattr(line, name) for name in UNSHOWN}


def way(line) -> dict:
    return {"route": line.route.code, "shipping_point": line.shipping_point.code}


def written(small, rep):
    """A draft with a line that has all that the page does not show; its id."""
    masterdata.ShippingPoint.objects.get_or_create(site=small.sites["HAM"], code="HAM2", defaults={"name": "Gate 2"})
    touch()
    line = LineDraft(product="HELMET", quantity=3, **UNSHOWN, **WAY)
    return actions.save_order(OrderDraft(customer="ALPHA", lines=(line,)), by=rep, clock=small.clock).id


def test_what_the_page_does_not_show_of_a_line_stays_when_it_saves_by_itself(save, small, rep):
    key = written(small, rep)
    saved = save(f"/orders/{key}/draft/", row("GLOVE", 1), row("HELMET", 4, "10"), version=1)["saved"]
    line = OrderLine.objects.get(line_number=10)
    assert (line.quantity, unshown(line), way(line)) == (4, UNSHOWN, WAY)
    save(f"/orders/{key}/draft/", row("GLOVE", 4, "10"), version=saved["version"])
    assert unshown(OrderLine.objects.get()) == {
        "is_fixed": False,
        "over_tolerance_basis_points": 0,
        "under_tolerance_basis_points": 0,
        "delivery_group": 0,
        "delivery_mode": "partial",
        "requirement_type": "",
    }


def test_what_the_page_does_not_show_of_a_line_stays_when_its_button_saves(save, small, rep):
    key = written(small, rep)
    form = {"customer": "ALPHA", "order_type": "standard", "version": "1", "_save": "1"}
    form |= {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0"}
    shown = {"delivery_mode": "complete", "delivery_group": "2", "is_fixed": "true", "route": "ROT-ROAD"}
    form |= {f"rows-0-{name}": value for name, value in (row("HELMET", 4, "10") | shown).items()}
    assert save.client.post(f"/orders/{key}/change/", form).status_code == 302
    line = OrderLine.objects.get()
    assert (line.quantity, unshown(line), way(line)) == (4, UNSHOWN, WAY)


def test_another_site_or_customer_is_reached_on_its_own_way_and_with_its_own_tolerances(save, small, rep):
    key = written(small, rep)
    saved = save(f"/orders/{key}/draft/", {**row("HELMET", 3, "10"), "site": "ROT"}, version=1)["saved"]
    assert way(OrderLine.objects.get()) == ROTTERDAM
    save(f"/orders/{key}/draft/", {**row("HELMET", 3, "10"), "site": "HAM"}, version=saved["version"])
    assert way(OrderLine.objects.get()) == {"route": "HAM-ROAD", "shipping_point": "HAM1"}
    key = written(small, rep)
    save(f"/orders/{key}/draft/", row("HELMET", 3, "10"), head={"customer": "BETA"}, version=1)
    line = OrderLine.objects.latest("pk")
    assert way(line) == {"route": "HAM-ROAD", "shipping_point": "HAM1"}
    assert unshown(line) == {**UNSHOWN, "over_tolerance_basis_points": 0, "under_tolerance_basis_points": 0}


def test_who_writes_a_draft_anew_without_the_page_says_all(small, rep):
    key = written(small, rep)
    line = LineDraft(product="HELMET", quantity=4, line_number=10)
    actions.save_order(OrderDraft(customer="ALPHA", lines=(line,)), order_id=key, by=rep, clock=small.clock)
    assert (OrderLine.objects.get().batch, OrderLine.objects.get().is_fixed) == ("", False)


@pytest.mark.parametrize(
    ("entered", "numbers"),
    [
        ([None, None], [10, 20]),
        ([10, None, 20], [10, 11, 20]),
        ([None, 10], [1, 10]),
        ([10, None, 11], [10, 20, 11]),
        ([10, None, None, 12], [10, 20, 30, 12]),
        ([10, None, None, 13], [10, 11, 12, 13]),
        ([20, None], [20, 30]),
    ],
)
def test_a_line_that_is_put_between_two_stays_between_them_where_there_is_room(entered, numbers):
    wrong = []
    drafts = [LineDraft(product="HELMET", quantity=1, line_number=number) for number in entered]
    assert line_numbers(drafts, wrong) == numbers
    assert wrong == []
