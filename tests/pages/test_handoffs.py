"""Hand-offs in the browser: asked on a document's page, received and answered from the inbox, late until closed."""

import re
from datetime import timedelta

import pytest

from tests.pages.test_lists import body
from troth.platform.models import RequestRow


@pytest.fixture
def rita(sign_in):
    return sign_in("representative")


@pytest.fixture
def quinn(sign_in):
    return sign_in("quality_coordinator")


def ask(browser, world, desk="quality_release:quality_coordinator", **more):
    sent = {"desk": desk, "item": "10", "question": "May lot 7 go out?", **more}
    return browser.post(f"/documents/order/{world.keys['order']}/requests/new/", sent)


def the_request():
    return RequestRow.objects.get()


def counted(browser):
    found = re.search(r'"badge">(\d+)', body(browser.get("/inbox/count/")))
    return int(found[1]) if found else 0


def made_late():
    """The receipt and the answer were due an hour ago."""
    row = the_request()
    hour = timedelta(hours=1)
    RequestRow.objects.update(asked_at=row.asked_at - 3 * hour, due_at=row.asked_at - hour, receipt_due_at=None)


def test_a_request_goes_from_desk_to_desk_and_its_history_tells_each_step(world, rita, quinn):
    assert ask(rita, world).status_code == 302
    one = the_request()
    assert (one.item, one.to_role, counted(quinn), counted(rita)) == ("10", "quality_coordinator", 1, 0)
    inbox = body(quinn.get("/inbox/"))
    assert "May lot 7 go out?" in inbox
    assert f'action="/requests/{one.pk}/receipt/"' in inbox
    quinn.post(f"/requests/{one.pk}/receipt/")
    inbox = body(quinn.get("/inbox/"))
    assert f'action="/requests/{one.pk}/receipt/"' not in inbox
    assert f'href="/requests/{one.pk}/answer/"' in inbox
    quinn.post(f"/requests/{one.pk}/answer/", {"accepted": "yes", "words": "Lot 7 is yours."})
    assert (the_request().state, counted(quinn)) == ("accepted", 0)
    page = body(rita.get(world.url("/orders/{order}/?tab=requests")))
    assert "Lot 7 is yours." in page
    history = body(rita.get(world.url("/orders/{order}/?tab=history")))
    assert all(said in history for said in ("Another desk asked", "Request received", "Request answered"))


def test_declining_without_a_reason_says_so_beside_the_form(world, rita, quinn):
    ask(rita, world)
    refused = quinn.post(f"/requests/{the_request().pk}/answer/", {"accepted": "no", "words": ""})
    assert "Say why the request is declined." in body(refused)
    assert the_request().state == "asked"


def test_a_late_request_is_in_the_supervisors_inbox_and_named_late_until_closed(world, rita, quinn, sign_in):
    team = sign_in("operations_team")
    ask(rita, world)
    assert counted(team) == 0
    made_late()
    assert counted(team) == 1
    for browser in (team, quinn, rita):
        page = body(browser.get("/inbox/"))
        assert "May lot 7 go out?" in page
        assert "Operations team" in page
    assert "May lot 7 go out?" in body(team.get("/requests/?late=1"))
    quinn.post(f"/requests/{the_request().pk}/answer/", {"accepted": "yes", "words": ""})
    assert counted(team) == 0
    assert "May lot 7 go out?" not in body(team.get("/requests/?late=1"))


@pytest.mark.parametrize(
    ("view", "who"),
    [
        ("open=1", "rita quinn"),
        ("role=1", "quinn"),
        ("mine=1", "quinn"),
        ("asked=1", "rita"),
        ("late=1", ""),
        ("kind=question", ""),
        ("to_role=quality_coordinator", "rita quinn"),
        ("q=lot", "rita quinn"),
        ("q=nothing", ""),
    ],
)
def test_each_view_shows_what_it_says(world, rita, quinn, view, who):
    ask(rita, world)
    quinn.post(f"/requests/{the_request().pk}/receipt/")
    browsers = {"rita": rita, "quinn": quinn}
    shown = {name: "May lot 7 go out?" in body(one.get(f"/requests/?{view}")) for name, one in browsers.items()}
    assert shown == {name: name in who.split() for name in browsers}


def test_only_who_may_is_offered_a_step_and_can_take_it(world, rita, quinn, sign_in):
    ask(rita, world)
    one, clerk, audrey = the_request().pk, sign_in("warehouse_clerk"), sign_in("auditor")
    for browser in (clerk, audrey, rita):
        assert f"/requests/{one}/answer/" not in body(browser.get(world.url("/orders/{order}/?tab=requests")))
    clerk.post(f"/requests/{one}/answer/", {"accepted": "yes", "words": ""})
    assert audrey.post(f"/requests/{one}/receipt/").status_code == 403
    quinn.post(f"/requests/{one}/withdraw/", {"reason": ""})
    assert the_request().state == "asked"
    rita.post(f"/requests/{one}/withdraw/", {"reason": "The customer waits."})
    assert (the_request().state, the_request().reason) == ("withdrawn", "The customer waits.")


def test_asking_offers_the_kinds_of_the_document_and_of_the_persons_roles(world, rita, quinn):
    page = body(rita.get(f"/documents/order/{world.keys['order']}/requests/new/"))
    assert 'value="plan_change:production_scheduler"' in page
    assert 'value="question:credit_manager"' in page
    page = body(quinn.get(f"/documents/order/{world.keys['order']}/requests/new/"))
    assert 'value="question:credit_manager"' in page
    assert "plan_change" not in page
    page = body(rita.get(f"/documents/delivery/{world.keys['delivery']}/requests/new/"))
    assert 'value="load_change:transport_coordinator"' in page
    assert "plan_change" not in page
