"""The labels of a delivery's handling units: one of A6 size for each, with its SSCC as a GS1-128 bar code."""

from pathlib import Path
from typing import Any

from troth.business.shipping.models import Delivery, HandlingUnit
from troth.business.shipping.papers.marks import packing_marks
from troth.business.shipping.queries.packing import HandlingUnitView, handling_units
from troth.platform.documents import DocumentRef
from troth.platform.printing import wording
from troth.platform.printing.barcodes import gs1_128
from troth.platform.printing.contents import Content, Loaded
from troth.platform.printing.wording import Speaker
from troth.reference import letters

WORDS = Path(__file__).parent / "words.toml"
LAYOUT = Path(__file__).parent / "layout" / "label.typ"
CONTENTS_SHOWN = 4
"""More products on one unit are on the packing list."""


def is_packed(delivery_id: int) -> bool:
    return HandlingUnit.objects.filter(delivery_id=delivery_id).exists()


def load(delivery_id: int) -> Loaded:
    """The labels in the language of who receives them."""
    delivery = Delivery.objects.get(pk=delivery_id)
    ship_to = letters.addresses([delivery.ship_to_id])[delivery.ship_to_id]
    speak, home = wording.speaker(ship_to.language, WORDS), letters.home_of(delivery.company_id)
    units = handling_units([delivery_id])
    content = Content(
        language=speak.language,
        title=speak("handling_unit_labels"),
        number=delivery.number,
        page=speak("page", page="{page}", pages="{pages}"),
        sender=letters.sender(delivery.company_id, speak),
        address=ship_to.lines(home, speak),
        facts=(),
        size="a6",
        more={
            "heads": {"from": speak("label_from"), "to": speak("label_to")},
            "labels": [_label(unit, delivery, len(units), speak) for unit in units],
        },
    )
    return Loaded(
        ref=DocumentRef("delivery", delivery.pk, delivery.number),
        company_id=delivery.company_id,
        site_id=delivery.site_id,
        content=content,
        name=f"{content.title}-{delivery.number}",
        mark=packing_marks([delivery_id])[delivery_id],
    )


def _label(unit: HandlingUnitView, delivery: Delivery, units: int, speak: Speaker) -> dict[str, Any]:
    shown = [
        f"{speak.quantity(one.quantity, one.decimals, one.unit)} · {one.product} {one.product_name}"
        for one in unit.contents[:CONTENTS_SHOWN]
    ]
    return {
        "bars": gs1_128(unit.number),
        "sscc": unit.number,
        "read": f"(00) {unit.number}",
        "of": speak("label_of", unit=str(unit.position), units=str(units)),
        "facts": [
            (speak("label_delivery"), delivery.number),
            (speak("label_packaging"), unit.packaging_name),
            (speak("gross_weight"), speak.weight(unit.weight_g)),
        ],
        "contents": [*shown, "…"] if len(unit.contents) > CONTENTS_SHOWN else shown,
    }
