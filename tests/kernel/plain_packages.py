"""Whole packages as they read: each quantity tried."""


def is_whole(item, quantity):
    """Whether a quantity is made up of packages, as many of each as wanted."""
    sizes = item.get("packages")
    if not sizes:
        return True
    reached = {0}
    for some in range(1, quantity + 1):
        if any(some - size in reached for size in sizes):
            reached.add(some)
    return quantity in reached


def packed(rows, item, quantity):
    """Rows rounded down to whole packages, each after what those before it left; of all or nothing, all or nothing."""
    if not item.get("packages"):
        return rows
    if item["mode"] == "complete" and not is_whole(item, quantity):
        return []
    found, got, coming = [], 0, 0
    for day, some in rows:
        coming += some
        whole = down(item, coming - got)
        if whole:
            found.append((day, whole))
            got += whole
    return found


def down(item, quantity):
    """The largest whole quantity that is not more."""
    return next(most for most in range(quantity, -1, -1) if is_whole(item, most))


def step(item):
    """The smallest package, or a unit."""
    return min(item.get("packages") or (1,))
