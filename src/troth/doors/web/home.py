"""What is mine today: for each task of the person's roles how many wait, since when, how many are late, and the list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.billing import screens as billing
from troth.business.credit import screens as credit
from troth.business.promising import screens as promising
from troth.business.sales import screens as sales
from troth.business.shipping import screens as shipping
from troth.business.supply import screens as supply
from troth.platform.web.values import Card, Text
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Group:
    title: Text
    cards: tuple[Card, ...]


def home(request: HttpRequest) -> HttpResponse:
    """The page a person sees after signing in; the permission table opens it to everybody who has."""
    actor = request.actor  # type: ignore[attr-defined]
    today = reference.today(request.clock, actor.company_ids)  # type: ignore[attr-defined]
    found = [Group(title, cards(actor, today)) for title, permission, cards in GROUPS if actor.may(permission)]
    return render(request, "web/home.html", {"title": _("Home"), "groups": [group for group in found if group.cards]})


def _card(title: Text, route: str, query: str, count: int, oldest: date | None, late: int, today: date) -> Card:
    days = max((today - oldest).days, 0) if oldest is not None and count else None
    return Card(title, count, reverse(route) + query, days, late)


def _sales(actor: Any, today: date) -> tuple[Card, ...]:
    waiting, short = sales.waiting(actor, today), promising.unconfirmed(actor.company_ids, today)
    drafts, blocked, quoted = waiting["drafts"], waiting["blocked"], waiting["quotations"]
    return (
        _card(
            _("Incomplete drafts"), "sales:orders", "?state=draft", drafts.count, drafts.oldest_on, drafts.late, today
        ),
        _card(_("Unconfirmed lines"), "sales:orders", "?short=1", short.count, short.oldest_on, short.late, today),
        _card(_("Blocked orders"), "sales:orders", "?blocked=1", blocked.count, blocked.oldest_on, blocked.late, today),
        _card(
            _("Quotations to follow up"),
            "sales:quotations",
            "?state=sent",
            quoted.count,
            quoted.oldest_on,
            quoted.late,
            today,
        ),
    )


def _yard(actor: Any, today: date) -> tuple[Card, ...]:
    waiting = shipping.waiting(actor, today)
    count, oldest = shipping.due_count(actor, today)
    free, planned = waiting["unassigned"], waiting["shipments"]
    return (
        _card(_("Lines due for delivery"), "shipping:due", "?horizon=0", count, oldest, 0, today),
        _card(
            _("Deliveries on no shipment"),
            "shipping:deliveries",
            "?unassigned=1",
            free.count,
            free.oldest_on,
            free.late,
            today,
        ),
        _card(
            _("Shipments not departed"),
            "shipping:shipments",
            "?incomplete=1",
            planned.count,
            planned.oldest_on,
            planned.late,
            today,
        ),
    )


def _store(actor: Any, today: date) -> tuple[Card, ...]:
    waiting = shipping.waiting(actor, today)
    orders, unpicked, ready = waiting["transfer_orders"], waiting["to_pick"], waiting["to_issue"]
    count, oldest, late = supply.overdue(actor, today)
    return (
        _card(
            _("Transfer orders to pick"),
            "shipping:transfer_orders",
            "?state=open",
            orders.count,
            orders.oldest_on,
            orders.late,
            today,
        ),
        _card(
            _("Deliveries to pick"),
            "shipping:deliveries",
            "?state=open",
            unpicked.count,
            unpicked.oldest_on,
            unpicked.late,
            today,
        ),
        _card(
            _("Ready to ship"), "shipping:deliveries", "?state=picked", ready.count, ready.oldest_on, ready.late, today
        ),
        _card(_("Receipts due"), "supply:receipts", f"?due_on_until={today.isoformat()}", count, oldest, late, today),
    )


def _credit(actor: Any, today: date) -> tuple[Card, ...]:
    count, oldest = credit.waiting(actor)
    return (_card(_("Documents to decide"), "credit:blocked", "", count, oldest, 0, today),)


def _billing(actor: Any, today: date) -> tuple[Card, ...]:
    count, oldest = billing.waiting(actor)
    return (_card(_("Due for billing"), "billing:due", "", count, oldest, 0, today),)


def _receivables(actor: Any, today: date) -> tuple[Card, ...]:
    count, oldest, late = billing.overdue(actor, today)
    return (
        _card(_("Open invoices"), "receivables:open", "", count, None, late, today),
        _card(_("Overdue invoices"), "receivables:open", "?overdue=1", late, oldest, late, today),
    )


GROUPS: tuple[tuple[Text, str, Callable[[Any, date], tuple[Card, ...]]], ...] = (
    (_("Orders"), "sales.save_quotation", _sales),
    (_("Credit"), "credit.release_block", _credit),
    (_("Deliveries and transport"), "shipping.create_shipment", _yard),
    (_("Warehouse"), "shipping.confirm_pick", _store),
    (_("Billing"), "billing.create_invoices", _billing),
    (_("Receivables"), "receivables.post_payment", _receivables),
)
"""(title, the permission whose holders have these tasks, their cards)."""
