"""Slow twins of the kernel's curves and proposals, in plain Python and as the definitions read."""


def projected(postings, categories, today, *, horizon, believed_days=7):
    """The balance at the end of each day 0..horizon, walked day by day."""
    levels = []
    for t in range(horizon + 1):
        levels.append(
            sum(q for c, day, q in postings if c in categories and arrives(c, day - today, believed_days, horizon) <= t)
        )
    return levels


def arrives(category, offset, believed_days, horizon):
    """The day on which a posting counts, or one past every horizon when it is not believed."""
    if 1 <= category <= 15 and offset < 0:
        return min(1, horizon) if -offset <= believed_days else horizon + 1
    if category == 0:
        return 0
    return min(max(offset, 0), horizon)


def free(balance):
    """What may leave on each day: the lowest balance from that day on."""
    return [min(balance[t:]) for t in range(len(balance))]


def confirmed_by(lines, t):
    return sum(line.quantity for line in lines if line.day <= t)


def partial(curve, wanted, day, *, min_shipment=0, max_lines=9, latest_day=None, replenishment_day=None):
    """Walk the days; on each take what the rules allow. Lines are (day, quantity)."""
    smallest = max(min(min_shipment, wanted), 1)
    last_day = len(curve) - 1 if latest_day is None else min(latest_day, len(curve) - 1)
    offered = [wanted if replenishment_day is not None and t >= replenishment_day else c for t, c in enumerate(curve)]
    lines, got = [], 0

    def shipment(t):
        taken, rest = min(offered[t], wanted) - got, wanted - min(offered[t], wanted)
        if 0 < rest < smallest:
            taken -= smallest - rest
        return taken

    for t in range(day, last_day + 1):
        taken = shipment(t)
        if len(lines) == max_lines - 1 and any(shipment(later) > taken for later in range(t, last_day + 1)):
            continue
        if taken >= smallest and got < wanted:
            lines.append((t, taken))
            got += taken
    return lines
