"""What is agreed of a line beside its goods, quantity and date, in words."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.sales.rules.lines import Line

MODES = (
    ("partial", _("in parts")),
    ("complete", _("all on one day")),
    ("one_time", _("on the wished day only")),
)
"""How a line is to be confirmed, the usual way first."""


def agreed_of(line: Line) -> list[str]:
    """How the line is to be confirmed, where that is not the usual way."""
    words = []
    if line.delivery_mode != MODES[0][0]:
        words.append(str(dict(MODES)[line.delivery_mode]))
    if line.delivery_group:
        words.append(gettext("delivery group %(group)s") % {"group": line.delivery_group})
    if line.is_fixed:
        words.append(gettext("quantity and date fixed"))
    return words
