"""The inbox: what waits for a person by name or by role, and its count in the bar of every page."""

import re
from datetime import timedelta

import pytest

from tests.pages.test_issues import entered, person
from tests.pages.test_lists import body
from troth.platform import requests
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.models import RoleGrant


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


def test_who_has_not_signed_in_has_no_inbox(client, world):
    assert client.get("/inbox/").headers["Location"].startswith("/sign-in/")
