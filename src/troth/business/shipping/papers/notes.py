"""Delivery note and packing list: what a delivery holds, for the receiver and for who packs it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from troth.business.masterdata import queries as masterdata
from troth.business.sales import queries as sales
from troth.business.shipping.models import Delivery, TransferLine
from troth.business.shipping.papers.marks import marks, packing_marks
from troth.business.shipping.queries.packing import HandlingUnitView, handling_units
from troth.platform.documents import DocumentRef
from troth.platform.printing import wording
from troth.platform.printing.contents import Column, Content, Loaded, Pair, Rich, Row, Total
from troth.platform.printing.wording import Speaker
from troth.reference import letters

WORDS = Path(__file__).parent / "words.toml"


def load_note(delivery_id: int) -> Loaded:
    """The delivery note; it goes with the goods and is signed by who receives them."""
    return _load(delivery_id, "delivery_note")


def load_packing_list(delivery_id: int) -> Loaded:
    """The packing list: weights and volumes beside the goods, and the handling units that they are in."""
    return _load(delivery_id, "packing_list")


def _load(delivery_id: int, title: str) -> Loaded:
    delivery = Delivery.objects.select_related("shipment__carrier__party").get(pk=delivery_id)
    lines = list(delivery.lines.select_related("product__base_unit").filter(quantity__gt=0).order_by("line_number"))
    parties = letters.addresses([delivery.sold_to_id, delivery.ship_to_id])
    sold_to, ship_to = parties[delivery.sold_to_id], parties[delivery.ship_to_id]
    speak, home = wording.speaker(sold_to.language, WORDS), letters.home_of(delivery.company_id)
    is_note = title == "delivery_note"
    units = [] if is_note else handling_units([delivery.pk])
    elsewhere = delivery.sold_to_id != delivery.ship_to_id
    ordered_by = ((speak("ordered_by"), sold_to.line(home, speak)),) if elsewhere else ()
    content = Content(
        language=speak.language,
        title=speak(title),
        number=delivery.number,
        page=speak("page", page="{page}", pages="{pages}"),
        sender=letters.sender(delivery.company_id, speak),
        address=ship_to.lines(home, speak),
        facts=tuple(pair for pair in _facts(delivery, lines, sold_to.number, speak) if pair[1]),
        opening=(speak("opening_note" if is_note else "opening_packing"),),
        columns=_columns(speak, is_note),
        rows=_rows(delivery, lines, units, speak, is_note),
        totals=_totals(delivery, units if _is_all_in(units, lines) else (), speak, is_note),
        terms=(
            *ordered_by,
            *(((speak("terms_of_delivery"), delivery.incoterm),) if delivery.incoterm else ()),
            *_handling_units(units, speak),
        ),
        closing=tuple(delivery.texts.values()),
        size=letters.paper_size(ship_to.country),
        more={"signatures": [speak("received")] if is_note else [speak("packed_by"), speak("checked_by")]},
    )
    return Loaded(
        ref=DocumentRef("delivery", delivery.pk, delivery.number),
        company_id=delivery.company_id,
        site_id=delivery.site_id,
        content=content,
        name=f"{content.title}-{delivery.number}".replace(" ", "-"),
        mark=(marks if is_note else packing_marks)([delivery_id])[delivery_id],
    )


def _facts(delivery: Delivery, lines: Sequence[Any], customer: str, speak: Speaker) -> tuple[Pair, ...]:
    orders = dict.fromkeys(line.order_number for line in lines)
    theirs = dict.fromkeys(sales.references(line.order_id for line in lines).values())
    shipment = delivery.shipment
    return (
        (speak("day"), speak.day(delivery.issued_on or delivery.goods_issue_on)),
        (speak("arrives_on"), speak.day(delivery.delivery_on)),
        (speak("customer"), customer),
        (speak("order"), ", ".join(orders)),
        (speak("your_order"), ", ".join(theirs)),
        (speak("shipment"), shipment.number if shipment else ""),
        (speak("carrier"), shipment.carrier.party.name if shipment and shipment.carrier else ""),
    )


def _columns(speak: Speaker, is_note: bool) -> tuple[Column, ...]:
    goods = (Column(speak("item"), "right"), Column(speak("product"), width="1fr"), Column(speak("quantity"), "right"))
    weight = Column(speak("net_weight"), "right")
    return (*goods, weight) if is_note else (*goods, weight, Column(speak("volume"), "right"))


def _rows(
    delivery: Delivery, lines: Sequence[Any], units: Sequence[HandlingUnitView], speak: Speaker, is_note: bool
) -> tuple[Row, ...]:
    terms = masterdata.product_terms({line.product_id for line in lines}, customer_id=delivery.customer_id)
    batches, inside = _batches(lines, speak), _inside(units, speak)
    several = len({line.order_id for line in lines}) > 1
    rows = []
    for line in lines:
        product, unit = line.product, line.product.base_unit
        theirs = terms[product.pk].customer_number
        said = (
            product.number + (" · " + speak("your_number", number=theirs) if theirs else ""),
            speak("order_item", order=line.order_number, item=str(line.order_line_number)) if several else "",
            *batches.get(line.pk, ()),
            *inside.get(line.pk, ()),
            *line.texts.values(),
        )
        quantity = speak.quantity(line.quantity, unit.decimals, unit.code)
        goods = (str(line.line_number), Rich(product.name, tuple(word for word in said if word)), quantity)
        weight = speak.weight(line.weight_g) if line.weight_g else "–"
        volume = speak.volume(line.volume_ml) if line.volume_ml else "–"
        rows.append(Row((*goods, weight) if is_note else (*goods, weight, volume)))
    return tuple(rows)


def _batches(lines: Sequence[Any], speak: Speaker) -> dict[int, list[str]]:
    """The batches that were picked for each line."""
    found: dict[int, list[str]] = {}
    units = {line.pk: line.product.base_unit for line in lines}
    rows = TransferLine.objects.filter(delivery_line__in=list(units), picked__gt=0).exclude(batch="")
    for line_id, batch, picked in rows.order_by("pk").values_list("delivery_line_id", "batch", "picked"):
        amount = speak.quantity(picked or 0, units[line_id].decimals, units[line_id].code)
        found.setdefault(line_id, []).append(speak("batch_of", batch=batch, quantity=amount))
    return found


def _inside(units: Sequence[HandlingUnitView], speak: Speaker) -> dict[int, list[str]]:
    """By delivery line, in which handling units how much of it is."""
    found: dict[int, list[str]] = {}
    for unit in units:
        for one in unit.contents:
            quantity = speak.quantity(one.quantity, one.decimals, one.unit)
            words = speak("in_handling_unit", unit=str(unit.position), quantity=quantity)
            found.setdefault(one.line_id, []).append(words)
    return found


def _handling_units(units: Sequence[HandlingUnitView], speak: Speaker) -> list[Pair]:
    """Each handling unit with its number, what it is packed in and what it weighs."""
    return [
        (
            speak("handling_unit", unit=str(unit.position)),
            " · ".join((unit.number, unit.packaging_name, speak.weight(unit.weight_g))),
        )
        for unit in units
    ]


def _is_all_in(units: Sequence[HandlingUnitView], lines: Sequence[Any]) -> bool:
    """Whether all of the delivery is in handling units: a gross weight of a part of it would read like that of all."""
    inside = sum(one.quantity for unit in units for one in unit.contents)
    return inside == sum(line.quantity for line in lines)


def _totals(delivery: Delivery, units: Sequence[HandlingUnitView], speak: Speaker, is_note: bool) -> tuple[Total, ...]:
    """Weight and volume, as far as the products have any, and what the handling units weigh together."""
    found = [Total(speak("net_weight"), speak.weight(delivery.weight_g), strong=True)] if delivery.weight_g else []
    if units:
        found.append(Total(speak("gross_weight"), speak.weight(sum(unit.weight_g for unit in units))))
    if delivery.volume_ml and not is_note:
        found.append(Total(speak("volume"), speak.volume(delivery.volume_ml)))
    return tuple(found)
