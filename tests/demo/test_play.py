"""A small play: thirty orders over sixty days, by the people, through the actions, with the books in balance."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db.models import F

from tests.company import scopes
from troth.business.sales import queries
from troth.doors import demo
from troth.doors.demo import company
from troth.doors.demo.dates import Dates, is_working_day
from troth.doors.demo.play import script
from troth.doors.demo.play.script import STORE_OF_CM_1, Fate, Quote
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.platform.models import User

FRIDAY_EVENING = FixedClock(datetime(2026, 3, 7, 1, 0, tzinfo=UTC))
ORDERS = 30


def rows(label):
    return apps.get_model(label)._default_manager


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """What `troth demo` says of thirty orders; played once for this file and rolled back at its end."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        scopes()
        yield list(demo.run(history=False, orders=ORDERS, clock=FRIDAY_EVENING))
        transaction.set_rollback(True)


@pytest.fixture
def played(told, django_db_blocker):
    with django_db_blocker.unblock():
        yield told


@pytest.mark.django_db
def test_a_company_that_stands_is_kept_as_it_is():
    # Runs first, as tests with this mark do, and by it pytest-django knows that this file needs a database.
    company.build(FRIDAY_EVENING)
    kept, *_ = demo.run(history=False, clock=FRIDAY_EVENING)
    assert kept.startswith("The demo company stands here already")
    assert rows("sales.Order").count() == 0


def test_all_that_must_hold_holds_after_sixty_days(played):
    assert [result for result in verify.run() if not result.holds] == []


def test_every_order_of_the_script_is_there_and_those_that_show_something(played):
    assert rows("sales.Order").count() == ORDERS + 6
    states = Counter(rows("sales.Order").values_list("state", flat=True))
    assert set(states) == {"draft", "submitted", "cancelled"}


def test_every_document_of_cm_1_is_printed(played):
    text = "\n".join(played)
    for word in ("Quotation QT-", "Order SO-", "Delivery DL-", "Shipment SH-", "Picking list", "Invoice 2026-"):
        assert word in text


def test_every_document_was_made_by_somebody_of_the_demo(played):
    people = set(User.objects.filter(username__in=demo.USERS).values_list("pk", flat=True))
    for label in ("sales.Order", "sales.Quotation"):
        assert set(rows(label).values_list("entered_by_id", flat=True)) <= people
    for label in ("shipping.Delivery", "shipping.Shipment", "billing.Invoice", "receivables.Payment"):
        makers = set(rows(label).values_list("made_by_id", flat=True))
        assert makers <= people
        assert makers


def test_nothing_lies_in_the_future_and_work_is_left_lying(played):
    assert rows("sales.Order").filter(entered_at__gt=FRIDAY_EVENING.now()).count() == 0
    assert rows("platform.Event").filter(at__gt=FRIDAY_EVENING.now()).count() == 0
    assert rows("promising.ScheduleLine").filter(delivered=0).exists()


def test_lines_are_short(played):
    short = rows("promising.Requirement").filter(is_withdrawn=False, confirmed_quantity__lt=F("quantity"))
    assert short.exists()


def test_a_script_is_the_same_in_every_run_and_spread_over_the_days():
    dates = Dates.of(FRIDAY_EVENING)
    planned = script(dates, 400)
    assert planned == script(dates, 400)
    assert len(planned) == len({one.key for one in planned}) == 400
    assert {one.fate for one in planned} == set(Fate)
    assert {one.quote for one in planned} == set(Quote)
    assert all(is_working_day(one.on) and is_working_day(one.requested_on) for one in planned)
    assert (min(one.on for one in planned) - dates.first).days <= 3
    assert max(one.on for one in planned) == dates.today
    assert STORE_OF_CM_1 not in {one.store_key for one in planned}


def test_one_order_shows_what_is_sold_by_rule(played):
    order = rows("sales.Order").get(customer_reference="GOODS-BY-RULE")
    lines = queries.order(order.pk, by=SYSTEM).lines
    roles = {one.line.role for one in lines}
    rules = {one.line.asked["considered"]["rule"] for one in lines if "considered" in one.line.asked}
    assert {"free", "alternative"} <= roles
    assert {"HELMETS", "COLUMBUS"} <= rules
    [successor] = [one for one in lines if one.asked is not None and one.asked.number == "BK-R50B-44"]
    assert successor.product_number == "BK-R19B-44"


def test_one_order_shows_what_a_quota_and_a_protection_leave_of_it(played):
    order = rows("sales.Order").get(customer_reference="CUT-BY-QUOTA")
    requirements = rows("promising.Requirement").filter(document_kind="order", document_id=order.pk)
    pedals, frames = requirements.order_by("id")
    assert list(pedals.schedule_lines.order_by("position").values_list("quantity", flat=True)) == [40, 20]
    assert pedals.explanation["quota"]["cell"] == {"customer_group": "large"}
    assert frames.confirmed_quantity < frames.quantity
    assert frames.explanation["bound"]["kept"] == 60
    large, medium, small = rows("quotas.Cell").order_by("cell")
    assert [one.cell for one in (large, medium, small)] == ["large", "medium", "small"]


def test_one_order_stands_on_what_is_planned(played):
    order = rows("sales.Order").get(customer_reference="ON-THE-PLAN")
    [wanted] = rows("promising.Requirement").filter(document_kind="order", document_id=order.pk)
    lines = wanted.schedule_lines.order_by("position")
    assert list(lines.values_list("quantity", "basis")) == [(6, "supply"), (3, "planned")]
    kinds = rows("supply.Receipt").filter(number__startswith="PLAN-").order_by("number")
    assert list(kinds.values_list("kind", "is_firm")) == [("planned", True), ("planned", False), ("requisition", False)]


def test_each_kind_of_record_that_says_what_is_sold_is_there(played):
    assert set(rows("masterdata.Listing").values_list("kind", flat=True)) == {"listed", "excluded"}
    assert set(rows("masterdata.Substitution").values_list("mode", flat=True)) == {"automatic", "proposed"}
    assert set(rows("masterdata.FreeGoods").values_list("kind", flat=True)) == {"inclusive", "exclusive"}
    kinds = set(rows("masterdata.AvailabilityRule").values_list("kind", "mode"))
    assert {("inclusive", "automatic"), ("inclusive", "proposed"), ("exclusive", "automatic")} == kinds
