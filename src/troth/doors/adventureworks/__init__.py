"""AdventureWorks from its raw files: `troth import adventureworks DIR`. See `docs/imports.md`.

| module | what it does |
| --- | --- |
| `files` | all files (which `troth.demo.raw` reads): what of each is kept, and what is not, and why |
| `feeds`, `masters`, `readings` | each table of master data: from which file, column by column |
| `house` | what the source does not say |
| `bringing` | brings built records in, portion by portion |
| `goods`, `orders` | opening stock, what is still to come, the backlog of orders |
| `fates` | what became of each row that was read |

Every day of the source is laid so that its last one is the day on which the company was first brought in: a second run,
on whatever day, means the same days.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from troth.demo.raw import Folder, ReaderMissing, UnreadableRaw
from troth.doors.adventureworks import goods, masters, orders
from troth.doors.adventureworks.bringing import Run, bring_feed, bring_house
from troth.doors.adventureworks.fates import Fates, FileCount, Refusal
from troth.doors.adventureworks.feeds import Feed, Look
from troth.doors.adventureworks.files import FILES
from troth.doors.adventureworks.house import CODE
from troth.doors.adventureworks.orders import BACKLOG, Chosen
from troth.doors.demo.backorders import write_variants
from troth.doors.demo.dates import SOURCE_TODAY, ZONE
from troth.kernel.errors import BusinessError
from troth.platform.clock import SYSTEM_CLOCK, Clock, FixedClock
from troth.platform.models import Event
from troth.reference import queries as reference

__all__ = ["Chosen", "FolderReport", "OtherBooks", "ReaderMissing", "UnreadableRaw", "import_folder", "steps"]


class OtherBooks(BusinessError):
    """The database holds a company that this import did not make."""

    code = "other_books"


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What became of each file. `added`: records of the house that no raw file has, by table."""

    files: list[FileCount]
    refusals: list[Refusal]
    added: dict[str, int]

    @property
    def faults(self) -> list[Refusal]:
        return [one for one in self.refusals if one.reason.fault]


def steps(folder: Path) -> int:
    """How many steps `import_folder` tells of by `advance`. Reads all files once, so that a broken one is found first.

    `UnreadableRaw` names the file that is missing or broken.
    """
    raw = Folder(folder)
    rows = {name: raw.count(name) for name in raw.paths}
    again = [one.file for one in masters.FEEDS if isinstance(one, Feed)]
    return sum(rows.get(name, 0) for name in (*again, goods.INVENTORY, goods.ORDERED, orders.SALES))


def import_folder(
    folder: Path,
    *,
    chosen: Chosen = BACKLOG,
    dry_run: bool = False,
    clock: Clock = SYSTEM_CLOCK,
    advance: Callable[..., None] = lambda *_, **__: None,
) -> FolderReport:
    """Bring the folder in; what stands there already is left as it is, so the same again changes nothing.

    Portions are committed as they are done: one that was interrupted is ended by calling again. With `dry_run` all of
    it is done in one transaction, which is then taken back.
    """
    raw = Folder(folder, unread={name: one.not_taken for name, one in FILES.items()})
    fates = _expected(raw)
    now = FixedClock(clock.now())
    shift = _company_day(now)
    run = Run(raw, Look(raw, shift), fates, now, dry=dry_run, advance=advance)
    with _taken_back() if dry_run else _kept():
        _bring(run, chosen)
    return FolderReport(fates.counts(), fates.refusals(), run.added)


def _bring(run: Run, chosen: Chosen) -> None:
    for one in masters.FEEDS:
        if isinstance(one, Feed):
            bring_feed(one, run)
        else:
            bring_house(*one, run)
    goods.open_stock(run)
    goods.expect_receipts(run)
    orders.bring_orders(run, chosen)
    if added := write_variants(run.site().company_id, clock=run.clock):
        run.added["backorder_variants"] = added


def _expected(raw: Folder) -> Fates:
    """All rows that there are, with what those are told that feed nothing; `UnreadableRaw` for a file of no table."""
    lacking = [name for name in FILES if name not in raw.paths]
    if lacking:
        raise UnreadableRaw(f"{raw.path} lacks {', '.join(lacking)}. Copy them from the source, empty ones if need be.")
    fates = Fates()
    for name in (*FILES, *(name for name in raw.paths if name not in FILES)):
        unused = FILES[name].unused if name in FILES else "No place for it yet: it is not known what this file is."
        raw.columns_of(name)
        fates.expect(name, raw.count(name), unused)
    return fates


def _company_day(clock: Clock) -> timedelta:
    """How far the source's days are moved; `OtherBooks` where this import did not make the company that stands here."""
    made = Event.objects.filter(kind="masterdata.company_created", document_number=CODE, actor_id=None)
    first = made.order_by("id").first()
    others = {one.company_id for one in reference.sites()}
    codes = {reference.company(company_id).code for company_id in others}
    if codes - {CODE} or (codes and first is None):
        raise OtherBooks(
            f"The database holds the company {', '.join(sorted(codes))}, which did not come from raw files. "
            "Bring AdventureWorks in where there is none: troth import adventureworks DIR --db sqlite:///books.sqlite3"
        )
    opened = clock if first is None else FixedClock(first.at)
    return opened.today(ZONE) - SOURCE_TODAY


@contextmanager
def _kept() -> Iterator[None]:
    yield


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
