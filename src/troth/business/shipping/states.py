"""The states of deliveries, shipments and transfer orders.

| delivery | open, then picked when all of it is in hand, then issued when it has left, proven or not; or cancelled |
| shipment | planned, loading, departed; or cancelled |
| transfer order | open until the pick is confirmed; cancelled when it is taken back or its pick is undone |

A step back is a verb of its own, so that the tables below are the first half of the reversal matrix; the second half,
what later documents stand in the way, is in `rules.reversals`.
"""

from enum import StrEnum

from troth.kernel.lifecycle import Lifecycle


class DeliveryState(StrEnum):
    OPEN = "open"
    PICKED = "picked"
    ISSUED = "issued"
    CANCELLED = "cancelled"


class ShipmentState(StrEnum):
    PLANNED = "planned"
    LOADING = "loading"
    DEPARTED = "departed"
    CANCELLED = "cancelled"


class TransferState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


DELIVERY: Lifecycle[DeliveryState] = Lifecycle(
    "delivery",
    {
        (DeliveryState.OPEN, "change"): DeliveryState.OPEN,
        (DeliveryState.OPEN, "pick"): DeliveryState.PICKED,
        (DeliveryState.OPEN, "pack"): DeliveryState.OPEN,
        (DeliveryState.OPEN, "unpack"): DeliveryState.OPEN,
        (DeliveryState.OPEN, "cancel"): DeliveryState.CANCELLED,
        (DeliveryState.PICKED, "undo_pick"): DeliveryState.OPEN,
        (DeliveryState.PICKED, "pack"): DeliveryState.PICKED,
        (DeliveryState.PICKED, "unpack"): DeliveryState.PICKED,
        (DeliveryState.PICKED, "issue"): DeliveryState.ISSUED,
        (DeliveryState.ISSUED, "prove"): DeliveryState.ISSUED,
        (DeliveryState.ISSUED, "withdraw_proof"): DeliveryState.ISSUED,
        (DeliveryState.ISSUED, "reverse_goods_issue"): DeliveryState.PICKED,
    },
)

SHIPMENT: Lifecycle[ShipmentState] = Lifecycle(
    "shipment",
    {
        (ShipmentState.PLANNED, "change"): ShipmentState.PLANNED,
        (ShipmentState.PLANNED, "load"): ShipmentState.LOADING,
        (ShipmentState.PLANNED, "cancel"): ShipmentState.CANCELLED,
        (ShipmentState.LOADING, "unload"): ShipmentState.PLANNED,
        (ShipmentState.LOADING, "depart"): ShipmentState.DEPARTED,
        (ShipmentState.DEPARTED, "recall"): ShipmentState.LOADING,
    },
)

TRANSFER_ORDER: Lifecycle[TransferState] = Lifecycle(
    "transfer order",
    {
        (TransferState.OPEN, "confirm"): TransferState.CONFIRMED,
        (TransferState.OPEN, "cancel"): TransferState.CANCELLED,
        (TransferState.CONFIRMED, "undo"): TransferState.CANCELLED,
    },
)
