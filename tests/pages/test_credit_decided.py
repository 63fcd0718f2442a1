"""What a credit manager decides in the browser: asks back first, then releases up to a value and until a day."""

from datetime import timedelta

import pytest
import time_machine

from tests.pages.test_lists import body
from tests.pages.test_path import NOW
from troth.business.credit.models import Approval
from troth.platform.models import BlockRow, RequestRow


@pytest.fixture
def carla(sign_in):
    return sign_in("credit_manager")


def ask(browser, world, words):
    url = f"/documents/order/{world.keys['blocked']}/requests/new/"
    return browser.post(url, {"desk": "credit_question:representative", "question": words})


def test_a_credit_manager_asks_back_and_sees_the_answer_where_it_is_decided(world, carla, sign_in):
    decision = body(carla.get(world.url("/credit/blocked/{block}/")))
    url = f"/documents/order/{world.keys['blocked']}/requests/new/?kind=credit_question"
    assert f'href="{url}"' in decision
    assert '<option value="credit_question:representative" selected>' in body(carla.get(url))
    assert ask(carla, world, "Who stands in for them?").status_code == 302
    asked = RequestRow.objects.get()
    assert "Asked back: Who stands in for them?" in body(carla.get("/credit/blocked/"))
    carla.post(f"/requests/{asked.pk}/withdraw/", {"reason": "found out"})
    assert "Asked back" not in body(carla.get("/credit/blocked/"))
    ask(carla, world, "When do they pay?")
    asked = RequestRow.objects.latest("pk")
    sign_in("representative").post(f"/requests/{asked.pk}/answer/", {"accepted": "yes", "words": "On Friday"})
    for page in ("/credit/blocked/", world.url("/credit/blocked/{block}/")):
        assert "Answered: On Friday" in body(carla.get(page))


def test_who_manages_no_credit_asks_nothing_back(world, sign_in):
    assert "credit_question" not in body(sign_in("auditor").get(world.url("/credit/blocked/{block}/")))
    ask(sign_in("representative"), world, "Why?")
    assert not RequestRow.objects.exists()


@time_machine.travel(NOW)
def test_a_release_is_bounded_where_it_is_decided(world, carla):
    url = world.url("/credit/blocked/{block}/")
    block = BlockRow.objects.get(pk=world.keys["block"])
    day = (block.set_at + timedelta(days=40)).date()
    refused = body(carla.post(url, {"reason": "agreed", "up_to": "0.01"}))
    assert "The document stands for more than that already." in refused
    assert carla.post(url, {"reason": "agreed", "up_to": "900000.00", "until": day.isoformat()}).status_code == 302
    approved = Approval.objects.get(pk=block.pk)
    assert (approved.up_to, approved.until) == (900_000_00, day)
    assert "Released within bounds" in body(carla.get(world.url("/orders/{blocked}/?tab=history")))
