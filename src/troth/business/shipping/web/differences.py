"""What the proof of delivery says of lines that did not arrive as they left: on their items, and in the history."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.shipping.queries import DeliveryLineView
from troth.kernel.quantity import format_quantity
from troth.platform.web import formats, history

REASONS = {"damaged": _("damaged"), "missing": _("missing"), "refused": _("refused"), "over": _("too much")}
OUTCOMES = {
    "accepted": _("%(amount)s %(reason)s, within the tolerance"),
    "credited": _("%(amount)s %(reason)s, not billed"),
    "reshipped": _("%(amount)s %(reason)s, to be sent again"),
    "kept": _("%(amount)s %(reason)s, kept and billed"),
    "refused": _("%(amount)s %(reason)s, went back with the carrier"),
}


def difference_words(one: DeliveryLineView) -> str:
    """What the proof of delivery says of a line that did not arrive as it left."""
    amount = format_quantity(one.lost or one.kept or one.turned_away, one.decimals)
    said = {"amount": formats.figure_said(amount, one.unit), "reason": REASONS.get(one.proof_reason, "")}
    return str(OUTCOMES[one.proof_outcome]) % said


def recorded_words(lines: Mapping[str, Any]) -> str:
    """What the record of a proof says, by line number; older ones have smallest units and name no unit."""
    said = []
    for number, told in lines.items():
        one = (
            told
            if isinstance(told, Mapping)
            else dict(zip(("left", "arrived", "reason"), map(str, told), strict=False))
        )
        facts = {
            "number": number,
            "arrived": _figure(one["arrived"]),
            "left": _figure(one["left"]),
            "reason": REASONS[one["reason"]],
        }
        said.append(gettext("Item %(number)s: %(arrived)s of %(left)s arrived (%(reason)s)") % facts)
    return ", ".join(said)


def _figure(recorded: str) -> str:
    found = re.fullmatch(r"(-?[\d.]+) ?(.*)", recorded)
    return formats.figure_said(found[1], found[2]) if found else recorded


history.reads({"lost": recorded_words})
