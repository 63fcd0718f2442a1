"""What is confirmed, in a few words: items and not their sub-items, for which days, and how many are short."""

from datetime import date

from troth.business.sales.web.confirmed import Line, in_words

DEC = {day: date(2026, 12, day) for day in range(1, 29)}


def said(*lines):
    return in_words((Line(*line) for line in lines), lambda on: f"{on.day} Dec")


def test_one_day_is_said_for_all():
    assert said((10, None, False, DEC[11]), (20, None, False, DEC[11])) == ["2 lines confirmed for 11 Dec"]


def test_of_a_few_days_each_says_how_many():
    assert said((10, None, False, DEC[28]), (20, None, False, DEC[11]), (30, None, False, DEC[11])) == [
        "3 lines confirmed: 2 for 11 Dec, 1 for 28 Dec"
    ]


def test_of_many_days_the_first_and_the_last_are_said():
    lines = [(10 * n, None, False, DEC[n]) for n in range(1, 6)]
    assert said(*lines) == ["5 lines confirmed: 1 for 1 Dec, the others until 5 Dec"]


def test_a_sub_item_counts_with_its_item():
    lines = [(10, None, False, DEC[11]), (11, 10, False, DEC[28]), (20, None, False, DEC[11]), (21, 20, True, None)]
    assert said(*lines) == ["1 line confirmed for 28 Dec", "1 short"]


def test_what_has_no_day_is_confirmed_without_one():
    assert said((10, None, False, None)) == ["1 line confirmed"]
