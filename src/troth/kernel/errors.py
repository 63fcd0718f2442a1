"""Refusals.

A refusal is a `BusinessError`: one subclass for each situation, kept beside its rule. It carries a stable `code`, the
`facts` behind it, and a sentence that says what stands in the way and what to do. One handler turns it into a form
error, a problem+json answer or an exit code, so nothing else needs to know how to phrase it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class Sentence(str):
    """A sentence that remembers what it was made of: its pattern, and the facts that stand in it by name.

    It is the English text to whoever does not ask. Pages say it in their reader's language
    (`platform.web.language.worded`), so its pattern stands in the catalogue. A fact may be a sentence itself, or a day.
    """

    pattern: str
    facts: Mapping[str, Any]

    def __new__(cls, pattern: str, /, **facts: Any) -> "Sentence":
        made = super().__new__(cls, pattern % facts if facts else pattern)
        made.pattern, made.facts = pattern, facts
        return made

    def __getnewargs_ex__(self) -> Any:
        return (self.pattern,), dict(self.facts)


def together(*sentences: str, between: str = " ") -> Sentence:
    """Sentences one after the other, each of which can still be said in another language."""
    facts = {str(place): sentence for place, sentence in enumerate(sentences)}
    return Sentence(between.join(f"%({place})s" for place in facts), **facts)


class BusinessError(Exception):
    """What was asked cannot be done as things stand.

    `message` is the sentence for a person; `facts` are the values behind it, by name, fit for JSON. `row` (counted from
    1) and `field` say which part of the input it is about, where there is one. A `Sentence`
    without facts takes those of the refusal.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, row: int | None = None, field: str | None = None, **facts: Any) -> None:
        if isinstance(message, Sentence) and not message.facts:
            message = Sentence(message.pattern, **facts)
        super().__init__(message)
        self.message = message
        self.row = row
        self.field = field
        self.facts = facts


class NotFound(BusinessError):
    """There is no such record, or the person may not see it."""

    code = "not_found"


class InvalidInput(BusinessError):
    """A value that no state of the books could make acceptable."""

    code = "invalid_input"


class Refusals(BusinessError):
    """Several refusals of one input, each with its row and field."""

    code = "several_refusals"

    def __init__(self, refusals: list[BusinessError]) -> None:
        assert refusals
        super().__init__(
            refusals[0].message
            if len(refusals) == 1
            else Sentence("%(count)s entries were refused.", count=len(refusals))
        )
        self.refusals = tuple(refusals)
