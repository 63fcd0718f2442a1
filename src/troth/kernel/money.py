"""Money as integers.

An amount is a whole number of minor units (cents) beside its currency. How many decimals a currency has (ISO 4217) is
kept with the currencies and handed in. Everything that divides goes through `round_ratio`: there is one place where a
fraction of a cent disappears, and its mode has a name.

    mode        2.5   -2.5    2.4    2.6
    half_up       3     -3      2      3
    half_even     2     -2      2      3
    up            3     -3      3      3
    down          2     -2      2      2

Up is away from zero and down is towards it, so that a credit note mirrors its invoice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.plain_numbers import Fault, Figure, Unreadable, read_steps, write_steps
from troth.kernel.quantity import checked


class AmountNotANumber(BusinessError):
    code = "amount_not_a_number"


class AmountTooPrecise(BusinessError):
    code = "amount_too_precise"


class AmountOutOfRange(BusinessError):
    code = "amount_out_of_range"


class CurrencyMismatch(BusinessError):
    code = "currency_mismatch"


class Rounding(StrEnum):
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


def round_ratio(numerator: int, denominator: int, mode: Rounding = Rounding.HALF_UP) -> int:
    """Return `numerator / denominator` as a whole number, exact before it is rounded. The denominator is not zero."""
    assert denominator != 0
    if denominator == 1:
        return numerator
    negative = (numerator < 0) != (denominator < 0)
    whole, rest = divmod(abs(numerator), abs(denominator))
    twice = 2 * rest - abs(denominator)
    if mode is Rounding.UP:
        more = rest > 0
    elif mode is Rounding.HALF_UP:
        more = twice >= 0
    elif mode is Rounding.HALF_EVEN:
        more = twice > 0 or (twice == 0 and whole % 2 == 1)
    else:
        more = False
    rounded = whole + more
    return -rounded if negative else rounded


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights`, so that the parts sum to it exactly (largest remainder).

    Equal remainders go to the earlier weight, so the same input always gives the same parts. Weights are not negative;
    where all are zero the total is split evenly. A negative total mirrors the positive one.
    """
    assert weights
    assert min(weights) >= 0
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [share for share, _ in shares]
    missing = abs(total) - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda i: (-shares[i][1], i))
    for i in by_remainder[:missing]:
        parts[i] += 1
    return [-part for part in parts] if total < 0 else parts


def extend(price_minor: int, price_unit_quantity: int, quantity: int, *, mode: Rounding = Rounding.HALF_UP) -> int:
    """Return the value in minor units of `quantity`, where `price_unit_quantity` of it costs `price_minor`.

    Both quantities are in the same smallest steps: 12.50 for each 100 pieces is (1250, 100, quantity).
    """
    assert price_unit_quantity > 0
    return checked(round_ratio(price_minor * quantity, price_unit_quantity, mode))


def convert(
    amount: int,
    rate_numerator: int,
    rate_denominator: int,
    mode: Rounding = Rounding.HALF_UP,
    *,
    more_decimals: int = 0,
) -> int:
    """Return `amount` in another currency, of which `rate_numerator / rate_denominator` are worth one.

    The rate is between whole currency units. `more_decimals` is how many decimals the target currency has more than
    the source (euro to yen: -2), so the shift in minor units is rounded once, together with the rate.
    """
    assert rate_numerator > 0
    assert rate_denominator > 0
    numerator = amount * rate_numerator * 10 ** max(more_decimals, 0)
    return checked(round_ratio(numerator, rate_denominator * 10 ** max(-more_decimals, 0), mode))


def parse_money(entered: str | int | Decimal, decimals: int) -> int:
    """Read an amount, which may be negative, into minor units of a currency with so many `decimals`."""
    try:
        return read_steps(entered, decimals)
    except Unreadable as unreadable:
        text = str(entered)[:40]
        if unreadable.fault is Fault.NOT_A_NUMBER:
            message = Sentence("%(text)s is not an amount. Enter a plain number such as 12 or 1.50.", text=repr(text))
            raise AmountNotANumber(message, entered=text) from None
        if unreadable.fault is Fault.TOO_PRECISE:
            message = Sentence(
                "%(text)s has more than %(decimals)s decimals, the most this currency has. Round it first.",
                text=text,
                decimals=decimals,
            )
            raise AmountTooPrecise(message, entered=text, decimals=decimals) from None
        raise AmountOutOfRange(
            Sentence("%(entered)s is too large an amount. Enter a smaller one."), entered=text
        ) from None


def format_money(minor: int, decimals: int, currency: str = "") -> Figure:
    """Write an amount with all its decimals, the currency behind it if given: `-12.50 EUR`."""
    return Figure(write_steps(minor, decimals), currency)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units with its currency; two currencies never meet in one sum."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        checked(self.minor)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(
                Sentence("%(left)s and %(right)s cannot be summed. Convert one of them first."),
                left=self.currency,
                right=other.currency,
            )
        return other.minor
