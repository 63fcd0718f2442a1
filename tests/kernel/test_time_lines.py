"""What may still be promised, and when. Each case is a small time line; read it, do not decode it.

Day 0 is today. Supply on day 0 is stock, later supply is on order; `promise` is the lines a partial proposal makes.
"""

import re

import pytest

from troth.kernel.netting import Category, Scope, free_curve, project, series_of
from troth.kernel.proposals import Line, Terms, complete, one_time, partial

RULES = {"one_time": one_time, "complete": complete, "partial": partial}
FIRM = Scope(frozenset({Category.STOCK, Category.PURCHASE, Category.ORDER}), horizon_days=40)
TODAY = 20_000

CASES = """
stock is promised at once
    supply    day 0: 10
    request   day 0: 4
    promise   day 0: 4

what is missing is promised from the next receipt
    supply    day 0: 10, day 8: 20
    request   day 3: 25
    promise   day 3: 10, day 8: 15

an earlier promise keeps its goods
    supply    day 0: 10, day 8: 20
    demand    day 5: 8
    request   day 3: 10
    promise   day 3: 2, day 8: 8

a later promise keeps its goods as well
    supply    day 0: 10
    demand    day 30: 10
    request   day 3: 1
    promise

nothing is promised before it was asked for
    supply    day 0: 10
    request   day 6: 4
    promise   day 6: 4

goods that arrive on a day serve that day's demand
    supply    day 3: 10
    demand    day 3: 10
    request   day 3: 1
    promise

a shortage is carried: late demand takes the next receipt first
    supply    day 1: 20
    demand    day 0: 5, day 1: 3
    request   day 0: 17
    promise   day 1: 12

a wish for yesterday is a wish for today
    supply    day 0: 10
    request   day -2: 4
    promise   day 0: 4

on time only confirms the day's quantity and leaves the rest open
    supply    day 0: 5, day 4: 10
    request   day 1: 8
    one_time  day 1: 5

a complete delivery waits for all of the goods
    supply    day 0: 5, day 4: 10
    request   day 1: 8
    complete  day 4: 8

a complete delivery that is never covered is not promised at all
    supply    day 0: 5, day 4: 10
    request   day 1: 16
    complete

T4 A without limits goods leave as they come
    supply    day 0: 10, day 10: 10
    request   day 5: 20
    promise   day 5: 10, day 10: 10

T4 B with no lateness allowed the second half stays open
    supply    day 0: 10, day 10: 10
    latest    day 5
    request   day 5: 20
    promise   day 5: 10

T4 C all on one day
    supply    day 0: 10, day 10: 10
    request   day 5: 20
    complete  day 10: 20

T4 D all on one day and not late is not possible
    supply    day 0: 10, day 10: 10
    latest    day 5
    request   day 5: 20
    complete

T4 E two days late at most
    supply    day 0: 10, day 10: 10
    latest    day 7
    request   day 5: 20
    promise   day 5: 10

T4 F no shipment below eleven
    supply    day 0: 15, day 10: 10
    smallest  11
    request   day 5: 20
    promise   day 10: 20

T4 G the smallest shipment never ships more than was asked for
    supply    day 0: 50
    smallest  30
    request   day 5: 20
    promise   day 5: 20

no rest too small to ship is left
    supply    day 0: 17, day 10: 10
    smallest  5
    request   day 0: 20
    promise   day 0: 15, day 10: 5

the last line allowed waits for all of the rest
    supply    day 0: 5, day 3: 5, day 6: 5, day 9: 5
    lines     2
    request   day 0: 20
    promise   day 0: 5, day 9: 15

the last line takes the most there will be
    supply    day 0: 5, day 3: 5, day 6: 5
    lines     2
    request   day 0: 20
    promise   day 0: 5, day 6: 10

replenishment confirms what supply does not cover (1.4, proposal)
    supply    day 0: 5
    ready     day 10
    request   day 0: 12
    promise   day 0: 5, day 10: 7

replenishment confirms a complete delivery (1.4, complete)
    supply    day 0: 5
    ready     day 10
    request   day 0: 12
    complete  day 10: 12

after the replenishment day nothing needs to be checked
    ready     day 10
    request   day 12: 30
    one_time  day 12: 30

replenishment after the latest day helps no one
    supply    day 0: 5
    ready     day 10
    latest    day 9
    request   day 0: 12
    promise   day 0: 5

a wish beyond the horizon keeps its day
    supply    day 0: 5
    request   day 90: 4
    promise   day 90: 4
"""


def dated(text):
    return [Line(int(day), int(quantity)) for day, quantity in re.findall(r"day (-?\d+): (\d+)", text)]


def one_number(text):
    return int(re.search(r"\d+", text)[0])


def cases():
    for block in CASES.strip().split("\n\n"):
        title, *lines = block.splitlines()
        words = {line.split()[0]: line.strip().partition(" ")[2] for line in lines}
        yield pytest.param(words, id=title)


@pytest.mark.parametrize("case", list(cases()))
def test_a_time_line_is_promised_as_it_reads(case):
    series = series_of(
        [
            *(
                (Category.PURCHASE if line.day else Category.STOCK, TODAY + line.day, line.quantity)
                for line in dated(case.get("supply", ""))
            ),
            *((Category.ORDER, TODAY + line.day, -line.quantity) for line in dated(case.get("demand", ""))),
        ]
    )
    limits = {"smallest": "min_shipment", "lines": "max_lines", "latest": "latest_day", "ready": "replenishment_day"}
    terms = Terms(**{name: one_number(case[word]) for word, name in limits.items() if word in case})
    [request] = dated(case["request"])
    [rule] = {"promise", "complete", "one_time"} & case.keys()
    propose = RULES.get(rule, partial)
    assert propose(free_curve(project(series, FIRM, TODAY)), request.quantity, request.day, terms) == tuple(
        dated(case[rule])
    )
