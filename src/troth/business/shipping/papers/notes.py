"""Delivery note and packing list: what a delivery holds, for the receiver and for who packs it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from troth.business.masterdata import queries as masterdata
from troth.business.sales import queries as sales
from troth.business.shipping.models import Delivery, DeliveryLine, TransferLine
from troth.platform.documents import DocumentRef
from troth.platform.printing import contents, wording
from troth.platform.printing.contents import Column, Content, Loaded, Pair, Rich, Row, Total
from troth.platform.printing.wording import Speaker
from troth.reference import letters

WORDS = Path(__file__).parent / "words.toml"


def load_note(delivery_id: int) -> Loaded:
    """The delivery note; it goes with the goods and is signed by who receives them."""
    return _load(delivery_id, "delivery_note")


def load_packing_list(delivery_id: int) -> Loaded:
    """The packing list: weights and volumes beside the goods."""
    return _load(delivery_id, "packing_list")


def _load(delivery_id: int, title: str) -> Loaded:
    delivery = Delivery.objects.select_related("shipment__carrier__party").get(pk=delivery_id)
    lines = list(delivery.lines.select_related("product__base_unit").filter(quantity__gt=0).order_by("line_number"))
    parties = letters.addresses([delivery.sold_to_id, delivery.ship_to_id])
    sold_to, ship_to = parties[delivery.sold_to_id], parties[delivery.ship_to_id]
    speak, home = wording.speaker(sold_to.language, WORDS), letters.home_of(delivery.company_id)
    is_note = title == "delivery_note"
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
        rows=_rows(delivery, lines, speak, is_note),
        totals=_totals(delivery, speak, is_note),
        terms=(*ordered_by, *(((speak("terms_of_delivery"), delivery.incoterm),) if delivery.incoterm else ())),
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
        mark=marks([delivery_id])[delivery_id],
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


def _rows(delivery: Delivery, lines: Sequence[Any], speak: Speaker, is_note: bool) -> tuple[Row, ...]:
    terms = masterdata.product_terms({line.product_id for line in lines}, customer_id=delivery.customer_id)
    batches = _batches(lines, speak)
    several = len({line.order_id for line in lines}) > 1
    rows = []
    for line in lines:
        product, unit = line.product, line.product.base_unit
        theirs = terms[product.pk].customer_number
        said = (
            product.number + (" · " + speak("your_number", number=theirs) if theirs else ""),
            speak("order_item", order=line.order_number, item=str(line.order_line_number)) if several else "",
            *batches.get(line.pk, ()),
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


def _totals(delivery: Delivery, speak: Speaker, is_note: bool) -> tuple[Total, ...]:
    """Weight and volume, as far as the products have any."""
    found = [Total(speak("net_weight"), speak.weight(delivery.weight_g), strong=True)] if delivery.weight_g else []
    if delivery.volume_ml and not is_note:
        found.append(Total(speak("volume"), speak.volume(delivery.volume_ml)))
    return tuple(found)


def marks(delivery_ids: Sequence[int]) -> Mapping[int, str]:
    """Another mark after every change of what goes, to whom and when. Two statements."""
    heads = Delivery.objects.filter(pk__in=delivery_ids).values_list("pk", "ship_to_id", "delivery_on", "incoterm")
    said: dict[int, list[Any]] = {row[0]: [row[1], str(row[2]), row[3]] for row in heads}
    rows = DeliveryLine.objects.filter(delivery_id__in=delivery_ids, quantity__gt=0).order_by("line_number")
    for delivery_id, *line in rows.values_list("delivery_id", "line_number", "product_id", "quantity"):
        said[delivery_id].append(line)
    return {delivery_id: contents.hash_of(words) for delivery_id, words in said.items()}
