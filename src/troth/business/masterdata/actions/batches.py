"""Batches: made known when goods of them come in, and moved in availability when their last day changes.

A batch lasts in every site's lots as long as its record says; both are written under the record's lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from troth.business.masterdata.models import Batch
from troth.business.masterdata.queries.batches import BatchRow, Named, batches
from troth.kernel import netting
from troth.kernel.calendars import day_of
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.lots import after
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as stands
from troth.ledgers.availability.actions import Entry
from troth.platform import events
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

BATCH = "batch"
LYING = (Category.STOCK, Category.TRANSFER_IN, *netting.LYING)
"""What stock counts as, whatever its type: goods that are here, and those on their way from one bin to another."""
ALL_COMPANIES = 0


@dataclass(frozen=True, slots=True)
class Coming:
    """Goods of a batch come in; what is not known of it yet may be said. `expires_on` may follow from the product."""

    number: str
    produced_on: date | None = None
    expires_on: date | None = None


def make_known(
    held: Held,
    product: ProductRow,
    coming: Sequence[Coming],
    *,
    otherwise: date | None = None,
    today: date,
    by: Actor,
    clock: Clock,
) -> dict[str, BatchRow]:
    """Create the batches that are new, lock all of them, and return them by number; expired goods are refused.

    A new batch expires as said, or its shelf life after production, or on `otherwise`. `InvalidInput` names the field.
    """
    names: list[Named] = [(product.id, one.number) for one in coming]
    known = batches(names)
    fresh: dict[str, Batch] = {}
    for one in coming:
        if (product.id, one.number) in known:
            _refuse_other_dates(product, known[product.id, one.number], one)
        elif one.number not in fresh:
            fresh[one.number] = _new(product, one, otherwise)
    Batch.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    found = batches(names)
    held.hold(Batch, *sorted(row.id for row in found.values()), by=by)
    by_number = {number: row for (_, number), row in batches(names).items()}
    for one in coming:
        _refuse_unusable(product, by_number[one.number], today)
    for number in fresh:
        row = by_number[number]
        events.record(
            "masterdata.batch_created", DocumentRef(BATCH, row.id, number), company_id=ALL_COMPANIES, by=by,
            at=clock.now(),
            changes={"product": (None, product.number), "expires_on": (None, row.expires_on)},
        )  # fmt: skip
    return by_number


def _new(product: ProductRow, one: Coming, otherwise: date | None) -> Batch:
    expires_on = one.expires_on
    if expires_on is None and product.shelf_life_days is not None:
        produced_on = one.produced_on
        expires_on = otherwise if produced_on is None else after(produced_on, product.shelf_life_days)
        if expires_on is None:
            raise InvalidInput(
                Sentence(
                    "Goods of product %(product)s expire. Enter until when batch %(batch)s can be used, or when it was "
                    "produced.",
                    product=product.number,
                    batch=one.number,
                ),
                field="expires_on",
            )
    if one.produced_on is not None and expires_on is not None and expires_on < one.produced_on:
        raise InvalidInput(Sentence("It expires before it is produced. Enter a later day."), field="expires_on")
    return Batch(product_id=product.id, number=one.number, produced_on=one.produced_on, expires_on=expires_on)


def _refuse_other_dates(product: ProductRow, row: BatchRow, one: Coming) -> None:
    for name in ("produced_on", "expires_on"):
        said, stands_there = getattr(one, name), getattr(row, name)
        if said is not None and said != stands_there:
            raise InvalidInput(
                Sentence(
                    "Batch %(batch)s of product %(product)s is known with another date. Leave the date out, or change "
                    "the batch first.",
                    batch=row.number,
                    product=product.number,
                ),
                field=name,
            )


def _refuse_unusable(product: ProductRow, row: BatchRow, today: date) -> None:
    if not row.is_active:
        raise InvalidInput(
            Sentence(
                "Batch %(batch)s of product %(product)s is closed. Open it first, or enter another batch.",
                batch=row.number,
                product=product.number,
            ),
            field="batch",
        )
    if row.expires_on is not None and row.expires_on < today:
        raise InvalidInput(
            Sentence(
                "Batch %(batch)s of product %(product)s could be used until %(day)s. Refuse the goods, or mend the "
                "batch's date first.",
                batch=row.number,
                product=product.number,
                day=row.expires_on,
            ),
            field="batch",
        )


def move_last_day(held: Held, batch: Batch, before: date | None, *, at: datetime, today: Mapping[int, int]) -> None:
    """Say in availability that a batch lasts to another day than `before`; `today` is each site's day number.

    Where promises do not get goods that last long enough any more, their shortage is noted.
    """
    old, new = (0 if day is None else day_of(day) for day in (before, batch.expires_on))
    keys = stands.keys_of_product(batch.product_id)
    held.take(*keys)
    source, entries = DocumentRef(BATCH, batch.pk, batch.number), []
    for key in keys:
        for one in held.balance(key).lots:
            if one.category in LYING and one.batch == batch.number and one.lasts == old:
                entries.append(Entry(key, one.category, one.day, -one.quantity, source, 0, batch.number, old))
                entries.append(Entry(key, one.category, one.day, one.quantity, source, 0, batch.number, new))
    availability.post(held, entries, at=at)
    for key in dict.fromkeys(entry.key for entry in entries):
        cause = f"batch {batch.number} can be used until {batch.expires_on or 'further notice'}"
        availability.settle_shortages(held, [key], today=today[key.site_id], cause=cause, at=at)


def post_last_days(rows: Sequence[Any], held: Held, *, at: datetime) -> None:
    """Move what changed of batches that were written (rows of `bring`) in availability."""
    zones = {site.id: site.time_zone for site in reference.sites(with_closed=True)}
    today = {site_id: day_of(_day_at(at, zone)) for site_id, zone in zones.items()}
    for row in rows:
        if "expires_on" in row.changes and row.changes["expires_on"][0] != row.record.expires_on:
            move_last_day(held, row.record, row.changes["expires_on"][0], at=at, today=today)


def _day_at(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
