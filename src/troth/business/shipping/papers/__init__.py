"""The papers of shipping: pick list, delivery note, packing list, labels of handling units."""

from django.utils.translation import gettext_lazy as _

from troth.business.shipping.models import Delivery, TransferOrder
from troth.business.shipping.papers import labels, notes, pick_list
from troth.business.shipping.papers.marks import marks, packing_marks
from troth.business.shipping.states import DeliveryState, TransferState
from troth.platform.printing import papers
from troth.platform.printing.papers import Paper

PICK_LIST, DELIVERY_NOTE, PACKING_LIST, LABELS = "pick_list", "delivery_note", "packing_list", "handling_unit_labels"


def _stands(delivery_id: int) -> bool:
    return Delivery.objects.filter(pk=delivery_id).exclude(state=DeliveryState.CANCELLED).exists()


def _is_to_fetch(transfer_order_id: int) -> bool:
    return TransferOrder.objects.filter(pk=transfer_order_id).exclude(state=TransferState.CANCELLED).exists()


papers.register(
    Paper(
        code=PICK_LIST, title=_("Pick list"), document_kind="transfer_order", load=pick_list.load,
        offered=_is_to_fetch, marks=pick_list.marks, layout=pick_list.LAYOUT, view="shipping.view_transfer_order",
        print="shipping.print_papers",
    )
)  # fmt: skip
for _code, _title, _load, _marks in (
    (DELIVERY_NOTE, _("Delivery note"), notes.load_note, marks),
    (PACKING_LIST, _("Packing list"), notes.load_packing_list, packing_marks),
):
    papers.register(
        Paper(
            code=_code, title=_title, document_kind="delivery", load=_load, offered=_stands, marks=_marks,
            view="shipping.view_delivery", print="shipping.print_papers",
        )
    )  # fmt: skip
papers.register(
    Paper(
        code=LABELS, title=_("Labels of handling units"), document_kind="delivery", load=labels.load,
        offered=labels.is_packed, marks=packing_marks, layout=labels.LAYOUT, view="shipping.view_delivery",
        print="shipping.print_papers",
    )
)  # fmt: skip
