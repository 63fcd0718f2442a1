"""Fair shares as they read: for each day the part that everybody due can have, as a fraction."""

from fractions import Fraction
from math import floor

from tests.kernel.plain_packages import down, step


def portions(curve, items):
    """The part of what is asked for that all who are due by a day can have, on each day."""
    last = len(curve) - 1
    due = [sum(item["quantity"] for item in items if min(item["day"], last) <= t) for t in range(len(curve))]
    parts = [
        min(Fraction(1), Fraction(max(level, 0), asked)) if asked else Fraction(1)
        for level, asked in zip(curve, due, strict=True)
    ]
    return [min(parts[t:]) for t in range(len(parts))]


def share(item, parts, more=0):
    """What an item may have by each day, with so much more than its exact part."""
    first = min(item["day"], len(parts) - 1)
    most = item["quantity"]
    return [min(floor(most * part) + more, most) if t >= first else 0 for t, part in enumerate(parts)]


def under(curve, ceiling):
    return [max(min(level, most), 0) for level, most in zip(curve, ceiling, strict=True)]


def deal(pool, tools, proposed, propose):
    """Deal to a pool: who sees the same goods shares them; the others come by rank."""
    alike, alone = {}, []
    for unit in pool:
        item = unit[0]
        if item.get("group", -1) >= 0 or "lasts" in item:
            alone.append(unit)
            continue
        owner = item.get("asks_as", -1)
        alike.setdefault((item["key"], item.get("aside", -1), owner), []).append(item)
    for items in alike.values():
        settle(items, tools, proposed)
    for unit in alone:
        propose(unit)


def settle(items, tools, proposed):
    curve, put, new, rations, _ = tools
    parts, asking = {}, items

    def asked(item, more=0):
        return proposed(under(curve(item), share(item, parts[item["id"]], more * step(item))), item, rations)

    while asking:
        found = portions(curve({**asking[0], "old": []}), asking)
        parts.update({item["id"]: found for item in asking})
        for item in asking:
            put(item, asked(item))
        spared = [item for item in asking if total(new, item) < down(item, floor(item["quantity"] * found[-1]))]
        asking = [item for item in asking if item not in spared] if spared else []
        for item in asking:
            put(item, [])
    more, asking = 0, [item for item in items if item["mode"] != "complete"]
    while asking:
        more += 1
        asking = [item for item in asking if total(new, item) < item["quantity"] and gets(item, more, tools, asked)]
    for item in items:
        if not new[item["id"]]:
            put(item, proposed(curve(item), item, rations))


def gets(item, more, tools, asked):
    _, put, new, rations, guards = tools
    had, booked, used = new[item["id"]], rations.units.get(item["id"]), guards.used.get(item["id"], [])
    put(item, [])
    rows = asked(item, more)
    if better(rows, had):
        put(item, rows)
        return True
    new[item["id"]] = had
    if booked is not None:
        rations.units[item["id"]] = booked
    guards.used[item["id"]] = used
    return False


def better(rows, had):
    days = sorted({day for day, _ in (*rows, *had)})
    ours, theirs = ([sum(q for d, q in one if d <= t) for t in days] for one in (rows, had))
    return ours != theirs and all(a >= b for a, b in zip(ours, theirs, strict=True))


def total(new, item):
    return sum(quantity for _, quantity in new[item["id"]])
