"""Slow twin of `kernel.lots`: goods and demands as a network, and the largest flow through it by augmenting paths."""


def serves(good, demand):
    return good.day <= demand.day and good.lasts >= demand.lasts and demand.batch in ("", good.batch)


def served(goods, demands):
    """How many pieces can be served at most, one piece at a time."""
    pieces = [place for place, good in enumerate(goods) for _ in range(good.quantity)]
    wants = [demand for demand in demands for _ in range(demand.quantity)]
    given = {}

    def give(want, tried):
        for number, place in enumerate(pieces):
            if number not in tried and serves(goods[place], wants[want]):
                tried.add(number)
                if number not in given or give(given[number], tried):
                    given[number] = want
                    return True
        return False

    return sum(give(want, set()) for want in range(len(wants)))


def free(goods, demands, wish):
    """The most that one more demand like `wish` can have, once all the others have what they can have."""
    base = served(goods, demands)
    most = sum(good.quantity for good in goods)
    for quantity in range(most, 0, -1):
        if served(goods, [*demands, wish._replace(quantity=quantity)]) == base + quantity:
            return quantity
    return 0
