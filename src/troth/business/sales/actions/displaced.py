"""What an order takes the place of, such as a hold, or what is held for its quotation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from troth.business.promising.rules.wish import Promise
from troth.business.sales.actions.document import Document
from troth.platform.locks import BalanceKey

Told = Callable[[Document, Promise], None]


def _untold(document: Document, promise: Promise) -> None:
    """Nothing follows from what the order is promised."""


@dataclass(frozen=True, slots=True)
class Displaced:
    """What an order takes the place of: the keys of its demand, and how it lets go of it for an order (by id).

    `promised` is told what the order was promised instead; `is_there` says whether there was anything to let go of.
    """

    keys: Sequence[BalanceKey]
    let_go: Callable[[int], None]
    promised: Told = _untold
    is_there: Callable[[], bool] = lambda: True
