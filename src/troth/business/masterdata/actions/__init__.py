"""The verbs of master data.

| module | verbs |
| --- | --- |
| `maintain` | actions: create or change one customer, product or price; bring in many of them, all or none |
| `bring` | inner: read rows, refuse by row and field, find what is there, write what differs |
| `write_customer` `write_product` `write_price` | inner: how a record of each kind is found, compared and written |
"""

from troth.business.masterdata.actions.bring import Brought, Outcome
from troth.business.masterdata.actions.maintain import (
    import_customers,
    import_prices,
    import_products,
    maintain_customer,
    maintain_price,
    maintain_product,
)

__all__ = [
    "Brought",
    "Outcome",
    "import_customers",
    "import_prices",
    "import_products",
    "maintain_customer",
    "maintain_price",
    "maintain_product",
]
