"""Refusals.

A refusal is a `BusinessError`: one subclass for each situation, kept beside its rule. It carries a stable `code`, the
`facts` behind it, and a sentence that says what stands in the way and what to do. One handler turns it into a form
error, a problem+json answer or an exit code, so nothing else needs to know how to phrase it.
"""

from typing import Any, ClassVar


class BusinessError(Exception):
    """What was asked cannot be done as things stand.

    `message` is the sentence for a person; `facts` are the values behind it, by name, fit for JSON. `row` (counted from
    1) and `field` say which part of the input it is about, where there is one.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, row: int | None = None, field: str | None = None, **facts: Any) -> None:
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
        super().__init__(refusals[0].message if len(refusals) == 1 else f"{len(refusals)} entries were refused.")
        self.refusals = tuple(refusals)
