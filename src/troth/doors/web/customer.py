"""The page of a customer: orders, quotations, deliveries and invoices, what is owed against the limit, and issues."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.billing import queries as billing
from troth.business.billing import screens as invoices
from troth.business.billing.queries import OpenInvoice
from troth.business.billing.web import InvoiceList
from troth.business.credit import queries as credit
from troth.business.credit import screens as accounts
from troth.business.credit.queries import AccountView
from troth.business.credit.web import PARTS
from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import CustomerTerms
from troth.business.masterdata.queries.screens import agreed, agreed_lines
from troth.business.sales import screens as sales
from troth.business.sales.web.lists import OrderList, QuotationList
from troth.business.shipping import screens as shipping
from troth.business.shipping.web.lists import DeliveryList
from troth.kernel.errors import NotFound
from troth.platform.web.acts import step, steps
from troth.platform.web.columns import Cell, Column, table_of
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import ACTIVE, INACTIVE, Empty, Link, Money, Step
from troth.reference import queries as reference

SHOWN = 20
"""So many of the newest documents; the list behind the button has all."""
AGES = ((0, _("not due")), (30, _("1 to 30 days")), (60, _("31 to 60 days")), (90, _("61 to 90 days")))
OLDER = _("over 90 days")
ITEMS = (
    Column("number", _("Invoice"), "link"),
    Column("invoiced_on", _("Date"), "date"),
    Column("due_on", _("Due"), "date"),
    Column("overdue", _("Overdue"), "ageing"),
    Column("left", _("Open"), "money", wide=True),
)
AGREED = (
    Column("product", _("Product"), "link"),
    Column("name", _("Name"), wide=True),
    Column("number", _("Customer's number"), "link"),
    Column("minimum", _("Minimum order quantity"), "quantity"),
    Column("multiple", _("Ordered in multiples of"), "quantity"),
    Column("over", _("Over-delivery"), align="right"),
    Column("under", _("Under-delivery"), align="right"),
)


def terms_of(actor: Any, key: int) -> CustomerTerms:
    """The customer, where the person may see its company."""
    terms = masterdata.customer_terms(key)
    if not actor.sees(terms.company_id):
        raise NotFound("There is no such customer, or it belongs to another company.", customer=key)
    return terms


class CustomerPage(DocumentPage):
    permission = "masterdata.view_customer"
    document_kind = "customer"

    def document(self, actor: Any, key: int) -> Document:
        terms = terms_of(actor, key)
        company = terms.company_id
        return Document(
            kind=terms.name,
            number=terms.number,
            status=ACTIVE if terms.is_active else INACTIVE,
            facts=[fact for fact in _facts(terms, actor) if fact.value not in (None, "")],
            next_step=step(
                actor, _("New order"), "sales:order-create", method="get", company_id=company,
                query="?" + urlencode({"customer": terms.number}),
            ),
            steps=steps(
                step(actor, _("Master data"), "masterdata:customers-edit", key, method="get"),
                step(
                    actor, _("Credit account"), "credit:account", company, terms.credit_party_id, method="get",
                    company_id=company,
                ),
            ),
            crumbs=(Link(_("Customers"), reverse("masterdata:customers-list")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> list[Tab]:
        """Each as far as the person may see what it shows."""
        terms = terms_of(actor, key)
        lists: tuple[tuple[str, type[ListPage], Callable[[ListQuery], Page], str], ...] = (
            ("orders", OrderList, sales.orders, "sales:orders"),
            ("quotations", QuotationList, sales.quotations, "sales:quotations"),
            ("deliveries", DeliveryList, shipping.deliveries, "shipping:deliveries"),
            ("invoices", InvoiceList, invoices.invoices, "billing:invoices"),
        )
        found = [
            Tab(name, page.title, "customer/documents.html", _newest(page, source, route, terms, actor))
            for name, page, source, route in lists
            if actor.may(page.permission)
        ]
        may_agree = actor.may("masterdata.maintain_agreed_product")
        if actor.may("masterdata.view_product") and (may_agree or agreed(key).exists()):
            words, template = _("Agreed products"), "customer/documents.html"
            found.append(Tab("agreed", words, template, lambda: _agreed(terms, may_agree=may_agree)))
        if actor.may("credit.view_account"):
            found.append(Tab("owed", _("Exposure and open items"), "customer/owed.html", lambda: self._owed(terms)))
        return found

    def _owed(self, terms: CustomerTerms) -> dict[str, Any]:
        today = reference.today(self.request.clock, [terms.company_id])  # type: ignore[attr-defined]
        open_items = billing.open_items(company_id=terms.company_id, payer_id=terms.credit_party_id)
        account = credit.account(terms.company_id, terms.credit_party_id)
        return {
            **exposure(account),
            "ages": table_of(*ages(open_items, today)),
            "items": table_of(ITEMS, [_item(one, today) for one in open_items]),
            "account": account,
        }


def _facts(terms: CustomerTerms, actor: Any) -> Iterable[Fact]:
    yield Fact(_("Group"), terms.group)
    yield Fact(_("Terms"), terms.payment_terms)
    yield Fact(_("Currency"), terms.currency)
    yield Fact(_("Ships to"), f"{terms.ship_to_name}, {terms.ship_to_country}")
    yield Fact(_("Priority"), terms.priority)
    if terms.complete_delivery:
        yield Fact(_("Deliveries"), _("complete only"))
    if actor.may("credit.view_account"):
        account = credit.account(terms.company_id, terms.credit_party_id)
        free = account.available
        yield Fact(_("Free credit"), Money(free, account.currency) if free is not None else gettext("no limit"))


def _agreed(terms: CustomerTerms, *, may_agree: bool) -> dict[str, Any]:
    """The customer's own numbers, quantities and tolerances, each with its page, and the way to a new one."""
    rows = [
        {column.key: getattr(one, column.key) for column in AGREED}
        | {
            "product": Link(one.product, reverse("product", args=[one.product_id])),
            "number": Link(one.number or "–", reverse("masterdata:agreed-products-edit", args=[one.id])),
        }
        for one in agreed_lines(terms.customer_id)
    ]
    query = urlencode({"customer": terms.number})
    new = f"{reverse('masterdata:agreed-products-create')}?{query}"
    add = Step(_("New agreed product"), new, "get") if may_agree else None
    why = _("Its own numbers for products, quantities and tolerances are kept here.")
    return {"table": table_of(AGREED, rows), "everything": add, "empty": Empty(_("Nothing yet"), why, add)}


