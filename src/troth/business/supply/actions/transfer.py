"""Goods become goods of another type: they are blocked, inspected, released, sent to another bin and placed there.

The bin keeps what it has under another key of the stock ledger; in availability the goods go from one category to
another, so that each scope of check says whether they count. Promises that hung on goods which count no more are noted
as short, and the job that works off shortages promises them anew. The company owns as much as before, so the journal
has nothing to post.

What stands in a category for a day is taken by the earliest day first: goods of one type and batch are alike, and
nobody says which of them are released.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from troth.business.supply.actions.aside import Kept
from troth.business.supply.actions.batches import Lot, lots_here
from troth.business.supply.actions.claims import refuse_spoken_for
from troth.business.supply.actions.lotted import refuse_decided, refuse_in_lots
from troth.business.supply.actions.places import BinPlace, bin_place, counts_as, series_of, stock_key, taken_out
from troth.business.supply.actions.valued import check_valued
from troth.business.supply.models import TransferPosting
from troth.business.supply.rules import BinInactive, ReasonMissing, SameBin, check_quantity
from troth.business.supply.types import AlreadyReversed, Verb, check_expected, step_of
from troth.kernel import netting
from troth.kernel.calendars import day_of
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as stands
from troth.ledgers.availability.actions import Entry, Shortfall
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock import queries as movements
from troth.ledgers.stock.actions import Movement
from troth.ledgers.stock.keys import StockKey
from troth.platform import actions, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.queries import SiteRow

KIND = "transfer_posting"


@dataclass(frozen=True, slots=True)
class Transferred:
    """`posting_id` is what `reverse_transfer` takes back; `short` what is missing now for what was promised."""

    posting_id: int
    short: list[Shortfall]


@action
def transfer_stock(
    product_id: int,
    *,
    bin_id: int,
    from_type: str,
    to_type: str,
    quantity: int,
    reason: str,
    by: Actor,
    clock: Clock,
    batch: str = "",
    valuation: str = "",
    expected_on: date | None = None,
    to_bin_id: int | None = None,
) -> Transferred:
    """Post `quantity` (smallest units) of the company's own stock in a bin from one type to another.

    Goods that are sent (to `in_transit`) name the bin and the day they arrive; goods in inspection may name the day
    they are released. `NotEnoughStock`, `GoodsSpokenFor` (they are picked), `NoSuchTransfer` and `ReasonMissing` are
    refused.
    """
    verb, place = step_of(from_type, to_type), bin_place(bin_id)
    check_quantity("the transfer posting", quantity)
    if not reason.strip():
        raise ReasonMissing(Sentence("A transfer posting needs a reason. Say why."), field="reason")
    site = reference.site(place.site_id)
    on = clock.today(site.time_zone)
    is_past = expected_on is not None and expected_on < on
    check_expected(verb, to_type, has_day=expected_on is not None, is_past=is_past, has_bin=to_bin_id is not None)
    target = place if to_bin_id is None else _target(to_bin_id, place, site)
    for each in {site.id: site, target.site_id: reference.site(target.site_id)}.values():
        actions.require(by, company_id=each.company_id, site_id=each.id)
    source = replace(stock_key(product_id, place, batch=batch, valuation=valuation), stock_type=from_type)
    goal = replace(stock_key(product_id, target, batch=batch, valuation=valuation), stock_type=to_type)
    held, kept = locks.begin(), Kept.of(source)
    held.take(*dict.fromkeys((series_of(source), series_of(goal))), *(kept.keys if kept else ()), source, goal)
    check_valued(held, [(reference.product(product_id), valuation)])
    if kept:
        # By itself, so that taking the posting back takes back the posting alone.
        kept.let_go(held, quantity, _let_go_by(product_id, bin_id, on), on=on, at=clock.now())
    refuse_spoken_for(held, source, quantity)
    refuse_in_lots(held, source, quantity)
    posting = TransferPosting(
        company_id=site.company_id, site_id=site.id, product_id=product_id, bin_id=bin_id, to_bin_id=target.id,
        batch=batch, valuation=valuation, from_type=from_type, to_type=to_type, quantity=quantity, reason=reason,
        expected_on=expected_on, posted_on=on,
    )  # fmt: skip
    return post(held, posting, source, goal, by=by, clock=clock)


def post(
    held: Held,
    posting: TransferPosting,
    source: StockKey,
    goal: StockKey,
    *,
    by: Actor,
    clock: Clock,
    first: int | None = None,
) -> Transferred:
    """Post what was checked, under the locks of both keys and their series; goods that stood for the day `first` go
    before others."""
    posting.save()
    _post(held, posting, source, goal, clock, first)
    _record("supply.stock_transferred", posting, by, clock)
    return Transferred(posting.pk, _settle(held, posting, CAUSES[step_of(posting.from_type, posting.to_type)], clock))


@action
def reverse_transfer(posting_id: int, *, by: Actor, clock: Clock) -> Transferred:
    """Take a transfer posting back: the goods are of their former type again, in the bin they came from.

    `NotEnoughStock` where they have moved on, `GoodsSpokenFor` where they are picked, `AlreadyReversed` once it is.
    """
    posting, held = locks.hold(TransferPosting, posting_id, by=by)
    if posting.is_reversed:
        raise AlreadyReversed(Sentence("This transfer posting was reversed before. Post a new one instead."))
    refuse_decided(posting.pk)
    return take_back(held, posting, by=by, clock=clock)


def take_back(
    held: Held, posting: TransferPosting, *, by: Actor, clock: Clock, stands: int | None = None
) -> Transferred:
    """Take a held posting back. `stands`: the day for which the goods count from then on, else the days before."""
    ref = _ref(posting)
    posted = [one.id for one in movements.movements(source=ref) if one.reverses_id is None]
    keys = movements.keys_of(posted)
    [source] = [key for key in keys if key.stock_type == posting.from_type]
    [goal] = [key for key in keys if key.stock_type == posting.to_type]
    kept = Kept.of(goal)
    held.take(*dict.fromkeys((series_of(source), series_of(goal))), *(kept.keys if kept else ()), *keys)
    at, on = clock.now(), clock.today(reference.site(posting.site_id).time_zone)
    if kept:
        kept.let_go(held, posting.quantity, _let_go_by(posting.product_id, goal.bin_id, on), on=on, at=at)
    refuse_spoken_for(held, goal, posting.quantity)
    refuse_in_lots(held, goal, posting.quantity)
    stock.reverse(held, posted, source=ref, on=on, at=at)
    lot = _lot(posting)
    category = counts_as(source)
    days = _taken_days(posting, source, category) if stands is None else [(stands, posting.quantity)]
    back = [Entry(series_of(source), category, day, more, ref, posting.pk, *lot) for day, more in days]
    availability.post(held, [*taken_out(held, goal, posting.quantity, lot, ref, ref.id), *back], at=at)
    posting.is_reversed = True
    posting.save(update_fields=["is_reversed"])
    _record("supply.transfer_reversed", posting, by, clock)
    return Transferred(posting.pk, _settle(held, posting, "a transfer posting was reversed", clock))


def _post(
    held: Held, posting: TransferPosting, source: StockKey, goal: StockKey, clock: Clock, first: int | None
) -> None:
    """Move the goods from key to key in the bins, and from category to category in availability."""
    ref, since, quantity, on = _ref(posting), held.balance(source).received_on, posting.quantity, posting.posted_on
    gone = Movement(source, -quantity, "type", on, ref, posting.pk)
    here = Movement(goal, quantity, "type", on, ref, posting.pk, received_on=since)
    stock.post(held, [gone, here], at=clock.now())
    lot = _lot(posting)
    day = netting.STOCK_DAY if posting.expected_on is None else day_of(posting.expected_on)
    put = Entry(series_of(goal), counts_as(goal), day, quantity, ref, posting.pk, *lot)
    gone_by = taken_out(held, source, quantity, lot, ref, ref.id, first=first)
    availability.post(held, [*gone_by, put], at=clock.now())


def _let_go_by(product_id: int, bin_id: int, on: date) -> DocumentRef:
    return DocumentRef("move", product_id, f"{on} {bin_id}")


def _lot(posting: TransferPosting) -> Lot:
    """Its lot as it lasts now; to be read under the lock of its key."""
    return lots_here(posting.product_id, [posting.batch])[posting.batch]


def _target(to_bin_id: int, place: BinPlace, site: SiteRow) -> BinPlace:
    """The bin that goods are sent to: another one that is in use, of the same company."""
    target = bin_place(to_bin_id, field="to_bin")
    if target.id == place.id:
        raise SameBin(
            Sentence("The goods lie in bin %(code)s already. Choose another bin."), code=target.code, field="to_bin"
        )
    if not target.is_active:
        raise BinInactive(
            Sentence("Bin %(code)s is not in use. Choose another bin, or make it active first."),
            code=target.code,
            field="to_bin",
        )
    if target.is_left_out:
        raise InvalidInput(
            Sentence(
                "The location of bin %(code)s is left out of the check. Choose another bin, and move the goods there "
                "when they have come.",
                code=target.code,
            ),
            field="to_bin",
        )
    if reference.site(target.site_id).company_id != site.company_id:
        raise InvalidInput(
            Sentence("Bin %(code)s belongs to another company. Choose a bin of the same company.", code=target.code),
            field="to_bin",
        )
    return target


def _ref(posting: TransferPosting) -> DocumentRef:
    return DocumentRef(KIND, posting.pk, f"T{posting.pk}")


def _taken_days(posting: TransferPosting, source: StockKey, category: Category) -> Sequence[tuple[int, int]]:
    """(day, quantity) that the posting took out of the category it took from; a batch may last longer since."""
    found: dict[int, int] = {}
    for row in stands.standing([(KIND, posting.pk)]):
        if row.category == category and row.key == series_of(source):
            found[row.day] = found.get(row.day, 0) - row.quantity
    return list(found.items())


def _record(kind: str, posting: TransferPosting, by: Actor, clock: Clock) -> None:
    events.record(
        kind, _ref(posting), company_id=posting.company_id, by=by, at=clock.now(),
        facts={
            "product": posting.product_id, "bin": posting.bin_id, "batch": posting.batch, "from": posting.from_type,
            "to": posting.to_type, "quantity": posting.quantity, "reason": posting.reason,
            **({"valuation": posting.valuation} if posting.valuation else {}),
        },
    )  # fmt: skip


CAUSES = {
    Verb.BLOCK: "stock was blocked",
    Verb.INSPECT: "stock went into inspection",
    Verb.SEND: "stock was sent away",
    Verb.RELEASE: "stock was released",
    Verb.UNBLOCK: "stock was unblocked",
    Verb.PLACE: "stock was placed",
}
"""Why goods may be missing after a posting: the last three bring goods, which others may take who come first."""


def _settle(held: Held, posting: TransferPosting, cause: str, clock: Clock) -> list[Shortfall]:
    """Note what is not covered any more on the keys that were posted to, and close what is covered again."""
    opened: list[Shortfall] = []
    told = f"{cause}: {posting.reason}"[:200]
    keys = [key for key in tuple(held.keys()) if isinstance(key, AvailabilityKey)]
    for key in keys:
        today = day_of(clock.today(reference.site(key.site_id).time_zone))
        opened += availability.settle_shortages(
            held, [key], today=today, cause=told, at=clock.now(), source=_ref(posting)
        )
    return opened
