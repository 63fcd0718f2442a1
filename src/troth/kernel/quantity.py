"""Quantities as integers.

A quantity is a whole number of the smallest steps of its unit: a unit with three decimals counts in thousandths, so
1.5 kg is 1500. Sums of such numbers are exact in Python, in numpy and in both databases; a fraction never appears.

    text      unit        at rest
    12        piece, 0         12
    1.5       kg, 3          1500
    0.000001  litre, 6          1

At rest a quantity fits a signed 64-bit column. The range is taken as symmetric, so that turning a sign is always safe.
"""

from dataclasses import dataclass
from decimal import Decimal

from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.plain_numbers import MAX, Fault, Figure, Unreadable, read_steps, write_steps

__all__ = [
    "MAX",
    "MAX_DECIMALS",
    "Conversion",
    "ConversionNotPositive",
    "Overflow",
    "QuantityNegative",
    "QuantityNotANumber",
    "QuantityNotConvertible",
    "QuantityOutOfRange",
    "QuantityTooPrecise",
    "QuantityZero",
    "Unit",
    "UnitDecimalsOutOfRange",
    "checked",
    "format_quantity",
    "parse_quantity",
]

MAX_DECIMALS = 6


class Overflow(BusinessError):
    """A result that a 64-bit column cannot hold."""

    code = "overflow"


class QuantityNotANumber(BusinessError):
    code = "quantity_not_a_number"


class QuantityTooPrecise(BusinessError):
    code = "quantity_too_precise"


class QuantityOutOfRange(BusinessError):
    code = "quantity_out_of_range"


class QuantityNegative(BusinessError):
    code = "quantity_negative"


class QuantityZero(BusinessError):
    code = "quantity_zero"


class QuantityNotConvertible(BusinessError):
    code = "quantity_not_convertible"


class ConversionNotPositive(BusinessError):
    code = "conversion_not_positive"


class UnitDecimalsOutOfRange(BusinessError):
    code = "unit_decimals_out_of_range"


def checked(number: int) -> int:
    """Return `number` if a signed 64-bit column can hold it and its negative, else refuse."""
    if -MAX <= number <= MAX:
        return number
    raise Overflow("The result is larger than the books can hold. Use a smaller amount.", number=str(number))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure; `decimals` (0 to 6) says how finely it is counted."""

    code: str
    decimals: int

    def __post_init__(self) -> None:
        if not 0 <= self.decimals <= MAX_DECIMALS:
            raise UnitDecimalsOutOfRange(
                Sentence(
                    "Unit %(unit)s asks for %(decimals)s decimals. Choose 0 to %(most)s.",
                    unit=self.code,
                    decimals=self.decimals,
                    most=MAX_DECIMALS,
                ),
                unit=self.code,
                decimals=self.decimals,
            )


def parse_quantity(entered: str | int | Decimal, unit: Unit, *, zero_allowed: bool = False) -> int:
    """Read a quantity in `unit` and return it in the unit's smallest steps.

    Text is a plain number with a decimal point: no exponent, no thousands mark.
    """
    try:
        steps = read_steps(entered, unit.decimals)
    except Unreadable as unreadable:
        raise _refusal(unreadable.fault, str(entered)[:40], unit) from None
    if steps < 0:
        raise QuantityNegative(Sentence("%(entered)s is negative. Enter a quantity above zero."), entered=str(entered))
    if steps == 0 and not zero_allowed:
        raise QuantityZero("The quantity is zero. Enter a quantity above zero.", entered=str(entered))
    return steps


def _refusal(fault: Fault, entered: str, unit: Unit) -> BusinessError:
    if fault is Fault.NOT_A_NUMBER:
        return QuantityNotANumber(
            Sentence("%(entered)r is not a quantity. Enter a plain number such as 12 or 1.5."), entered=entered
        )
    if fault is Fault.TOO_PRECISE:
        return QuantityTooPrecise(
            Sentence("%(entered)s has more decimals than %(unit)s allows, which is %(decimals)s. Round it first."),
            entered=entered,
            unit=unit.code,
            decimals=unit.decimals,
        )
    return QuantityOutOfRange(Sentence("%(entered)s is too large a quantity. Enter a smaller one."), entered=entered)


def format_quantity(steps: int, decimals: int, unit: str = "") -> Figure:
    """Write a quantity as a plain number, without zeros that say nothing: 1500 with 3 decimals is `1.5`."""
    text = write_steps(steps, decimals)
    return Figure(text.rstrip("0").rstrip(".") if decimals else text, unit)


@dataclass(frozen=True, slots=True)
class Conversion:
    """One alternative unit of a product is worth `numerator / denominator` base units."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            raise ConversionNotPositive(
                Sentence("A conversion of %(numerator)s/%(denominator)s is not possible. Both must be above zero."),
                numerator=self.numerator,
                denominator=self.denominator,
            )

    def to_base(self, steps: int, *, unit: Unit, base: Unit) -> int:
        """Turn `steps` of the alternative `unit` into steps of the `base` unit, exactly or not at all."""
        return _exact(steps * self.numerator, self.denominator, source=unit, target=base)

    def from_base(self, steps: int, *, unit: Unit, base: Unit) -> int:
        """Turn `steps` of the `base` unit into steps of the alternative `unit`, exactly or not at all."""
        return _exact(steps * self.denominator, self.numerator, source=base, target=unit)


def _exact(numerator: int, denominator: int, *, source: Unit, target: Unit) -> int:
    converted, lost = divmod(numerator * 10**target.decimals, denominator * 10**source.decimals)
    if lost:
        raise QuantityNotConvertible(
            Sentence(
                "The quantity is not a whole number of the smallest step of %(target)s. Enter it in "
                "%(target)s, or change it."
            ),
            source=source.code,
            target=target.code,
        )
    return checked(converted)
