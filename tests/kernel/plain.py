"""Slow twins of the kernel's curves and proposals, in plain Python and as the definitions read."""


def projected(postings, categories, today, *, horizon, believed_days=7):
    """The balance at the end of each day 0..horizon, walked day by day; the last is the lowest of all from there on."""
    counted = [(arrives(c, day - today, believed_days, horizon), q) for c, day, q in postings if c in categories]
    far = max([day for day, _ in counted if day is not None], default=0)
    levels = [sum(q for day, q in counted if day is not None and day <= t) for t in range(max(far, horizon) + 1)]
    return [*levels[:horizon], min(levels[horizon:])]


def arrives(category, offset, believed_days, horizon):
    """The day on which a posting counts, None when it is not believed; what is set aside lies here."""
    lies_here = category in (7, 8, 10)
    if 1 <= category <= 15 and offset < 0 and not lies_here:
        return 1 if -offset <= believed_days else None
    return 0 if category == 0 else max(offset, 0)


def free(balance):
    """What may leave on each day: the lowest balance from that day on."""
    return [min(balance[t:]) for t in range(len(balance))]


def confirmed_by(lines, t):
    return sum(line.quantity for line in lines if line.day <= t)


def partial(curve, wanted, day, terms):
    """Walk the days; on each take what the terms allow. Lines are (day, quantity)."""
    smallest = max(min(terms.min_shipment, wanted), 1)
    days = range(day, len(curve) if terms.latest_day is None else min(terms.latest_day + 1, len(curve)))
    ready = len(curve) if terms.replenishment_day is None else terms.replenishment_day
    offered = [wanted if t >= ready else min(curve[t], wanted) for t in range(len(curve))]
    lines, got = [], 0

    def shipment(t):
        rest = wanted - offered[t]
        left_behind = smallest - rest if 0 < rest < smallest else 0
        return offered[t] - left_behind - got

    for t in days:
        taken = shipment(t)
        must_wait = len(lines) == terms.max_lines - 1 and any(shipment(later) > taken for later in days if later > t)
        if taken >= smallest and not must_wait:
            lines.append((t, taken))
            got += taken
    return lines
