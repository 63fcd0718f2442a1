"""Ids of what people name by number or code: one statement each, unknown ones left out."""

from collections.abc import Iterable

from troth.platform import sql


def customer_ids(numbers: Iterable[str], *, company_id: int | None = None) -> dict[str, int]:
    """The customers by their party's number; where several companies sell to a party, the one with the lowest id."""
    wanted = [(number,) for number in dict.fromkeys(numbers)]
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"number": "text"}, wanted)
    of_company = " WHERE c.company_id = %s" if company_id is not None else ""
    rows = sql.fetch(
        f"{with_clause} SELECT p.number, c.id FROM {source} JOIN reference_party p ON p.number = k.number"
        f" JOIN masterdata_customer c ON c.party_id = p.id{of_company} ORDER BY c.id DESC",
        [*parameters, *([company_id] if company_id is not None else [])],
    )
    return dict(rows)


def payment_terms_id(code: str) -> int | None:
    """The active payment terms of this code."""
    rows = sql.fetch("SELECT id FROM masterdata_paymentterms WHERE code = %s AND is_active", [code])
    return rows[0][0] if rows else None
