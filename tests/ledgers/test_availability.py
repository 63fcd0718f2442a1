"""Supply and demand by day and category."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from tests.ledgers.conftest import AT, DELIVERY, ON, ORDER, TODAY, broken, findings
from troth.kernel import lots, netting
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.kernel.quantity import Overflow
from troth.ledgers.availability import actions, behind, checks, queries
from troth.ledgers.availability.actions import Entry, Shortfall
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.models import Balance, Posting, Shortage
from troth.platform import locks, sql
from troth.platform.documents import DocumentRef
from troth.platform.verify import Finding

PURCHASE = DocumentRef("purchase", 5, "P5")


def taken(*keys):
    held = locks.begin()
    held.take(*keys)
    return held


def post(key, *entries, source=ORDER, line_id=0):
    """Post (category, day, quantity) entries in a transaction of their own."""
    held = taken(key)
    actions.post(
        held, [Entry(key, *entry, *((source, line_id) if len(entry) == 3 else ())) for entry in entries], at=AT
    )
    return held


def note(key, cause="supply moved", today=TODAY):
    return actions.note_shortages(taken(key), [key], today=today, cause=cause, at=AT)


def open_quantities():
    return list(Shortage.objects.filter(closed_at=None).order_by("id").values_list("quantity", flat=True))


def test_a_posting_is_seen_at_once_and_stored(world):
    key = world.availability
    held = post(key, (Category.STOCK, TODAY, 10), (Category.ORDER, TODAY + 2, -4))
    expected = [(Category.STOCK, 0, 10), (Category.ORDER, TODAY + 2, -4)]
    assert held.balance(key).series.postings() == expected
    assert (held.balance(key).version, Balance.objects.get().version) == (1, 1)
    assert queries.series(world.product, world.site).postings() == expected
    assert broken() == []


def test_the_statements_do_not_grow_with_the_entries(world):
    keys = [AvailabilityKey(world.product, world.site, f"segment {n}") for n in range(40)]
    counts = []
    for some in (keys[:2], keys):
        held = taken(*some)
        before = sql.tally.statements
        actions.post(held, [Entry(key, Category.STOCK, 0, 5, ORDER) for key in some], at=AT)
        counts.append(sql.tally.statements - before)
    assert counts == [2, 2]


def test_what_stands_for_a_line_is_withdrawn(world):
    key, other = world.availability, AvailabilityKey(world.product, world.site, "batch 1")
    post(key, (Category.STOCK, 0, 10))
    post(key, (Category.ORDER, TODAY + 1, -4), (Category.ORDER, TODAY + 2, -3), line_id=11)
    post(key, (Category.ORDER, TODAY + 1, 1), line_id=11)
    post(other, (Category.ORDER, TODAY + 1, -2), line_id=12)
    post(key, (Category.ORDER, TODAY + 1, -5), line_id=13)
    held = taken(key, other)
    actions.withdraw(held, [("order", 11), ("order", 12)], source=ORDER, at=AT)
    assert held.balance(key).series.postings() == [(Category.STOCK, 0, 10), (Category.ORDER, TODAY + 1, -5)]
    assert len(held.balance(other).series) == 0
    assert [element.source_line_id for element in queries.elements(world.product, world.site)] == [13]
    rows = Posting.objects.count()
    actions.withdraw(held, [("order", 11), ("order", 12)], source=ORDER, at=AT)
    assert Posting.objects.count() == rows
    assert broken() == []


def test_what_stands_is_told_by_line(world):
    key = world.availability
    post(key, (Category.STOCK, 0, 10))
    post(key, (Category.ORDER, TODAY + 1, -4), (Category.ORDER, TODAY + 2, -3), line_id=11)
    post(key, (Category.ORDER, TODAY + 2, 3), line_id=11)
    assert queries.standing([("order", 11), ("order", 12)]) == [
        queries.StandingRow(key, Category.ORDER, TODAY + 1, -4, ORDER, 11)
    ]
    assert queries.standing_by_line(Category.ORDER) == {("order", 11): -4}


def test_a_line_is_not_withdrawn_from_a_series_that_is_not_held(world):
    post(world.availability, (Category.ORDER, TODAY, -1), line_id=11)
    with pytest.raises(locks.KeyNotHeld):
        actions.withdraw(locks.begin(), [("order", 11)], source=ORDER, at=AT)
    assert queries.series(world.product, world.site).postings() == [(Category.ORDER, TODAY, -1)]


def test_an_overlay_leaves_no_trace_and_gives_the_same_series(world):
    key = world.availability
    post(key, (Category.STOCK, 0, 10))
    post(key, (Category.ORDER, TODAY, -2), line_id=11)
    overlay = locks.Overlay()
    overlay.take(key)
    actions.withdraw(overlay, [("order", 11)], source=ORDER, at=AT)
    actions.post(overlay, [Entry(key, Category.ORDER, TODAY, -30, ORDER, 12)], at=AT)
    shortfalls = actions.note_shortages(overlay, [key], today=TODAY, cause="what if", at=AT)
    assert overlay.balance(key).series.postings() == [(Category.STOCK, 0, 10), (Category.ORDER, TODAY, -30)]
    assert shortfalls == [Shortfall(key, ON, 20)]
    assert (Posting.objects.count(), Shortage.objects.count()) == (2, 0)
    assert netting.total(queries.series(world.product, world.site)) == 8


def post_all_or_none(held, entries):
    with held.attempt():
        for entry in entries:
            actions.post(held, [entry], at=AT)


def test_what_a_savepoint_takes_back_is_forgotten(world):
    key = world.availability
    held = post(key, (Category.STOCK, 0, 10))
    entries = [Entry(key, Category.STOCK, 0, 5, ORDER), Entry(key, Category.STOCK, 0, 2**63 - 1, ORDER)]
    with pytest.raises(Overflow):
        post_all_or_none(held, entries)
    assert netting.total(held.balance(key).series) == 10
    actions.post(held, [Entry(key, Category.STOCK, 0, 1, ORDER)], at=AT)
    assert broken() == []


def test_supply_that_falls_below_what_is_promised_opens_a_shortage(world):
    key = world.availability
    post(key, (Category.STOCK, 0, 10), (Category.PURCHASE, TODAY + 3, 20), source=PURCHASE)
    post(key, (Category.ORDER, TODAY + 1, -8), (Category.ORDER, TODAY + 4, -20), line_id=11)
    assert note(key) == []
    post(key, (Category.PURCHASE, TODAY + 3, -20), (Category.PURCHASE, TODAY + 6, 20), source=PURCHASE)
    assert [found.facts["missing"] for found in checks.uncovered(ON) if isinstance(found, Finding)] == [18]
    assert note(key, "purchase P5 is late") == [Shortfall(key, ON + timedelta(days=4), 18)]
    [row] = queries.open_shortages(site_id=world.site)
    assert (row.on, row.quantity, row.cause) == (ON + timedelta(days=4), 18, "purchase P5 is late")
    assert note(key) == []
    assert not [found for found in checks.uncovered(ON) if isinstance(found, Finding)]
    assert broken() == []


def test_a_shortage_that_grows_opens_another_for_the_rest(world):
    key = world.availability
    post(key, (Category.ORDER, TODAY, -5), line_id=11)
    note(key)
    post(key, (Category.ORDER, TODAY + 2, -4), line_id=12)
    assert note(key) == [Shortfall(key, ON + timedelta(days=2), 4)]
    assert open_quantities() == [5, 4]
    assert broken() == []


@pytest.mark.parametrize(
    ("arrives", "closed", "left"), [(0, 0, [5, 4]), (3, 1, [5, 1]), (4, 1, [5]), (6, 2, [3]), (9, 2, [])]
)
def test_shortages_are_closed_as_far_as_supply_returns(world, arrives, closed, left):
    key = world.availability
    post(key, (Category.ORDER, TODAY, -5), line_id=11)
    note(key)
    post(key, (Category.ORDER, TODAY + 2, -4), line_id=12)
    note(key)
    if arrives:
        post(key, (Category.STOCK, 0, arrives))
    assert actions.close_shortages(taken(key), [key], today=TODAY, at=AT) == closed
    assert open_quantities() == left
    assert broken() == []


@pytest.mark.parametrize("category", [Category.SAFETY_STOCK, Category.FORECAST])
def test_what_nobody_was_promised_opens_no_shortage(world, category):
    post(world.availability, (category, TODAY, -5))
    assert note(world.availability) == []
    assert broken() == []


@pytest.mark.parametrize("category", [Category.QUALITY_STOCK, Category.BLOCKED_STOCK, Category.PLANNED])
def test_what_may_not_be_used_covers_no_promise(world, category):
    post(world.availability, (category, TODAY, 5), (Category.ORDER, TODAY, -5))
    assert note(world.availability) == [Shortfall(world.availability, ON, 5)]


@pytest.mark.parametrize(("late_days", "missing"), [(0, None), (7, 5), (8, 6)])
def test_a_late_receipt_is_expected_tomorrow_for_a_week(world, late_days, missing):
    """Five are due today, one tomorrow."""
    key = world.availability
    post(key, (Category.PURCHASE, TODAY - late_days, 6), source=PURCHASE)
    post(key, (Category.ORDER, TODAY, -5), (Category.ORDER, TODAY + 1, -1))
    assert [row.quantity for row in note(key)] == ([] if missing is None else [missing])


def test_the_time_line_runs_by_day_and_category(world):
    key = world.availability
    post(key, (Category.STOCK, 0, 10), (Category.PURCHASE, TODAY - 2, 5), (Category.QUALITY_STOCK, TODAY, 3))
    post(key, (Category.ORDER, TODAY - 1, -4), (Category.ORDER, TODAY + 3, -8))
    rows = queries.timeline(world.product, world.site, TODAY)
    told = [(row.day - TODAY, row.category.name, row.quantity, row.in_scope, row.balance, row.free) for row in rows]
    assert told == [
        (0, "STOCK", 10, True, 6, 3),
        (0, "QUALITY_STOCK", 3, False, 6, 3),
        (0, "ORDER", -4, True, 6, 3),
        (1, "PURCHASE", 5, True, 11, 3),
        (3, "ORDER", -8, True, 3, 3),
    ]
    assert [row.planned_on for row in rows][2:4] == [ON - timedelta(days=1), ON - timedelta(days=2)]


def test_elements_say_who_stands_behind(world):
    post(world.availability, (Category.STOCK, 0, 10), source=PURCHASE)
    post(world.availability, (Category.ORDER, TODAY, -4), line_id=11)
    post(world.availability, (Category.DELIVERY, TODAY, -3), source=DELIVERY, line_id=21)
    found = queries.elements(world.product, world.site)
    assert [(e.source, e.source_line_id, e.category, e.on, e.quantity) for e in found] == [
        (ORDER, 11, Category.ORDER, ON, -4),
        (DELIVERY, 21, Category.DELIVERY, ON, -3),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_the_latest_postings_that_make_the_series_tell_who_stands_behind_it(world, seed, monkeypatch):
    """Lines are posted, changed, taken back and delivered in any order; what stands is what all postings sum to."""
    monkeypatch.setattr(behind, "FIRST_READ", 2)
    rng, keys = random.Random(seed), [world.availability, AvailabilityKey(world.product, world.site, "batch 1")]
    standing = Counter()
    for line_id in range(1, 40):
        key, day = rng.choice(keys), TODAY + rng.randrange(3)
        post(key, (Category.ORDER, day, -5), (Category.STOCK, 0, 1), line_id=line_id)
        standing[key.segment, Category.ORDER, day, "order", line_id] = -5
        for place in rng.sample(sorted(standing), min(2, len(standing))):
            segment, category, on, kind, line = place
            less = rng.choice([0, -standing[place], 1 if standing[place] < -1 else 0])
            if less:
                source, of = ORDER if kind == "order" else DELIVERY, AvailabilityKey(world.product, world.site, segment)
                post(of, (category, on, less), source=source, line_id=line)
                standing[place] += less
            if category == Category.ORDER and less and rng.random() < 0.5:
                post(key, (Category.DELIVERY, day, -less), source=DELIVERY, line_id=line)
                standing[key.segment, Category.DELIVERY, day, "delivery", line] -= less
    found = queries.elements(world.product, world.site)
    told = {(e.segment, e.category, day_of(e.on), e.source.kind, e.source_line_id): e.quantity for e in found}
    assert told == {place: quantity for place, quantity in standing.items() if quantity}
    assert [(e.on, e.category) for e in found] == sorted((e.on, e.category) for e in found)


def test_verify_sees_a_series_that_is_not_its_postings(world):
    post(world.availability, (Category.STOCK, 0, 10))
    Balance.objects.update(series=netting.pack(netting.series_of([(Category.STOCK, 0, 11)])))
    assert findings("availability: series") == [
        f"The series of availability balance {Balance.objects.get().pk} is not the sum of its postings."
    ]


def test_verify_sees_a_promise_beyond_supply(world):
    post(world.availability, (Category.STOCK, 0, 10), (Category.ORDER, TODAY, -10))
    assert findings("availability: coverage") == []
    post(world.availability, (Category.ORDER, TODAY + 9, -1))
    assert findings("availability: coverage") == [
        f"Availability balance {Balance.objects.get().pk} is promised 1 beyond its supply; open shortages name 0."
    ]
    Shortage.objects.create(balance=Balance.objects.get(), on=ON, quantity=1, cause="known", opened_at=AT)
    assert findings("availability: coverage") == []


def posted_lots(world):
    """10 of batch A and 5 of B, of which 12 are wanted until a day that only both together serve."""
    post(
        world.availability,
        (Category.STOCK, 0, 10, PURCHASE, 1, "A", TODAY + 20),
        (Category.STOCK, 0, 5, PURCHASE, 1, "B", TODAY + 60),
        (Category.ORDER, TODAY + 2, -12, ORDER, 1, "", TODAY + 10),
    )


def test_lots_begin_with_the_first_batch_and_keep_what_stood_before(world):
    post(world.availability, (Category.STOCK, 0, 3))
    assert queries.lots(world.product, world.site) == ()
    posted_lots(world)
    assert [(one.batch, one.quantity) for one in queries.lots(world.product, world.site)] == [
        ("", 3), ("A", 10), ("B", 5), ("", -12),
    ]  # fmt: skip
    assert broken() == []


def test_what_stands_for_a_line_is_taken_back_with_its_batch(world):
    posted_lots(world)
    held = taken(world.availability)
    actions.withdraw(held, [(ORDER.kind, 1)], source=ORDER, at=AT)
    assert [one.batch for one in queries.lots(world.product, world.site)] == ["A", "B"]
    assert broken() == []


def test_goods_that_do_not_last_any_more_are_a_shortage_until_others_come(world):
    posted_lots(world)
    assert note(world.availability, today=TODAY) == []
    [short] = note(world.availability, today=TODAY + 21)
    assert (short.quantity, short.on) == (7, ON + timedelta(days=21))
    assert broken() == []
    post(world.availability, (Category.STOCK, 0, 20, PURCHASE, 1, "C", TODAY + 90))
    closed = actions.close_shortages(
        taken(world.availability), [world.availability], today=TODAY + 21, at=AT + timedelta(days=21)
    )
    assert (closed, open_quantities()) == (1, [])


def test_verify_sees_lots_that_are_not_their_postings(world):
    posted_lots(world)
    found = [one._replace(lasts=one.lasts + 1) for one in queries.lots(world.product, world.site)]
    Balance.objects.update(lots=lots.pack(tuple(found)))
    assert findings("availability: lots") == [
        f"The lots of availability balance {Balance.objects.get().pk} are not the sum of its postings."
    ]


def test_verify_sees_a_promise_of_goods_that_do_not_last(world):
    posted_lots(world)
    assert findings("availability: lasting") == []
    post(world.availability, (Category.ORDER, TODAY + 2, -3, ORDER, 2, "", TODAY + 70))
    assert findings("availability: coverage") == []
    assert findings("availability: lasting") == [
        f"Availability balance {Balance.objects.get().pk} is promised 3 beyond goods that last long enough; open "
        "shortages name 0."
    ]