def _newest(
    page: type[ListPage], source: Callable[[ListQuery], Page], route: str, terms: CustomerTerms, actor: Any
) -> Callable[[], dict[str, Any]]:
    """The newest documents of a list that are this customer's, and the way to all of them."""

    def context() -> dict[str, Any]:
        asked = ListQuery(actor, {"customer_id": terms.customer_id, "payer_id": terms.credit_party_id}, limit=SHOWN)
        found = source(asked)
        assert page.row_url is not None
        columns = [column for column in page.columns if column.key != "customer" and not column.offered]
        rows = [
            [Cell(c, c.of(row), page.row_url(row) if n == 0 else "") for n, c in enumerate(columns)]
            for row in found.rows
        ]
        query = urlencode({"q": terms.number})
        everything = Step(_("Show all"), f"{reverse(route)}?{query}", "get") if found.next else None
        return {
            "table": {"columns": columns, "rows": rows},
            "everything": everything,
            "empty": Empty(_("Nothing yet"), page.empty.why),
        }

    return context


def exposure(account: AccountView) -> dict[str, Any]:
    """What is owed by part, each with its share of the limit in percent."""
    parts = [(PARTS[name], getattr(account.exposure, name)) for name in PARTS]
    reach = max(account.limit or 0, account.exposure.total, 1)
    return {
        "parts": [(word, Money(amount, account.currency), max(amount, 0) * 100 // reach) for word, amount in parts],
        "total": Money(account.exposure.total, account.currency),
        "limit": None if account.limit is None else Money(account.limit, account.currency),
        "free": None if account.available is None else Money(account.available, account.currency),
        "credit_status": accounts.status(account.limit, account.exposure.total),
    }


def ages(open_items: Sequence[OpenInvoice], today: date) -> tuple[tuple[Column, ...], list[dict[str, Any]]]:
    """Open amounts by how long they are overdue, a row for each currency."""
    names = [str(most) for most, _word in AGES]
    columns = (
        Column("currency", _("Currency"), wide=True),
        *(Column(name, word, "money") for name, (_most, word) in zip(names, AGES, strict=True)),
        Column("older", OLDER, "money"),
        Column("total", _("Total"), "money"),
    )
    sums: dict[str, dict[str, int]] = {}
    for one in open_items:
        late = (today - one.due_on).days
        name = next((str(most) for most, _word in AGES if late <= most), "older")
        of_currency = sums.setdefault(one.currency, dict.fromkeys([*names, "older", "total"], 0))
        of_currency[name] += one.open
        of_currency["total"] += one.open
    rows = [
        {"currency": currency, **{name: Money(value, currency) for name, value in found.items()}}
        for currency, found in sorted(sums.items())
    ]
    return columns, rows


def _item(one: OpenInvoice, today: date) -> dict[str, Any]:
    late = (today - one.due_on).days
    return {
        "number": Link(one.number, reverse("billing:invoice", args=[one.id])),
        "invoiced_on": one.invoiced_on,
        "due_on": one.due_on,
        "overdue": late if late > 0 else None,
        "left": Money(one.open, one.currency),
    }
