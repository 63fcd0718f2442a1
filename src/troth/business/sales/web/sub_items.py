"""What a row is told beside itself: the product that is sold in its place, what could be, and its sub-items.

| of a row | says |
| --- | --- |
| sold | the product that is sold instead, how much of it, and why |
| proposal | what would be sold instead if somebody took it: by a key, or with a click |
| proposals | what a rule would let serve a row that is short or late, each with the choice that takes it |
| subs | its sub-items: what is free, with when it comes |
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from troth.business.sales.actions import offering
from troth.business.sales.actions.document import Document
from troth.business.sales.actions.proposals import Proposal, Served
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.business.sales.screens import ROLES
from troth.kernel.calendars import date_of
from troth.platform.web import formats


def beside(document: Document, line: Line) -> dict[str, Any]:
    """What a main row says of what is sold in its place."""
    found: dict[str, Any] = {}
    asked_id = line.asked.get("product", line.product_id)
    if asked_id != line.product_id:
        found["sold"] = _sold(document, line)
    offers = offering.offers_of(document.terms, document.header.entered_on)
    chosen = family.choice(line)
    other = offering.proposed(asked_id, document.terms, offers) if asked_id in offers.substitutes else None
    if other is not None and other != line.product_id:
        product = document.terms.product(other)
        words = gettext("%(product)s %(name)s can be sold in its place.")
        found["proposal"] = {
            "sentence": words % {"product": product.number, "name": product.name},
            "choice": family.TAKE if chosen != family.NONE else "",
        }
    elif asked_id != line.product_id or line.asked.get("by") == family.RULE:
        found["proposal"] = {
            "sentence": "",
            "choice": "" if family.takes(line) else family.NONE,
        }
    return found


def proposed(document: Document, found: Sequence[Proposal]) -> dict[str, Any]:
    """What rules propose for a row, as its short rows draw it."""
    return {"proposals": [_proposal(document, one) for one in found]} if found else {}


def _proposal(document: Document, one: Proposal) -> dict[str, Any]:
    return {
        "choice": one.choice,
        "words": gettext("could serve it") if len(one.parts) == 1 else gettext("together"),
        "parts": [_part(document, part) for part in one.parts],
        "tone": "done" if one.is_on_time else "waiting",
        "promise": formats.day(date_of(one.last_day)),
    }


def _part(document: Document, part: Served) -> dict[str, str]:
    product = document.terms.product(part.product_id)
    return {
        "quantity": formats.number(part.quantity, product.base_unit.decimals),
        "unit": product.base_unit.code,
        "product": product.number,
        "name": product.name,
        "site": part.site,
    }


def _sold(document: Document, line: Line) -> dict[str, Any]:
    product = document.terms.product(line.product_id)
    why = line.asked.get("why", "")
    quantity = f"{formats.number(line.base_quantity, product.base_unit.decimals)} {product.base_unit.code}"
    words = gettext("sold instead: %(quantity)s %(product)s") % {"quantity": quantity, "product": product.number}
    return {"product": product.number, "name": product.name, "words": f"{words} ({why})" if why else words}


def told(document: Document, line: Line, promise: dict[str, Any]) -> dict[str, Any]:
    """A sub-item as its row draws it; `promise` is what is said of it as of a row."""
    product = document.terms.product(line.product_id)
    decimals = document.terms.customer.currency_decimals
    return {
        "role": line.role,
        "words": str(ROLES[line.role]),
        "product": product.number,
        "name": product.name,
        "quantity": formats.number(line.base_quantity, product.base_unit.decimals),
        "unit": product.base_unit.code,
        "net": formats.number(line.net, decimals) if line.net else "",
        "why": line.asked.get("why", ""),
        "tone": promise["tone"],
        "promise": promise["promise"],
        "why_dates": promise["why"],
    }
