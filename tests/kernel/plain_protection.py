"""Supply protection as it reads: for each day, what the others may still claim by then."""


def is_others(protection, group):
    same_core = protection.group.core == group.core
    own = protection.group.priority
    if not same_core:
        return True
    if own is None:
        return False
    return group.priority is None or own < group.priority


def curve(net, protections, group, *, lapses):
    balance = [sum(net[: s + 1]) for s in range(len(net))]
    last = len(net) - 1
    seen = []
    for s in range(len(net)):
        claims = 0
        for p in protections:
            begun = min(max(p.first_day, 0), last) <= s
            over = p.last_day < 0 or (lapses and p.last_day < s)
            if is_others(p, group) and begun and not over:
                claims += max(p.quantity - p.consumed, 0)
        seen.append(balance[s] - claims)
    return [min(seen[t:]) for t in range(len(seen))]
