"""What must hold after a run, looked up in the tables by other means than the product's own.

| rule | broken by |
| --- | --- |
| oversold | a unit of a product confirmed that does not lie in stock |
| lost | an answered order that is not in the books, or with another confirmation than was answered |
| duplicate | an order too many under one key |
| undersold | a unit in stock that nobody got though somebody asked for it |
| unanswered | an order that was refused without reason, or never answered |
| verify | a finding of `troth verify` |
"""

from dataclasses import dataclass

from troth.doors.crash.clients import Answer, Book
from troth.doors.crash.plan import Plan
from troth.platform import sql, verify

_CONFIRMED = """
SELECT p.number, SUM(r.quantity), SUM(r.confirmed_quantity) FROM promising_requirement r
JOIN reference_product p ON p.id = r.product_id GROUP BY p.number"""

_ORDERS = """
SELECT o.id, o.customer_reference, o.state, COALESCE(SUM(r.confirmed_quantity), 0)::bigint FROM sales_order o
LEFT JOIN promising_requirement r ON r.document_kind = 'order' AND r.document_id = o.id
GROUP BY o.id, o.customer_reference, o.state"""


@dataclass(frozen=True, slots=True)
class Broken:
    """How often each rule was broken, and the findings of `troth verify` as sentences."""

    oversold: int
    lost: int
    duplicate: int
    undersold: int
    unanswered: int
    verify: tuple[str, ...]

    @property
    def rules(self) -> dict[str, int]:
        """Each rule with the count of what broke it."""
        return {
            "oversold": self.oversold,
            "lost": self.lost,
            "duplicate": self.duplicate,
            "undersold": self.undersold,
            "unanswered": self.unanswered,
            "verify": len(self.verify),
        }

    @property
    def holds(self) -> bool:
        return not any(self.rules.values())


def examine(plan: Plan, book: Book) -> Broken:
    """Compare what was told with what is in the books; run all checks."""
    oversold, undersold = _units(plan)
    lost, duplicate = _orders(book)
    findings = [finding.sentence for result in verify.run() for finding in result.findings]
    return Broken(oversold, lost, duplicate, undersold, len(book.refused) + len(book.given_up), tuple(findings))


def _units(plan: Plan) -> tuple[int, int]:
    """Units confirmed above what lies in stock, and units kept from those who asked for them."""
    booked = {number: (int(asked), int(confirmed)) for number, asked, confirmed in sql.fetch(_CONFIRMED)}
    oversold = undersold = 0
    for product, stock in enumerate(plan.stock):
        asked, confirmed = booked.get(f"P{product:05d}", (0, 0))
        oversold += max(0, confirmed - stock)
        undersold += max(0, min(stock, asked) - confirmed)
    return oversold, undersold


def _orders(book: Book) -> tuple[int, int]:
    """Answered orders that are not there as answered, and orders too many under one key."""
    rows = sql.fetch(_ORDERS)
    there = {order_id: (key, state, confirmed) for order_id, key, state, confirmed in rows}
    lost = sum(there.get(answer.order_id) != _as_answered(key, answer) for key, answer in book.answers.items())
    return lost, len(rows) - len({key for _, key, _, _ in rows})


def _as_answered(key: str, answer: Answer) -> tuple[str, str, int]:
    return key, "submitted", answer.confirmed
