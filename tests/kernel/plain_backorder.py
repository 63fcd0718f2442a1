"""The run over the backorders as it reads: a balance of each key for each day, lists copied for every question.

An item is a dict: key, id, rank, strategy (its name), quantity, day, old rows, mode, terms. Rows are (day, quantity).
Items of one `group` are decided as one; `needed` gives for each common day the day of their goods, -1 for none. An item
without a group is a unit by itself. What holds of an item under quotas is said in `plain_rations`, where something is
kept for others in `plain_kept`.
"""

from tests.kernel import plain, plain_fair, plain_kept, plain_lasting, plain_packages, plain_rations
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


def may_win(item):
    """Whether all of it may come on its day, goods or not."""
    latest = item["terms"].latest_day
    return (latest is None or item["day"] <= latest) and plain_packages.is_whole(item, item["quantity"])


def proposed(curve, item, rations):
    quantity = item["quantity"]
    if isinstance(curve, plain_lasting.Shelf):
        return plain_packages.packed(curve.proposal(quantity, item["day"], item["mode"], item["terms"]), item, quantity)
    asked = quantity, item["day"], item["mode"], item["terms"]
    if rations.of(item):
        return plain_packages.packed(rations.proposal(curve, item, asked, last=item.get("open_after")), item, quantity)
    return usable(plain_packages.packed(proposal(curve, *asked), item, quantity), item)


def kept(curve, item, rations):
    """What of the old rows lies below the curve."""
    if isinstance(curve, plain_lasting.Shelf):
        kept_rows = curve.kept(item)
        return kept_rows if kept_rows == item["old"] else plain_packages.packed(kept_rows, item, total_of(item["old"]))
    length = len(curve)
    held = cumulative(item["old"], length)
    if not rations.of(item) and all(
        h <= c for t, (h, c) in enumerate(zip(held, curve, strict=True)) if h and holds(item["old"], t)
    ):
        return item["old"]
    ceiling = [max(min(h, c), 0) for h, c in zip(held, curve, strict=True)]
    most = 1 if item["mode"] == "one_time" else item["terms"].max_lines
    terms = Terms(min_shipment=item["terms"].min_shipment, max_lines=most)
    mode = "complete" if item["mode"] == "complete" else "partial"
    if not held[-1]:
        return []
    asked = held[-1], 0, mode, terms
    if rations.of(item):
        return plain_packages.packed(rations.proposal(ceiling, item, asked), item, held[-1])
    return usable(plain_packages.packed(proposal(ceiling, *asked), item, held[-1]), item)


def total_of(rows):
    return sum(quantity for _, quantity in rows)


def holds(rows, t):
    return any(d <= t for d, _ in rows)


def covered(curve, rows):
    """Whether the rows can all be taken."""
    if isinstance(curve, plain_lasting.Shelf):
        return curve.covers(rows)
    return all(
        h <= c for t, (h, c) in enumerate(zip(cumulative(rows, len(curve)), curve, strict=True)) if holds(rows, t)
    )


LATER = 60
"""So many days past the horizon quotas may open."""


def run(items, supplies, horizon, reactions, limits=None, *, places=(), larder=None, protections=None):
    """Return the new rows by id and the ids with exceptions, or None for rows where a reaction aborts the keys.

    `supplies` is of each key (day, change); `reactions` is (win, gain), each "abort" or the name of a fallback. With
    `limits`, (procedures, choices of sequences), what is booked comes last, by id; so does, with `protections` by key,
    what is used up of them. `places` are what each place that serves some items alone keeps for them, and what else
    lies there. `larder` is what is there of goods that expire, and asked of them besides, for the items that say until
    when theirs must last.
    """
    items = [dict(item) for item in sorted(items, key=lambda item: (item["rank"], item["id"]))]
    raised = set()
    while True:
        rations, kept = plain_rations.Rations(limits), plain_kept.Kept(protections)
        new, again = attempt(items, supplies, horizon, (reactions, raised, rations, (places, larder, kept)))
        if not again:
            found = new, raised, {item["id"]: item["strategy"] for item in items}
            found = found if limits is None else (*found, rations.units)
            return found if protections is None else (*found, kept.used)


def units_of(items):
    """Each item by itself, or with those of its group at the place of the first of them."""
    units = {}
    for item in items:
        group = item.get("group", -1)
        units.setdefault(("group", group) if group >= 0 else item["id"], []).append(item)
    return list(units.values())


def contest_of(items, rations):
    """For each key what is decided together with it: groups and quotas link it to others (spec 1.12)."""
    contests = []
    for item in items:
        links = {("key", item["key"])}
        links |= {("group", item["group"])} if item.get("group", -1) >= 0 else set()
        links |= {("quota", place) for sequence in rations.of(item) for place in sequence}
        linked = [one for one in contests if one & links]
        contests = [one for one in contests if one not in linked] + [links.union(*linked)]
    return {key: at for at, one in enumerate(contests) for kind, key in one if kind == "key"}


