"""The home of each role: its work list with counts that open their lists, and what others changed meanwhile."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from troth.business.sales.models import Order
from troth.doors.web import home, news
from troth.platform.models import Event, RoleGrant
from troth.platform.permissions import ROLES
from troth.platform.web import tallies
from troth.platform.web.values import Waiting


def cards(browser) -> dict[str, tuple[str, str]]:
    """Title -> (count, address) of each card."""
    body = browser.get("/").content.decode()
    found = re.findall(
        r'class="card[^"]*" href="([^"]+)"><span class="card-title">([^<]+)</span><span[^>]*>([^<]+)<', body
    )
    return {title: (count, url.replace("&amp;", "&")) for url, title, count in found}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_has_its_tasks_and_each_card_opens_its_list_with_as_many_rows(role, world, sign_in):
    browser = sign_in(role)
    found = cards(browser)
    assert list(found) == [str(home.TASKS[key].title) for key in home.HOMES[role]]
    for title, (count, url) in found.items():
        answer = browser.get(url)
        assert answer.status_code == 200, title
        if title not in ("Unconfirmed lines", "Overdue invoices", "Open invoices"):
            shown = re.search(r'id="list-count">([\d,]+)', answer.content.decode())
            assert (shown.group(1) if shown else "0") == count, title


def test_a_task_of_two_roles_of_one_person_stands_once(db):
    user = get_user_model().objects.create_user("both")
    for role in ("credit_manager", "billing_clerk"):
        RoleGrant.objects.create(user=user, role=role)
    from django.test import Client

    browser = Client()
    browser.force_login(user)
    body = browser.get("/").content.decode()
    assert body.count("Overdue invoices") == 1
    assert "<h2>Credit manager</h2>" in body
    assert "<h2>Billing clerk</h2>" in body


def test_who_has_no_role_reads_what_to_expect(db, sign_in):
    assert "Nothing is assigned to you" in sign_in().get("/").content.decode()


@pytest.mark.parametrize("most", [1, 2, 1_000])
def test_a_tally_tells_the_oldest_and_the_late_whatever_it_counts_to(world, monkeypatch, most):
    monkeypatch.setattr(tallies, "MOST", most)
    orders = list(Order.objects.order_by("pk"))
    for days, order in enumerate(orders):
        at = datetime(2026, 3, 10, 23, 30, tzinfo=UTC) - timedelta(days=days)
        Order.objects.filter(pk=order.pk).update(entered_at=at, entered_on=at.date())
    days = [date(2026, 3, 10) - timedelta(days=number) for number in range(len(orders))]
    before, found = days[1], Order.objects.all()
    expected = Waiting(min(len(days), most), days[-1], len(days) - 2, len(days) > most)
    assert tallies.tally(found, "entered_on", before=before) == expected
    assert tallies.tally(found, "entered_at__date", before=before) == expected
    with timezone.override(ZoneInfo("Europe/Berlin")):  # there it is half past midnight of the next day
        later = replace(expected, oldest_on=days[-1] + timedelta(days=1))
        assert tallies.tally(found, "entered_at__date", before=before + timedelta(days=1)) == later
    assert tallies.tally(found.none(), "entered_on", before=before) == Waiting(0, None, 0)


def test_a_count_stops_at_its_limit_and_says_so(world, sign_in, monkeypatch):
    monkeypatch.setattr(tallies, "MOST", 2)
    assert Order.objects.filter(state="draft").count() == 1
    assert tallies.tally(Order.objects.all(), "entered_on").count == 2
    assert tallies.tally(Order.objects.all(), "entered_on").more
    assert not tallies.tally(Order.objects.filter(state="draft"), "entered_on").more


def test_what_waits_is_late_before_its_day_and_the_oldest_is_told():
    monday = datetime(2026, 3, 2, tzinfo=UTC).date()
    rows = [(monday + timedelta(days=n), monday + timedelta(days=n)) for n in (3, 0, 1)]
    waiting = tallies.summed(rows, before=monday + timedelta(days=1))
    assert (waiting.count, waiting.oldest_on, waiting.late, waiting.more) == (3, monday, 1, False)


def touched(user, order, at, kind="sales.order_changed") -> None:
    Event.objects.create(
        company_id=order.company_id, at=at, actor_id=user and user.pk, kind=kind, document_kind="order",
        document_id=order.pk, document_number=order.number, facts={}, changes={},
    )  # fmt: skip


@pytest.fixture
def rita(world, sign_in):
    """A representative who has worked on the blocked order, and her browser."""
    browser = sign_in("representative")
    user = get_user_model().objects.get(username="representative")
    touched(user, Order.objects.get(pk=world.keys["blocked"]), datetime.now(UTC))
    return user, browser


def changes(browser) -> list[str]:
    found = re.findall(r'<li><span class="news-what"><a href="[^"]*">([^<]+)</a>', browser.get("/").content.decode())
    return list(found)


def test_the_news_are_what_others_did_to_the_documents_that_one_works_on(world, rita):
    user, browser = rita
    mine, foreign = (Order.objects.get(pk=world.keys[key]) for key in ("blocked", "draft"))
    user.here_at = datetime.now(UTC)
    user.save()
    later = datetime.now(UTC) + timedelta(seconds=5)
    touched(user, mine, later)
    touched(None, foreign, later)
    assert changes(browser) == []
    touched(None, mine, later)
    assert changes(browser) == [mine.number]


def test_the_news_stay_during_a_visit_and_begin_anew_with_the_next(world, rita):
    user, browser = rita
    mine, now = Order.objects.get(pk=world.keys["blocked"]), datetime.now(UTC)
    get_user_model().objects.filter(pk=user.pk).update(here_at=now - 2 * news.VISIT_ENDS)
    touched(None, mine, now - news.VISIT_ENDS)
    first = changes(browser)
    assert mine.number in first
    assert changes(browser) == first
    get_user_model().objects.filter(pk=user.pk).update(here_at=now + timedelta(minutes=1) - news.VISIT_ENDS)
    assert changes(browser) == first
    get_user_model().objects.filter(pk=user.pk).update(here_at=now - timedelta(minutes=1) - news.VISIT_ENDS)
    touched(None, mine, now - timedelta(minutes=2) - news.VISIT_ENDS)
    assert len(changes(browser)) == len(first)


def test_a_goods_issue_of_ones_order_is_news_of_its_delivery(world, sign_in):
    browser = sign_in("representative")
    user = get_user_model().objects.get(username="representative")
    paid = Order.objects.get(pk=world.keys["order"])
    touched(user, paid, datetime.now(UTC))
    get_user_model().objects.filter(pk=user.pk).update(here_at=datetime(2020, 1, 1, tzinfo=UTC))
    delivery = Event.objects.filter(kind="shipping.goods_issued").first()
    assert delivery.document_number in changes(browser)
