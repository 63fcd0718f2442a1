"""The draft that the entry page saves by itself, and the numbers of lines that are put between others."""

import json
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from troth.business.sales.models import Order, OrderLine, Quotation
from troth.business.sales.rules.drafts import LineDraft, line_numbers
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
