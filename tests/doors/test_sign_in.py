"""The way in: nothing is shown to a stranger, and the home is shown to whoever signed in."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.mark.django_db
def test_a_stranger_is_led_to_the_sign_in_page_and_back():
    get_user_model().objects.create_user("carla", password="correct horse battery")
    client = Client()
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/")
    answer = client.post("/sign-in/", {"username": "carla", "password": "correct horse battery", "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "carla" in client.get("/").content.decode()


@pytest.mark.django_db
def test_five_wrong_passwords_lock_the_name_for_a_while(settings):
    settings.AXES_ENABLED = True
    get_user_model().objects.create_user("carla", password="correct horse battery")
    client = Client()
    for _ in range(5):
        answer = client.post("/sign-in/", {"username": "carla", "password": "wrong"})
    assert answer.status_code == 429
    answer = client.post("/sign-in/", {"username": "carla", "password": "correct horse battery"})
    assert answer.status_code == 429


@pytest.mark.django_db
def test_pages_allow_no_script_but_our_own():
    policy = Client().get("/sign-in/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_signing_out_leads_back_to_the_sign_in_page(browser):
    assert browser.post("/sign-out/")["Location"] == "/sign-in/"
    assert browser.get("/").status_code == 302


def test_a_page_that_does_not_exist_says_so_within_the_frame(browser):
    answer = browser.get("/no-such-page/")
    assert answer.status_code == 404
    assert "Troth" in answer.content.decode()


@pytest.mark.django_db
def test_health_is_open_to_machines():
    assert Client().get("/health/live").status_code == 200
