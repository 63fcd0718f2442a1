"""A target as people write it: a quantity, a percentage of a total, or parts of a ratio by which a total is shared.

    500             so much
    20 % of 1000    a fifth of what is planned in all
    3 parts of 2000 three parts of the ratio by which 2000 are shared out

What others write for `of` is read too: `von`, and a stroke.
"""

import re

from troth.business.quotas.actions.drafts import ShareDraft
from troth.business.quotas.rules import By
from troth.kernel.errors import BusinessError
from troth.kernel.quantity import Unit, parse_quantity

LONGEST = 60
_SHARE = re.compile(r"(?P<share>.+?)\s*(?P<by>%|parts?|teile?)\s*(?:of|von|/)\s*(?P<total>.+)", re.IGNORECASE)
SHARE_UNITS = {By.PERCENTAGE: Unit("%", 2), By.RATIO: Unit("", 0)}
"""In what shares are counted: hundredths of a percent, and whole parts."""


def read_target(text: str, unit: Unit) -> tuple[int, ShareDraft | None]:
    """The quantity in smallest units, or 0 and the share. A figure that is none is refused with field `quantity`."""
    found = _SHARE.fullmatch(text.strip())
    try:
        if found is None:
            return parse_quantity(text, unit, zero_allowed=True), None
        by = By.PERCENTAGE if found["by"] == "%" else By.RATIO
        return 0, ShareDraft(
            by, read_share(found["share"], by), parse_quantity(found["total"], unit, zero_allowed=True)
        )
    except BusinessError as refusal:
        refusal.field = "quantity"
        raise


def is_share(text: str) -> bool:
    """Whether it reads as a share of a total, and not as a quantity."""
    return _SHARE.fullmatch(text.strip()) is not None


def read_share(text: str, by: str) -> int:
    """Hundredths of a percent, or parts."""
    return parse_quantity(text, SHARE_UNITS[By(by)], zero_allowed=True)
