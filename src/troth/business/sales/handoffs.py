"""What representatives ask of other desks about an order; the times are those of the process paper.

CM.02.01 and CM.02.03. Nothing follows from an answer but that it is told: an app that does something about one declares
a kind of its own.
"""

from django.utils.translation import gettext_lazy as _

from troth.business.sales.models import OrderLine
from troth.platform import requests
from troth.platform.permissions.table import OPS, QUALITY, REP, SCHED, TRANSPORT
from troth.platform.requests import RequestKind, Terms

_DESK = frozenset({REP, OPS})

KINDS = (
    RequestKind(
        "plan_change", _("Change of the production plan"), _DESK, (SCHED,),
        Terms(answer_minutes=30, escalates_to=OPS), frozenset({"order"}), stands_in=False,
    ),
    RequestKind(
        "quality_release", _("Release of quality stock"), _DESK, (QUALITY,),
        Terms(answer_minutes=60, receipt_minutes=30, same_day=True, escalates_to=OPS), frozenset({"order"}),
        stands_in=False,
    ),
    RequestKind(
        "load_change", _("Change of a load"), _DESK, (TRANSPORT,),
        Terms(answer_minutes=120, receipt_minutes=30, same_day=True, escalates_to=OPS),
        frozenset({"order", "delivery"}),
    ),
)  # fmt: skip


def items(order_id: int) -> list[tuple[str, str]]:
    """The lines of an order by number, with the product."""
    found = OrderLine.objects.filter(order_id=order_id).order_by("line_number")
    return [
        (str(number), f"{number} {product}") for number, product in found.values_list("line_number", "product__name")
    ]


def declare() -> None:
    for kind in KINDS:
        requests.declare(kind)
    requests.has_items("order", items)
