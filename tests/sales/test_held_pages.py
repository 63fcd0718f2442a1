"""The pages of a quotation that holds goods: what could come, what is held, until when and by whom."""

import re

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company
from tests.sales.test_held_quotation import OFFER
from troth.business.promising.models import Hold
from troth.business.sales import actions
from troth.platform.models import RoleGrant

NOW = "2026-03-02T08:00:00Z"


def signed_in(name, role):
    user = get_user_model().objects.create_user(name, password="correct horse battery", first_name=name.title())
    RoleGrant.objects.create(user=user, role=role)
    desk = Client()
    desk.force_login(user)
    return desk


@pytest.fixture
def desk(small):
    return signed_in("rita", "representative")


@pytest.fixture
def page(small, rep):
    company.put_in_stock(small, "HELMET", 3)
    saved = actions.save_quotation(OFFER, by=rep, clock=small.clock)
    actions.send_quotation(saved.id, by=rep, clock=small.clock)
    return f"/quotations/{saved.id}/"


def said(desk, address):
    return words(desk.get(address))


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@time_machine.travel(NOW, tick=False)
def test_the_items_say_what_could_come_now_and_what_is_held(desk, page):
    before = said(desk, page)
    assert "Available now" in before
    assert "1 piece not available" in before
    assert "2 piece not available" in before
    assert "Hold goods" in before
    assert "Release hold" not in before

    answer = desk.post(f"{page}hold/", {"expires_at": "2026-03-05T10:00", "client_key": "k1"}, follow=True)

    told = words(answer)
    assert "Not held in full: item 10, 20." in told
    assert answer.redirect_chain[-1][0] == f"{page}?tab=held"
    assert Hold.objects.get().number in told
    assert "Rita" in told
    assert "Held in part" in told
    after = said(desk, page)
    assert "3 piece held until" in after
    assert "Goods held until" in after
    # What it holds itself is not in its own way.
    assert "1 piece not available" in after


@time_machine.travel(NOW, tick=False)
def test_it_is_extended_and_released_on_the_page_and_shown_with_its_hold(desk, page):
    desk.post(f"{page}hold/", {"expires_at": "2026-03-05T10:00", "lines": ["10"], "client_key": "k1"})
    hold = Hold.objects.get()
    assert hold.reference_number in said(desk, "/holds/")
    shown = desk.get(f"/holds/{hold.pk}/").content.decode()
    assert f'href="{page}"' in shown
    assert f"/holds/{hold.pk}/order/" not in shown
    late = words(desk.post(f"{page}hold/extend/", {"expires_at": "2026-04-02T10:00"}))
    assert "no longer than it is valid" in late
    desk.post(f"{page}hold/extend/", {"expires_at": "2026-03-09T10:00"})
    assert Hold.objects.get().expires_at.day == 9
    desk.post(f"{page}hold/release/", {"reason": "they wait"})
    assert Hold.objects.get().state == "released"
    assert "they wait" in said(desk, f"/holds/{hold.pk}/?tab=history")


@time_machine.travel(NOW, tick=False)
def test_who_may_only_look_sees_what_is_held_and_no_buttons(desk, page):
    desk.post(f"{page}hold/", {"expires_at": "2026-03-05T10:00", "client_key": "k1"})
    auditor = signed_in("audrey", "auditor")
    told = said(auditor, f"{page}?tab=held")
    assert Hold.objects.get().number in told
    assert "Hold goods" not in told
    assert "Release hold" not in told
    assert auditor.post(f"{page}hold/release/", {"reason": "no"}).status_code == 403
