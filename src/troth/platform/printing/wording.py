"""The words of papers by language, and figures and dates as its readers write them.

A paper speaks the customer's language, not that of the person who prints it, so its words lie in catalogues of their
own: `words.toml` beside the app's papers, each word in every language. What all papers share is in the platform's.

    speak = wording.speaker("de", Path(__file__).parent / "words.toml")
    speak("due", day=speak.day(invoice.due_on))
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_precision

LANGUAGES = ("en", "de")
FALLBACK = "en"
SHARED = Path(__file__).parent / "words.toml"


class WordMissing(LookupError):
    """A paper uses a word that no catalogue has: a defect of the program."""


@lru_cache(maxsize=32)
def catalogue(file: Path) -> Mapping[str, Mapping[str, str]]:
    """A catalogue by word, then by language."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Speaker:
    """Says words in one language; `files` are the catalogues, the nearest first."""

    language: str
    files: tuple[Path, ...]

    def __call__(self, word: str, **values: str) -> str:
        for file in (*self.files, SHARED):
            if word in (found := catalogue(file)):
                return found[word][self.language].format(**values)
        raise WordMissing(word)

    @property
    def locale(self) -> Locale:
        return Locale(self.language)

    def day(self, on: date | None) -> str:
        """2 March 2026; nothing for no day."""
        return "" if on is None else format_date(on, format="long", locale=self.locale)

    def figure(self, value: int, decimals: int = 0) -> str:
        """`value` counts 10^-decimals."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(Decimal(value).scaleb(-decimals), format=pattern, locale=self.locale)

    def quantity(self, value: int, decimals: int, unit: str) -> str:
        """A figure with its unit, without zeros at its end."""
        exact = format_decimal(Decimal(value).scaleb(-decimals), format="#,##0.######", locale=self.locale)
        return f"{exact}\u00a0{self.unit(unit)}"

    def unit(self, code: str) -> str:
        """A unit as the reader writes it."""
        return self.named("unit", code)

    def named(self, kind: str, name: str) -> str:
        """A name of the master data in the reader's language; as it is where the catalogues have no word for it."""
        word = f"{kind}_{name.lower().replace(' ', '_')}"
        for file in (*self.files, SHARED):
            if word in (found := catalogue(file)):
                return found[word][self.language]
        return name

    def money(self, minor: int, currency: str) -> str:
        """An amount without its currency, which the column or the label names."""
        return self.figure(minor, int(get_currency_precision(currency)))

    def percent(self, basis_points: int) -> str:
        exact = format_decimal(Decimal(basis_points).scaleb(-2), format="#,##0.##", locale=self.locale)
        return f"{exact}\u00a0%"

    def weight(self, grams: int) -> str:
        exact = format_decimal(Decimal(grams).scaleb(-3), format="#,##0.0##", locale=self.locale)
        return f"{exact}\u00a0kg"

    def volume(self, millilitres: int) -> str:
        exact = format_decimal(Decimal(millilitres).scaleb(-3), format="#,##0.0##", locale=self.locale)
        return f"{exact}\u00a0l"

    def country(self, code: str) -> str:
        return str(self.locale.territories.get(code, code))

    def listed(self, words: list[str]) -> str:
        """a, b and c."""
        return str(format_list(words, locale=self.locale))


def speaker(language: str, *files: Path) -> Speaker:
    """A speaker of the reader's language, or of English where no catalogue knows it."""
    short = language.replace("_", "-").partition("-")[0].lower()
    return Speaker(short if short in LANGUAGES else FALLBACK, files)
