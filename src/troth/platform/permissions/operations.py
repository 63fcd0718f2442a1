"""Each API operation, by its id, with the permission it asks for. One line each; a new operation adds a line here."""

from typing import Final

OPERATIONS: Final[dict[str, str]] = {
    # the house
    "who_am_i": "signed_in",
    "health_of_service": "public",
    "list_events": "signed_in",
    # master data
    "list_customers": "masterdata.view_customer",
    "get_customer": "masterdata.view_customer",
    "create_customer": "masterdata.maintain_customer",
    "change_customer": "masterdata.maintain_customer",
    "list_products": "masterdata.view_product",
    "get_product": "masterdata.view_product",
    "create_product": "masterdata.maintain_product",
    "change_product": "masterdata.maintain_product",
    "list_prices": "masterdata.view_price",
    "get_price": "masterdata.view_price",
    "create_price": "masterdata.maintain_price",
    "change_price": "masterdata.maintain_price",
    "import_customers": "masterdata.import_customers",
    "import_products": "masterdata.import_products",
    "import_prices": "masterdata.import_prices",
}
