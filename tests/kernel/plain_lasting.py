"""What an item of the plain run may have of goods that expire: asked anew for each day, with all that others have.

An item says by `lasts` until when what it is given on each day must last, by `row_lasts` until when its old rows must.
"""

from troth.kernel.lots import Part, Pool
from troth.kernel.proposals import Terms


def until(item, day):
    """Until when what an item has on a day must last; what it had on that day lasts as before."""
    old = dict(zip([due for due, _ in item["old"]], item["row_lasts"], strict=True))
    return old.get(day, item["lasts"][day])


def parts(item, rows):
    return [Part(day, until(item, day), "", quantity) for day, quantity in rows]


class Shelf:
    """What is there for an item beside what others have, as (item, rows)."""

    def __init__(self, larder, others, item):
        goods, demands = larder
        self.goods, self.item = tuple(goods), item
        self.demands = (*demands, *(part for one, rows in others for part in parts(one, rows)))
        self.last = len(item["lasts"]) - 1

    def free(self, day, rows=()):
        """What one more row of a day may have, after these rows of the item."""
        return Pool(self.goods, (*self.demands, *parts(self.item, rows))).free(day, until(self.item, day))

    def covers(self, rows):
        return all(self.free(day, rows[:at]) >= quantity for at, (day, quantity) in enumerate(rows))

    def proposal(self, wanted, day, mode, terms, *, most_by=None):
        """What a mode makes of it from a day on; `most_by` bounds what is confirmed by a day."""
        usable = self.item.get("usable") or range(self.last + 1)
        days = [t for t in range(usable[day], self.last + 1) if usable[t] == t]
        days = [t for t in days if terms.latest_day is None or t <= terms.latest_day]
        smallest = max(min(terms.min_shipment, wanted), 1)
        rows = []

        def offered(t):
            level = sum(q for _, q in rows) + self.free(t, rows)
            return min(level if most_by is None else min(level, most_by(t)), wanted)

        if mode == "one_time":
            got = offered(days[0]) if days and days[0] == usable[day] else 0
            return [(days[0], got)] if got >= smallest else []
        if mode == "complete":
            return next(([(t, wanted)] for t in days if offered(t) >= wanted), [])

        def shipment(t):
            level = offered(t)
            rest = wanted - level
            return level - (smallest - rest if 0 < rest < smallest else 0) - sum(q for _, q in rows)

        for t in days:
            if len(rows) == terms.max_lines:
                break
            taken = shipment(t)
            must_wait = len(rows) == terms.max_lines - 1 and any(shipment(later) > taken for later in days if later > t)
            if taken >= smallest and not must_wait:
                rows.append((t, taken))
        return rows

    def kept(self, item):
        """What of the old rows can be taken still, no sooner than it was had."""
        old = item["old"]
        if not old or self.covers(old):
            return old
        most = 1 if item["mode"] == "one_time" else item["terms"].max_lines
        terms = Terms(min_shipment=item["terms"].min_shipment, max_lines=most)
        mode = "complete" if item["mode"] == "complete" else "partial"
        total = sum(quantity for _, quantity in old)
        return self.proposal(total, 0, mode, terms, most_by=lambda t: sum(q for due, q in old if due <= t))
