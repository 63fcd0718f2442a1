"""Rules of credit, in memory: which of them holds for a check.

A condition that is empty holds for all. Of several rules that fit, the one that names the order type goes before one
that names only the risk class, and both before one for all.
"""

from collections.abc import Iterable
from typing import NamedTuple

from troth.platform import sql


class CreditCheckTerms(NamedTuple):
    """A rule in the words of its model; what is None among the criteria is not looked at."""

    id: int
    company_id: int
    point: str
    risk_class: str
    order_type_id: int | None
    order_type: str
    outcome: str
    checks_limit: bool
    max_document_value: int | None
    max_dunning_level: int | None
    checks_review: bool
    max_overdue_percent: int | None = None
    max_overdue_days: int | None = None
    max_open_documents: int | None = None
    automatic_release: bool = True

    @property
    def code(self) -> str:
        """What a rule is known by: its point, risk class and order type, with a dash where it holds for all."""
        return "/".join((self.point, self.risk_class or "-", self.order_type or "-"))


def credit_check(
    checks: Iterable[CreditCheckTerms], *, company_id: int, point: str, risk_class: str, order_type_id: int
) -> CreditCheckTerms | None:
    """The rule that holds; None where no rule does."""
    fitting = [
        one
        for one in checks
        if (one.company_id, one.point) == (company_id, point)
        and one.risk_class in ("", risk_class)
        and one.order_type_id in (None, order_type_id)
    ]
    return max(fitting, key=lambda one: (one.order_type_id is not None, bool(one.risk_class)), default=None)


def read() -> tuple[CreditCheckTerms, ...]:
    """All active rules."""
    rows = sql.fetch(
        "SELECT c.id, c.company_id, c.point, c.risk_class, c.order_type_id, COALESCE(t.code, ''), c.outcome,"
        " c.checks_limit, c.max_document_value, c.max_dunning_level, c.checks_review,"
        " c.max_overdue_percent, c.max_overdue_days, c.max_open_documents, c.automatic_release"
        " FROM masterdata_creditcheck c"
        " LEFT JOIN masterdata_ordertype t ON t.id = c.order_type_id WHERE c.is_active ORDER BY c.id"
    )
    return tuple(
        CreditCheckTerms._make((*row[:7], bool(row[7]), *row[8:10], bool(row[10]), *row[11:14], bool(row[14])))
        for row in rows
    )
