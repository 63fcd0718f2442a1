"""Kinds of texts, and the standard texts that documents begin with: all invented."""

from collections.abc import Iterable, Mapping
from typing import Any

from troth.doors.demo.tables import row, write

EVERY_RAMP = 7
HANDLING = {
    "": "Carry upright; the wheels lie beside the frame.",
    "de": "Aufrecht tragen; die Räder liegen beim Rahmen.",
}
RAMP = {"": "Deliver at the ramp, weekdays until noon.", "de": "Anlieferung an der Rampe, werktags bis zwölf Uhr."}
INVOICE = {"": "Please quote our invoice number with your payment."}


def write_texts(customers: Mapping[str, Any], sold: Iterable[Any]) -> None:
    """Write the kinds and the texts."""
    delivery, invoice, handling = write(
        [
            row("masterdata.TextKind", code="delivery_note", name="Delivery note", goes_to_delivery=True),
            row("masterdata.TextKind", code="invoice_note", name="Invoice note", goes_to_invoice=True),
            row("masterdata.TextKind", code="handling", name="Handling note", is_on_items=True, goes_to_delivery=True),
        ]
    )
    stores = list(customers.values())
    write(
        [
            *_texts(delivery, RAMP, customer=stores[::EVERY_RAMP]),
            *_texts(invoice, INVOICE, customer=[one for one in stores if one.group == "large"]),
            *_texts(handling, HANDLING, product=[one for one in sold if one.subcategory == "Road Bikes"]),
        ]
    )


def _texts(kind: Any, words: Mapping[str, str], **masters: Iterable[Any]) -> list[Any]:
    [(role, several)] = masters.items()
    return [
        row("masterdata.StandardText", kind=kind, language=language, text=text, **{role: master})
        for master in several
        for language, text in words.items()
    ]
