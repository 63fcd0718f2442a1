"""Prices as a trace.

A price is the sum of lines, each of which tells which condition it comes from, on what base, at which rate and how it
was rounded. Nothing but these lines makes up the price, so the trace explains it to the cent:

    condition    base             rate                amount
    list price   300 pieces       1250 for each 100     3750
    discount     3750             -2.00 %                -75
    packing      fixed                                   150
                                                        ----
                                                        3825

Rates are whole numbers: minor units for each price unit, or ten-thousandths for a percentage (2 % is 200). A percentage
is taken of all lines before it, or of those it names. Header amounts are spread over the items by largest remainder, so
the items sum to the header exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from troth.kernel.errors import BusinessError
from troth.kernel.money import Rounding, apportion, extend, round_ratio
from troth.kernel.quantity import checked

PERCENT_DENOMINATOR = 10_000


class QuantityBelowScale(BusinessError):
    code = "quantity_below_scale"


class Kind(StrEnum):
    """How a rate becomes an amount: by quantity, as a share of earlier lines, or as it is."""

    PER_UNIT = "per_unit"
    PERCENT = "percent"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Scale:
    """From `quantity` on (smallest steps) the rate is `rate`."""

    quantity: int
    rate: int


@dataclass(frozen=True, slots=True)
class Step:
    """One condition to apply. `price_unit_quantity` is the quantity the rate is for (per unit only); `percent_of` names
    the conditions a percentage is taken of, all earlier ones where it is empty."""

    condition: str
    source: str
    kind: Kind
    scales: tuple[Scale, ...]
    price_unit_quantity: int = 1
    percent_of: frozenset[str] = frozenset()
    rounding: Rounding = Rounding.HALF_UP


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of the trace.

    base      quantity (per unit) or amount in minor units (percent, header share) the rate was applied to
    scale     quantity from which the rate is valid
    rate      minor units for each price unit, ten-thousandths, or the fixed or header amount itself
    amount    minor units, what this line adds to the price
    """

    condition: str
    source: str
    base: int
    scale: int
    rate: int
    amount: int
    rounding: Rounding


def scale_rate(scales: Sequence[Scale], quantity: int) -> Scale:
    """Return the scale that `quantity` has reached: the one with the largest quantity not above it."""
    assert scales
    reached = [scale for scale in scales if scale.quantity <= quantity]
    if not reached:
        least = min(scale.quantity for scale in scales)
        raise QuantityBelowScale(
            "The quantity is below the first step of the price scale. Order more, or add a lower step.",
            quantity=quantity,
            least=least,
        )
    return max(reached, key=lambda scale: scale.quantity)


def percent(base: int, rate: int, mode: Rounding = Rounding.HALF_UP) -> int:
    """Return `rate` ten-thousandths of `base`, in the unit of `base`."""
    return checked(round_ratio(base * rate, PERCENT_DENOMINATOR, mode))


def total(lines: Iterable[PriceLine], conditions: frozenset[str] = frozenset()) -> int:
    """Return the sum of the lines, or of those of some conditions, in minor units."""
    return checked(sum(line.amount for line in lines if not conditions or line.condition in conditions))


def apply(step: Step, quantity: int, earlier: Sequence[PriceLine]) -> PriceLine:
    """Return the line that `step` adds after the `earlier` ones, for `quantity` in smallest steps."""
    scale = scale_rate(step.scales, quantity)
    if step.kind is Kind.PER_UNIT:
        base, amount = quantity, extend(scale.rate, step.price_unit_quantity, quantity, mode=step.rounding)
    elif step.kind is Kind.PERCENT:
        base = total(earlier, step.percent_of)
        amount = percent(base, scale.rate, step.rounding)
    else:
        assert step.kind is Kind.FIXED
        base, amount = 0, scale.rate
    return PriceLine(step.condition, step.source, base, scale.quantity, scale.rate, amount, step.rounding)


def trace(steps: Iterable[Step], quantity: int) -> tuple[PriceLine, ...]:
    """Return the lines of all steps in their order; `total` of them is the price."""
    lines: list[PriceLine] = []
    for step in steps:
        lines.append(apply(step, quantity, lines))
    total(lines)
    return tuple(lines)


def spread(condition: str, source: str, amount: int, bases: Sequence[int]) -> tuple[PriceLine, ...]:
    """Return a header amount (freight, a lump discount) as one line for each item, in proportion to `bases`.

    The lines sum to `amount` exactly. Bases are item values or weights and not negative; all zero means even shares.
    """
    shares = apportion(amount, bases)
    return tuple(
        PriceLine(condition, source, base, 0, amount, share, Rounding.DOWN)
        for base, share in zip(bases, shares, strict=True)
    )


def unit_price(amount: int, price_unit_quantity: int, quantity: int, mode: Rounding = Rounding.HALF_UP) -> int:
    """Return what `price_unit_quantity` costs where `quantity` costs `amount`: for showing, never for summing."""
    assert quantity > 0
    return checked(round_ratio(amount * price_unit_quantity, quantity, mode))
