"""Supply protection in the plain run: for each day what others may still claim, counted anew for every question."""

from tests.kernel import plain, plain_protection
from tests.kernel.backlogs import OWNERS
from troth.kernel import protection


class Kept:
    """What items of a run use up of the protections of their keys; `used` is by id, as (place on the key, quantity).

    An item asks as one of `OWNERS` by `asks_as`, -1 or without it where nothing is kept of its key; `kept` is what its
    old rows used up.
    """

    def __init__(self, protections):
        self.protections = protections or {}
        self.used, self._key_of = {}, {}

    def of(self, key):
        """The protections of a key with all that is used up of them now."""
        found = list(self.protections[key])
        for number, taken in self.used.items():
            for place, quantity in taken if self._key_of.get(number) == key else ():
                found[place] = found[place]._replace(consumed=found[place].consumed + quantity)
        return found

    def seen(self, item, balance, rows):
        """What an item may take: what is free of what it need not leave to others, and again what it had of goods."""
        last = len(balance) - 1
        left = [level - sum(q for d, q in rows if min(d, last) <= t) for t, level in enumerate(balance)]
        if item.get("asks_as", -1) < 0:
            return plain.free(left)
        net = [level - before for level, before in zip(left, [0, *left[:-1]], strict=True)]
        for_it = plain_protection.curve(net, self.of(item["key"]), OWNERS[item["asks_as"]], lapses=False)
        had = [sum(q for d, q in item["old"] if min(d, last) <= t) for t in range(last + 1)]
        again = [min(was, free) for was, free in zip(had, plain.free(left), strict=True)]
        return [max(one, other) for one, other in zip(for_it, again, strict=True)] if item["old"] else for_it

    def take(self, item, rows):
        """Use up what is kept for the item on the days of its rows; those that it had use up what they did."""
        if item.get("asks_as", -1) < 0:
            return
        self._key_of[item["id"]] = item["key"]
        if rows and list(rows) == list(item["old"]):
            self.used[item["id"]] = list(item.get("kept", ()))
            return
        self.used[item["id"]] = []
        for day, quantity in rows:
            found = protection.consume(self.of(item["key"]), OWNERS[item["asks_as"]], day=day, quantity=quantity)
            self.used[item["id"]] += [tuple(one) for one in found]
