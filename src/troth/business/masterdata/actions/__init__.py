"""The verbs of master data.

| module | verbs |
| --- | --- |
| `maintain` | actions: create or change one record; bring in many of any table, all or none |
| `bring` | inner: read rows, refuse by row and field, find what is there, write what differs |
| `write_customer` `write_product` `write_price` | inner: how a record of each kind is found, compared and written |
| `holding` | inner: how many holds a customer may have, under its lock |
| `batches` | inner: batches made known as goods come in; their last day moved in availability |
| `write_table` | inner: the same for every table that `masterdata.tables` declares |

`touch` has every process read anew what it keeps in memory; whoever writes whole tables past these verbs calls it.
"""

from troth.business.masterdata.actions.batches import Coming, make_known
from troth.business.masterdata.actions.bring import Brought, Outcome
from troth.business.masterdata.actions.holding import holds_allowed
from troth.business.masterdata.actions.maintain import (
    import_customers,
    import_prices,
    import_products,
    import_table,
    maintain_agreed_product,
    maintain_batch,
    maintain_credit_check,
    maintain_customer,
    maintain_customizing,
    maintain_offering,
    maintain_price,
    maintain_product,
)
from troth.business.masterdata.store import touch

__all__ = [
    "Brought",
    "Coming",
    "Outcome",
    "holds_allowed",
    "import_customers",
    "import_prices",
    "import_products",
    "import_table",
    "maintain_agreed_product",
    "maintain_batch",
    "maintain_credit_check",
    "maintain_customer",
    "maintain_customizing",
    "maintain_offering",
    "maintain_price",
    "maintain_product",
    "make_known",
    "touch",
]
