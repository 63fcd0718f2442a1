"""Verbs of supply: expect, plan, convert, change, cancel, receive, take back, count, move, block, inspect, review."""

from troth.business.supply.actions.aside import keep, kept_keys, let_go, lying, lying_at, site_series
from troth.business.supply.actions.back import take_back_conversion
from troth.business.supply.actions.claims import Claim, claims, refuse_spoken_for, register_claims
from troth.business.supply.actions.convert import Converted, convert_receipt
from troth.business.supply.actions.expect import (
    ExpectedReceipt,
    cancel_receipt,
    change_receipt,
    expect,
    expect_receipt,
    expect_receipts,
)
from troth.business.supply.actions.forecast import Foreseen, set_forecast
from troth.business.supply.actions.load import OpeningStock, load_opening_stock
from troth.business.supply.actions.lots import Decided, change_lot, decide_usage, enter_lot, reverse_usage
from troth.business.supply.actions.move import Moved, move_stock
from troth.business.supply.actions.plan import Planned, plan_supply
from troth.business.supply.actions.receive import (
    Received,
    adjust_stock,
    receive_goods,
    reverse_receipt,
)
from troth.business.supply.actions.review import review_shortages
from troth.business.supply.actions.transfer import Transferred, reverse_transfer, transfer_stock

__all__ = [
    "Claim",
    "Converted",
    "Decided",
    "ExpectedReceipt",
    "Foreseen",
    "Moved",
    "OpeningStock",
    "Planned",
    "Received",
    "Transferred",
    "adjust_stock",
    "cancel_receipt",
    "change_lot",
    "change_receipt",
    "claims",
    "convert_receipt",
    "decide_usage",
    "enter_lot",
    "expect",
    "expect_receipt",
    "expect_receipts",
    "keep",
    "kept_keys",
    "let_go",
    "load_opening_stock",
    "lying",
    "lying_at",
    "move_stock",
    "plan_supply",
    "receive_goods",
    "refuse_spoken_for",
    "register_claims",
    "reverse_receipt",
    "reverse_transfer",
    "reverse_usage",
    "review_shortages",
    "set_forecast",
    "site_series",
    "take_back_conversion",
    "transfer_stock",
]
