"""What the page bench asks: every list as it opens, narrowed and sorted, every document page, every home, the grid."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from string import Formatter
from typing import Any
from urllib.parse import urljoin

from django.apps import apps
from django.db.models import Max, Min

from troth.doors.bench.pages.books import EVERYBODY
from troth.platform import permissions

ENTRY_LINES = 100
GOALS_MS = {"list": 60, "document": 60, "home": 100, "check": 100}
RECENT = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """`body` is posted as JSON where there is one."""

    url: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A page by its address, who asks for it, and what makes each request."""

    kind: str
    name: str
    user: str
    make: Callable[[random.Random], Request]

    @property
    def goal_ms(self) -> int:
        return GOALS_MS[self.kind]


LISTS = (
    "/orders/", "/orders/?state=submitted", "/orders/?state=draft", "/orders/?short=1", "/orders/?blocked=1",
    "/orders/?sort=number", "/orders/?sort=-total", "/orders/?sort=requested_on", "/orders/?sort=-entered_on",
    "/orders/?mine=1", "/orders/?customer={party}", "/orders/?q={order_number}", "/orders/?q=Customer+{digits}",
    "/orders/?requested_on_from={week_ago}&requested_on_until={today}",
    "/quotations/", "/quotations/?state=sent", "/quotations/?sort=valid_to_on", "/quotations/?sort=-total",
    "/due/?horizon=0", "/due/?horizon=14", "/due/?horizon=14&unblocked=1",
    "/deliveries/", "/deliveries/?state=open", "/deliveries/?state=picked", "/deliveries/?unassigned=1",
    "/deliveries/?sort=goods_issue_on", "/deliveries/?sort=-delivery_on", "/deliveries/?q={delivery_number}",
    "/shipments/", "/shipments/?incomplete=1", "/shipments/?sort=planned_on",
    "/transfer-orders/", "/transfer-orders/?state=open",
    "/billing/due/", "/billing/due/?kind=delivery",
    "/invoices/", "/invoices/?sort=due_on", "/invoices/?sort=-gross", "/invoices/?kind=cancellation",
    "/invoices/?q={invoice_number}", "/invoices/?invoiced_on_from={week_ago}",
    "/open-items/", "/open-items/?overdue=1", "/payments/", "/payments/?sort=-amount", "/payments/?reversed=1",
    "/journal/", "/journal/?account=1000", "/stock/", "/stock/?sort=-quantity", "/receipts/", "/receipts/?state=open",
    "/receipts/?sort=due_on", "/credit/", "/credit/?sort=-limit", "/credit/blocked/", "/issues/?mine=1&state=open",
    "/customers/", "/customers/?q={party}", "/products/", "/products/?unpriced=1", "/prices/", "/people/",
    "/search/?q={order_number}", "/search/?q=Product+{digits}",
)  # fmt: skip
FOLLOWED = ("/orders/", "/orders/?sort=-total", "/due/?horizon=14", "/deliveries/", "/invoices/", "/open-items/")
"""Lists of which the tenth page is asked for too."""
DOCUMENTS = (
    "/orders/{order}/", "/orders/{order}/?tab=promise", "/orders/{order}/?tab=flow", "/orders/{order}/?tab=history",
    "/orders/{order}/?tab=papers", "/quotations/{quotation}/", "/quotations/{quotation}/?tab=flow",
    "/deliveries/{delivery}/", "/deliveries/{delivery}/?tab=fetching", "/deliveries/{delivery}/?tab=flow",
    "/shipments/{shipment}/", "/transfer-orders/{transfer}/", "/invoices/{invoice}/", "/invoices/{invoice}/?tab=flow",
    "/payments/{payment}/", "/receipts/{receipt}/", "/stock/{stock}/", "/credit/{company}/{payer}/",
    "/customers/{customer}/about/", "/products/{product}/about/", "/products/{product}/", "/customers/{customer}/",
    "/availability/", "/availability/?product={product_number}&site=BENCH", "/orders/new/",
)  # fmt: skip
TABLES = {
    "order": "sales.Order",
    "quotation": "sales.Quotation",
    "delivery": "shipping.Delivery",
    "shipment": "shipping.Shipment",
    "transfer": "shipping.TransferOrder",
    "invoice": "billing.Invoice",
    "payment": "receivables.Payment",
    "receipt": "supply.Receipt",
    "stock": "stock.Balance",
    "customer": "masterdata.Customer",
    "product": "reference.Product",
    "company": "reference.Company",
}
PAGES_ON = 9


