"""Quantities are whole numbers of their unit's smallest step, or they are refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.errors import BusinessError
from troth.kernel.quantity import (
    MAX,
    Conversion,
    ConversionNotPositive,
    Overflow,
    QuantityNotConvertible,
    Unit,
    UnitDecimalsOutOfRange,
    checked,
    format_quantity,
    parse_quantity,
)

PIECE = Unit("piece", 0)
KILOGRAM = Unit("kg", 3)
CARTON = Unit("carton", 0)
LITRE = Unit("litre", 6)


@pytest.mark.parametrize(
    ("entered", "unit", "steps"),
    [
        ("12", PIECE, 12),
        (" 12.000 ", PIECE, 12),
        ("1.5", KILOGRAM, 1500),
        (".001", KILOGRAM, 1),
        ("+7.", PIECE, 7),
        (Decimal("1.5e2"), PIECE, 150),
        (Decimal("0.000001"), LITRE, 1),
        (3, KILOGRAM, 3000),
        (str(MAX), PIECE, MAX),
        ("1." + "0" * 60, PIECE, 1),
    ],
)
def test_a_plain_number_becomes_whole_steps(entered, unit, steps):
    assert parse_quantity(entered, unit) == steps


@pytest.mark.parametrize(
    ("entered", "unit", "code"),
    [
        ("twelve", PIECE, "quantity_not_a_number"),
        ("", PIECE, "quantity_not_a_number"),
        ("1,5", KILOGRAM, "quantity_not_a_number"),
        ("1e5", PIECE, "quantity_not_a_number"),
        ("١٢", PIECE, "quantity_not_a_number"),
        (1.5, KILOGRAM, "quantity_not_a_number"),
        (True, PIECE, "quantity_not_a_number"),
        (Decimal("NaN"), PIECE, "quantity_not_a_number"),
        (Decimal("-Infinity"), PIECE, "quantity_not_a_number"),
        ("1.5", PIECE, "quantity_too_precise"),
        ("0.0001", KILOGRAM, "quantity_too_precise"),
        (Decimal("1e-999999"), LITRE, "quantity_too_precise"),
        (str(MAX + 1), PIECE, "quantity_out_of_range"),
        (MAX + 1, PIECE, "quantity_out_of_range"),
        (str(MAX), KILOGRAM, "quantity_out_of_range"),
        (Decimal("1e999999"), PIECE, "quantity_out_of_range"),
        ("9" * 5000, PIECE, "quantity_out_of_range"),
        ("-1", PIECE, "quantity_negative"),
        ("0", PIECE, "quantity_zero"),
        (Decimal("-0e5000"), PIECE, "quantity_zero"),
    ],
)
def test_what_is_no_quantity_of_the_unit_is_refused(entered, unit, code):
    with pytest.raises(BusinessError) as refusal:
        parse_quantity(entered, unit)
    assert refusal.value.code == code


def test_zero_is_accepted_where_it_means_something():
    assert parse_quantity("0.00", KILOGRAM, zero_allowed=True) == 0


@given(st.integers(1, MAX), st.integers(0, 6))
def test_what_is_written_is_read_again(steps, decimals):
    assert parse_quantity(format_quantity(steps, decimals), Unit("unit", decimals)) == steps


def test_a_quantity_is_written_without_idle_zeros():
    written = [format_quantity(q, d) for q, d in [(1500, 3), (10_000, 3), (100, 0), (-5, 3), (0, 2)]]
    assert written == ["1.5", "10", "100", "-0.005", "0"]


def test_a_unit_counts_in_at_most_six_decimals():
    with pytest.raises(UnitDecimalsOutOfRange):
        Unit("grain", 7)


def test_a_carton_of_twelve_is_twelve_pieces():
    twelve = Conversion(12, 1)
    assert twelve.to_base(3, unit=CARTON, base=PIECE) == 36
    assert twelve.from_base(36, unit=CARTON, base=PIECE) == 3


def test_a_third_of_a_kilogram_does_not_count_in_grams():
    with pytest.raises(QuantityNotConvertible) as refusal:
        Conversion(1, 3).to_base(1, unit=PIECE, base=KILOGRAM)
    assert refusal.value.code == "quantity_not_convertible"
    assert Conversion(1, 3).to_base(3, unit=PIECE, base=KILOGRAM) == 1000


def test_thirty_pieces_are_no_whole_cartons():
    with pytest.raises(QuantityNotConvertible):
        Conversion(12, 1).from_base(30, unit=CARTON, base=PIECE)


@given(st.integers(1, 9 * 10**8), st.integers(1, 10**4), st.integers(0, 3), st.integers(3, 6))  # at most 64 bits
def test_a_conversion_there_and_back_changes_nothing(steps, factor, coarse, fine):
    conversion, unit, base = Conversion(factor, 1), Unit("outer", coarse), Unit("inner", fine)
    there = conversion.to_base(steps, unit=unit, base=base)
    assert conversion.from_base(there, unit=unit, base=base) == steps


def test_a_conversion_past_64_bits_is_refused():
    with pytest.raises(Overflow):
        Conversion(12, 1).to_base(MAX, unit=CARTON, base=PIECE)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 0), (-1, 2)])
def test_a_conversion_is_above_zero(numerator, denominator):
    with pytest.raises(ConversionNotPositive):
        Conversion(numerator, denominator)


def test_64_bits_hold_the_largest_number_and_its_negative_but_no_more():
    assert (checked(MAX), checked(-MAX)) == (MAX, -MAX)
    for number in (MAX + 1, -MAX - 1):
        with pytest.raises(Overflow) as refusal:
            checked(number)
        assert refusal.value.code == "overflow"
