"""What stands in the way of an entry."""

from troth.kernel.errors import BusinessError


class AlreadyReversed(BusinessError):
    """The entry was reversed before."""

    code = "entry_already_reversed"