LOOKED_UP = {
    "payer": ("customer", "party_id"),
    "party": ("customer", "party__number"),
    "order_number": ("order", "number"),
    "delivery_number": ("delivery", "number"),
    "invoice_number": ("invoice", "number"),
    "product_number": ("product", "number"),
}


class Keys:
    """Ids and numbers of what there is, drawn half among all and half among the last, where the open ones are."""

    def __init__(self) -> None:
        self._bounds = {name: _bounds(label) for name, label in TABLES.items()}

    def fill(self, address: str, rng: random.Random) -> str:
        """The address with a key for each name in it."""
        names = [name for _text, name, _spec, _conversion in Formatter().parse(address) if name]
        return address.format(**{name: self._drawn(name, rng) for name in names})

    def _drawn(self, name: str, rng: random.Random) -> Any:
        if name == "digits":
            return rng.randrange(10, 100)
        if name in ("today", "week_ago"):
            return date.today() - timedelta(days=7 * (name == "week_ago"))
        table, field = LOOKED_UP.get(name, (name, "pk"))
        first, last = self._bounds[table]
        if rng.random() < 0.5:
            first = max(first, last - RECENT)
        # the ids of PostgreSQL have gaps
        found = _rows(TABLES[table]).filter(pk__gte=rng.randint(first, last)).order_by("pk")
        return found.values_list(field, flat=True).first()


def _rows(label: str) -> Any:
    return apps.get_model(label)._default_manager


def _bounds(label: str) -> tuple[int, int]:
    found = _rows(label).aggregate(first=Min("pk"), last=Max("pk"))
    return found["first"], found["last"]


def cases(ask: Callable[[Request], bytes]) -> list[Case]:
    """All of them; `ask` opens a page beforehand, to find the cursor of a later one."""
    keys = Keys()

    def page(address: str, rng: random.Random) -> Request:
        return Request(keys.fill(address, rng))

    return [
        *(Case("list", address, EVERYBODY, partial(page, address)) for address in LISTS),
        *(Case("list", f"{address}, tenth page", EVERYBODY, _later(address, ask)) for address in FOLLOWED),
        *(Case("document", address, EVERYBODY, partial(page, address)) for address in DOCUMENTS),
        *(Case("home", f"/ as {role}", f"{EVERYBODY}-{role}", partial(page, "/")) for role in permissions.ROLES),
        Case("home", "/ with all roles", EVERYBODY, partial(page, "/")),
        Case("check", f"check of an order of {ENTRY_LINES} lines in the grid", EVERYBODY, _grid()),
    ]


def _later(address: str, ask: Callable[[Request], bytes]) -> Callable[[random.Random], Request]:
    def make(_rng: random.Random) -> Request:
        request = Request(address)
        for _ in range(PAGES_ON):
            found = re.search(r'href="([^"]*)" rel="next"|rel="next" href="([^"]*)"', ask(request).decode())
            if found is None:
                break
            request = Request(urljoin(request.url, (found[1] or found[2]).replace("&amp;", "&")))
        return request

    made: list[Request] = []

    def once(rng: random.Random) -> Request:
        made[:] = made or [make(rng)]
        return made[0]

    return once


def _grid() -> Callable[[random.Random], Request]:
    """A hundred lines in the grid, one of them just typed."""
    customers = list(
        apps.get_model("masterdata.Customer")._default_manager.values_list("party__number", flat=True)[:500]
    )
    products = list(apps.get_model("reference.Product")._default_manager.values_list("number", flat=True)[:1_000])

    def make(rng: random.Random) -> Request:
        day = (date.today() + timedelta(days=rng.randrange(10, 60))).isoformat()
        head = {"customer": rng.choice(customers), "order_type": "standard", "requested_on": day}
        lines = [
            {"product": number, "quantity": str(rng.randint(1, 3))}
            for number in rng.sample(products, min(ENTRY_LINES, len(products)))
        ]
        return Request("/orders/check/", json.dumps({"head": head, "lines": lines}))

    return make
