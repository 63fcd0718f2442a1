"""What a movement of goods may not do, and how the day of the oldest goods follows from it."""

from datetime import date

from troth.kernel.errors import BusinessError
from troth.ledgers.stock.keys import StockBalance


class NotEnoughStock(BusinessError):
    """More would be taken than lies there; stock is never negative."""

    code = "not_enough_stock"


class AlreadyReversed(BusinessError):
    """The movement was taken back before."""

    code = "movement_already_reversed"


def oldest_after(balance: StockBalance, quantity: int, received_on: date) -> date | None:
    """Return the day of the oldest goods once `quantity` (signed) that was received on `received_on` has moved.

    Which pieces leave is not known, so taking some leaves the day as it is until nothing is left.
    """
    if balance.quantity + quantity == 0:
        return None
    if quantity <= 0 or balance.received_on is None:
        return balance.received_on if quantity <= 0 else received_on
    return min(balance.received_on, received_on)
