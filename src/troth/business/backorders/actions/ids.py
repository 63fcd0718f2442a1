"""What the codes of a filter stand for."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from troth.business.backorders.rules.selection import Filter, Ids, WrongSelection
from troth.business.backorders.rules.variants import Settings
from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries.lookup import customer_ids, customers_of
from troth.business.masterdata.queries.traits import values_in_use
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.scopes import Event
from troth.reference import queries as reference

EVENTS = (Event.ORDER, Event.RUSH)
"""What order types are checked as."""


def known(said: Filter, *, company_id: int) -> tuple[Ids, list[tuple[str, str]]]:
    """The ids of a company that a filter means, and the (field, code) of what there is not."""
    missing: list[tuple[str, str]] = []
    sites = {one.code: one.id for one in reference.sites(company_id=company_id, with_closed=True)}
    products = reference.products_by_number(said.products) if said.products else {}
    kinds = masterdata.snapshot().order_types
    organisations = reference.sales_organisations(company_id) if said.sales_organisations else {}
    customers = customer_ids(company_id, said.customers) if said.customers else {}
    categories = set(reference.categories()) if said.categories else set()
    missing += [("categories", one) for one in said.categories if one not in categories]
    missing += [("events", one) for one in said.events if one not in EVENTS]
    for field, trait in (("customer_groups", "customer_group"), ("regions", "region")):
        known_values = values_in_use(trait, getattr(said, field))
        missing += [(field, one) for one in getattr(said, field) if one not in known_values]
    found = Ids(
        sites=_ids("sites", said.sites, sites, missing),
        products=_ids("products", said.products, {n: one.id for n, one in products.items()}, missing),
        customers=_ids("customers", said.customers, customers, missing),
        order_types=_ids("order_types", said.order_types, {code: kind.id for code, kind in kinds.items()}, missing),
        sales_organisations=_ids("sales_organisations", said.sales_organisations, organisations, missing),
    )
    return _narrowed(found, said, company_id, kinds), missing


def _narrowed(found: Ids, said: Filter, company_id: int, kinds: Mapping[str, masterdata.OrderTypeTerms]) -> Ids:
    """What products are of categories, customers of groups, and order types of events, is told by their ids."""
    if said.categories:
        found = replace(found, products=_both(found.products, reference.products_of(said.categories)))
    if said.customer_groups:
        found = replace(found, customers=_both(found.customers, customers_of(company_id, said.customer_groups)))
    if said.events:
        checked = frozenset(kind.id for kind in kinds.values() if kind.checking_event in said.events)
        found = replace(found, order_types=_both(found.order_types, checked))
    if said.regions:
        found = replace(found, ship_to=reference.parties_of(said.regions))
    return found


def _both(one: frozenset[int] | None, other: frozenset[int]) -> frozenset[int]:
    return other if one is None else one & other


def _ids(
    field: str, codes: Iterable[str], by_code: Mapping[str, int], missing: list[tuple[str, str]]
) -> frozenset[int] | None:
    codes = list(codes)
    missing += [(field, code) for code in codes if code not in by_code]
    return frozenset(by_code[code] for code in codes if code in by_code) if codes else None


def refused(said: Filter, *, company_id: int, row: int | None = None) -> list[BusinessError]:
    """A refusal for each code that stands for nothing."""
    return [
        WrongSelection(
            Sentence("There is no %(code)s here. Check it, or choose from the list.", code=code[:40]),
            field=field, row=row,
        )
        for field, code in known(said, company_id=company_id)[1]
    ]  # fmt: skip


def of_settings(settings: Settings, *, company_id: int) -> list[Ids]:
    """The ids that the selection means, then those of each segment. What is not there any more means nothing."""
    said = [settings.selection, *(one.filter for one in settings.segments)]
    return [known(one, company_id=company_id)[0] for one in said]
