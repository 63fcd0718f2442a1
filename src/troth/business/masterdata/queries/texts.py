"""Texts of documents by rule (SO-2): what customers and products say, by kind of text and language.

| text on | first | then | then |
| --- | --- | --- | --- |
| header | customer | | |
| item | customer and product together | product | customer |

In each place the one in the document's language, which is the sold-to's, comes before the one without a language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from troth.platform import sql

Texts = Mapping[str, str]
"""Code of the kind -> text."""


@dataclass(frozen=True, slots=True)
class TextKindTerms:
    """A kind of text: where it stands, and which later documents take it over."""

    code: str
    name: str
    is_active: bool
    is_on_items: bool
    goes_to_delivery: bool
    goes_to_invoice: bool

    def goes_to(self, document_kind: str) -> bool:
        return {"delivery": self.goes_to_delivery, "invoice": self.goes_to_invoice}[document_kind]


@dataclass(frozen=True, slots=True)
class StandardTexts:
    """What documents of one customer begin with: `header`, and by product id what each item begins with."""

    header: Texts
    items: Mapping[int, Texts]


NO_TEXTS = StandardTexts({}, {})

_FOUND = """
SELECT k.code, k.is_on_items, t.product_id, t.customer_id, t.language, t.text
FROM masterdata_standardtext t
JOIN masterdata_textkind k ON k.id = t.kind_id
LEFT JOIN {source} ON w.id = t.product_id
WHERE t.is_active AND k.is_active AND (t.customer_id IS NULL OR t.customer_id = %s)
  AND (t.product_id IS NULL OR w.id IS NOT NULL) AND (t.product_id IS NULL OR k.is_on_items)
  AND t.language IN ('', (
    SELECT p.language FROM masterdata_customer c JOIN reference_party p ON p.id = c.party_id WHERE c.id = %s))
"""


def standard_texts(customer_id: int, product_ids: Iterable[int], kinds: Mapping[str, TextKindTerms]) -> StandardTexts:
    """What documents of a customer say of themselves and of these products; nothing is asked where no kind is kept."""
    if not any(kind.is_active for kind in kinds.values()):
        return NO_TEXTS
    ids = sorted(set(product_ids))
    with_clause, source, parameters = sql.relation("w", {"id": "int"}, [(one,) for one in ids or [0]])
    rows = sql.fetch(f"{with_clause} {_FOUND.format(source=source)}", [*parameters, customer_id, customer_id])
    # The last one stands: the more specific after the less, the document's language after the master's own.
    rows.sort(key=lambda row: (row[2] is not None, row[3] is not None, row[4] != ""))
    return StandardTexts(
        {code: text for code, on_items, _, _, _, text in rows if not on_items},
        {product_id: _of_product(rows, product_id) for product_id in ids},
    )


def _of_product(rows: list[tuple[Any, ...]], product_id: int) -> Texts:
    return {code: text for code, on_items, product, _, _, text in rows if on_items and product in (None, product_id)}


def passed_on(texts: Texts, kinds: Mapping[str, TextKindTerms], document_kind: str) -> dict[str, str]:
    """What of these texts a later document takes over; `document_kind` is delivery or invoice."""
    return {code: text for code, text in texts.items() if code in kinds and kinds[code].goes_to(document_kind)}


def gathered(several: Iterable[Texts]) -> dict[str, str]:
    """The texts of several documents on one that serves them all: of each kind what is different, one below another."""
    found: dict[str, dict[str, None]] = {}
    for texts in several:
        for code, text in texts.items():
            found.setdefault(code, {})[text] = None
    return {code: "\n".join(texts) for code, texts in found.items()}
