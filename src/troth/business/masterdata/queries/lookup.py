"""Ids of what people name by code."""

from troth.platform import sql


def payment_terms_id(code: str) -> int | None:
    """The active payment terms of this code."""
    rows = sql.fetch("SELECT id FROM masterdata_paymentterms WHERE code = %s AND is_active", [code])
    return rows[0][0] if rows else None
