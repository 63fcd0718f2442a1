"""The verbs of sales.

| module | verbs |
| --- | --- |
| `save` | keep a draft |
| `submit` | take an order into the books; `enter` and `submit` run inside another action |
"""

from troth.business.sales.actions.answers import Confirmed, LineAnswer, Saved, Submitted
from troth.business.sales.actions.save import save_order
from troth.business.sales.actions.submit import enter, enter_order, submit, submit_order

__all__ = [
    "Confirmed",
    "LineAnswer",
    "Saved",
    "Submitted",
    "enter",
    "enter_order",
    "save_order",
    "submit",
    "submit_order",
]
