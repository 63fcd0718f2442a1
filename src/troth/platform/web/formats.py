"""Figures and dates as their reader has chosen them, by Babel. Quantities and amounts never become floats.

The language says how both are written, unless a person chose otherwise: `choose` holds for the request, `style` is what
comes of both. Papers, exports and the API ask neither.
"""

import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal, get_currency_precision, get_decimal_symbol, get_group_symbol
from django.utils import timezone
from django.utils.translation import get_language, gettext

from troth.kernel.errors import InvalidInput, Sentence

NUMBERS = {"point": Locale("en"), "comma": Locale("de"), "space": Locale("fr")}
"""1,234.56 and 1.234,56 and 1 234,56: each as a language writes it that does."""
ISO = "iso"


class UnclearFigure(InvalidInput):
    """What was typed is one figure as this reader writes it, and another as others do."""

    code = "figure_unclear"


@dataclass(frozen=True, slots=True)
class Chosen:
    """`numbers` is a key of NUMBERS, `days` is ISO; empty: as the language has it."""

    numbers: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """How a reader has figures and dates. There is one of each kind, so what is kept in memory is kept by it."""

    locale: Locale
    numbers: Locale
    is_iso: bool

    @property
    def point(self) -> str:
        return get_decimal_symbol(self.numbers)

    @property
    def group(self) -> str:
        return get_group_symbol(self.numbers)


_chosen: ContextVar[Chosen] = ContextVar("formats", default=Chosen())  # noqa: B039 - it is frozen


def choose(chosen: Chosen) -> None:
    """From here on in this request figures and dates are written so."""
    _chosen.set(chosen)


@lru_cache(maxsize=64)
def _parsed(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def locale() -> Locale:
    """The locale of the language that Django has activated for this request."""
    return _parsed(get_language() or "en")


def style() -> Style:
    """How figures and dates are written and read in this request."""
    return _style(get_language() or "en", _chosen.get())


@lru_cache(maxsize=64)
def _style(language: str, chosen: Chosen) -> Style:
    of = _parsed(language)
    return Style(of, NUMBERS.get(chosen.numbers, of), chosen.days == ISO)


@lru_cache(maxsize=32)
def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def number(value: int, decimals: int = 0) -> str:
    """`value` counts 10^-decimals: number(12500, 2) is "125.00" in English."""
    return _number(value, decimals, style())


@lru_cache(maxsize=4096)
def _number(value: int, decimals: int, of: Style) -> str:
    """A document tells the same amounts several times over."""
    return number_in(of.numbers, value, decimals)


def number_in(numbers: Locale, value: int, decimals: int) -> str:
    return format_decimal(Decimal(value).scaleb(-decimals), format=_pattern(decimals), locale=numbers)


def decimal(value: Decimal) -> str:
    """An amount as it was typed: no more decimals than it has."""
    return format_decimal(value, format="#,##0.###", locale=style().numbers)


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
    """A figure as its reader types it, written plainly: "1.200,5" in German is "1200.5".

    Thousands may be parted by spaces in every style. What is no such figure stays as it is, for the rules to refuse;
    what would be a guess is refused here (`UnclearFigure`).
    """
    of, text = style(), typed.strip()
    if found := _figures(of).fullmatch(text):
        sign, whole, rest = found.groups()
        return sign + re.sub(r"\D", "", whole) + ("" if rest is None else f".{rest}")
    if of.point not in text and not of.group.strip() and re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", text):
        whole, part = text.replace(".", ""), text.replace(".", of.point)
        said = Sentence("%(typed)s can be read in two ways. Write %(whole)s or %(part)s.")
        raise UnclearFigure(said, typed=text, whole=whole, part=part)
    return typed


@lru_cache(maxsize=64)
def _figures(of: Style) -> re.Pattern[str]:
    grouped = "".join(rf"|[1-9]\d{{0,2}}(?:{mark}\d{{3}})+" for mark in (r"[\s']", re.escape(of.group)))
    return re.compile(rf"([+-]?)(\d*{grouped})(?:{re.escape(of.point)}(\d*))?")


def figure_said(figure: str, unit: str = "") -> str:
    """A plainly written figure as it stands in a sentence, with as many decimals as it has."""
    decimals = len(figure.partition(".")[2])
    return f"{format_decimal(Decimal(figure), format=_pattern(decimals), locale=style().numbers)} {unit}".rstrip()


def figure_shown(figure: str) -> str:
    """A plainly written figure with the reader's decimal sign, for a field to begin with."""
    return figure.replace(".", style().point) if re.fullmatch(r"-?\d+\.\d+", figure) else figure


def day(on: date, today: date | None = None) -> str:
    """Weekday, day and month; the year only where it is not this year's. ISO always has it."""
    reference = today or timezone.localdate()
    return _skeleton("MMMEd" if on.year == reference.year else "yMMMEd", on, style())


def short_day(on: date, today: date | None = None) -> str:
    """Day and month, where there is no room for more; with `today` the year of another year."""
    return _skeleton("MMMd" if today is None or on.year == today.year else "yMMMd", on, style())


def relative_day(on: date, today: date | None = None) -> str:
    distance = on - (today or timezone.localdate())
    if distance.days == 0:
        return gettext("today")
    return _distance(distance.days, locale())


_ISO = {"MMMEd": "EEE yyyy-MM-dd", "yMMMEd": "EEE yyyy-MM-dd", "MMMd": "MM-dd", "yMMMd": "yyyy-MM-dd"}
"""What a reader of ISO dates has in place of a skeleton of the language."""


@lru_cache(maxsize=4096)
def _skeleton(skeleton: str, on: date, of: Style) -> str:
    """A page shows the same few days over and over."""
    if of.is_iso:
        return format_date(on, format=_ISO[skeleton], locale=of.locale)
    return format_skeleton(skeleton, on, locale=of.locale)


@lru_cache(maxsize=4096)
def _distance(days: int, of: Locale) -> str:
    return format_timedelta(timedelta(days=days), granularity="day", threshold=4, add_direction=True, locale=of)


def plain_day(on: date) -> str:
    """Day, month and year, within a sentence."""
    return on.isoformat() if style().is_iso else format_date(on, format="medium", locale=locale())


def long_day(on: date) -> str:
    return format_date(on, format="EEEE yyyy-MM-dd" if style().is_iso else "full", locale=locale())


def instant(at: datetime) -> str:
    """An aware instant in the current time zone, to the minute; the year only where it is not this year's."""
    local = timezone.localtime(at)
    if style().is_iso:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{short_day(local.date(), timezone.localdate())}, {format_time(local, format='short', locale=locale())}"


def distance(until: datetime, now: datetime | None = None) -> str:
    """How far off an instant is, with its direction: "in 3 hours", "2 days ago"."""
    return format_timedelta(until - (now or datetime.now(UTC)), add_direction=True, locale=locale())
