"""The rail, in its order, and what the search in the top bar finds."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import queries as masterdata
from troth.platform import documents
from troth.platform.web import areas, frame, search
from troth.platform.web.access import Actor
from troth.platform.web.areas import Area
from troth.platform.web.search import Hit
from troth.platform.web.values import Link
from troth.reference.models import Company

AREAS = (
    Area("home", _("Home"), "home", "", "home", 0),
    Area("quotations", _("Quotations"), "sales:quotations", "sales.view_quotation", "quotation", 100),
    Area("orders", _("Orders"), "sales:orders", "sales.view_order", "order", 110),
    Area(
        "availability", _("Availability"), "promising:availability", "promising.view_availability", "availability", 200
    ),
    Area("stock", _("Stock"), "supply:stock", "supply.view_stock", "stock", 210),
    Area("receipts", _("Receipts"), "supply:receipts", "supply.view_purchase_order", "sourcing", 220),
    Area("blocked", _("Credit blocks"), "credit:blocked", "credit.release_block", "block", 300),
    Area("credit", _("Credit accounts"), "credit:accounts", "credit.view_account", "credit", 310),
    Area("due", _("Due for delivery"), "shipping:due", "shipping.create_deliveries", "desk", 400),
    Area("deliveries", _("Deliveries"), "shipping:deliveries", "shipping.view_delivery", "product", 410),
    Area("shipments", _("Shipments"), "shipping:shipments", "shipping.view_shipment", "truck", 420),
    Area("picking", _("Transfer orders"), "shipping:transfer_orders", "shipping.view_transfer_order", "pick", 430),
    Area("billing", _("Due for billing"), "billing:due", "billing.create_invoices", "desk", 500),
    Area("invoices", _("Invoices"), "billing:invoices", "billing.view_invoice", "invoice", 510),
    Area("open", _("Open items"), "receivables:open", "receivables.view_open_item", "billing", 520),
    Area("payments", _("Payments"), "receivables:payments", "receivables.view_payment", "payment", 530),
    Area("journal", _("Journal"), "billing:journal", "billing.view_journal", "list", 540),
    Area("people", _("People"), "people:list", "platform.view_user", "people", 800),
    Area("tables", _("Tables"), "admin:index", "masterdata.view_customizing", "settings", 810),
)
MOST_HITS = 8


def connect() -> None:
    """Register areas, finders and the company's name in the bar."""
    for area in AREAS:
        areas.register(area)
    search.register(find_documents)
    search.register(find_masters)
    frame.register_company(company)


def company(request: HttpRequest) -> Link | None:
    """The company whose books these are, or how many."""
    actor = request.actor  # type: ignore[attr-defined]
    found = Company.objects.filter(is_active=True).order_by("pk")
    if actor.company_ids is not None:
        found = found.filter(pk__in=actor.company_ids)
    names = list(found.values_list("name", flat=True)[:2])
    return Link(", ".join(names)) if names else None


def find_documents(actor: Actor, words: str) -> list[Hit]:
    """Documents whose number is, or ends in, what was typed."""
    from django.apps import apps

    hits: list[Hit] = []
    for kind in documents.kinds():
        model = apps.get_model(kind.model)
        if not actor.may(kind.permission):
            continue
        found = model._default_manager.filter(number__iendswith=words).order_by("-pk")
        companies = getattr(actor, "company_ids", None)
        if companies is not None:
            found = found.filter(company_id__in=companies)
        for key, number in found.values_list("pk", "number")[:MOST_HITS]:
            url = reverse(kind.url_name, args=[key])
            hits.append(Hit(str(kind.plural).capitalize(), number, url, exact=number.lower() == words.lower()))
    return hits


def find_masters(actor: Actor, words: str) -> list[Hit]:
    """Customers and products by number and words."""
    hits: list[Hit] = []
    if actor.may("masterdata.view_customer"):
        companies = getattr(actor, "company_ids", None)
        for one in masterdata.find_customers(words, company_ids=companies, limit=MOST_HITS).rows:
            url = reverse("masterdata:customers-edit", args=[one.customer_id])
            hits.append(Hit(_("Customers"), one.name, url, one.number, one.number.lower() == words.lower()))
    if actor.may("masterdata.view_product"):
        for product in masterdata.find_products(words, limit=MOST_HITS, sold_only=False).rows:
            url = f"{reverse('promising:availability')}?product={product.number}"
            hits.append(Hit(_("Products"), product.name, url, product.number, product.number.lower() == words.lower()))
    return hits
