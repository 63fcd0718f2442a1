"""What supply protection keeps of a product at a site, beside what is free there."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.promising.queries import AvailabilityDay
from troth.business.quotas.queries import screens as quotas
from troth.business.quotas.queries.screens import ProtectionLine
from troth.platform.web.access import allowed
from troth.platform.web.columns import Column, table_of
from troth.platform.web.values import Link, Quantity
from troth.reference.queries import ProductRow

KEPT = (
    Column("kept_for", _("Kept for"), "link", wide=True),
    Column("priority", _("Priority"), align="right"),
    Column("first_on", _("From"), "date"),
    Column("last_on", _("To"), "date"),
    Column("quantity", _("Kept"), "quantity"),
    Column("consumed", _("Consumed"), "quantity"),
    Column("left", _("Left"), "quantity"),
)


def protected(
    product: ProductRow, site_id: int, today: date, days: Sequence[AvailabilityDay], actor: Any
) -> dict[str, Any]:
    """What is kept for whom, and what is free today for everybody else; nothing where nothing is kept."""
    lines = quotas.protected(product.id, site_id, today)
    if not lines:
        return {}
    rest = Quantity(free_of_others(days, lines, today), product.decimals, product.base_unit)
    return {"protected": table_of(KEPT, [_row(one, actor) for one in lines]), "unprotected": rest}


def free_of_others(days: Sequence[AvailabilityDay], lines: Sequence[ProtectionLine], today: date) -> int:
    """What is free today for who is in none of the groups: no day may be left with less than is kept by then.

    `free` of a day is the least that any later day leaves, so the days on which a protection begins say it all.
    """
    begins = sorted({max(one.first_on, today) for one in lines} | {today})
    rest = [_free(days, on) - sum(one.left.value for one in lines if one.first_on <= on) for on in begins]
    return max(min(rest), 0)


def _free(days: Sequence[AvailabilityDay], on: date) -> int:
    until = [one.free for one in days if one.on <= on] or [one.free for one in days[:1]]
    return until[-1] if until else 0


def _row(one: ProtectionLine, actor: Any) -> dict[str, Any]:
    may_open = allowed(actor, "quotas:supply-protections-edit")
    url = reverse("quotas:supply-protections-edit", args=[one.id]) if may_open else ""
    return {
        "kept_for": Link(f"{one.characteristic} {one.value}", url), "priority": one.priority, "first_on": one.first_on,
        "last_on": one.last_on, "quantity": one.quantity, "consumed": one.consumed, "left": one.left,
    }  # fmt: skip
