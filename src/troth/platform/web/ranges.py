"""Ranges that a list was narrowed to, as conditions of a query. Either end may be open."""

from decimal import Decimal
from typing import Any

from django.db.models import Q

CURRENCY_DECIMALS = (0, 2, 3)
"""What ISO 4217 knows of currencies in trade."""

Range = tuple[Any, Any] | None


def between(field: str, chosen: Range) -> Q:
    """`field` within the range, both ends included."""
    first, last = chosen or (None, None)
    found = Q() if first is None else Q(**{f"{field}__gte": first})
    return found if last is None else found & Q(**{f"{field}__lte": last})


def amount_between(field: str, currency: str, chosen: Range) -> Q:
    """`field`, in minor units of the currency that `currency` points at, within a range of whole units."""
    if not chosen:
        return Q()
    found = Q()
    for decimals in CURRENCY_DECIMALS:
        first, last = (None if limit is None else int(Decimal(limit).scaleb(decimals)) for limit in chosen)
        found |= Q(**{f"{currency}__decimals": decimals}) & between(field, (first, last))
    return found
