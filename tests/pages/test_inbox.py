"""The inbox: what waits for a person by name or by role, and its count in the bar of every page."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.pages.test_issues import entered, person
from tests.pages.test_lists import body
from troth.business.promising.models import Requirement
from troth.business.sales.models import DateNotice
from troth.platform import requests
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.models import RoleGrant
from troth.platform.web.formats import day as said_day


@pytest.fixture
def clerk(sign_in):
    return sign_in("warehouse_clerk")


def asked(world, yard):
    """A question of the representative to the warehouse clerk about an order; its id."""
    clock = yard.acting["clock"]
    return requests.ask(
        "question",
        DocumentRef("order", world.keys["order"], "SO-1"),
        company_id=yard.company.company.pk,
        from_role="representative",
        to_role="warehouse_clerk",
        question="May it leave today?",
        due_at=clock.now() + timedelta(days=1),
        by=SYSTEM,
        clock=clock,
    )


def counted(browser):
    """The count in the bar of the home, and that which the bar asks for later."""
    shown = [re.search(r'id="inbox".*?</a>', body(browser.get(page)), re.DOTALL)[0] for page in ("/", "/inbox/count/")]
    return [int(found[1]) if (found := re.search(r'"badge">(\d+)', one)) else 0 for one in shown]


def test_an_empty_inbox_says_what_will_come_there(clerk, world):
    assert counted(clerk) == [0, 0]
    assert "Nothing waits for you" in body(clerk.get("/inbox/"))


def test_a_question_to_ones_role_waits_until_it_is_answered(world, yard, clerk, sign_in):
    asked_id = asked(world, yard)
    assert counted(clerk) == [1, 1]
    page = body(clerk.get("/inbox/"))
    assert "May it leave today?" in page
    assert world.url('href="/orders/{order}/?tab=requests"') in page
    assert counted(sign_in("credit_manager")) == [0, 0]
    requests.answer(asked_id, accepted=True, by=SYSTEM, clock=yard.acting["clock"])
    assert counted(clerk) == [0, 0]


def test_a_role_in_another_company_is_not_asked(world, yard, clerk):
    asked(world, yard)
    RoleGrant.objects.filter(user=person("warehouse_clerk")).update(company_id=yard.company.company.pk)
    assert counted(clerk) == [1, 1]
    RoleGrant.objects.filter(user=person("warehouse_clerk")).update(company_id=yard.company.company.pk + 1)
    assert counted(clerk) == [0, 0]


def test_an_issue_waits_for_who_sees_to_it(world, sign_in):
    rita, olga = sign_in("representative"), sign_in("representative", "salesperson")
    rita.post(f"/documents/order/{world.keys['order']}/issues/new/", entered())
    assert (counted(rita), counted(olga)) == ([1, 1], [0, 0])
    page = body(rita.get("/inbox/"))
    assert "Two frames are scratched" in page
    assert world.url('href="/orders/{order}/?tab=issues"') in page


def noticed(world, owner, line=10):
    """Two of item 10 were moved from the 10th to the 20th of March by supply that slipped; the notice's id."""
    moved = {str(line): [[[2, "2026-03-10"]], [[2, "2026-03-20"]]]}
    return DateNotice.objects.create(
        order_id=world.keys["order"], owner_id=owner, cause="supply", detail="receipt 4500 was changed", lines=moved,
        at=datetime(2026, 3, 3, 9, tzinfo=UTC),
    ).pk  # fmt: skip


def test_new_dates_of_ones_order_stand_there_with_first_former_and_new_until_they_are_seen(world, sign_in):
    rita, walter = sign_in("representative"), sign_in("representative", "salesperson")
    one = noticed(world, person("representative").pk)
    assert (counted(rita), counted(walter)) == ([1, 1], [0, 0])
    page = body(rita.get("/inbox/"))
    row = page[page.index("New dates of your orders") :]
    first = Requirement.objects.get(document_kind="order", document_id=world.keys["order"], line_id__gt=0)
    assert world.url('href="/orders/{order}/?tab=promise"') in row
    for words in (
        "Supply slipped",
        "receipt 4500 was changed",
        said_day(date(2026, 3, 20)),
        said_day(date(2026, 3, 10)),
    ):
        assert words in row
    assert said_day(first.first_promised_on) in row
    refused = body(walter.post(f"/orders/notices/{one}/seen/", follow=True))
    assert "There is no such notice of new dates for you." in refused
    assert counted(rita) == [1, 1]
    rita.post(f"/orders/notices/{one}/seen/")
    assert counted(rita) == [0, 0]
    assert "New dates of your orders" not in body(rita.get("/inbox/"))


def test_all_that_the_page_showed_is_seen_at_once(world, sign_in):
    rita = sign_in("representative")
    own = person("representative").pk
    noticed(world, own)
    last = noticed(world, own)
    assert f"/orders/notices/seen/?until={last}" in body(rita.get("/inbox/"))
    noticed(world, own)
    rita.post(f"/orders/notices/seen/?until={last}")
    assert counted(rita) == [1, 1]


def test_who_has_not_signed_in_has_no_inbox(client, world):
    assert client.get("/inbox/").headers["Location"].startswith("/sign-in/")
