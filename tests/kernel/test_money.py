"""Amounts are whole minor units; one place rounds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.errors import BusinessError
from troth.kernel.money import (
    CurrencyMismatch,
    Money,
    Rounding,
    apportion,
    convert,
    extend,
    format_money,
    parse_money,
    round_ratio,
)
from troth.kernel.quantity import MAX, Overflow

amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("mode", "rounded"),
    [
        ("half_up", (3, -3, 4, 2, 3)),
        ("half_even", (2, -2, 4, 2, 3)),
        ("up", (3, -3, 4, 3, 3)),
        ("down", (2, -2, 3, 2, 2)),
    ],
)
def test_each_mode_rounds_as_its_name_says(mode, rounded):
    ratios = [(5, 2), (-5, 2), (7, 2), (24, 10), (-26, -10)]
    assert tuple(round_ratio(n, d, Rounding(mode)) for n, d in ratios) == rounded


@given(amounts, st.integers(-1000, 1000).filter(bool), st.sampled_from(Rounding))
def test_rounding_stays_within_one_and_mirrors_the_sign(numerator, denominator, mode):
    exact, rounded = Fraction(numerator, denominator), round_ratio(numerator, denominator, mode)
    assert abs(rounded - exact) < 1
    assert round_ratio(-numerator, denominator, mode) == -rounded
    if mode is Rounding.HALF_EVEN:
        assert rounded == round(exact)


def test_a_remainder_goes_to_the_largest_fraction_then_to_the_first_line():
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(100, [1, 2, 3]) == [17, 33, 50]
    assert apportion(-100, [1, 1, 1]) == [-34, -33, -33]
    assert apportion(10, [0, 0]) == [5, 5]
    assert apportion(7, [0, 3]) == [0, 7]


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_parts_sum_to_the_whole_and_are_off_by_less_than_one(total, weights):
    parts = apportion(total, weights)
    assert sum(parts) == total
    if sum(weights):
        assert all(abs(p - Fraction(total * w, sum(weights))) < 1 for p, w in zip(parts, weights, strict=True))


def test_a_price_for_a_hundred_pieces_is_extended_to_any_quantity():
    assert extend(1250, 100, 300) == 3750
    assert extend(1250, 100, 1) == 13
    assert extend(1250, 100, 1, mode=Rounding.DOWN) == 12
    with pytest.raises(Overflow):
        extend(MAX, 1, 2)


def test_a_rate_and_a_change_of_decimals_are_rounded_once():
    assert convert(10_000, 108_25, 100_00) == 10_825
    assert convert(1_00, 16_255, 100, more_decimals=-2) == 163
    assert convert(163, 100, 16_255, more_decimals=2) == 100
    assert convert(-5, 1, 2, Rounding.HALF_EVEN) == -2


@pytest.mark.parametrize(
    ("entered", "decimals", "minor"),
    [("12.5", 2, 1250), ("-0.01", 2, -1), ("1200", 0, 1200), ("1.250", 3, 1250), ("0", 2, 0)],
)
def test_an_amount_is_read_into_minor_units(entered, decimals, minor):
    assert parse_money(entered, decimals) == minor


@pytest.mark.parametrize(
    ("entered", "code"),
    [("ten", "amount_not_a_number"), ("1.005", "amount_too_precise"), ("9" * 19, "amount_out_of_range")],
)
def test_what_is_no_amount_is_refused(entered, code):
    with pytest.raises(BusinessError) as refusal:
        parse_money(entered, 2)
    assert refusal.value.code == code


@given(amounts, st.integers(0, 4))
def test_an_amount_written_is_read_again(minor, decimals):
    assert parse_money(format_money(minor, decimals), decimals) == minor


def test_an_amount_shows_all_its_decimals():
    assert format_money(-1250, 2, "EUR") == "-12.50 EUR"
    assert format_money(1250, 0, "JPY") == "1250 JPY"


def test_two_currencies_do_not_meet_in_one_sum():
    assert Money(100, "EUR") - Money(30, "EUR") + -Money(20, "EUR") == Money(50, "EUR")
    with pytest.raises(CurrencyMismatch) as refusal:
        Money(100, "EUR") + Money(1, "USD")
    assert refusal.value.facts == {"left": "EUR", "right": "USD"}


def test_money_past_64_bits_is_refused():
    with pytest.raises(Overflow):
        Money(MAX, "EUR") + Money(1, "EUR")
