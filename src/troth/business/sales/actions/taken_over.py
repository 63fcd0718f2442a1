"""Which actions take orders into the books: sales' own, or those that an upper app put in their place.

An order of a type that delivers on saving is to be delivered however it comes in: entered, or submitted from a draft.
"""

from collections.abc import Callable

from troth.business.masterdata.queries import snapshot
from troth.business.sales.actions.answers import Submitted
from troth.business.sales.actions.submit import enter_order, submit_order
from troth.business.sales.models import Order

Verb = Callable[..., Submitted]
_entering: list[Verb] = [enter_order]
_submitting: list[Verb] = [submit_order]


def take_over(*, enter: Verb, submit: Verb) -> None:
    """Have new orders, and drafts of types that deliver on saving, taken by an upper app's actions, called as ours."""
    _entering.append(enter)
    _submitting.append(submit)


def entering() -> Verb:
    """The action that enters a new order."""
    return _entering[-1]


def submitting(order_id: int) -> Verb:
    """The action that submits this draft; it reads the order again under its lock."""
    type_id = Order.objects.filter(pk=order_id).values_list("order_type_id", flat=True).first()
    known = snapshot().order_types_by_id
    return _submitting[-1] if type_id in known and known[type_id].delivers_on_saving else submit_order
