"""Each page and API operation with the permission it asks for. One line each; a new page adds a line here.

A page is named as in its `urls.py`, with the namespace (`sales:order`); an API operation is `api:` and its operation
id. `PUBLIC` is open to everybody, `SIGNED_IN` to everybody who has signed in.
"""

from typing import Final

from troth.platform.permissions.operations import OPERATIONS

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
    "admin:*": "platform.administer",
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
    # the API: its operations have a table of their own
    "api-unknown": PUBLIC,
    **{f"api:{operation}": rule for operation, rule in OPERATIONS.items()},
}
