"""Separation of duties: pairs that no one person should hold.

The pairs follow the conflict lists that auditors of order management publish. A severe one is refused when a role is
granted, unless the administrator makes a named exception; a light one is only shown. That the same person may not act
on both sides of *one document* is a matter of the document (see `platform.blocks`), not of this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from troth.kernel.errors import Sentence


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two permissions that one person should not join; `severe` ones are refused."""

    first: str
    second: str
    why: str
    severe: bool = True

    def joined_by(self, roles: set[str], permissions: Mapping[str, frozenset[str]]) -> bool:
        """Whether these roles hold both sides, and need two roles to do so: one role alone is no conflict."""
        left, right = permissions[self.first] & roles, permissions[self.second] & roles
        return bool(left and right and not left & right)


def _warn(first: str, second: str, why: str) -> Conflict:
    return Conflict(first, second, why, severe=False)


CONFLICTS: tuple[Conflict, ...] = (
    Conflict("sales.submit_order", "credit.release_block", Sentence("enters orders and releases their credit blocks")),
    Conflict(
        "sales.submit_order", "credit.set_limit", Sentence("enters orders and sets the credit limits they are held to")
    ),
    Conflict(
        "sales.submit_order",
        "masterdata.maintain_customer",
        Sentence("enters orders and makes the customers they go to"),
    ),
    Conflict("sales.submit_order", "masterdata.maintain_price", Sentence("enters orders and sets their prices")),
    Conflict("sales.submit_order", "billing.create_invoices", Sentence("enters orders and bills them")),
    Conflict("sales.submit_order", "receivables.post_payment", Sentence("enters orders and posts their payments")),
    Conflict("billing.create_invoices", "receivables.post_payment", Sentence("bills and posts the payments")),
    Conflict(
        "credit.set_limit", "receivables.post_payment", Sentence("sets limits and posts the payments that free them")
    ),
    Conflict("shipping.post_goods_issue", "supply.adjust_stock", Sentence("issues goods and corrects the stock")),
    Conflict("masterdata.maintain_price", "billing.create_invoices", Sentence("sets prices and bills")),
    Conflict(
        "masterdata.maintain_customer", "receivables.post_payment", Sentence("keeps customers and posts their payments")
    ),
    Conflict(
        "sales.submit_order",
        "supply.decide_usage",
        Sentence("enters orders and releases the goods from inspection that they get"),
    ),
    Conflict(
        "supply.receive_goods", "supply.decide_usage", Sentence("receives goods and decides whether they are sound")
    ),
    Conflict("platform.grant_role", "platform.ask", Sentence("gives out rights and works in the business")),
    _warn("sales.submit_order", "shipping.create_delivery", Sentence("enters orders and makes their deliveries")),
    _warn("shipping.create_delivery", "shipping.post_goods_issue", Sentence("makes deliveries and issues their goods")),
    _warn("supply.receive_goods", "sales.submit_order", Sentence("receives goods and enters orders")),
)
