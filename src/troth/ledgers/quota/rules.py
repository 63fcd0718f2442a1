"""What a change of a quota may not do."""

from enum import StrEnum

from troth.kernel.errors import BusinessError

NO_CEILING = 0
"""The procedure under which floors are kept, such as supply protection: more may be consumed than is planned."""


class Measure(StrEnum):
    PLANNED = "planned"
    CONSUMED = "consumed"
    COUNTED = "counted"
    """Consumed as well, but promised before there was a plan: it is counted in full, whatever is planned."""

    @property
    def column(self) -> str:
        """The column of the balance that it changes."""
        return "planned" if self is Measure.PLANNED else "consumed"


class QuotaNegative(BusinessError):
    """More would be given back than was planned or consumed."""

    code = "quota_negative"
