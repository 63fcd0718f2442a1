"""How orders that wait for credit rank: by priority, then by the day they were entered, then by number."""

from collections.abc import Sequence

from troth.business.credit.actions import Ranked
from troth.business.masterdata.queries import snapshot
from troth.business.sales.models import Order


def ranks(ids: Sequence[int]) -> dict[int, Ranked]:
    kinds = snapshot().order_types_by_id
    rows = Order.objects.filter(pk__in=ids).values_list("pk", "priority", "entered_on", "number", "order_type_id")
    return {
        key: Ranked(priority, on, number, (kind,) if kinds[kind].checks_credit else ())
        for key, priority, on, number, kind in rows
    }
