"""What a change of a quota may not do."""

from enum import StrEnum

from troth.kernel.errors import BusinessError


class Measure(StrEnum):
    PLANNED = "planned"
    CONSUMED = "consumed"


class QuotaNegative(BusinessError):
    """More would be given back than was planned or consumed."""

    code = "quota_negative"
