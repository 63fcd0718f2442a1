"""The frame: help on each screen, the tour of the first sign-in, the way back after a session, and the undo."""

import pytest
from django.contrib.auth import get_user_model

from troth.doors.web.help import SCREENS
from troth.platform.permissions import ROUTES


def test_each_help_is_of_a_screen_there_is():
    assert [name for name in SCREENS if name not in ROUTES] == []


def test_a_page_shows_the_help_of_its_screen_and_the_keys(sign_in):
    body = sign_in("representative").get("/orders/").content.decode()
    assert str(SCREENS["sales:orders"][0]) in body
    assert "go to the command bar" in body


def test_the_tour_is_there_at_the_first_sign_in_and_never_again_once_left(sign_in):
    browser = sign_in("representative")
    assert "First steps" in browser.get("/").content.decode()
    assert browser.get("/").content.decode().count("<li data-points=") == 5
    browser.post("/preferences/", {"tour": "left"})
    assert "First steps" not in browser.get("/").content.decode()
    left_at = get_user_model().objects.get().tour_left_at
    browser.post("/preferences/", {"tour": "left"})
    assert get_user_model().objects.get().tour_left_at == left_at


def test_a_theme_goes_with_the_person_to_another_browser(sign_in, client):
    sign_in("representative").post("/preferences/", {"theme": "dark"})
    client.force_login(get_user_model().objects.get())
    assert 'data-theme="dark"' in client.get("/orders/").content.decode()


def test_a_page_asked_for_without_a_session_comes_back_after_the_sign_in(client, db):
    assert client.get("/orders/?short=1").url == "/sign-in/?next=/orders/%3Fshort%3D1"


def test_what_was_posted_without_a_session_leads_back_to_the_page_it_was_on(client, db):
    answer = client.post("/deliveries/7/issue/", headers={"Referer": "http://testserver/deliveries/7/"})
    assert answer.url == "/sign-in/?next=/deliveries/7/"
    assert client.post("/deliveries/7/issue/", headers={"Referer": "https://elsewhere/"}).url == "/sign-in/?next=/"


def test_a_part_of_a_page_asked_for_without_a_session_sends_the_whole_page_to_sign_in(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/orders/?q=4"}
    answer = client.get("/search/?q=4", headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/?next=/orders/%3Fq%3D4")


@pytest.mark.parametrize(("role", "offers"), [("warehouse_clerk", False), ("warehouse_supervisor", True)])
def test_what_was_picked_offers_its_undo_to_who_may_undo_it(world, sign_in, role, offers):
    confirm = world.url("/transfer-orders/{transfer}/confirm-all/")
    body = sign_in(role).post(confirm, follow=True).content.decode()
    assert "All is picked." in body
    undo = world.url('href="/transfer-orders/{transfer}/undo/">Undo</a>')
    assert (undo in body) == offers
