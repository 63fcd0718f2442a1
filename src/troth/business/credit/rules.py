"""The credit decision.

A payer's exposure is what it owes or will owe a company: open orders, deliveries under way, open invoices, less
deposits. It may reach the limit, and not go past it. What happens then depends on the step (CSA: credit management
process):

    step           within the limit     past the limit
    order          goes on              is kept; a credit block stops its delivery until a credit manager decides
    delivery       goes on              a document that bears the block is refused
    goods issue    goes on              refused, unless a credit manager released this document

A document that adds nothing is never blocked: one free of charge, or one changed to the same value or less.
"""

from dataclasses import dataclass
from typing import Protocol

from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.money import format_money


class CreditBlocksDelivery(BusinessError):
    """A credit block stands on the order."""

    code = "credit_blocks_delivery"


class CreditBlocksGoodsIssue(BusinessError):
    """Exposure is past the limit, and nobody released the document; refusal is the only reaction here."""

    code = "credit_blocks_goods_issue"


class LimitInvalid(BusinessError):
    """A limit that is negative or larger than the books can hold."""

    code = "limit_invalid"


class CreditAccountUnknown(BusinessError):
    """The company or the payer of a limit does not exist."""

    code = "credit_account_unknown"


class ExposureFacts(Protocol):
    """What is read of an exposure, in minor units of the company's currency; the ledger's value has it."""

    @property
    def open_orders(self) -> int: ...
    @property
    def open_deliveries(self) -> int: ...
    @property
    def open_invoices(self) -> int: ...
    @property
    def deposits(self) -> int: ...
    @property
    def total(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found: exposure with this document counted in, the limit (None: not checked), and by how much the
    one is past the other (0 where it is not). `amount` is what the document stands for."""

    exposure: ExposureFacts
    limit: int | None
    amount: int
    excess: int
    sets_block: bool

    @property
    def within_limit(self) -> bool:
        return self.excess == 0

    def sentence(self, decimals: int, currency: str) -> Sentence:
        """The verdict as people read it."""
        total = format_money(self.exposure.total, decimals, currency)
        if self.limit is None:
            return Sentence("Credit is not limited; exposure is %(total)s.", total=total)
        limit = format_money(self.limit, decimals, currency)
        if self.within_limit:
            return Sentence("Exposure is %(total)s of a limit of %(limit)s.", total=total, limit=limit)
        excess = format_money(self.excess, decimals, currency)
        return Sentence(
            "Exposure is %(total)s, %(excess)s past the limit of %(limit)s.", total=total, excess=excess, limit=limit
        )


def verdict(
    exposure: ExposureFacts, *, limit: int | None, amount: int, amount_before: int = 0, checks: bool = True
) -> Verdict:
    """Judge `exposure`, in which the document's new `amount` is counted and `amount_before` is not."""
    excess = max(exposure.total - limit, 0) if checks and limit is not None else 0
    return Verdict(exposure, limit if checks else None, amount, excess, excess > 0 and amount > amount_before)
