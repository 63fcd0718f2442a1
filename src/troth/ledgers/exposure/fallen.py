"""Which exposures an action lowered: noted as it posts, asked for when it ends.

What counts is the sum of the action's postings: a claim that moves on from an order to its delivery lowers nothing. An
invoice that is paid out of a deposit leaves the sum as it is, but less of it may be overdue, so that counts as well.
"""

from collections.abc import Iterable
from typing import NamedTuple

from troth.ledgers.exposure.keys import ExposureKey, Part
from troth.platform.actions import Run, running
from troth.platform.documents import DocumentRef

_NAME = "exposure: fallen"


class Fall(NamedTuple):
    """By how much an exposure and its open invoices changed, the first document for which less stands, and under whom
    the payer counts with others (0: nobody)."""

    total: int = 0
    invoices: int = 0
    by: DocumentRef | None = None
    root: int = 0


def note(posted: Iterable[tuple[ExposureKey, Part, int, DocumentRef, int]]) -> None:
    run = running()
    if run is None:
        return
    known: dict[ExposureKey, Fall] = dict(run.remembered.get(_NAME, {}))
    for key, part, amount, source, root in posted:
        was, change = known.get(key, Fall()), -amount if part == Part.DEPOSITS else amount
        known[key] = Fall(
            was.total + change,
            was.invoices + (amount if part == Part.OPEN_INVOICES else 0),
            was.by or (source if change < 0 else None),
            root,
        )
    run.remembered[_NAME] = known


def lowered(run: Run) -> dict[ExposureKey, Fall]:
    """The exposures that the action lowered, each with the document that did it."""
    known: dict[ExposureKey, Fall] = run.remembered.get(_NAME, {})
    return {key: fall for key, fall in known.items() if fall.by and (fall.total < 0 or fall.invoices < 0)}
