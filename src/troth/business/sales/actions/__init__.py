"""The verbs of sales.

| module | verbs |
| --- | --- |
| `save` | keep a draft |
| `submit` | take an order into the books; `enter` and `submit` run inside another action |
| `change` | change an order, reject one of its lines |
| `cancel` | cancel an order |
"""

from troth.business.sales.actions.answers import Confirmed, LineAnswer, Saved, Submitted
from troth.business.sales.actions.cancel import cancel_order
from troth.business.sales.actions.change import change_order, reject_item
from troth.business.sales.actions.save import save_order
from troth.business.sales.actions.submit import enter, enter_order, submit, submit_order

__all__ = [
    "Confirmed",
    "LineAnswer",
    "Saved",
    "Submitted",
    "cancel_order",
    "change_order",
    "enter",
    "enter_order",
    "reject_item",
    "save_order",
    "submit",
    "submit_order",
]
