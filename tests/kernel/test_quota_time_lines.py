"""Quotas as time lines: who is listed with how much, what is in stock, who asks in which order and what each gets.

Day 0 is today. `quota NAME` gives cells as first day-last day: planned; who is in no quota and meets no wildcard (#) is
unrestricted, unless `unlisted nothing` is said.
"""

import re
from itertools import pairwise

import numpy as np
import pytest

from troth.kernel.netting import free_curve
from troth.kernel.proposals import partial, take
from troth.kernel.quota import Cell, Rationed, Rations, book, patterns, procedure_of

CASES = """
T7 two groups are held to their quota, everybody else may take the rest
    supply    day 0: 500
    quota     north wholesale   0-30: 200
    quota     south wholesale   0-30: 100
    request   north wholesale   day 0: 300   gets day 0: 200
    request   south wholesale   day 0: 100   gets day 0: 100
    request   online shop       day 0: 250   gets day 0: 200

T7 who is not listed may take all if it comes first
    supply    day 0: 500
    quota     north wholesale   0-30: 200
    request   online shop       day 0: 500   gets day 0: 500
    request   north wholesale   day 0: 1     gets

T7 retail of any region shares one quota
    supply    day 0: 500
    quota     north wholesale   0-30: 200
    quota     # retail          0-30: 200
    request   north retail      day 0: 150   gets day 0: 150
    request   south retail      day 0: 150   gets day 0: 50
    request   online shop       day 0: 300   gets day 0: 300

T7 capacity of a thousand: A not above 400, the others together not above 600, a new customer nothing
    supply    day 0: 1000
    unlisted  nothing
    quota     A x   0-30: 400
    quota     B x   0-30: 300
    quota     C x   0-30: 300
    request   A x   day 0: 500   gets day 0: 400
    request   D x   day 0: 10    gets
    request   B x   day 0: 400   gets day 0: 300
    request   C x   day 0: 400   gets day 0: 300

T7 a wildcard row gives the new customer something
    supply    day 0: 1000
    unlisted  nothing
    quota     A x   0-30: 400
    quota     # x   0-30: 50
    request   D x   day 0: 60    gets day 0: 50

what last month left over is used, next month's is not
    supply    day 0: 500
    back      1
    quota     A x   -30--1: 40, 0-30: 20, 31-60: 90
    request   A x   day 3: 100   gets day 3: 60, day 31: 40

what last month left over is lost when the goods come two months later
    supply    day 40: 500
    back      1
    quota     A x   -30--1: 40, 0-30: 20, 31-60: 90
    request   A x   day 3: 200   gets day 40: 110
"""


def dated(text):
    return [(int(day), int(quantity)) for day, quantity in re.findall(r"day (\d+): (\d+)", text)]


def cases():
    for block in CASES.strip().split("\n\n"):
        title, *lines = block.splitlines()
        yield pytest.param([line.strip().partition(" ")[::2] for line in lines], id=title)


def quotas_of(lines):
    """The procedures of a case by the pair of words that names their row."""
    back = next((int(text) for word, text in lines if word == "back"), 0)
    procedures = {}
    for word, text in lines:
        if word == "quota":
            names = tuple(text.split()[:2])
            cells = [Cell(*map(int, found)) for found in re.findall(r"(-?\d+)-(-?\d+): (\d+)", text)]
            procedures[names] = procedure_of(cells, look_back=back)
    if ("unlisted", "nothing") in [(word, text.strip()) for word, text in lines]:
        procedures.setdefault(("#", "#"), procedure_of([]))
    return procedures


@pytest.mark.parametrize("lines", list(cases()))
def test_a_quota_is_kept_as_it_reads(lines):
    procedures = quotas_of(lines)
    rows, rations = list(procedures), Rations(list(procedures.values()))
    net = np.zeros(91, np.int64)
    for day, quantity in dated(next(text for word, text in lines if word == "supply")):
        net[day] += quantity
    for word, text in lines:
        if word == "request":
            asked, gets = text.split("gets")
            row = next((p for p in patterns(tuple(asked.split()[:2])) if p in procedures), None)
            sequences = ((rows.index(row),),) if row else ()
            [(day, quantity)] = dated(asked)
            found = partial(Rationed(free_curve(net), rations, sequences, day=day), quantity, day)
            assert list(found) == dated(gets), text
            book(rations, found, sequences)
            net = take(net, found)


def test_the_days_of_the_cells_follow_each_other_in_each_case():
    for case in cases():
        for procedure in quotas_of(case.values[0]).values():
            assert all(one.last_day < other.first_day for one, other in pairwise(procedure.cells))
