"""Of what valuation type goods are that come in, go, are moved or counted.

Asked on the books, once the series is held that is posted to: a product begins to be valuated separately under the
locks of its common series (`masterdata.actions.valuations`), so nothing is posted there that nobody would find.
"""

from collections.abc import Iterable

from troth.business.masterdata.queries import valuation_fault, valuation_types
from troth.business.supply.rules import WrongValuation
from troth.platform.locks import Held
from troth.reference.queries import ProductRow


def check_valued(held: Held, named: Iterable[tuple[ProductRow, str]], *, coming: bool = False) -> None:
    """Refuse goods of a product, as (product, type), that name no type, or one that is not the product's.

    `coming`: the type must be in use. The refused row counts from 1 where there is more than one. One statement.
    """
    rows = list(named)
    types = valuation_types({product.id for product, _ in rows})
    for row, (product, valuation) in enumerate(rows, 1):
        fault = valuation_fault(product.number, valuation, types.get(product.id), in_use=coming)
        if fault is not None:
            raise WrongValuation(fault, row=row if len(rows) > 1 else None, field="valuation")
