"""Who waits for a product at a site: the lines that are not confirmed in full, beside who holds it and what comes."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from troth.business.promising import measures
from troth.business.promising.models import Requirement
from troth.business.promising.web.unconfirmed import line
from troth.platform.web.access import allowed
from troth.platform.web.columns import Column, table_of
from troth.platform.web.values import Link
from troth.reference.queries import ProductRow

WAITING = (
    Column("requested_on", _("Wished"), "date"),
    Column("document", _("Order"), "link"),
    Column("party", _("Customer"), "party", wide=True),
    Column("missing", _("Not confirmed"), "quantity"),
    Column("waits", _("Waits"), "ageing"),
)
MOST = 50


def waiting(product: ProductRow, site: tuple[int, str], today: date, actor: Any) -> dict[str, Any]:
    """The lines that wait longest, at most `MOST`, and where all of them are listed; `site`: its id and code."""
    found = measures.unconfirmed_lines(actor.reach).filter(product_id=product.id, site_id=site[0])
    lines = list(found.order_by("promised_at", "id")[: MOST + 1])
    shown = [_row(one, today, actor) for one in lines[:MOST]]
    asked = urlencode({"q": product.number, "site": site[1]})
    more = f"{reverse('promising:unconfirmed')}?{asked}" if len(lines) > MOST else ""
    return {"waiting": table_of(WAITING, shown), "more_waiting": more}


def _row(one: Requirement, today: date, actor: Any) -> dict[str, Any]:
    """Who may not open the order is led to its promise."""
    row = line(one, actor, today)
    if not row["document"].url and allowed(actor, "promising:promise"):
        row["document"] = Link(one.document_number, reverse("promising:promise", args=[one.pk]))
    return row
