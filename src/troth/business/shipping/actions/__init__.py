"""The verbs of shipping.

| module | verbs |
| --- | --- |
| `deliver` | make deliveries from what is due |
| `rush` | make the delivery of an order that was just taken |
| `alter` | change or cancel a delivery |
| `amend` | change an order whose goods are on their way; see first what it does |
| `ship` | shipments: make, assign, unassign, load, depart, and each step back |
| `transfer` | transfer orders: make, cancel |
| `pick` | confirm what was picked, undo it |
| `pack` | pack into handling units, unpack |
| `issue` | goods issue, one or many, and its reversal |
| `prove` | proof of delivery, one or many, and taking it back |
"""

from troth.business.shipping.actions.alter import DeliveryChanged, cancel_delivery, change_delivery
from troth.business.shipping.actions.amend import Amended, Amendment, Edit, amend_order, preview_amendment
from troth.business.shipping.actions.deliver import (
    DeliveriesMade,
    create_deliveries,
    create_delivery,
)
from troth.business.shipping.actions.issue import (
    GoodsIssued,
    IssueResult,
    post_goods_issue,
    post_goods_issues,
    reverse_goods_issue,
)
from troth.business.shipping.actions.pack import AllPacked, Packed, pack, pack_all, unpack
from troth.business.shipping.actions.pick import PickConfirmed, confirm_all, confirm_pick, undo_pick
from troth.business.shipping.actions.prove import (
    DeliveryProven,
    ProofResult,
    prove_as_shipped,
    prove_deliveries,
    prove_delivery,
    withdraw_proof,
)
from troth.business.shipping.actions.rest import Closed
from troth.business.shipping.actions.ship import (
    ShipmentMade,
    assign_delivery,
    cancel_shipment,
    create_shipment,
    depart_shipment,
    load_shipment,
    recall_shipment,
    unassign_delivery,
    unload_shipment,
)
from troth.business.shipping.actions.transfer import TransferMade, cancel_transfer_order, create_transfer_order

__all__ = [
    "AllPacked",
    "Amended",
    "Amendment",
    "Closed",
    "DeliveriesMade",
    "DeliveryChanged",
    "DeliveryProven",
    "Edit",
    "GoodsIssued",
    "IssueResult",
    "Packed",
    "PickConfirmed",
    "ProofResult",
    "ShipmentMade",
    "TransferMade",
    "amend_order",
    "assign_delivery",
    "cancel_delivery",
    "cancel_shipment",
    "cancel_transfer_order",
    "change_delivery",
    "confirm_all",
    "confirm_pick",
    "create_deliveries",
    "create_delivery",
    "create_shipment",
    "create_transfer_order",
    "depart_shipment",
    "load_shipment",
    "pack",
    "pack_all",
    "post_goods_issue",
    "post_goods_issues",
    "preview_amendment",
    "prove_as_shipped",
    "prove_deliveries",
    "prove_delivery",
    "recall_shipment",
    "reverse_goods_issue",
    "unassign_delivery",
    "undo_pick",
    "unload_shipment",
    "unpack",
    "withdraw_proof",
]
