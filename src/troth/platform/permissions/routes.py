"""Each page and API operation with the permission it asks for. One line each; a new page adds a line here.

A page is named as in its `urls.py`, with the namespace (`sales:order`); an API operation is `api:` and its operation
id. `PUBLIC` is open to everybody, `SIGNED_IN` to everybody who has signed in.
"""

from typing import Final

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"

ROUTES: Final[dict[str, str]] = {
    # the house
    "home": SIGNED_IN,
    "login": PUBLIC,
    "logout": PUBLIC,
    "web:search": SIGNED_IN,
    "web:prefer": SIGNED_IN,
    "admin:login": PUBLIC,
    "admin:logout": PUBLIC,
    "admin:jsi18n": SIGNED_IN,
    "admin:*": "masterdata.view_customizing",
    "health:live": PUBLIC,
    "health:ready": PUBLIC,
    # master data
    "masterdata:customers-list": "masterdata.view_customer",
    "masterdata:customers-edit": "masterdata.view_customer",
    "masterdata:customers-create": "masterdata.maintain_customer",
    "masterdata:customers-import": "masterdata.maintain_customer",
    "masterdata:customers-deactivate": "masterdata.maintain_customer",
    "masterdata:products-list": "masterdata.view_product",
    "masterdata:products-edit": "masterdata.view_product",
    "masterdata:products-create": "masterdata.maintain_product",
    "masterdata:products-import": "masterdata.maintain_product",
    "masterdata:products-deactivate": "masterdata.maintain_product",
    "masterdata:prices-list": "masterdata.view_price",
    "masterdata:prices-edit": "masterdata.view_price",
    "masterdata:prices-create": "masterdata.maintain_price",
    "masterdata:prices-import": "masterdata.maintain_price",
    "masterdata:prices-deactivate": "masterdata.maintain_price",
    "masterdata:file": "masterdata.view_product",
    "masterdata:product-options": "masterdata.view_product",
    "masterdata:customer-options": "masterdata.view_customer",
    # credit
    "credit:accounts": "credit.view_account",
    "credit:account": "credit.view_account",
    "credit:limit": "credit.set_limit",
    "credit:blocked": "credit.view_account",
    "credit:block-release": "credit.view_account",
    # supply and promising
    "supply:stock": "supply.view_stock",
    "supply:receipts": "supply.view_purchase_order",
    "supply:receipt": "supply.view_purchase_order",
    "supply:receipt-create": "supply.expect_receipt",
    "supply:receive": "supply.receive_goods",
    "supply:receipt-change": "supply.change_receipt",
    "supply:receipt-cancel": "supply.cancel_receipt",
    "supply:receipt-reverse": "supply.reverse_receipt",
    "promising:availability": "promising.view_availability",
    # sales
    "sales:orders": "sales.view_order",
    "sales:order": "sales.view_order",
    "sales:order-create": "sales.enter_order",
    "sales:order-change": "sales.change_order",
    "sales:order-submit": "sales.submit_order",
    "sales:order-copy": "sales.copy_order",
    "sales:order-cancel": "sales.cancel_order",
    "sales:order-block": "sales.set_block",
    "sales:block-release": "sales.release_block",
    "sales:item-reject": "sales.reject_item",
    "sales:item-allocate": "sales.allocate_stock",
    "sales:item-free": "sales.release_allocation",
    "sales:quotations": "sales.view_quotation",
    "sales:quotation": "sales.view_quotation",
    "sales:quotation-create": "sales.save_quotation",
    "sales:quotation-change": "sales.save_quotation",
    "sales:quotation-send": "sales.send_quotation",
    "sales:quotation-accept": "sales.accept_quotation",
    "sales:quotation-reject": "sales.reject_quotation",
    "sales:quotation-order": "sales.order_from_quotation",
}
