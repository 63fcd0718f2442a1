"""What the codes of a filter stand for."""

from collections.abc import Iterable, Mapping

from troth.business.backorders.rules.selection import Filter, Ids, WrongSelection
from troth.business.backorders.rules.variants import Settings
from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries.lookup import customer_ids
from troth.kernel.errors import BusinessError, Sentence
from troth.reference import queries as reference


def known(said: Filter, *, company_id: int) -> tuple[Ids, list[tuple[str, str]]]:
    """The ids of a company that a filter means, and the (field, code) of what there is not."""
    missing: list[tuple[str, str]] = []
    sites = {one.code: one.id for one in reference.sites(company_id=company_id, with_closed=True)}
    products = reference.products_by_number(said.products) if said.products else {}
    kinds = masterdata.snapshot().order_types
    customers = customer_ids(company_id, said.customers) if said.customers else {}
    categories = set(reference.categories()) if said.categories else set()
    missing += [("categories", one) for one in said.categories if one not in categories]
    found = Ids(
        sites=_ids("sites", said.sites, sites, missing),
        products=_ids("products", said.products, {n: one.id for n, one in products.items()}, missing),
        customers=_ids("customers", said.customers, customers, missing),
        order_types=_ids("order_types", said.order_types, {code: kind.id for code, kind in kinds.items()}, missing),
    )
    if said.categories:
        within = reference.products_of(said.categories)
        both = within if found.products is None else found.products & within
        found = Ids(found.sites, frozenset(both), found.customers, found.order_types)
    return found, missing


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
