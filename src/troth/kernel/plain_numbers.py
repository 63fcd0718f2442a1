"""Reading plain decimal numbers into whole steps, exactly.

Quantities and amounts are entered as `12` or `1.5` and kept as whole numbers of 10^-decimals. This is the one place
where text becomes such a number. What is wrong with an entry is told as a `Fault`; the caller words the refusal.
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Any

MAX = 2**63 - 1

_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_LONGEST_TEXT = 64
_SHORT = 9
"""So many digits, and after them as many decimals, fit 64 bits."""


class Fault(StrEnum):
    NOT_A_NUMBER = "not_a_number"
    TOO_PRECISE = "too_precise"
    OUT_OF_RANGE = "out_of_range"


class Unreadable(ValueError):
    """An entry that is no plain number of the wanted precision; callers turn it into their own refusal."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_steps(entered: str | int | Decimal, decimals: int) -> int:
    """Return `entered` as a whole number of 10^-decimals within signed 64 bits, or raise `Unreadable`.

    Zeros past the last decimal are accepted, since nothing is lost with them.
    """
    whole = _as_whole(entered)
    if whole is not None and decimals <= _SHORT:
        return whole * int(10**decimals)
    number = _as_decimal(entered)
    if not number:
        return 0
    # Both guards come first: a number such as 1e999999 must be refused before it is written out in full.
    if number.adjusted() + decimals > 18:
        raise Unreadable(Fault.OUT_OF_RANGE)
    if number.adjusted() < -decimals:
        raise Unreadable(Fault.TOO_PRECISE)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    shift = exponent + decimals
    whole = int("".join(map(str, digits)))
    if shift >= 0:
        steps, lost = whole * int(10**shift), 0
    else:
        steps, lost = divmod(whole, int(10**-shift))
    if lost:
        raise Unreadable(Fault.TOO_PRECISE)
    if steps > MAX:
        raise Unreadable(Fault.OUT_OF_RANGE)
    return -steps if sign else steps


def _as_whole(entered: str | int | Decimal) -> int | None:
    """The entry where it is a small number without a sign or a point, as most are; the rest goes through decimals."""
    if isinstance(entered, str):
        return int(entered) if len(entered) <= _SHORT and entered.isascii() and entered.isdigit() else None
    return entered if type(entered) is int and abs(entered) < 10**_SHORT else None


def _as_decimal(entered: str | int | Decimal) -> Decimal:
    if isinstance(entered, Decimal):
        if not entered.is_finite():
            raise Unreadable(Fault.NOT_A_NUMBER)
        if len(entered.as_tuple().digits) > _LONGEST_TEXT:
            raise Unreadable(Fault.OUT_OF_RANGE)
        return entered
    if isinstance(entered, int) and not isinstance(entered, bool):
        if abs(entered) > MAX:
            raise Unreadable(Fault.OUT_OF_RANGE)
        return Decimal(entered)
    if not isinstance(entered, str):
        raise Unreadable(Fault.NOT_A_NUMBER)
    text = entered.strip()
    if len(text) > _LONGEST_TEXT:
        raise Unreadable(Fault.OUT_OF_RANGE)
    if not _PLAIN_NUMBER.fullmatch(text):
        raise Unreadable(Fault.NOT_A_NUMBER)
    return Decimal(text)


class Figure(str):
    """A plainly written number with its unit or currency behind it: `1234.5 kg`.

    A fact of a sentence that is one is written as its reader writes numbers; to everybody else it is the text.
    """

    number: str
    unit: str

    def __new__(cls, number: str, unit: str = "") -> "Figure":
        made = super().__new__(cls, f"{number} {unit}".rstrip())
        made.number, made.unit = number, unit
        return made

    def __getnewargs_ex__(self) -> Any:
        return (self.number, self.unit), {}


def write_steps(steps: int, decimals: int) -> str:
    """Write whole steps of 10^-decimals as a number with exactly that many decimals."""
    sign = "-" if steps < 0 else ""
    whole, part = divmod(abs(steps), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"
