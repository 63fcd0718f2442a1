"""Backorder processing: what is promised to the open items of many keys is shared out anew, by strategy and rank.

Each item holds old rows and asks for a quantity on a day. Of each key the run knows what is expected outside of it;
what the items hold is given back and taken again in this order, within a strategy by rank, then by id:

    1 floors         Gain items take their old rows again
    2 Win            the whole quantity on the day asked for
    3 Gain           give the floor back and propose; the proposal stands where it is at least the floor on every day
    4 Improve        take of their old rows what is left of them, then propose as Gain does
    5 Redistribute   propose
      Share          each has its part of what is left (`fair`), at the place of the first of its pool
    6 Fill           take of their old rows what is left of them
    7 Lose           nothing

With C the quantity confirmed by a day, old and new:

    strategy       guarantee
    Win            C_new = quantity from the day asked for on, or an exception
    Gain           C_new >= C_old on every day, or an exception
    Improve        loses nothing to other Improve items or to those below
    Redistribute   no later rank holds goods on a day on which an earlier one still misses some
    Share          by each day the same part of what it asks for as all of its pool who are due, to a unit
    Fill           C_new <= C_old on every day
    Lose           C_new = 0
    Skip, frozen   unchanged; what they hold is demand

Besides: nothing is confirmed beyond supply; a second run, under the strategies that the first one ended with, changes
nothing; the order of the input does not matter; and where no exception is raised, more supply never gives Win and Gain
items less. A Gain item keeps what it had even against Win: who must give way is Redistribute.

Items under Share see what those before them left, and have the largest part of it that leaves the same part to all
of their pool, on each day. Who cannot use its share (all or nothing, no small part, under a quota) keeps what it can,
and the others share the rest anew; what rounding leaves goes out by rank. Those of goods that expire, and groups, come
by rank after the others.

Items of a group are decided as one, on all of their keys: they keep their old rows, all of them, or each is whole on
one common day, or they have nothing. What is said of an item holds for each of a group; but a group, as any item that
wants all of it at once, leaves to later ranks what does not suffice for it, and more supply may let it pass another by.

What whole packages cannot use is there for later ranks. Who may have nothing by its day, or not all of it in whole
packages, cannot win.

Items that one place alone serves ask for what lies there, from today on: what it keeps for them, and what of the key is
given up. What is said of goods is said of those that may serve an item.

Of goods that expire an item has what lasts long enough, for the day of each row; a later rank may then hold what does
not last for an earlier one, and more supply may let one go before another. Gain and Improve are asked again as under
quotas.

Under quotas whoever keeps its rows keeps the cells that it booked, where those are free. Who is promised in another
period leaves room in its own, who is procured leaves supply; so Gain, and then Improve, are asked again until none of
them can have better.

Where something of a key is kept for others (`guarded`), an item may have again what it had, as far as goods are there,
and beyond that only what it need not leave to them: no promise is lost because something was kept after it. Who keeps
its rows keeps what it used up of what is kept for itself. Redistribute then holds for the goods that an earlier rank
may take as it is asked.

`run` is the simulation and the execution. It reads and returns columns (`Backlog`, `Supply`, `Outcome`).
"""

from troth.kernel.backorder.columns import TOO_LATE, Backlog, Outcome, Raised, Reaction, Reactions, Strategy, Supply
from troth.kernel.backorder.guarded import Kept
from troth.kernel.backorder.links import Quotas
from troth.kernel.backorder.run import run

__all__ = [
    "TOO_LATE",
    "Backlog",
    "Kept",
    "Outcome",
    "Quotas",
    "Raised",
    "Reaction",
    "Reactions",
    "Strategy",
    "Supply",
    "run",
]