def attempt(items, supplies, horizon, settings):
    (win, gain), raised, rations, (places, larder, guards) = settings
    new = {item["id"]: [] for item in items}
    balances = [cumulative(supply, horizon + 1) for supply in supplies]

    def of(strategy):
        return [unit for unit in units_of(items) if unit[0]["strategy"] == strategy]

    def curve(item, without=()):
        """What is free for an item; what places keep is among it, and what their items have is gone from today on."""
        others = [one for one in items if one["key"] == item["key"] and one["id"] not in without]
        if "lasts" in item:
            return plain_lasting.Shelf(larder, [(one, new[one["id"]]) for one in others], item)
        drawn_on = {one["aside"] for one in others if one.get("aside", -1) >= 0 and one["strategy"] != "SKIP"}
        balance = [level + sum(places[place][0] for place in drawn_on) for level in balances[item["key"]]]
        taken = []
        for one in others:
            if one.get("aside", -1) < 0:
                taken += new[one["id"]]
            elif one["aside"] in drawn_on:
                taken += [(0, quantity) for _, quantity in new[one["id"]]]
        if item.get("aside", -1) < 0:
            return guards.seen(item, balance, taken)
        found = free(balance, taken)
        mates = [one for one in others if one.get("aside") == item["aside"]]
        room = sum(places[item["aside"]]) - sum(q for one in mates for _, q in new[one["id"]])
        return [min(found[0], room)] * len(found)

    def put(item, rows):
        new[item["id"]] = rows
        assert rations.take(item, rows)
        guards.take(item, rows)

    def release(unit):
        for item in unit:
            put(item, [])

    def takes(unit, rows_of):
        for item in unit:
            if not covered(curve(item), rows_of(item)) or not rations.take(item, rows_of(item)):
                release(unit)
                return False
            new[item["id"]] = rows_of(item)
            guards.take(item, rows_of(item))
        return True

    def common(unit, first):
        """Try each day for all of them, one after the other."""
        for day in range(horizon + 1):
            needed = [item["needed"][day] for item in unit]
            if all(there >= start for there, start in zip(needed, first, strict=True)) and all(
                item["terms"].latest_day is None or there <= item["terms"].latest_day
                for item, there in zip(unit, needed, strict=True)
            ):
                rows = {item["id"]: [(there, item["quantity"])] for item, there in zip(unit, needed, strict=True)}
                if all(plain_packages.is_whole(item, item["quantity"]) for item in unit) and takes(
                    unit, lambda item, rows=rows: rows[item["id"]]
                ):
                    return

    def propose(unit):
        if len(unit) == 1 and unit[0].get("group", -1) < 0:
            put(unit[0], proposed(curve(unit[0]), unit[0], rations))
        else:
            common(unit, [item["day"] for item in unit])

    def improve_in_turn(strategy):
        """Each in its turn, all of them again, until no one finds better."""
        while [unit for unit in of(strategy) if improve(unit)]:
            pass

    def improve(unit):
        had = {item["id"]: new[item["id"]] for item in unit}
        booked = {item["id"]: rations.units[item["id"]] for item in unit}
        used = {item["id"]: guards.used.get(item["id"], []) for item in unit}
        release(unit)
        propose(unit)
        ours = [level for item in unit for level in cumulative(new[item["id"]], horizon + LATER)]
        theirs = [level for item in unit for level in cumulative(had[item["id"]], horizon + LATER)]
        if ours == theirs or not all(a >= b for a, b in zip(ours, theirs, strict=True)):
            new.update(had)
            rations.units.update(booked)
            guards.used.update(used)
            return False
        return True

    def keep(unit):
        if takes(unit, lambda item: item["old"]):
            return
        if unit[0].get("group", -1) < 0:
            put(unit[0], kept(curve(unit[0]), unit[0], rations))
        elif all(sum(q for _, q in item["old"]) == item["quantity"] for item in unit):
            common(unit, [item["old"][-1][0] for item in unit])

    def missed(unit, fallback):
        raised.update(item["id"] for item in unit)
        for item in unit:
            item["strategy"] = fallback if fallback != "abort" else item["strategy"]
        return fallback == "abort"

    new.update({item["id"]: item["old"] for unit in of("SKIP") for item in unit})
    for unit in of("GAIN"):
        if not takes(unit, lambda item: item["old"]) and missed(unit, gain):
            return None, False
    again = False
    for unit in of("WIN"):
        wins = all(may_win(item) for item in unit)
        if not wins or not takes(unit, lambda item: [(item["day"], item["quantity"])]):
            if missed(unit, win):
                return None, False
            again = again or win == "GAIN"
    if again:
        return None, True
    improve_in_turn("GAIN")
    for unit in of("IMPROVE"):
        keep(unit)
    improve_in_turn("IMPROVE")
    contests, dealt = contest_of(items, rations), set()

    def pool_of(unit):
        return unit[0].get("pool", -1), contests[unit[0]["key"]]

    for unit in units_of(items):
        if unit[0]["strategy"] == "REDISTRIBUTE":
            propose(unit)
        elif unit[0]["strategy"] == "SHARE" and pool_of(unit) not in dealt:
            dealt.add(pool_of(unit))
            pool = [one for one in of("SHARE") if pool_of(one) == pool_of(unit)]
            plain_fair.deal(pool, (curve, put, new, rations, guards), proposed, propose)
    for unit in of("FILL"):
        keep(unit)
    return new, False
