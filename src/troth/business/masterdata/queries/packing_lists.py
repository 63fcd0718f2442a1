"""Package sizes page by page, and one record with what its form shows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from troth.business.masterdata.models import PackageSizes
from troth.business.masterdata.queries.packing import sizes_of
from troth.business.masterdata.queries.screens import page_of, worded
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.quantity import format_quantity
from troth.platform.actors import Actor
from troth.platform.web import formats
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import ACTIVE, INACTIVE, Status

_WORDS = ("product__number", "product__name", "customer__party__number", "customer__party__name", "reason")
_JOINED = ("product__base_unit", "customer__party", "customer__company")


@dataclass(frozen=True, slots=True)
class PackageSizesRow:
    id: int
    product: str
    name: str
    sizes: str
    rounding: str
    whom: str
    reason: str
    status: Status


def package_sizes(query: ListQuery) -> Page:
    found, filters = _seen(query.actor), query.filters
    if product := filters.get("product"):
        found = found.filter(Q(product__number__iexact=product) | Q(product__name__icontains=product))
    if customer := filters.get("customer"):
        party = Q(customer__party__number__iexact=customer) | Q(customer__party__name__icontains=customer)
        found = found.filter(party)
    if rounding := filters.get("rounding"):
        found = found.filter(rounding=rounding)
    order = ("product__number", "customer__party__number", "id")
    return page_of(worded(found, query, *_WORDS), query, order, _row)


def one_package_sizes(key: int, actor: Actor) -> PackageSizes:
    """`NotFound` where the actor sees none."""
    found = _seen(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no record %(id)s that you may see."), id=key)
    return found


def _seen(actor: Actor) -> QuerySet[PackageSizes]:
    """What holds for all, and for customers of the companies that one may see."""
    found = PackageSizes.objects.select_related(*_JOINED)
    if actor.company_ids is None:
        return found
    return found.filter(Q(customer=None) | Q(customer__company_id__in=actor.company_ids))


def sizes_shown(one: PackageSizes) -> str:
    """The sizes in the base unit, as their reader writes figures."""
    decimals = one.product.base_unit.decimals
    return "; ".join(formats.figure_shown(format_quantity(size, decimals)) for size in sizes_of(one.sizes))


def whom(one: PackageSizes) -> str:
    if one.customer is None:
        return gettext("all customers")
    return f"{one.customer.party.number} {one.customer.party.name}"


def _row(one: Any) -> PackageSizesRow:
    sizes = f"{sizes_shown(one)} {one.product.base_unit_id}"
    return PackageSizesRow(
        one.pk, one.product.number, one.product.name, sizes, str(one.get_rounding_display()), whom(one), one.reason,
        ACTIVE if one.is_active else INACTIVE,
    )  # fmt: skip
