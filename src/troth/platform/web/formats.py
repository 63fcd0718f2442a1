"""Figures and dates in the user's locale, by Babel. Quantities and amounts never become floats."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal, get_currency_precision, get_decimal_symbol, get_group_symbol
from django.utils import timezone
from django.utils.translation import get_language, gettext


@lru_cache(maxsize=64)
def _parsed(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def locale() -> Locale:
    """The locale of the language that Django has activated for this request."""
    return _parsed(get_language() or "en")


@lru_cache(maxsize=32)
def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def number(value: int, decimals: int = 0) -> str:
    """`value` counts 10^-decimals: number(12500, 2) is "125.00" in English."""
    return _number(value, decimals, locale())


@lru_cache(maxsize=4096)
def _number(value: int, decimals: int, of: Locale) -> str:
    """A document tells the same amounts several times over."""
    return format_decimal(Decimal(value).scaleb(-decimals), format=_pattern(decimals), locale=of)


def decimal(value: Decimal) -> str:
    """An amount as it was typed: no more decimals than it has."""
    return format_decimal(value, format="#,##0.###", locale=locale())


def plain(value: int, decimals: int = 0) -> str:
    """The same figure for machines: a point, no grouping."""
    return f"{Decimal(value).scaleb(-decimals):.{decimals}f}"


@lru_cache(maxsize=256)
def currency_decimals(currency: str) -> int:
    return int(get_currency_precision(currency))


def money(minor: int, currency: str) -> str:
    """The amount without its currency, which stands beside it."""
    return number(minor, currency_decimals(currency))


def figure_read(typed: str) -> str:
    """A figure as it was typed in the reader's locale, written plainly: "1.200,5" in German is "1200.5".

    What is no such figure stays as it is, for the rules to refuse.
    """
    text = re.sub(r"[\s\u00a0\u202f']", "", typed)
    group, point = get_group_symbol(locale()), get_decimal_symbol(locale())
    if re.fullmatch(rf"[+-]?\d{{1,3}}({re.escape(group)}\d{{3}})+({re.escape(point)}\d+)?", text):
        text = text.replace(group, "")
    elif point not in text:
        return typed
    return text.replace(point, ".")


def figure_said(figure: str, unit: str = "") -> str:
    """A plainly written figure as it stands in a sentence, with as many decimals as it has."""
    decimals = len(figure.partition(".")[2])
    return f"{format_decimal(Decimal(figure), format=_pattern(decimals), locale=locale())} {unit}".rstrip()


def figure_shown(figure: str) -> str:
    """A plainly written figure with the point of the reader's locale, for a field to begin with."""
    return figure.replace(".", get_decimal_symbol(locale())) if re.fullmatch(r"-?\d+\.\d+", figure) else figure


def day(on: date, today: date | None = None) -> str:
    """Weekday, day and month; the year only where it is not this year's."""
    reference = today or timezone.localdate()
    return _skeleton("MMMEd" if on.year == reference.year else "yMMMEd", on, locale())


def short_day(on: date, today: date | None = None) -> str:
    """Day and month, where there is no room for more; with `today` the year of another year."""
    skeleton = "MMMd" if today is None or on.year == today.year else "yMMMd"
    return format_skeleton(skeleton, on, locale=locale())


def relative_day(on: date, today: date | None = None) -> str:
    distance = on - (today or timezone.localdate())
    if distance.days == 0:
        return gettext("today")
    return _distance(distance.days, locale())


@lru_cache(maxsize=4096)
def _skeleton(skeleton: str, on: date, of: Locale) -> str:
    """A page shows the same few days over and over."""
    return format_skeleton(skeleton, on, locale=of)


@lru_cache(maxsize=4096)
def _distance(days: int, of: Locale) -> str:
    return format_timedelta(timedelta(days=days), granularity="day", threshold=4, add_direction=True, locale=of)


def plain_day(on: date) -> str:
    """Day, month and year, within a sentence."""
    return format_date(on, format="medium", locale=locale())


def long_day(on: date) -> str:
    return format_date(on, format="full", locale=locale())


def instant(at: datetime) -> str:
    """An aware instant in the current time zone, to the minute; the year only where it is not this year's."""
    local = timezone.localtime(at)
    return f"{short_day(local.date(), timezone.localdate())}, {format_time(local, format='short', locale=locale())}"


def distance(until: datetime, now: datetime | None = None) -> str:
    """How far off an instant is, with its direction: "in 3 hours", "2 days ago"."""
    return format_timedelta(until - (now or datetime.now(UTC)), add_direction=True, locale=locale())
