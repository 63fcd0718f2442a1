"""What is entered as texts of a document, beside what the rules found (SO-2)."""

from collections.abc import Mapping
from typing import Protocol

from troth.business.sales.rules.refusals import WrongEntry
from troth.kernel.errors import Sentence, together

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
    place = Sentence("items") if on_items else Sentence("the header")
    for code, text in entered.items():
        if code not in possible:
            lacks = Sentence("There is no kind of text %(code)s for %(place)s.", code=repr(code[:20]), place=place)
            choice = Sentence("Have one created in the master data.")
            if possible:
                choice = Sentence("Choose one of %(known)s.", known=", ".join(possible))
            raise WrongEntry(together(lacks, choice), row=row, field="texts")
        if len(text) > TEXT_MAX:
            said = Sentence("Use at most %(most)s characters for %(code)s.", most=TEXT_MAX, code=code)
            raise WrongEntry(said, row=row, field="texts")
