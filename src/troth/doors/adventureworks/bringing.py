"""Bringing built records in, a few hundred at a time: each portion is one transaction, all of it or nothing.

A record that is refused is left out and the rest of its portion is brought in without it. The key of each record
decides whether it is new, so a run that was interrupted is ended by the same run again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.actions import Brought
from troth.demo.raw import Folder, Row
from troth.doors.adventureworks.fates import Fate, Fates
from troth.doors.adventureworks.feeds import Built, Faulty, Feed, Look
from troth.doors.adventureworks.house import SITE, Rows
from troth.kernel.errors import BusinessError, Refusals
from troth.platform.actors import SYSTEM
from troth.platform.clock import Clock
from troth.reference import queries as reference
from troth.reference.queries import SiteRow

T = TypeVar("T")
PORTION = 500
FATE_OF = {"n": Fate.NEW, "c": Fate.CHANGED, "s": Fate.SAME}
OF_THEIR_OWN = {
    "customers": masterdata.import_customers,
    "products": masterdata.import_products,
    "prices": masterdata.import_prices,
}


@dataclass
class Run:
    """One run over a folder. `added` counts the records that the house needs and no raw file has, new ones only."""

    folder: Folder
    look: Look
    fates: Fates
    clock: Clock
    dry: bool = False
    advance: Callable[..., None] = lambda *_, **__: None
    added: dict[str, int] = field(default_factory=dict)

    @property
    def acting(self) -> dict[str, Any]:
        return {"by": SYSTEM, "clock": self.clock}

    def site(self) -> SiteRow:
        """The one site, with its company."""
        return next(one for one in reference.sites() if one.code == SITE)

    def key(self, text: str) -> dict[str, Any]:
        """A client key, so that two runs at once do it once; a dry run leaves nothing to find again."""
        return {} if self.dry else {"key": f"adventureworks {text}"}

    def rows(self, file: str, only: Sequence[str] | None = None) -> Iterator[Row]:
        """The rows of a file; one that does not fit its columns is refused."""
        for row in self.folder.rows(file, only):
            self.advance(1, doing=file)
            if row.fits:
                yield row
            else:
                self.misfit(row)

    def misfit(self, row: Row) -> None:
        expected = len(self.folder.columns_of(row.file))
        sentence = f"The row has {row.fields} fields and the file {expected} columns. Mend the row."
        self.fates.refuse(row, sentence, fault=True)


def portions(found: Iterable[T], size: int = PORTION) -> Iterator[list[T]]:
    walking = iter(found)
    while portion := list(islice(walking, size)):
        yield portion


def import_rows(table: str, rows: Sequence[Any], run: Run) -> Brought:
    if table in OF_THEIR_OWN:
        return OF_THEIR_OWN[table](rows, **run.acting)
    return masterdata.import_table(table, rows, **run.acting)


def bring_house(table: str, rows: Rows, run: Run) -> None:
    brought = import_rows(table, rows, run)
    if brought.created:
        run.added[table] = run.added.get(table, 0) + brought.created


def bring_feed(feed: Feed, run: Run) -> None:
    for portion in portions(_built(feed, run)):
        _bring(feed.into, _merged(portion), run)


def _built(feed: Feed, run: Run) -> Iterator[Built]:
    for row in run.rows(feed.file):
        why = feed.left_out(row, run.look)
        if why:
            run.fates.refuse(row, why)
            continue
        try:
            yield feed.build(row, run.look)
        except Faulty as fault:
            run.fates.refuse(row, fault.sentence, column=fault.column, fault=True)


def _merged(portion: Iterable[Built]) -> list[Built]:
    """Rows that say the same are one record, such as a bin in which several products lie."""
    found: dict[tuple[Any, ...], Built] = {}
    for built in portion:
        said = tuple(built.values.values())
        first = found.get(said)
        found[said] = built if first is None else Built(first.values, (*first.rows, *built.rows), first.columns)
    return list(found.values())


def _bring(table: str, portion: list[Built], run: Run) -> None:
    while portion:
        try:
            brought = import_rows(table, [built.values for built in portion], run)
        except Refusals as refused:
            portion = _without_refused(portion, refused, run)
            continue
        for built, letter in zip(portion, brought.became, strict=True):
            run.fates.became(built.rows, FATE_OF[letter])
        return


def _without_refused(portion: list[Built], refused: Refusals, run: Run) -> list[Built]:
    first: dict[int, BusinessError] = {}
    for one in refused.refusals:
        assert one.row is not None, one.message
        first.setdefault(one.row, one)
    for place, one in first.items():
        built = portion[place - 1]
        column = built.columns.get(one.field or "", one.field or "")
        run.fates.refuse(built.rows[0], one.message, column=column, fault=True)
    return [built for place, built in enumerate(portion, start=1) if place not in first]
