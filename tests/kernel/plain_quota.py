"""Quotas as they read: walk the days, and on each day the cells, one after the other."""


def period_of(cells, day):
    """The place of the cell that the day lies in; between two cells, the place as if one lay there."""
    for place, cell in enumerate(cells):
        if cell.first_day <= day <= cell.last_day:
            return place
    return sum(cell.last_day < day for cell in cells) - 0.5


def asked(procedure, day):
    """Places of cells in the order in which a line on the day takes from them."""
    own = period_of(procedure.cells, day)
    places = range(len(procedure.cells))
    back = [p for p in reversed(places) if p < own][: procedure.look_back]
    ahead = [p for p in places if p > own][: procedure.look_ahead]
    both = [*back, *ahead] if procedure.order == "backward_forward" else [*ahead, *back]
    return [p for p in places if p == own] + both


def one_by_one(free, procedures, sequences, day, wanted):
    """Take single steps while every sequence still has one; return what was taken and from which cells."""
    taken = []
    for _ in range(wanted):
        step = []
        for sequence in sequences:
            cells = [(place, cell) for place in sequence for cell in asked(procedures[place], day)]
            step.append(next((c for c in cells if free[c[0]][c[1]] > 0), None))
        if None in step:
            break
        for place, cell in step:
            free[place][cell] -= 1
            taken.append((place, cell))
    return (len(taken) // len(sequences) if sequences else wanted), taken


def room(free, procedures, sequences, day, most):
    scratch = [list(row) for row in free]
    return one_by_one(scratch, procedures, sequences, day, most)[0]


def partial(curve, wanted, day, terms, quotas):
    """`plain.partial` under quotas: (procedures, sequences). Lines are (day, quantity)."""
    procedures, sequences = quotas
    free = [[max(c.planned - c.consumed, 0) for c in p.cells] for p in procedures]
    smallest = max(min(terms.min_shipment, wanted), 1)
    length = max([len(curve), day + 1, *(c.last_day + 2 for p in procedures for c in p.cells)])
    if terms.replenishment_day is not None:
        length = max(length, terms.replenishment_day + 1)
    end = length if terms.latest_day is None else terms.latest_day + 1
    lines, got = [], 0

    def shipment(t):
        ready = terms.replenishment_day is not None and t >= terms.replenishment_day
        supplied = wanted if ready else min(curve[min(t, len(curve) - 1)], wanted)
        offered = min(supplied, got + room(free, procedures, sequences, t, wanted - got))
        rest = wanted - offered
        return offered - (smallest - rest if 0 < rest < smallest else 0) - got

    for t in range(day, end):
        if len(lines) == terms.max_lines:
            break
        taken = shipment(t)
        last = len(lines) == terms.max_lines - 1
        if taken < smallest or (last and any(shipment(later) > taken for later in range(t + 1, end))):
            continue
        lines.append((t, taken))
        one_by_one(free, procedures, sequences, t, taken)
        got += taken
    return lines
