"""What goes on which invoice, and for how much.

A line is billed in parts as it is issued. Each part gets its share of the order line's amounts by running totals: what
is billed after this part, rounded, less what was billed before it, rounded. So the parts sum to the whole, to the cent.

    ordered 3, net 10.00      billed 1: 3.33      then 1: 3.34      then 1: 3.33
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.kernel.errors import BusinessError
from troth.kernel.money import Rounding, round_ratio


class NothingToBill(BusinessError):
    """None of what was chosen is issued, or ordered for billing by order, and not yet billed."""

    code = "nothing_to_bill"


class InvoiceCancelled(BusinessError):
    """The invoice was cancelled, or is itself a cancellation."""

    code = "invoice_cancelled"


class InvoicePaid(BusinessError):
    """Payments are cleared against the invoice."""

    code = "invoice_paid"


@dataclass(frozen=True, slots=True)
class Billable:
    """A part of an order line that may be billed now.

    `source_kind` is "delivery" or "order", the document it is billed from. `quantity` of `ordered` smallest units are
    billed now, after `billed_before`; `net` and `tax` are those of the whole line in the order's currency. `standing`
    is what the part has in the exposure ledger, in the company's currency; None where it follows from the amounts.
    `order_texts` and `texts` are those of the order and the line that go on the invoice.
    """

    source_kind: str
    source_id: int
    source_number: str
    source_line_id: int
    order_id: int
    order_number: str
    order_line_id: int
    product_id: int
    product_number: str
    product_category: str
    description: str
    quantity: int
    ordered: int
    billed_before: int
    net: int
    tax: int
    tax_name: str
    tax_basis_points: int
    standing: int | None
    order_texts: Mapping[str, str]
    texts: Mapping[str, str]
    terms: "Terms"


@dataclass(frozen=True, slots=True, order=True)
class Terms:
    """What must agree for lines to share an invoice."""

    company_id: int
    sold_to_id: int
    bill_to_id: int
    payer_id: int
    currency: str
    payment_terms_id: int
    due_days: int
    customer_group: str


@dataclass(frozen=True, slots=True)
class Share:
    """What a part of a line costs, in minor units."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


def share(line: Billable) -> Share:
    """Return the part's amounts: running totals after it less those before it."""
    assert line.quantity > 0
    return Share(
        net=share_of(line.net, line.billed_before, line.quantity, line.ordered),
        tax=share_of(line.tax, line.billed_before, line.quantity, line.ordered),
    )


def share_of(amount: int, before: int, quantity: int, whole: int) -> int:
    """The part of `amount` that goes with `quantity` of `whole` after `before`; all parts sum to the amount."""
    if quantity == whole and not before:  # most lines are billed at once
        return amount
    return round_ratio(amount * (before + quantity), whole, Rounding.HALF_UP) - round_ratio(
        amount * before, whole, Rounding.HALF_UP
    )


def group(lines: Iterable[Billable], *, collective: bool) -> list[list[Billable]]:
    """Split lines into invoices: always by the terms, and by delivery or order unless `collective`."""
    invoices: dict[tuple[object, ...], list[Billable]] = {}
    for line in sorted(lines, key=lambda line: (line.terms, line.source_kind, line.source_id, line.source_line_id)):
        key = (line.terms,) if collective else (line.terms, line.source_kind, line.source_id)
        invoices.setdefault(key, []).append(line)
    return list(invoices.values())
