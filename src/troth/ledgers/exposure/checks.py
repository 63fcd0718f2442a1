"""What always holds for exposure."""

from troth.ledgers.exposure.keys import Part
from troth.ledgers.sums import Found, by_measure, compare_balances
from troth.platform.verify import Check, register


def balances() -> Found:
    return compare_balances("exposure", {part.value: by_measure(part, column="part", amount="amount") for part in Part})


register(Check("exposure: balances", "Each part of an exposure is the sum of its postings, to the cent.", balances))
