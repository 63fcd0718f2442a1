"""Raw SQL of master data: the edition token that says whether what a process keeps in memory is still true."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.signals import post_delete, post_save

from troth.business.masterdata import models
from troth.platform import actions, sql
from troth.reference import models as reference

NO_EDITION = 0
"""The token of books in which nothing was ever changed; what is read under it is not kept."""

_EDITION = "masterdata.edition"

KEPT_IN_MEMORY = (
    models.Route,
    models.RouteRule,
    models.ShippingPoint,
    models.ItemCategory,
    models.OrderType,
    reference.WorkingCalendar,
    reference.CalendarDay,
    reference.Site,
    reference.Company,
    reference.SalesOrganisation,
    models.PaymentTerms,
    models.TaxRate,
    models.AccountRule,
    models.TextKind,
    models.CheckingScope,
    models.AvailabilityGroup,
    models.Listing,
    models.Substitution,
    models.FreeGoods,
    models.PackageSizes,
    models.AvailabilityRule,
    models.AvailabilityRuleStep,
    models.CreditCheck,
)
"""The tables that `queries.snapshot` keeps; saving or deleting a row of them draws another token."""


def edition() -> int:
    """The token of the present state; an action asks for it once."""
    return actions.remembered(_EDITION, _edition)


def _edition() -> int:
    rows = sql.fetch("SELECT token FROM masterdata_edition")
    return rows[0][0] if rows else NO_EDITION


def touch() -> None:
    """Draw another token, in the transaction of the change. To be called after bulk writes, which send no signal."""
    token = secrets.randbits(62) or 1
    actions.forget(_EDITION)
    sql.fetch(
        "INSERT INTO masterdata_edition (id, token) VALUES (1, %s)"
        " ON CONFLICT (id) DO UPDATE SET token = excluded.token",
        [token],
    )


def connect() -> None:
    """Draw another token whenever a row of a kept table is saved or deleted, on the admin's pages as well."""
    for model in KEPT_IN_MEMORY:
        post_save.connect(_touched, sender=model, dispatch_uid=f"masterdata.edition.{model._meta.label}")
        post_delete.connect(_touched, sender=model, dispatch_uid=f"masterdata.edition.{model._meta.label}")


def _touched(**_: Any) -> None:
    touch()


def groups_of(product_ids: Iterable[int]) -> dict[int, str]:
    """The availability group of each product; "" where it names none."""
    wanted = [(product_id,) for product_id in dict.fromkeys(product_ids)]
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"product_id": "int"}, wanted)
    rows = sql.fetch(
        f"{with_clause} SELECT p.id, p.availability_group FROM {source}"
        " JOIN reference_product p ON p.id = k.product_id",
        parameters,
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Known:
    """What a code stands for; `decimals` of currencies and units."""

    id: Any
    is_active: bool = True
    company_id: int | None = None
    decimals: int = 0


_LOOKUPS = {
    "company": "SELECT code, id, is_active, id, 0 FROM reference_company t",
    "country": "SELECT code, code, TRUE, NULL, 0 FROM reference_country t",
    "currency": "SELECT code, code, TRUE, NULL, decimals FROM reference_currency t",
    "unit": "SELECT code, code, TRUE, NULL, decimals FROM reference_unit t",
    "calendar": "SELECT code, id, is_active, NULL, 0 FROM reference_workingcalendar t",
    "payment_terms": "SELECT code, id, is_active, NULL, 0 FROM masterdata_paymentterms t",
    "sales_organisation": "SELECT code, id, is_active, company_id, 0 FROM reference_salesorganisation t",
    "sales_organisation_of_company": "SELECT c.code || '/' || t.code, t.id, t.is_active, t.company_id, 0"
    " FROM reference_salesorganisation t JOIN reference_company c ON c.id = t.company_id",
    "order_type": "SELECT code, id, is_active, NULL, 0 FROM masterdata_ordertype t",
    "site": "SELECT code, id, is_active, company_id, 0 FROM reference_site t",
    "party": "SELECT number, id, is_active, NULL, 0 FROM reference_party t",
    "product": "SELECT t.number, t.id, t.is_active, NULL, u.decimals FROM reference_product t"
    " JOIN reference_unit u ON u.code = t.base_unit_id",
    "carrier": "SELECT p.number, t.id, t.is_active, NULL, 0 FROM masterdata_carrier t"
    " JOIN reference_party p ON p.id = t.party_id",
    "route": "SELECT code, id, is_active, NULL, 0 FROM masterdata_route t",
    "item_category": "SELECT code, id, is_active, NULL, 0 FROM masterdata_itemcategory t",
    "checking_scope": "SELECT code, id, is_active, NULL, 0 FROM masterdata_checkingscope t",
    "availability_group": "SELECT code, code, is_active, NULL, 0 FROM masterdata_availabilitygroup t",
    "text_kind": "SELECT code, id, is_active, NULL, 0 FROM masterdata_textkind t",
    "storage_location": "SELECT s.code || '/' || t.code, t.id, t.is_active, s.company_id, 0"
    " FROM reference_storagelocation t JOIN reference_site s ON s.id = t.site_id",
    "bin": "SELECT s.code || '/' || l.code || '/' || t.code, t.id, t.is_active, s.company_id, 0 FROM reference_bin t"
    " JOIN reference_storagelocation l ON l.id = t.location_id JOIN reference_site s ON s.id = l.site_id",
    "customer_of_company": "SELECT c.code || '/' || p.number, t.id, t.is_active, t.company_id, 0"
    " FROM masterdata_customer t JOIN reference_party p ON p.id = t.party_id"
    " JOIN reference_company c ON c.id = t.company_id",
    "availability_rule": "SELECT code, id, is_active, company_id, 0 FROM masterdata_availabilityrule t",
    "customer": "SELECT p.number, t.id, t.is_active, t.company_id, 0 FROM masterdata_customer t"
    " JOIN reference_party p ON p.id = t.party_id",
}


def lookup(of: str, codes: Iterable[str]) -> dict[str, list[Known]]:
    """What these codes stand for, in one statement. A code may stand for one thing in each company."""
    wanted = [(code,) for code in dict.fromkeys(codes)]
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"wanted": "text"}, wanted)
    select = _LOOKUPS[of]
    key = select.removeprefix("SELECT ").split(",")[0]
    found: dict[str, list[Known]] = {}
    for code, *known in sql.fetch(f"{with_clause} {select} JOIN {source} ON k.wanted = {key}", parameters):
        found.setdefault(code, []).append(Known(known[0], bool(known[1]), known[2], known[3]))
    return found
