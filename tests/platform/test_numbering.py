"""Numbers: none twice, and in a gapless range none missing."""

import pytest
from django.db import connection

from tests.platform.shelves import Meeting
from troth.kernel.errors import InvalidInput
from troth.platform import locks, numbering, sql
from troth.platform.actions import action
from troth.platform.actors import SYSTEM
from troth.platform.models import NumberRange
from troth.platform.sequences import NumberSequence


@action
def invoice(*, fail=False, by, clock):
    number = numbering.draw_gapless(locks.begin(), "invoice", company_id=1, year=2026)
    if fail:
        raise InvalidInput("No.")
    return number


@pytest.mark.django_db
def test_a_gapless_range_counts_from_one_for_each_company_and_year(clock):
    @action
    def some(*, by, clock):
        held = locks.begin()
        drawn = [(1, 2026), (1, 2026), (1, 2027), (2, 2026)]
        return [numbering.draw_gapless(held, "invoice", company_id=c, year=y) for c, y in drawn]

    assert some(by=SYSTEM, clock=clock) == [1, 2, 1, 1]


@pytest.mark.django_db
def test_a_rolled_back_number_is_drawn_again(clock):
    assert invoice(by=SYSTEM, clock=clock) == 1
    with pytest.raises(InvalidInput):
        invoice(fail=True, by=SYSTEM, clock=clock)
    assert invoice(by=SYSTEM, clock=clock) == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_number_twice(together, clock):
    def some():
        drawn = []
        for turn in range(6):
            try:
                drawn.append(invoice(fail=turn % 3 == 2, by=SYSTEM, clock=clock))
            except InvalidInput:
                continue
        return drawn

    answers = together(some, some, some, some)
    assert sorted(number for drawn in answers for number in drawn) == list(range(1, 17))
    assert NumberRange.objects.get().last == 16


@pytest.mark.django_db(transaction=True)
def test_a_number_is_given_twice_without_the_row_lock(together, clock, monkeypatch):
    from tests.platform import shelves

    meeting = Meeting()
    invoice(by=SYSTEM, clock=clock)

    def naive(held, series, *, company_id, year):
        [(last,)] = sql.fetch("SELECT last FROM platform_numberrange")
        meeting.wait()
        sql.fetch("UPDATE platform_numberrange SET last = %s", (last + 1,))
        return last + 1

    monkeypatch.setattr(numbering, "draw_gapless", naive)
    shelves.without_locks(monkeypatch)
    assert together(*[lambda: invoice(by=SYSTEM, clock=clock)] * 2) == [2, 2]


@pytest.fixture
def testing_series(transactional_db):
    """The series `testing`, as a migration makes it and takes it away."""
    series = NumberSequence("testing")
    with connection.schema_editor() as editor:
        series.database_forwards("platform", editor, None, None)
    yield
    with connection.schema_editor() as editor:
        series.database_backwards("platform", editor, None, None)


@pytest.mark.django_db(transaction=True)
def test_a_series_with_gaps_gives_a_run_of_numbers(testing_series):
    assert list(numbering.draw("testing", company_id=1, count=3)) == [1, 2, 3]
    assert list(numbering.draw("testing", company_id=1)) == [4]


@pytest.mark.django_db(transaction=True)
def test_many_who_draw_at_once_get_different_numbers(testing_series, together):
    def some():
        return [number for _ in range(5) for number in numbering.draw("testing", company_id=1, count=2)]

    drawn = [number for answer in together(some, some, some) for number in answer]
    assert sorted(drawn) == list(range(1, 31))
