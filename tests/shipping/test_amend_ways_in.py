"""Changing an order whose goods are on their way, on the page and over the API."""

import json
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.shipping.conftest import assert_books_hold, footprint
from troth.business.sales.models import OrderLine
from troth.business.shipping.models import DeliveryLine
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.models import ApiToken, RoleGrant
from troth.platform.users import token_hash


@pytest.fixture
def rita(company):
    user = get_user_model().objects.create_user("rita", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="representative")
    return user


@pytest.fixture
def visitor(rita) -> Client:
    client = Client()
    client.force_login(rita)
    return client


@pytest.fixture
def program(rita):
    """A program with rita's token: `program(path, body)` posts and returns (status, body)."""
    ApiToken.objects.create(
        user=rita,
        name="test",
        token_hash=token_hash("troth_t_of_a_test"),
        scopes=["shipping", "sales"],
        made_at=SYSTEM_CLOCK.now(),
    )

    def post(path, body):
        sent = json.dumps(body)
        headers = {"Authorization": "Bearer troth_t_of_a_test"}
        answer = Client().post(f"/api/v1/{path}", sent, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    return post


def filled(order, **row):
    """What the form sends for an order with one line."""
    typed = {"line": "10", "quantity": "5", "requested_on": "", "split": "", "split_on": "", "reject": ""} | row
    rows = {f"rows-0-{name}": value for name, value in typed.items()}
    return {"version": str(order.version), "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1"} | rows


def test_the_page_shows_what_it_will_do_and_does_it_when_told(visitor, yard):
    order, _delivery, _transfer = yard.picked(FRAME=5)
    address = f"/orders/{order.id}/amend/"
    assert address in visitor.get(f"/orders/{order.id}/").content.decode()
    assert "5 picked" in visitor.get(address).content.decode()
    before = footprint()
    shown = visitor.post(address, filled(order, quantity="3"))
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "2 piece of FRAME, picked by" in page
    assert footprint() == before
    seen = re.search('name="seen" value="([0-9a-f]{64})"', page)[1]
    other = visitor.post(address, filled(order, quantity="4") | {"_do": "1", "seen": seen})
    assert "Something was changed after you looked" in other.content.decode()
    assert footprint() == before
    done = visitor.post(address, filled(order, quantity="3") | {"_do": "1", "seen": seen})
    assert (done.status_code, done["Location"]) == (302, f"/orders/{order.id}/")
    assert list(DeliveryLine.objects.values_list("quantity", "picked")) == [(3, 3)]
    assert_books_hold()


def test_a_split_puts_the_rest_on_a_line_of_its_own(visitor, yard):
    order, _ = yard.delivered(FRAME=5)
    page = visitor.post(f"/orders/{order.id}/amend/", filled(order, split="2", split_on="2027-03-10")).content.decode()
    assert "Line 20, FRAME: 2 piece more on a line of its own." in page


def test_a_free_line_that_is_split_stays_free(visitor, yard):
    order = yard.order(order_type="free", HELMET=4)
    row = filled(order, quantity="4", split="2", split_on="2027-03-10")
    seen = re.search(
        'name="seen" value="([0-9a-f]{64})"', visitor.post(f"/orders/{order.id}/amend/", row).content.decode()
    )
    visitor.post(f"/orders/{order.id}/amend/", row | {"_do": "1", "seen": seen[1]})
    assert list(OrderLine.objects.filter(order_id=order.id).values_list("base_quantity", "net")) == [(2, 0), (2, 0)]


def test_a_refusal_stands_on_the_page_with_what_was_typed(visitor, yard):
    order, delivery, _ = yard.issued(FRAME=5)
    answer = visitor.post(f"/orders/{order.id}/amend/", filled(order, quantity="3"))
    assert answer.status_code == 422
    assert f"delivery {delivery.number} has left" in answer.content.decode()


@pytest.mark.parametrize("quantity", ["", "x", "-1", "1.5", "99999999999999999999"])
def test_a_wrong_quantity_is_told_and_changes_nothing(visitor, yard, quantity):
    order, _ = yard.delivered(FRAME=5)
    before = footprint()
    answer = visitor.post(f"/orders/{order.id}/amend/", filled(order, quantity=quantity) | {"_do": "1"})
    assert answer.status_code == 422
    assert footprint() == before


def test_a_program_previews_and_amends(program, yard):
    order, delivery, _ = yard.picked(FRAME=5)
    change = {"lines": [{"line_number": 10, "quantity": "3"}]}
    status, shown = program(f"orders/{order.id}/amendments/preview", change)
    assert status == 200
    assert [(one["kind"], one["before"], one["after"]) for one in shown["edits"]] == [
        ("order_line", "5", "3"), ("pick", "5", "3"), ("delivery", "5", "3"),
    ]  # fmt: skip
    status, done = program(f"orders/{order.id}/amendments", change)
    assert (status, done["edits"]) == (200, shown["edits"])
    status, refused = program(
        f"orders/{order.id}/amendments", {"reject": [{"line_number": 30, "reason": "no such line"}]}
    )
    assert (status, refused["code"]) == (422, "unknown_line")
    assert delivery.id
    assert_books_hold()
