"""The run over the backorders as time lines. Read a case from the top: what is expected, then the items by rank.

`NAME strategy  asks day: quantity  had …  gets …  lost to NAME: quantity`; nobody is the supply that is not there.
"""

import re

import pytest

from tests.kernel.backlogs import backlog_of, rows_of, supply_of
from tests.kernel.test_backorder import item
from troth.kernel.backorder import Raised, run

CASES = """
win takes what it needs from those who may lose
    supply    day 0: 10, day 8: 10
    A redistribute  asks day 0: 10  had day 0: 10  gets day 0: 3, day 8: 7  lost to B: 7
    B win           asks day 0: 7   had day 8: 7   gets day 0: 7

gain keeps what it had, even against win, which is told
    supply    day 0: 10, day 8: 10
    A gain    asks day 0: 10  had day 0: 10  gets day 0: 10
    B win     asks day 0: 7   had day 8: 7   gets day 8: 7  raised win_missed

gain takes an earlier receipt when there is one
    supply    day 0: 4, day 3: 10
    A gain    asks day 0: 10  had day 5: 10  gets day 0: 4, day 3: 6

improve loses to win and gain only
    supply    day 0: 10
    A improve       asks day 0: 5  had day 0: 5  gets day 0: 5
    B redistribute  asks day 0: 9  had day 0: 5  gets day 0: 5

improve that is ranked first takes nothing from improve that is ranked last
    supply    day 0: 10
    A improve       asks day 0: 9  had day 0: 5  gets day 0: 5
    B improve       asks day 0: 5  had day 0: 5  gets day 0: 5

redistribute goes by rank, whoever had it
    supply    day 0: 10, day 6: 10
    A redistribute  asks day 0: 9  had day 6: 9  gets day 0: 9
    B redistribute  asks day 0: 9  had day 0: 9  gets day 0: 1, day 6: 8  lost to A: 8

fill keeps and never gains, though there is more
    supply    day 0: 50
    A fill    asks day 0: 20  had day 4: 8  gets day 4: 8

fill waits for what is not there any more, and asks for nothing else
    supply    day 0: 5, day 9: 50
    A fill    asks day 0: 20  had day 0: 8  gets day 0: 5, day 9: 3  lost to nobody: 3

lose gives all of it away
    supply    day 0: 8
    A lose          asks day 0: 8  had day 0: 8  gets  lost to B: 5, nobody: 3
    B redistribute  asks day 0: 5  gets day 0: 5

skip keeps what it has, and it is demand to the others
    supply    day 0: 8
    A win     asks day 0: 8  gets day 0: 2  raised win_missed
    B skip    asks day 0: 9  had day 0: 6  gets day 0: 6

a receipt that slips is felt by the last in rank
    supply    day 0: 6, day 9: 6
    A redistribute  asks day 0: 6  had day 0: 6  gets day 0: 6
    B redistribute  asks day 4: 6  had day 4: 6  gets day 9: 6  lost to nobody: 6

a receipt that shrinks breaks a floor, which is told
    supply    day 0: 6
    A gain    asks day 0: 9  had day 0: 9  gets day 0: 6  lost to nobody: 3  raised floor_missed

who asks for a later day than was confirmed makes room before it
    supply    day 0: 5, day 7: 5
    A redistribute  asks day 7: 5  had day 0: 5  gets day 7: 5  lost to B: 5
    B redistribute  asks day 0: 5  had day 7: 5  gets day 0: 5
"""


def dated(text):
    return [(int(day), int(quantity)) for day, quantity in re.findall(r"day (\d+): (\d+)", text)]


def part(text, word):
    """What stands behind a word, up to the next one."""
    found = re.search(rf"\b{word}\b(.*?)(?= (?:asks|had|gets|lost to|raised) ?|$)", text)
    return found[1] if found else ""


def cases():
    for block in CASES.strip().split("\n\n"):
        title, supply, *lines = block.splitlines()
        yield pytest.param(dated(supply), [line.split(maxsplit=2) for line in lines], id=title)


@pytest.mark.parametrize(("supply", "lines"), list(cases()))
def test_a_backlog_is_shared_out_as_it_reads(supply, lines):
    items = []
    for rank, (_, strategy, text) in enumerate(lines):
        [(day, quantity)] = dated(part(text, "asks"))
        items.append(item(rank + 1, quantity, strategy.upper(), dated(part(text, "had")), day=day, rank=rank))
    names = [name for name, *_ in lines]

    outcome = run(backlog_of(items), supply_of([supply]))

    for at, (name, _, text) in enumerate(lines):
        assert rows_of(outcome, at) == dated(part(text, "gets")), name
        own = outcome.loss_item == at
        lost = {
            ("nobody" if winner < 0 else names[winner]): quantity
            for winner, quantity in zip(
                outcome.loss_winner[own].tolist(), outcome.loss_quantity[own].tolist(), strict=True
            )
        }
        assert lost == {who: int(much) for who, much in re.findall(r"(\w+): (\d+)", part(text, "lost to"))}, name
        raised = part(text, "raised").strip().upper()
        assert outcome.raised[at] == (Raised[raised] if raised else 0), name
