"""The command bar's finders of things: documents by number, customers and products by number and words.

A document is looked up in its number's index, never by reading the table: as it was typed, as the digits of a number
("401" is SO-000401), and by how a number begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import queries as masterdata
from troth.platform import documents, sql
from troth.platform.documents import Kind
from troth.platform.web.access import Actor
from troth.platform.web.search import Hit

MOST = 8
"""Hits of a kind."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A document that was found by its number."""

    key: int
    number: str
    exact: bool


def numbered(actor: Actor, kind: Kind, words: str) -> list[Numbered]:
    """The documents of a kind with this number, or else those whose number begins so; what the actor may see."""
    if not words or not actor.may(kind.permission):
        return []
    seen: QuerySet[Any] = documents.within(apps.get_model(kind.model)._default_manager.all(), actor.reach)
    meant = set(_meant(seen, words))
    rows = list(seen.filter(number__in=meant).order_by("-number").values_list("pk", "number")[:MOST])
    if not rows and len(words) > 1:
        rows = list(seen.filter(_begins(words.upper())).order_by("-number").values_list("pk", "number")[:MOST])
    return [Numbered(pk, number, number in meant) for pk, number in rows]


def _meant(seen: QuerySet[Any], words: str) -> Iterator[str]:
    """The full numbers that what was typed may stand for; the newest number shows how they are written."""
    yield from (words, words.upper())
    if words.isascii() and words.isdigit():
        newest = seen.order_by("-pk").values_list("number", flat=True).first()
        shape = re.fullmatch(r"(.*?)(\d+)", newest or "")
        if shape:
            yield f"{shape[1]}{words.zfill(len(shape[2]))}"
            yield f"{shape[1]}{words}"


def _begins(words: str) -> Q:
    """A number that begins so, in the way that each database answers from its index."""
    if sql.is_postgres():
        return Q(number__startswith=words)
    return Q(number__gte=words, number__lt=words + "\U0010ffff")


def find_documents(actor: Actor, words: str) -> list[Hit]:
    return [
        Hit(str(kind.plural).capitalize(), one.number, reverse(kind.url_name, args=[one.key]), exact=one.exact)
        for kind in documents.kinds()
        for one in numbered(actor, kind, words)
    ]


def find_masters(actor: Actor, words: str) -> list[Hit]:
    """Customers and products by number and words."""
    hits: list[Hit] = []
    if actor.may("masterdata.view_customer"):
        for one in masterdata.find_customers(words, company_ids=actor.company_ids, limit=MOST).rows:
            url = reverse("customer", args=[one.customer_id])
            hits.append(Hit(_("Customers"), one.name, url, one.number, one.number.lower() == words.lower()))
    if actor.may("masterdata.view_product"):
        for product in masterdata.find_products(words, limit=MOST, sold_only=False).rows:
            url = f"{reverse('promising:availability')}?{parameter('product', product.number)}"
            hits.append(Hit(_("Products"), product.name, url, product.number, product.number.lower() == words.lower()))
    return hits


def parameter(name: str, value: str) -> str:
    return urlencode({name: value})
