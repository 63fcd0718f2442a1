"""What is promised, as small time lines through the real tables. Every day is open and nothing takes time."""

import re
from datetime import date

import pytest

from tests.promising.books import Books, march
from troth.kernel.netting import Category

CASES = """
stock on hand is promised at once
    supply   stock 10
    request  3 Mar 4
    promise  3 Mar 4 stock

what is missing is promised from the next receipt
    supply   stock 10, 8 Mar 20
    request  3 Mar 25
    promise  3 Mar 10 stock, 8 Mar 15 supply

an earlier promise keeps its goods
    supply   stock 10, 8 Mar 20
    demand   5 Mar 8
    request  3 Mar 10
    promise  3 Mar 2 stock, 8 Mar 8 supply

a promise on a later receipt takes nothing from stock
    supply   stock 10, 8 Mar 20
    demand   9 Mar 20
    request  3 Mar 10
    promise  3 Mar 10 supply

nothing is promised before it was asked for
    supply   stock 10
    request  6 Mar 4
    promise  6 Mar 4 stock

a wish for a day that has passed counts from today
    supply   stock 10
    request  1 Mar 4
    promise  2 Mar 4 stock

a promise may fall short, never exceed
    supply   stock 10
    demand   4 Mar 10
    request  3 Mar 1
    promise

goods that arrive on a day are available for that day's demand
    supply   stock 0, 4 Mar 10
    demand   4 Mar 10
    request  3 Mar 1
    promise

a shortage is carried: late demand takes the next receipt
    supply   stock 0, 8 Mar 20
    demand   4 Mar 8
    request  3 Mar 20
    promise  8 Mar 12 supply

on one day only what is there on it
    supply   stock 10, 8 Mar 20
    mode     one_time
    request  3 Mar 25
    promise  3 Mar 10 stock

complete waits for the whole
    supply   stock 10, 8 Mar 20
    mode     complete
    request  3 Mar 25
    promise  8 Mar 25 supply

complete is confirmed whole or not at all
    supply   stock 10, 8 Mar 20
    mode     complete
    request  3 Mar 31
    promise

a rush order counts only what lies here
    supply   stock 10, 8 Mar 20
    scope    rush
    request  3 Mar 25
    promise  3 Mar 10 stock

a rush order takes no goods that are due to others today
    supply   stock 10, 8 Mar 20
    demand   2 Mar 7
    scope    rush
    request  2 Mar 10
    promise  2 Mar 3 stock

a rush order may take stock that a receipt replaces before it is needed
    supply   stock 10, 8 Mar 20
    demand   9 Mar 15
    scope    rush
    request  2 Mar 10
    promise  2 Mar 10 supply

a receipt overdue by days is expected tomorrow
    supply   stock 0, 28 Feb 5
    request  2 Mar 5
    promise  3 Mar 5 supply

a receipt overdue by more than a week is believed no longer
    supply   stock 0, 20 Feb 5
    request  2 Mar 5
    promise
"""


def cases():
    for block in CASES.strip().split("\n\n"):
        title, *lines = block.splitlines()
        yield pytest.param(dict([*line.split(maxsplit=1), ""][:2] for line in lines), id=title)


def on(day: str, month: str) -> date:
    return date(2026, {"Feb": 2, "Mar": 3}[month], int(day))


def elements(text: str) -> list[tuple[date, int]]:
    return [(on(day, month), int(quantity)) for day, month, quantity in re.findall(r"(\d+) (\w+) (\d+)", text)]


@pytest.mark.parametrize("case", list(cases()))
def test_promise(books: Books, case: dict[str, str]) -> None:
    product = books.product()
    [stock] = re.findall(r"stock (\d+)", case["supply"])
    books.supply(product, (None, int(stock)), *elements(case["supply"]))
    books.expect(product, *((Category.ORDER, day, -quantity) for day, quantity in elements(case.get("demand", ""))))
    [(day, quantity)] = elements(case["request"])
    wish = books.wish(product, quantity, day, mode=case.get("mode", "partial"), scope=case.get("scope", "order"))

    promise = books.confirm(wish).lines[wish.line_id]

    told = [f"{one.delivery_on.day} Mar {one.quantity} {one.basis}" for one in promise.schedules]
    assert ", ".join(told) == case.get("promise", "")
    assert promise.short == quantity - promise.confirmed
    assert promise.requested_on == day
    assert march(2) <= (promise.delivery_on or march(2))
