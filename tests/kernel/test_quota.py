"""A quota is never exceeded, and what a line booked is what it gives back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel import plain_quota
from troth.kernel.netting import free_curve
from troth.kernel.proposals import Line, Terms, complete, one_time, partial
from troth.kernel.quantity import MAX
from troth.kernel.quota import (
    Booking,
    Cell,
    Order,
    Procedure,
    QuotaPeriodBackwards,
    QuotaPeriodsOverlap,
    QuotaTargetBelowConsumed,
    Rationed,
    Rations,
    Shortest,
    book,
    patterns,
    procedure_of,
    propose,
    quota_curve,
    retarget,
    transfer,
)

HORIZON = 14
nets = st.lists(st.integers(-9, 15), min_size=HORIZON + 1, max_size=HORIZON + 1).map(lambda n: np.array(n, np.int64))
wishes = st.integers(1, 40)
days = st.integers(0, HORIZON + 4)


@st.composite
def procedures(draw):
    cells, day = [], draw(st.integers(-5, 4))
    for _ in range(draw(st.integers(0, 5))):
        day += draw(st.integers(0, 2))
        length = draw(st.integers(1, 5))
        cells.append(Cell(day, day + length - 1, draw(st.integers(0, 12)), draw(st.integers(0, 8))))
        day += length
    return procedure_of(
        cells,
        look_back=draw(st.integers(0, 2)),
        look_ahead=draw(st.integers(0, 2)),
        order=draw(st.sampled_from(Order)),
    )


pools = st.lists(procedures(), min_size=3, max_size=3)
sequence_choices = st.sampled_from([(), ((0,),), ((0, 1),), ((0,), (1,)), ((0, 2), (1,)), ((2, 1, 0),)])
terms = st.builds(
    Terms,
    min_shipment=st.integers(0, 12),
    max_lines=st.integers(1, 4),
    latest_day=st.none() | st.integers(0, HORIZON),
    replenishment_day=st.none() | st.integers(0, HORIZON),
)


@given(nets, wishes, st.integers(0, HORIZON), terms, pools, sequence_choices)
@settings(max_examples=300)
def test_a_partial_proposal_under_quotas_equals_its_plain_twin(net, wanted, day, limits, pool, sequences):
    curve, rations = free_curve(net), Rations(pool)
    rationed = Rationed(curve, rations, sequences, day=day, replenishment_day=limits.replenishment_day)

    lines = propose(partial, rationed, wanted, day=day, terms=limits)

    assert list(lines) == plain_quota.partial(curve.tolist(), wanted, day, limits, (pool, sequences))
    assert [rations.left(place) for place in range(3)] == [tuple(c.free for c in p.cells) for p in pool]


@given(nets, wishes, days, pools, sequence_choices, st.integers(0, 12))
def test_a_complete_delivery_is_on_the_first_day_that_offers_all(net, wanted, day, pool, sequences, smallest):
    curve, rations = free_curve(net), Rations(pool)
    lines = complete(Rationed(curve, rations, sequences, day=day), wanted, day)
    end = max(day, HORIZON, *(c.last_day + 1 for p in pool for c in p.cells), 0) + 1
    offering = [
        t
        for t in range(day, end)
        if curve[min(t, HORIZON)] >= wanted
        and plain_quota.room([rations.left(p) for p in range(3)], pool, sequences, t, wanted) == wanted
    ]
    assert lines == ((Line(offering[0], wanted),) if offering else ())
    once = one_time(Rationed(curve, rations, sequences, day=day), wanted, day, Terms(min_shipment=smallest))
    most = min(int(curve[min(day, HORIZON)]), rations.room(day, sequences), wanted)
    assert once == ((Line(day, most),) if most >= max(min(smallest, wanted), 1) else ())


@given(nets, st.lists(st.tuples(wishes, days), max_size=5), pools, sequence_choices)
def test_what_was_booked_is_given_back_and_no_cell_goes_below_zero(net, asked, pool, sequences):
    curve, rations = free_curve(net), Rations(pool)
    before = [rations.left(place) for place in range(3)]
    booked = []
    for wanted, day in asked:
        lines = partial(Rationed(curve, rations, sequences, day=day), wanted, day)
        bookings = book(rations, lines, sequences)
        for line, entries in zip(lines, bookings, strict=True):
            for sequence in sequences:
                assert sum(entry.quantity for entry in entries if entry.procedure in sequence) == line.quantity
        assert min((q for place in range(3) for q in rations.left(place)), default=0) >= 0
        booked += bookings
    for entries in booked:
        rations.give_back(entries)
    assert [rations.left(place) for place in range(3)] == before


@given(pools, st.sampled_from([((0,),), ((0, 1),), ((0,), (1,))]), days, st.data())
def test_a_line_takes_from_cells_in_their_order(pool, sequences, day, data):
    rations = Rations(pool)
    free = [list(rations.left(place)) for place in range(3)]
    wanted = data.draw(st.integers(0, rations.room(day, sequences)))

    got, steps = plain_quota.one_by_one(free, pool, sequences, day, wanted)
    bookings = rations.take(day, wanted, sequences)

    assert got == wanted
    assert [list(rations.left(place)) for place in range(3)] == free
    counted = {}
    for entry in steps:
        counted[entry] = counted.get(entry, 0) + 1
    assert {(b.procedure, b.cell): b.quantity for b in bookings} == counted


@given(nets, wishes, st.integers(0, HORIZON), pools, sequence_choices)
def test_the_quota_curve_never_falls_and_no_lines_exceed_it(net, wanted, day, pool, sequences):
    rations = Rations(pool)
    ceiling = quota_curve(rations, sequences, day=day, days=HORIZON + 10).tolist()
    assert ceiling == sorted(ceiling)
    lines = partial(Rationed(free_curve(net), rations, sequences, day=day), wanted, day)
    assert all(sum(x.quantity for x in lines if x.day <= t) <= ceiling[t] for t in range(HORIZON + 1))


@given(pools, st.sampled_from([(), ((0,),), ((0, 1),)]), st.integers(0, HORIZON))
def test_the_quota_curve_is_reached_by_taking_each_part_as_early_as_it_can_be(pool, sequences, day):
    rations = Rations(pool)
    ceiling = quota_curve(rations, sequences, day=day, days=HORIZON).tolist()
    assert ceiling[:day] == [0] * day
    got = 0
    for t in range(day, HORIZON + 1):
        room = min(rations.room(t, sequences), 1000)
        rations.take(t, room, sequences)
        got += room
        assert ceiling[t] == (got if sequences else MAX)


@given(pools, st.sampled_from([((0,),), ((0, 1),), ((0,), (1,))]), st.integers(0, HORIZON))
def test_what_limits_a_line_is_the_tightest_sequence_and_the_day_it_opens(pool, sequences, day):
    rations = Rations(pool)
    found = rations.shortest(day, sequences)
    assert found.room == rations.room(day, sequences)
    [sequence] = [s for s in sequences if s[0] == found.procedure]
    later = [t for t in range(day + 1, 60) if rations.room(t, (sequence,)) > found.room]
    assert found.more_on == (later[0] if later else None)


def test_what_limits_a_line_is_told_by_its_own_cell():
    january, february = Cell(0, 30, 10, 10), Cell(31, 58, 10, 4)
    rations = Rations([Procedure((january, february))])
    assert rations.shortest(5, ((0,),)) == Shortest(procedure=0, cell=0, room=0, more_on=31)
    assert rations.shortest(90, ((0,),)) == Shortest(0, None, 0, None)
    assert rations.shortest(5, ()) is None


def test_a_line_looks_back_before_it_looks_ahead_or_the_other_way_round():
    cells = tuple(Cell(10 * month, 10 * month + 9, 5) for month in range(4))
    back = Rations([Procedure(cells, look_back=2, look_ahead=1)])
    assert back.take(25, 17, ((0,),)) == (Booking(0, 2, 5), Booking(0, 1, 5), Booking(0, 0, 5), Booking(0, 3, 2))
    ahead = Rations([Procedure(cells, look_back=1, look_ahead=1, order=Order.FORWARD_BACKWARD)])
    assert ahead.take(25, 12, ((0,),)) == (Booking(0, 2, 5), Booking(0, 3, 5), Booking(0, 1, 2))


def test_a_second_procedure_covers_what_the_first_does_not():
    rations = Rations([Procedure((Cell(0, 9, 4),)), Procedure((Cell(0, 9, 10),))])
    assert rations.take(3, 6, ((0, 1),)) == (Booking(0, 0, 4), Booking(1, 0, 2))
    assert rations.room(3, ((0, 1),)) == 8
    assert rations.room(3, ((0,), (1,))) == 0


def test_a_quota_holds_on_the_replenishment_day_too():
    rations = Rations([Procedure((Cell(0, 20, 4),))])
    rationed = Rationed(np.zeros(21, np.int64), rations, ((0,),), day=2, replenishment_day=9)
    lines = propose(partial, rationed, 10, day=2, terms=Terms(replenishment_day=9))
    assert lines == (Line(9, 4),)


def test_periods_that_contradict_each_other_are_refused():
    with pytest.raises(QuotaPeriodsOverlap) as overlap:
        procedure_of([Cell(10, 19, 5), Cell(0, 10, 5)])
    assert overlap.value.facts == {"first_day": 10, "last_day": 10}
    with pytest.raises(QuotaPeriodBackwards):
        procedure_of([Cell(10, 9, 5)])


def test_the_row_that_says_most_comes_first():
    assert patterns(("EU", "retail")) == (("EU", "retail"), ("EU", "#"), ("#", "retail"), ("#", "#"))
    assert len(set(patterns(("a", "b", "c", "d")))) == 16


def test_targets_are_moved_and_consumed_quantities_stay():
    """T18: 10 for Online/VIP/US; 2 go to EU, which leaves 8; 3 are consumed, which leaves 5."""
    us, eu = transfer(Cell(0, 30, 10), Cell(0, 30, 0), 2)
    assert (us.free, eu.free) == (8, 2)
    rations = Rations([Procedure((us,)), Procedure((eu,))])
    rations.take(4, 3, ((0,),))
    assert rations.left(0) == (5,)
    with pytest.raises(QuotaTargetBelowConsumed) as refused:
        retarget(us._replace(consumed=3), 2)
    assert refused.value.facts == {"consumed": 3, "planned": 2}
