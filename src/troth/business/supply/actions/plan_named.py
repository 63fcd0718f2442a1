"""A plan as people and programs name it: by the numbers of products and suppliers and the codes of sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.supply.actions.expect import ExpectedReceipt
from troth.business.supply.actions.named import read_named
from troth.kernel.errors import InvalidInput, Sentence
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlan:
    """`quantity` as a person writes it, in the product's base unit; 0: planned no longer."""

    kind: str
    number: str
    product: str
    site: str
    due_on: date
    quantity: str
    is_firm: bool = False
    supplier: str = ""
    expires_on: date | None = None
    valuation: str = ""


def read_plan(entries: Sequence[NamedPlan]) -> tuple[ExpectedReceipt, ...]:
    """What is named, by id and in smallest units; `Refusals` by row and field for all that is wrong."""
    suppliers = reference.party_ids(entry.supplier for entry in entries if entry.supplier)

    def made(entry: NamedPlan, product: ProductRow, site: SiteRow, steps: int) -> ExpectedReceipt:
        return ExpectedReceipt(
            site.company_id, entry.kind, entry.number, product.id, site.id, entry.due_on, steps,
            named_supplier(entry.supplier, suppliers), entry.expires_on, entry.valuation, entry.is_firm,
        )  # fmt: skip

    return read_named(entries, made)


def named_supplier(number: str, known: dict[str, int] | None = None) -> int | None:
    """The id of a supplier by its number, None of none; refused where nobody has it."""
    if not number:
        return None
    found = reference.party_ids([number]) if known is None else known
    if number not in found:
        raise InvalidInput(
            Sentence("There is no party %(number)s. Check the supplier's number.", number=number[:40]), field="supplier"
        )
    return found[number]
