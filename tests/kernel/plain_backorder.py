"""The run over the backorders of one key as it reads: a balance for each day, lists copied for every question.

An item is a dict: id, rank, strategy (its name), quantity, day, old rows, mode, terms. Rows are (day, quantity).
"""

from tests.kernel import plain
from troth.kernel.proposals import Terms


def free(balance, taken):
    """The lowest balance from each day on, with the rows issued."""
    last = len(balance) - 1
    return plain.free([level - sum(q for d, q in taken if min(d, last) <= t) for t, level in enumerate(balance)])


def cumulative(rows, length):
    return [sum(q for d, q in rows if d <= t) for t in range(length)]


def proposal(curve, quantity, day, mode, terms):
    """What a mode makes of a curve from a day on."""
    length = len(curve)
    days = range(day, length if terms.latest_day is None else min(terms.latest_day + 1, length))
    if mode == "partial":
        return plain.partial(curve, quantity, day, terms)
    if mode == "complete":
        return next(([(t, quantity)] for t in days if curve[t] >= quantity), [])
    got = min(quantity, curve[day]) if days else 0
    return [(day, got)] if got >= max(1, min(terms.min_shipment, quantity)) else []


def usable(rows, item):
    """The rows on days on which the item can use goods; rows of one day are one, none is past the latest day."""
    days, latest = item.get("usable"), item["terms"].latest_day
    if not days:
        return rows
    moved = [(days[day], quantity) for day, quantity in rows]
    moved = [(day, quantity) for day, quantity in moved if latest is None or day <= latest]
    return [(day, sum(q for d, q in moved if d == day)) for day in sorted({day for day, _ in moved})]


def proposed(curve, item):
    return usable(proposal(curve, item["quantity"], item["day"], item["mode"], item["terms"]), item)


def kept(curve, item):
    """What of the old rows lies below the curve."""
    length = len(curve)
    held = cumulative(item["old"], length)
    if all(h <= c for t, (h, c) in enumerate(zip(held, curve, strict=True)) if h and holds(item["old"], t)):
        return item["old"]
    ceiling = [max(min(h, c), 0) for h, c in zip(held, curve, strict=True)]
    most = 1 if item["mode"] == "one_time" else item["terms"].max_lines
    terms = Terms(min_shipment=item["terms"].min_shipment, max_lines=most)
    mode = "complete" if item["mode"] == "complete" else "partial"
    return usable(proposal(ceiling, held[-1], 0, mode, terms), item) if held[-1] else []


def holds(rows, t):
    return any(d <= t for d, _ in rows)


def covered(curve, rows):
    """Whether the rows can all be taken."""
    return all(
        h <= c for t, (h, c) in enumerate(zip(cumulative(rows, len(curve)), curve, strict=True)) if holds(rows, t)
    )


def run(items, supply, horizon, reactions):
    """Return the new rows by id and the ids with exceptions, or None for rows where a reaction aborts the key.

    `supply` is (day, change); `reactions` is (win, gain), each "abort" or the name of a fallback strategy.
    """
    items = [dict(item) for item in sorted(items, key=lambda item: (item["rank"], item["id"]))]
    raised = set()
    while True:
        new, again = attempt(items, supply, horizon, (reactions, raised))
        if not again:
            return new, raised, {item["id"]: item["strategy"] for item in items}


def attempt(items, supply, horizon, settings):
    (win, gain), raised = settings
    new = {item["id"]: [] for item in items}
    balance = cumulative(supply, horizon + 1)

    def of(strategy):
        return [item for item in items if item["strategy"] == strategy]

    def curve(without=None):
        return free(balance, [row for i, rows in new.items() if i != without for row in rows])

    def improve(item):
        had = new[item["id"]]
        better = proposed(curve(without=item["id"]), item)
        ours, theirs = cumulative(better, horizon + 1), cumulative(had, horizon + 1)
        if ours != theirs and all(a >= b for a, b in zip(ours, theirs, strict=True)):
            new[item["id"]] = better

    for item in of("SKIP"):
        new[item["id"]] = item["old"]
    for item in of("GAIN"):
        if covered(curve(), item["old"]):
            new[item["id"]] = item["old"]
        else:
            raised.add(item["id"])
            if gain == "abort":
                return None, False
            item["strategy"] = gain
    again = False
    for item in of("WIN"):
        if curve()[item["day"]] >= item["quantity"]:
            new[item["id"]] = [(item["day"], item["quantity"])]
        else:
            raised.add(item["id"])
            if win == "abort":
                return None, False
            item["strategy"] = win
            again = again or win == "GAIN"
    if again:
        return None, True
    for item in of("GAIN"):
        improve(item)
    for item in of("IMPROVE"):
        new[item["id"]] = kept(curve(), item)
    for item in of("IMPROVE"):
        improve(item)
    for item in of("REDISTRIBUTE"):
        new[item["id"]] = proposed(curve(), item)
    for item in of("FILL"):
        new[item["id"]] = kept(curve(), item)
    return new, False
