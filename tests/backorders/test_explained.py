"""What a run promises says what was free for it, as order entry does: read from the books without the line itself."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests import company
from tests.backorders.conftest import BETA_FIRST, Desk
from tests.backorders.test_lots import BETA_RANKS_FIRST, LATE, cellar_of, short
from tests.backorders.test_protection import keep, keep_more
from tests.backorders.test_protection_histories import History
from tests.backorders.test_quotas import EVERYBODY
from troth.business.masterdata.models import CheckingScope
from troth.business.promising import actions, queries
from troth.business.promising.models import Requirement, ScheduleLine
from troth.business.promising.web import picture
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.documents import DocumentRef

READ = ("scope", "version", "today", "mode", "asked", "masters", "free")
"""What a record says of what was read, whoever decided."""


def made(desk: Desk) -> list[Requirement]:
    """The promises that stand as a run, or its undoing, made them."""
    return list(Requirement.objects.filter(cause__in=("backorder", "undone"), is_withdrawn=False).order_by("pk"))


def replayed(desk: Desk, one: Requirement) -> dict:
    return dict(actions.replay("order", one.line_id, clock=desk.small.clock).now.record)


def assert_as_checked(desk: Desk) -> int:
    """Each promise of a run says what a check of its line reads on the same books; return how many there are."""
    found = made(desk)
    for one in found:
        then, now = one.explanation, replayed(desk, one)
        assert {key: then.get(key) for key in READ} == {key: now.get(key) for key in READ}
    return len(found)


def test_the_curve_is_that_of_a_check_without_the_line(scarce):
    run = scarce.applied(*BETA_FIRST)
    assert run.state == "applied"
    assert assert_as_checked(scarce) == 2
    loser, winner = (Requirement.objects.get(document_id=one) for one in (scarce.first, scarce.second))
    wanted = day_of(company.TUESDAY) + 7
    assert [free for _, free in winner.explanation["free"]] == [6]
    assert [free for _, free in loser.explanation["free"]] == [4]
    assert loser.explanation["free"][0][0] == loser.explanation["asked"] <= wanted


def test_each_confirmation_says_what_binds_it(scarce):
    scarce.receipt("HELMET", 3, company.NEXT_WEDNESDAY + timedelta(days=7))
    scarce.applied(*BETA_FIRST)
    loser = Requirement.objects.get(document_id=scarce.first)
    found = queries.explain("order", loser.line_id)
    assert found is not None
    assert [(one.quantity, one.binding.balance) for one in found.schedules] == [(4, 4), (3, 7)]
    assert [free for _, free in found.free] == [4, 7]
    assert found.schedules[0].binding.receipt[1:] == (day_of(company.NEXT_WEDNESDAY + timedelta(days=7)), 3)
    assert loser.explanation["bound"]["balance"] == 7


def test_undoing_says_it_too(scarce):
    run = scarce.applied(*BETA_FIRST)
    scarce.undo(run)
    assert [one.cause for one in made(scarce)] == ["undone", "undone"]
    assert assert_as_checked(scarce) == 2


def test_goods_that_expire_are_those_that_last_for_the_line(desk):
    short(cellar_of(desk)).applied(*BETA_RANKS_FIRST)
    first, second = (Requirement.objects.get(document_id=one).explanation for one in (desk.first, desk.second))
    assert [free for _, free in second["free"]] == [6_000]
    assert [free for _, free in first["free"]] == [8_000]
    assert assert_as_checked(desk) == 2


@pytest.mark.parametrize("lead_days", [0, 10])
def test_with_the_lead_time(desk, lead_days):
    scope = CheckingScope.objects.get(code="order")
    scope.lead_time = True
    scope.save()
    helmet = desk.small.products["HELMET"]
    helmet.lead_days = lead_days or None
    helmet.save()
    desk.order("ALPHA", ("HELMET", 5))
    desk.order("BETA", ("HELMET", 4))
    desk.stock("HELMET", 6)
    desk.receipt("HELMET", 2, company.NEXT_WEDNESDAY + timedelta(days=7))
    desk.applied(*BETA_FIRST)
    bases = set(ScheduleLine.objects.values_list("basis", flat=True))
    assert ("lead_time" in bases) == bool(lead_days)
    assert assert_as_checked(desk) == 2


class Kept(History):
    """What is protected stays so for longer than anybody wishes, so that runs and checks look at the same (0019)."""

    def protect(self) -> None:
        country = self.chance.choice(["DE", "NL"])
        if (country, LATE) in self.kept:
            keep_more(self.desk, self.kept[country, LATE], self.chance.randint(0, 12))
            return
        days = {"first_on": self.day(), "last_on": LATE}
        self.kept[country, LATE] = keep(self.desk, self.chance.randint(1, 9), country, by="country", **days)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 6, 7, 8])
def test_whatever_happened(desk, seed):
    history, seen = Kept(desk, seed), 0
    for number in range(3):
        for _ in range(5):
            history.happen()
        run = desk.simulated(*history.segments(), name=f"Run {number}")
        if run.changes.exists():
            desk.apply(run)
            mine = set(run.changes.values_list("requirement_id", flat=True))
            for one in made(desk):
                if one.pk in mine:
                    then, now = one.explanation, replayed(desk, one)
                    assert {key: then.get(key) for key in READ} == {key: now.get(key) for key in READ}
                    assert then.get("quotas", {}).get("version") == now.get("quotas", {}).get("version")
                    seen += 1
    assert seen, "a seed in which no run changes anything proves nothing"


def test_nobody_is_promised_more_than_was_free(desk):
    """By each day a line has at most what its curve says was free then."""
    history = History(desk, 3)
    for _ in range(12):
        history.chance.choice([history.order, history.order, history.receive, history.expect])()
    desk.applied(EVERYBODY)
    found = made(desk)
    assert found
    for one in found:
        record, steps = one.explanation, one.explanation["free"]
        rows = [(day_of(line.material_on), line.quantity) for line in one.schedule_lines.order_by("material_on")]
        for day, _quantity in rows:
            got = sum(quantity for on, quantity in rows if on <= day)
            free = [quantity for on, quantity in steps if on <= max(day, record["asked"])]
            assert got <= free[-1]


def test_the_page_why_draws_it(scarce):
    scarce.applied(*BETA_FIRST)
    loser = Requirement.objects.get(document_id=scarce.first)
    found = queries.explain("order", loser.line_id)
    assert found is not None
    drawn = picture.stored(found, loser.requested_on, (0, "piece"))
    assert [(one.free, one.balance) for one in drawn["picture"].days] == [(4, 4)]
    assert "Free when it was promised: 4 piece from" in drawn["picture"].title


def test_goods_that_are_not_for_it_are_told(scarce):
    """Who is left short is told of goods that lie in inspection, as by order entry."""
    with transaction.atomic():
        held = locks.begin()
        key = AvailabilityKey(scarce.small.products["HELMET"].pk, scarce.small.sites["HAM"].pk)
        held.take(key)
        lying = Entry(key, Category.QUALITY_STOCK, 0, 3, DocumentRef("test", 1))
        availability.post(held, [lying], at=scarce.small.clock.now())
    scarce.applied(*BETA_FIRST)
    loser = Requirement.objects.get(document_id=scarce.first)
    found = queries.explain("order", loser.line_id)
    assert found is not None
    assert "3 piece in quality inspection exist" in found.sentence
    assert found.sentence == actions.replay("order", loser.line_id, clock=scarce.small.clock).now.sentence
