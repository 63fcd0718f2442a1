"""What a movement of goods may not do, and how the day of the oldest goods follows from it."""

from datetime import date

from troth.kernel.errors import BusinessError


class NotEnoughStock(BusinessError):
    """More would be taken than lies there; stock is never negative."""

    code = "not_enough_stock"


class AlreadyReversed(BusinessError):
    """The movement was taken back before."""

    code = "movement_already_reversed"


def oldest_after(there: int, oldest_on: date | None, *, quantity: int, received_on: date) -> date | None:
    """Return the day of the oldest goods once `quantity` (signed) that was received on `received_on` has moved.

    Before, `there` lies in the bin, the oldest of it since `oldest_on`.

    Which pieces leave is not known, so taking some leaves the day as it is until nothing is left.
    """
    if there + quantity == 0:
        return None
    if quantity < 0:
        return oldest_on
    return received_on if oldest_on is None else min(oldest_on, received_on)
