"""Pack what is picked into handling units, and take it out again.

A handling unit belongs to its delivery and is locked by it: who packs the last pieces of a line holds the delivery, and
who comes second finds nothing left of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max

from troth.business.masterdata.queries import packagings, snapshot
from troth.business.shipping import store
from troth.business.shipping.actions import books
from troth.business.shipping.models import Delivery, HandlingUnit, HandlingUnitLine
from troth.business.shipping.queries.packing import UNPACKED
from troth.business.shipping.queries.packing import loose as loose_of
from troth.business.shipping.rules import packing
from troth.business.shipping.rules.packing import Box, Loose
from troth.business.shipping.states import DELIVERY
from troth.kernel.errors import NotFound, Sentence
from troth.platform import events, locks, numbering
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Packed:
    """A handling unit that was made: `number` is its SSCC, `weight_g` its gross weight."""

    id: int
    number: str
    weight_g: int


@dataclass(frozen=True, slots=True)
class AllPacked:
    """The handling units that all of a delivery was packed into."""

    units: tuple[Packed, ...]


@action
def pack(
    *,
    delivery_id: int,
    packaging: str,
    quantities: Mapping[int, str],
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Packed:
    """Pack quantities (as written, in base units, by line number) of a delivery into a new unit of a kind of packaging.

    `PackedTooMuch` beyond what is picked and in no handling unit, `TooHeavy` beyond what the packaging carries,
    `NoPrefix` where the company has no GS1 prefix.
    """
    delivery, box, loose = _hold(delivery_id, packaging, expected_version, by)
    wanted = packing.read(loose, quantities)
    packing.refuse_beyond(loose, wanted)
    [made] = _write(delivery, box, loose, [wanted], by=by, clock=clock)
    return made


@action
def pack_all(
    *,
    delivery_id: int,
    packaging: str,
    into_one: bool = False,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> AllPacked:
    """Pack all of a delivery that is picked and in no handling unit: as many as the weight asks for, or one."""
    delivery, box, loose = _hold(delivery_id, packaging, expected_version, by)
    there = [one for one in loose if one.quantity]
    if not there:
        raise packing.NothingToPack(
            Sentence("Nothing of delivery %(delivery)s is picked and in no handling unit."), delivery=delivery.number
        )
    parts = [{one.line_number: one.quantity for one in there}] if into_one else packing.spread(there, box)
    return AllPacked(tuple(_write(delivery, box, there, parts, by=by, clock=clock)))


@action
def unpack(
    *, delivery_id: int, handling_unit_id: int, expected_version: int | None = None, by: Actor, clock: Clock
) -> None:
    """Take everything out of a handling unit of a delivery; it is gone, and what was in it can be packed again.

    Until the goods issue. `NotFound` where the delivery has no such unit, or not any more.
    """
    delivery, _ = locks.hold(Delivery, delivery_id, by=by)
    locks.refuse_if_changed(delivery, expected_version)
    delivery.state = DELIVERY.step(delivery.state, "unpack")
    found = HandlingUnit.objects.filter(pk=handling_unit_id, delivery=delivery).first()
    if found is None:
        raise NotFound(UNPACKED, kind="handling_unit", id=handling_unit_id)
    contents = dict(found.contents.values_list("delivery_line__line_number", "quantity"))
    found.delete()
    store.step("shipping_delivery", delivery, {"state": "text"})
    _record("shipping.unpacked", delivery, found.number, contents, by=by, clock=clock)


def _hold(
    delivery_id: int, packaging: str, expected_version: int | None, by: Actor
) -> tuple[Delivery, Box, list[Loose]]:
    """Lock the delivery, and read under its lock what may be packed."""
    delivery, held = locks.hold(Delivery, delivery_id, by=by)
    locks.refuse_if_changed(delivery, expected_version)
    delivery.state = DELIVERY.step(delivery.state, "pack")
    return delivery, _box(packaging), loose_of(store.lines(held, [delivery.pk]))


def _box(packaging: str) -> Box:
    found = next((one for one in packagings() if one.code == packaging), None)
    if found is None:
        raise packing.PackagingUnknown(
            Sentence("There is no packaging %(packaging)s in use. Choose another, or enter it in its table."),
            packaging=packaging[:40],
            field="packaging",
        )
    return Box(found.id, found.name, found.tare_weight_g, found.max_weight_g)


def _write(
    delivery: Delivery,
    box: Box,
    loose: Sequence[Loose],
    parts: Sequence[Mapping[int, int]],
    *,
    by: Actor,
    clock: Clock,
) -> list[Packed]:
    """Make a handling unit of each part (quantities by line number)."""
    by_number = {one.line_number: one for one in loose}
    weights = [
        box.tare_weight_g + sum(by_number[number].weighs(quantity) for number, quantity in part.items())
        for part in parts
    ]
    for weight_g in weights:
        packing.refuse_too_heavy(box, weight_g)
    prefix, company = snapshot().companies[delivery.company_id].gs1_prefix, reference.company(delivery.company_id).code
    last = HandlingUnit.objects.filter(delivery=delivery).aggregate(last=Max("position"))["last"] or 0
    serials = numbering.draw(store.HANDLING_UNIT, company_id=store.ALL_COMPANIES, count=len(parts))
    made = []
    for place, (part, weight_g, serial) in enumerate(zip(parts, weights, serials, strict=True), start=last + 1):
        unit = HandlingUnit.objects.create(
            delivery=delivery,
            position=place,
            number=packing.sscc(prefix, serial, company=company),
            packaging_id=box.id,
            tare_weight_g=box.tare_weight_g,
            weight_g=weight_g,
            made_by_id=by.user_id,
            made_at=clock.now(),
        )
        HandlingUnitLine.objects.bulk_create(
            HandlingUnitLine(handling_unit=unit, delivery_line_id=by_number[number].line_id, quantity=quantity)
            for number, quantity in part.items()
            if quantity
        )
        _record("shipping.packed", delivery, unit.number, part, by=by, clock=clock)
        made.append(Packed(unit.pk, unit.number, weight_g))
    store.step("shipping_delivery", delivery, {"state": "text"})
    return made


def _record(
    kind: str, delivery: Delivery, number: str, contents: Mapping[int, int], *, by: Actor, clock: Clock
) -> None:
    facts = {"handling_unit": number, "contents": {str(line): quantity for line, quantity in contents.items()}}
    events.record(kind, books.ref(delivery), company_id=delivery.company_id, by=by, at=clock.now(), facts=facts)
