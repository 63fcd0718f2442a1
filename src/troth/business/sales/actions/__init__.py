"""The verbs of sales.

| module | verbs |
| --- | --- |
| `save` | keep a draft |
| `submit` | take an order into the books; `enter` and `submit` run inside another action |
| `at_once` | what follows in the same transaction where the order's type delivers on saving |
| `change` | change an order, reject one of its lines |
| `cancel` | cancel an order |
| `copy` | an order from a quotation, a draft like an order |
| `from_hold` | an order in place of a hold |
| `hold_quoted` | hold the goods of a quotation, longer, no longer; `held_goods`: its order takes them over |
| `quotations` | save, send, accept, reject, revise, expire |
| `allocate` | tie stock to a line and let it go |
| `repromise` | promise again what supply covers no longer |
| `new_dates` | propose new dates for it instead, take them or keep the old ones |
| `told` | tell who owns an order that its promise got other dates |
| `outstanding` | lines as a run over the backorders reads them, and what it tells their orders |
| `blocking` | set and lift blocks; go on after one was lifted |
"""

from troth.business.sales.actions.allocate import Allocated, allocate_stock, release_allocation
from troth.business.sales.actions.anew import PromisedAnew, promise_anew
from troth.business.sales.actions.answers import (
    Confirmed,
    DeliveryMade,
    DeliveryRefused,
    LineAnswer,
    Saved,
    Submitted,
)
from troth.business.sales.actions.at_once import deliver_at_once_by
from troth.business.sales.actions.blocking import Blocked, is_resumable, release_block, resume_order, set_block
from troth.business.sales.actions.cancel import cancel_order, reject_for_credit
from troth.business.sales.actions.change import change_order, reject_item
from troth.business.sales.actions.copy import copy_order, order_from_quotation
from troth.business.sales.actions.from_hold import order_from_hold
from troth.business.sales.actions.group import GROUP, Entered, Refused, enter_group, enter_orders
from troth.business.sales.actions.hold_quoted import (
    QuotedHold,
    extend_quoted_holds,
    hold_quoted_goods,
    release_quoted_holds,
)
from troth.business.sales.actions.keeping import lapse_order
from troth.business.sales.actions.new_dates import (
    Decision,
    keep_old_dates,
    settle_new_dates,
    standing_new_dates,
    take_new_dates,
)
from troth.business.sales.actions.quotations import (
    Expired,
    accept_quotation,
    change_quotation_texts,
    expire_quotations,
    reject_quotation,
    revise_quotation,
    save_quotation,
    send_quotation,
)
from troth.business.sales.actions.repromise import Repromised, repromise, repromise_order
from troth.business.sales.actions.save import save_order
from troth.business.sales.actions.submit import enter, enter_order, submit, submit_draft, submit_order
from troth.business.sales.actions.told import see_notices

__all__ = [
    "GROUP",
    "Allocated",
    "Blocked",
    "Confirmed",
    "Decision",
    "DeliveryMade",
    "DeliveryRefused",
    "Entered",
    "Expired",
    "LineAnswer",
    "PromisedAnew",
    "QuotedHold",
    "Refused",
    "Repromised",
    "Saved",
    "Submitted",
    "accept_quotation",
    "allocate_stock",
    "cancel_order",
    "change_order",
    "change_quotation_texts",
    "copy_order",
    "deliver_at_once_by",
    "enter",
    "enter_group",
    "enter_order",
    "enter_orders",
    "expire_quotations",
    "extend_quoted_holds",
    "hold_quoted_goods",
    "is_resumable",
    "keep_old_dates",
    "lapse_order",
    "order_from_hold",
    "order_from_quotation",
    "promise_anew",
    "reject_for_credit",
    "reject_item",
    "reject_quotation",
    "release_allocation",
    "release_block",
    "release_quoted_holds",
    "repromise",
    "repromise_order",
    "resume_order",
    "revise_quotation",
    "save_order",
    "save_quotation",
    "see_notices",
    "send_quotation",
    "set_block",
    "settle_new_dates",
    "standing_new_dates",
    "submit",
    "submit_draft",
    "submit_order",
    "take_new_dates",
]
