"""The life of an expected receipt."""

from enum import StrEnum

from troth.kernel.lifecycle import Lifecycle


class ReceiptState(StrEnum):
    OPEN = "open"
    RECEIVED = "received"
    CANCELLED = "cancelled"
    CONVERTED = "converted"


RECEIPT = Lifecycle(
    "receipt",
    {
        (ReceiptState.OPEN, "change"): ReceiptState.OPEN,
        (ReceiptState.OPEN, "receive a part"): ReceiptState.OPEN,
        (ReceiptState.OPEN, "receive the rest"): ReceiptState.RECEIVED,
        (ReceiptState.OPEN, "cancel"): ReceiptState.CANCELLED,
        (ReceiptState.OPEN, "convert"): ReceiptState.CONVERTED,
        (ReceiptState.OPEN, "convert a part"): ReceiptState.OPEN,
        (ReceiptState.OPEN, "take back"): ReceiptState.OPEN,
        (ReceiptState.CONVERTED, "take back"): ReceiptState.OPEN,
        (ReceiptState.OPEN, "reverse"): ReceiptState.OPEN,
        (ReceiptState.RECEIVED, "reverse"): ReceiptState.OPEN,
        (ReceiptState.CANCELLED, "reverse"): ReceiptState.CANCELLED,
    },
)
