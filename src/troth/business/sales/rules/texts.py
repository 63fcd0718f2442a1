"""What is entered as texts of a document, beside what the rules found (SO-2)."""

from collections.abc import Mapping
from typing import Protocol

from troth.business.sales.rules.refusals import WrongEntry

TEXT_MAX = 2_000
Texts = Mapping[str, str]
"""Code of the kind -> text."""


class TextKindFacts(Protocol):
    """What is read of a kind of text."""

    @property
    def is_active(self) -> bool: ...
    @property
    def is_on_items(self) -> bool: ...


def overlaid(texts: Texts, entered: Texts | None) -> dict[str, str]:
    """The texts with those entered in their place; an empty one is taken out."""
    written = {code: text.strip().replace("\r\n", "\n") for code, text in (entered or {}).items()}
    return {code: text for code, text in {**texts, **written}.items() if text}


def check(entered: Texts | None, kinds: Mapping[str, TextKindFacts], *, on_items: bool, row: int | None = None) -> None:
    """Refuse texts of a kind that is not kept, or not for this place, and texts that are too long."""
    if not entered:
        return
    possible = sorted(code for code, kind in kinds.items() if kind.is_active and kind.is_on_items == on_items)
    place = "items" if on_items else "the header"
    for code, text in entered.items():
        if code not in possible:
            choice = f"Choose one of {', '.join(possible)}." if possible else "Have one created in the master data."
            raise WrongEntry(f"There is no kind of text {code[:20]!r} for {place}. {choice}", row=row, field="texts")
        if len(text) > TEXT_MAX:
            raise WrongEntry(f"Use at most {TEXT_MAX} characters for {code}.", row=row, field="texts")
