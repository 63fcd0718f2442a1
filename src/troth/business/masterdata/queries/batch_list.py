"""The list of batches, by product and last day."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import F, Q, QuerySet

from troth.business.masterdata.models import Batch
from troth.kernel.errors import NotFound, Sentence
from troth.platform.web import keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import ACTIVE, INACTIVE, Status


@dataclass(frozen=True, slots=True)
class BatchLine:
    id: int
    product: str
    name: str
    number: str
    produced_on: date | None
    expires_on: date | None
    supplier_batch: str
    note: str
    status: Status


def batches(query: ListQuery) -> Page:
    """Batches; filters: product (its number), expires_on (from, to), inactive."""
    found = Batch.objects.select_related("product")
    if not query.filters.get("inactive"):
        found = found.filter(is_active=True)
    for word in query.search.split():
        found = found.filter(
            Q(number__icontains=word) | Q(product__number__icontains=word) | Q(product__name__icontains=word)
            | Q(supplier_batch__icontains=word)
        )  # fmt: skip
    if product := query.filters.get("product"):
        found = found.filter(product__number=product)
    first, last = query.filters.get("expires_on") or (None, None)
    found = found.filter(**{"expires_on__gte": first} if first else {}, **{"expires_on__lte": last} if last else {})
    orders = {
        "number": ("number", "id"),
        "-number": ("-number", "id"),
        "-product": ("-product__number", "number"),
        "expires_on": ("expires_on", "id"),
        "-expires_on": ("-expires_on", "id"),
    }
    if query.sort.endswith("expires_on"):
        found = found.exclude(expires_on=None)
    order = orders.get(query.sort, ("product__number", "number"))
    page = keyset.page(found, order, query.after, query.limit, count=query.count)
    return replace(page, rows=[_line(one) for one in page.rows])


def _line(one: Batch) -> BatchLine:
    return BatchLine(
        one.pk, one.product.number, one.product.name, one.number, one.produced_on, one.expires_on, one.supplier_batch,
        one.note, ACTIVE if one.is_active else INACTIVE,
    )  # fmt: skip


def of_product(product_id: int) -> QuerySet[Batch]:
    """The batches of a product, what expires first on top."""
    return Batch.objects.filter(product_id=product_id).order_by(F("expires_on").asc(nulls_last=True), "number")


def batch(key: int) -> Batch:
    """One batch with its product; `NotFound` where there is none."""
    found = Batch.objects.select_related("product").filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no batch %(id)s."), id=key)
    return found
