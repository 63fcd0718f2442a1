"""What always holds for credit."""

from troth.business.credit.models import CreditAccount
from troth.ledgers.sums import Found
from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register


def waiting() -> Found:
    """What stands under a credit block waits on its payer's exposure, so that no payment passes it over."""
    rows = sql.fetch(
        "SELECT b.id, b.document_number, 1 FROM platform_block b LEFT JOIN credit_waiting w ON w.block_id = b.id"
        " WHERE b.kind = 'credit' AND b.released_at IS NULL AND w.block_id IS NULL UNION ALL"
        " SELECT w.block_id, COALESCE(b.document_number, ''), 0 FROM credit_waiting w LEFT JOIN platform_block b"
        " ON b.id = w.block_id AND b.kind = 'credit' AND b.released_at IS NULL WHERE b.id IS NULL ORDER BY 1"
    )
    [(standing,)] = sql.fetch("SELECT COUNT(*) FROM platform_block WHERE kind = 'credit' AND released_at IS NULL")
    yield Count(standing)
    for block_id, number, stands in rows:
        said = "stands, and its document waits on no exposure" if stands else "does not stand, and its document waits"
        yield Finding(f"Credit block {block_id} of {number} {said}.", {"block": block_id})


def groups() -> Found:
    """Each payer counts in the group of the topmost account that it belongs to."""
    rows = CreditAccount.objects.values_list("company_id", "party_id", "parent__party_id")
    above = {(company_id, party_id): parent for company_id, party_id, parent in rows}
    heads = {(company_id, parent) for (company_id, _), parent in above.items() if parent}
    roots = dict[tuple[int, int], int]()
    for (company_id, party_id), _parent in above.items():
        top, steps = party_id, 0
        while (parent := above.get((company_id, top))) and steps <= len(above):
            top, steps = parent, steps + 1
        if steps > len(above):
            yield Finding(f"The account of party {party_id} belongs to itself.", {"party": party_id})
        elif top != party_id or (company_id, party_id) in heads:
            roots[company_id, party_id] = top
    kept = {(row[0], row[1]): row[2] for row in sql.fetch("SELECT company_id, party_id, root FROM exposure_balance")}
    yield Count(len(roots))
    for place in sorted({*roots, *(one for one, root in kept.items() if root)}):
        if kept.get(place, 0) != roots.get(place, 0):
            yield Finding(
                f"Party {place[1]} counts in the group of party {kept.get(place, 0)}, and belongs to that of"
                f" {roots.get(place, 0)}.",
                {"company": place[0], "party": place[1]},
            )


register(Check("credit: groups", "Each payer counts in the group that its account belongs to.", groups))
register(Check("credit: waiting", "What stands under a credit block waits on a payer's exposure.", waiting))
