"""Packing: what goes into which handling unit, and the number that the whole supply chain knows it by.

The number is an SSCC: eighteen digits of a serial, the company's GS1 prefix, and a check digit, in this order:

    0 | 4012345 | 000000042 | 7      extension digit, prefix, serial, check digit

The extension digit goes on counting where the serial has run full. The check digit is GS1's: from the right, digits
count three and one by turns, and the sum is filled up to the next ten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth.business.shipping.rules.grouping import measure
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.quantity import Unit, format_quantity, parse_quantity

SSCC_DIGITS = 18


class NoPrefix(BusinessError):
    """The company has no GS1 prefix, so a handling unit gets no number."""

    code = "no_gs1_prefix"


class NothingToPack(BusinessError):
    """All that is picked is packed, or nothing is picked."""

    code = "nothing_to_pack"


class PackedTooMuch(BusinessError):
    """More than is picked and in no handling unit yet."""

    code = "packed_too_much"


class TooHeavy(BusinessError):
    """The packaging does not carry it."""

    code = "too_heavy"


class PackagingUnknown(InvalidInput):
    """There is no such packaging, or it is not used any more."""

    code = "packaging_unknown"


def check_digit(digits: str) -> str:
    """GS1's check digit of a number without it."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def sscc(prefix: str, serial: int, *, company: str) -> str:
    """The SSCC of a serial. `NoPrefix` where the company has none."""
    if not prefix:
        raise NoPrefix(
            Sentence(
                "%(company)s has no GS1 prefix, so handling units get no number. Enter it with the company's record."
            ),
            company=company,
        )
    room = SSCC_DIGITS - 2 - len(prefix)
    extension, counted = divmod(serial, 10**room)
    assert extension < 10, "a prefix serves ten times the serials that fit beside it"
    digits = f"{extension}{prefix}{counted:0{room}d}"
    return digits + check_digit(digits)


@dataclass(frozen=True, slots=True)
class Loose:
    """What is picked of a delivery line and in no handling unit, in smallest units of a product that weighs `weight_g`
    in its base unit."""

    line_id: int
    line_number: int
    product: str
    quantity: int
    weight_g: int
    decimals: int = 0
    unit: str = ""

    def weighs(self, quantity: int) -> int:
        return measure(self.weight_g, quantity, self.decimals)

    def fits(self, grams: int) -> int:
        """How much of it weighs at most so many grams."""
        return min(self.quantity, grams * 10**self.decimals // self.weight_g) if self.weight_g else self.quantity

    def said(self, quantity: int) -> str:
        return format_quantity(quantity, self.decimals, self.unit)


@dataclass(frozen=True, slots=True)
class Box:
    """A kind of packaging: its empty weight and how much it may weigh full (None: no limit)."""

    id: int
    name: str
    tare_weight_g: int
    max_weight_g: int | None = None

    @property
    def carries_g(self) -> int | None:
        return None if self.max_weight_g is None else self.max_weight_g - self.tare_weight_g


def read(loose: Sequence[Loose], typed: Mapping[int, str]) -> dict[int, int]:
    """Quantities as they are written, by line number, in smallest units; each refusal names its line as its field."""
    by_number = {one.line_number: one for one in loose}
    found = {}
    for number, text in typed.items():
        if number not in by_number:
            raise InvalidInput(
                Sentence("The delivery has no line %(line)s. Name a line of this delivery."),
                line=number,
                field=str(number),
            )
        line = by_number[number]
        try:
            found[number] = parse_quantity(text, Unit(line.unit, line.decimals), zero_allowed=True)
        except BusinessError as refusal:
            refusal.field = str(number)
            raise
    return found


def refuse_beyond(loose: Sequence[Loose], wanted: Mapping[int, int]) -> None:
    """Refuse to pack nothing, or more than lies there; `wanted` by line number."""
    by_number = {one.line_number: one for one in loose}
    for number, quantity in wanted.items():
        line = by_number[number]
        if quantity > line.quantity:
            raise PackedTooMuch(
                Sentence(
                    "Line %(line)s, %(product)s: %(wanted)s to pack, but %(there)s are picked and in no handling unit. "
                    "Pack what is there, or pick the rest first."
                ),
                line=number,
                product=line.product,
                wanted=line.said(quantity),
                there=line.said(line.quantity),
                field=str(number),
            )
    if not any(wanted.values()):
        raise NothingToPack("Nothing is in the handling unit. Enter what to pack.")


def refuse_too_heavy(box: Box, weight_g: int) -> None:
    """Refuse what makes a handling unit heavier than its packaging may be."""
    if box.max_weight_g is None or weight_g <= box.max_weight_g:
        return
    raise TooHeavy(
        Sentence(
            "%(packaging)s may weigh %(most)s kg at most, packed like this it weighs %(weight)s kg. Pack less into it, "
            "or choose a stronger packaging."
        ),
        packaging=box.name,
        most=format_quantity(box.max_weight_g, 3),
        weight=format_quantity(weight_g, 3),
        field="packaging",
    )


def spread(loose: Sequence[Loose], box: Box) -> list[dict[int, int]]:
    """Fill boxes one after the other, by line number: a line goes on in the next box where this one is full.

    `TooHeavy` where a single piece is.
    """
    made: list[dict[int, int]] = []
    room = 0
    for line in loose:
        rest = line.quantity
        while rest:
            taken = rest if box.carries_g is None else min(rest, line.fits(room))
            if not made or not taken:
                refuse_too_heavy(box, box.tare_weight_g + line.weighs(1))
                if box.max_weight_g is not None and not line.fits(box.carries_g or 0):
                    # Weights round to whole grams: the piece is half a gram too heavy, and would never fit.
                    refuse_too_heavy(box, box.max_weight_g + 1)
                made, room = [*made, {}], box.carries_g or 0
                continue
            made[-1][line.line_number] = taken
            room -= line.weighs(taken)
            rest -= taken
    return made
