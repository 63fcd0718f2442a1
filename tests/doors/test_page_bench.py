"""The page bench: its books hold, its pages open, and no page asks more of the database because there is more in it."""

import random

import pytest

from troth.doors.bench import copying
from troth.doors.bench.pages import asking, books, cases, crowd, weight
from troth.platform import verify

SMALL = books.Extent(4, 1, 0, books.size(products=40, customers=100), rounds=1)


@pytest.fixture
def since(db):
    """A few orders in every state, each past one twice; the mark from which on the day's work can be copied."""
    steps: list[str] = []
    found = books.fill(SMALL, steps.append)
    assert steps[0] == "master data, stock and receipts"
    return found


COUNTED = 1
"""More rows than a page holds are counted, in one statement."""


def asked(case: cases.Case, browsers: asking.Browsers) -> int:
    """Statements of the second time: what is kept in memory is there."""
    request = case.make(random.Random(case.name))
    browsers.ask(case.user, request)
    return browsers.spend(case.user, request).statements


def test_the_books_hold_after_rows_were_copied_and_pages_ask_as_often_with_more_rows(since):
    browsers = asking.Browsers()
    found = cases.cases(lambda request: browsers.ask(cases.EVERYBODY, request))
    growing = [case for case in found if case.kind in ("list", "home")]
    few = {case.name: asked(case, browsers) for case in growing}
    copying.copy(since, 60)
    copying.sum_up()
    assert [result.name for result in verify.run() if not result.holds] == []
    many = {case.name: asked(case, browsers) for case in growing}
    assert {name: (few[name], count) for name, count in many.items() if count > few[name] + COUNTED} == {}


def test_every_other_page_that_is_asked_for_opens(since):
    browsers, rng = asking.Browsers(), random.Random(3)
    others = [case for case in cases.cases(lambda _request: b"") if case.kind not in ("list", "home")]
    assert {case.kind for case in others} == {"document", "check"}
    for case in others:
        assert browsers.spend(case.user, case.make(rng)).statements


def test_a_first_load_counts_the_page_and_all_that_it_names(since):
    sizes = weight.first_loads()
    assert set(sizes) == set(weight.PAGES)
    assert all(10_000 < size < 150_000 for size in sizes.values()), sizes


@pytest.mark.django_db(transaction=True)
def test_a_crowd_is_answered():
    books.fill(SMALL, lambda _step: None)
    answers = [took for taken in crowd.run(seconds=4, settling=1).values() for took in taken]
    assert len(answers) >= crowd.PEOPLE / 2
    assert all(0 < one.server_s < one.until_there_s for one in answers)
