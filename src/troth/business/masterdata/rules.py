"""What master data may not be, and what people are told then."""

from troth.kernel.errors import BusinessError


class AccountMissing(BusinessError):
    """The account determination has no row for a posting."""

    code = "account_missing"


class ChangedMeanwhile(BusinessError):
    """Somebody else changed the record since it was opened."""

    code = "changed_meanwhile"
