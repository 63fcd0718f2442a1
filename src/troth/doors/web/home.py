"""What is mine today: for each task of the person's roles how many wait, since when, and how many are late."""

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


@dataclass(frozen=True, slots=True)
class Task:
    """How many wait, since when, how many are late."""

    count: int
    oldest_on: date | None
    late: int = 0


def _card(title: Text, url: str, waiting: Any, today: date) -> Card:
    """`waiting` has count, oldest_on and late; `url` is a route's name, perhaps with a query behind it."""
    route, mark, query = url.partition("?")
    oldest = waiting.oldest_on
    days = max((today - oldest).days, 0) if oldest is not None and waiting.count else None
    return Card(title, waiting.count, reverse(route) + mark + query, days, waiting.late)


def _sales(actor: Any, today: date) -> tuple[Card, ...]:
    waiting = sales.waiting(actor, today)
    short = promising.unconfirmed(actor.company_ids, today)
    return (
        _card(_("Incomplete drafts"), "sales:orders?state=draft", waiting["drafts"], today),
        _card(_("Unconfirmed lines"), "sales:orders?short=1", short, today),
        _card(_("Blocked orders"), "sales:orders?blocked=1", waiting["blocked"], today),
        _card(_("Quotations to follow up"), "sales:quotations?state=sent", waiting["quotations"], today),
    )


def _yard(actor: Any, today: date) -> tuple[Card, ...]:
    waiting = shipping.waiting(actor, today)
    due = Task(*shipping.due_count(actor, today))
    return (
        _card(_("Orders due for delivery"), "shipping:due?horizon=0", due, today),
        _card(_("Deliveries on no shipment"), "shipping:deliveries?unassigned=1", waiting["unassigned"], today),
        _card(_("Shipments not departed"), "shipping:shipments?incomplete=1", waiting["shipments"], today),
    )


def _store(actor: Any, today: date) -> tuple[Card, ...]:
    waiting = shipping.waiting(actor, today)
    receipts = Task(*supply.overdue(actor, today))
    return (
        _card(_("Transfer orders to pick"), "shipping:transfer_orders?state=open", waiting["transfer_orders"], today),
        _card(_("Deliveries to pick"), "shipping:deliveries?state=open", waiting["to_pick"], today),
        _card(_("Ready to ship"), "shipping:deliveries?state=picked", waiting["to_issue"], today),
        _card(_("Receipts due"), f"supply:receipts?due_on_until={today.isoformat()}", receipts, today),
    )


def _credit(actor: Any, today: date) -> tuple[Card, ...]:
    return (_card(_("Documents to decide"), "credit:blocked", Task(*credit.waiting(actor)), today),)


def _billing(actor: Any, today: date) -> tuple[Card, ...]:
    return (_card(_("Due for billing"), "billing:due", Task(*billing.waiting(actor)), today),)


def _receivables(actor: Any, today: date) -> tuple[Card, ...]:
    count, oldest, late = billing.overdue(actor, today)
    return (
        _card(_("Open invoices"), "receivables:open", Task(count, None, late), today),
        _card(_("Overdue invoices"), "receivables:open?overdue=1", Task(late, oldest, late), today),
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
