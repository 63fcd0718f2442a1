"""The picture of a promise as it was made: the curve that was kept, what was confirmed of it, and what held it down."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth import get_user_model

from tests import company
from tests.sales.test_repromise import expect
from troth.business.promising import queries as promises
from troth.business.promising.models import Requirement
from troth.business.promising.web import picture
from troth.business.sales import actions
from troth.business.sales.models import OrderLine
from troth.platform.models import RoleGrant

NEXT = date(2026, 3, 17)
"""When more goods come than there are for the wish of 11 March."""


@pytest.fixture
def late(small, rep, draft):
    """Of four that are wanted one is there, and ten come on 17 March."""
    company.put_in_stock(small, "HELMET", 1)
    expect(small, quantity=10, due_on=NEXT, number="4711")
    return actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)


def drawn(order):
    line = OrderLine.objects.get(order_id=order.id)
    return picture.stored(promises.explain("order", line.pk), line.requested_on or company.NEXT_WEDNESDAY, (0, "piece"))


def test_it_has_the_curve_that_was_kept_the_confirmations_and_what_held_it_down(small, late):
    found = drawn(late)
    board = found["picture"]
    first = company.NEXT_MONDAY
    assert (board.today, board.first_day, board.unit) == (first, "wanted", "piece")
    assert [(one.on, one.free, one.balance) for one in board.days] == [(first, 1, 1), (NEXT, 11, 4)]
    assert [(mark.on, mark.word) for mark in board.marks] == [(NEXT, "next: purchase order")]
    said = "Free when it was promised: 1 piece from"
    assert (said in board.title, "Wished for" in board.title) == (True, True)
    assert [[row[0].value, row[3].value] for row in found["seen"]["rows"]] == [
        [first, "wanted, least is free"], [NEXT, "next: purchase order"],
    ]  # fmt: skip


def test_it_stays_as_it_was_whatever_becomes_of_the_books(small, late):
    before = drawn(late)["picture"]
    company.put_in_stock(small, "HELMET", 20)
    expect(small, quantity=5, due_on=date(2026, 3, 12), number="4712")
    assert drawn(late)["picture"] == before


def test_where_no_curve_was_kept_there_is_no_picture(small, late):
    Requirement.objects.filter(document_id=late.id).update(explanation={"scope": "order"})
    assert drawn(late) == {}


def test_the_page_shows_it_with_a_text_for_who_does_not_see_it(small, late, client):
    user = get_user_model().objects.create_user("rita", password="x")
    RoleGrant.objects.create(user=user, role="representative")
    client.force_login(user)
    promise = Requirement.objects.get(document_id=late.id)
    with time_machine.travel(small.clock.now()):
        page = client.get(f"/promises/{promise.pk}/").content.decode()
    shown = page[page.index("What was free when it was promised") :]
    assert '<svg class="board"' in shown
    assert 'role="img" aria-label="Wished for' in shown
    assert "confirmed, added up" in shown
    assert "supply, upwards" not in shown
    for words in ("Transport planning", "Loading"):
        assert words in page
