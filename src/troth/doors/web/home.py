"""What is mine today: for each task of the person's roles how many wait, since when, and how many are late.

Which role has which tasks follows the work lists of the process; a task of two roles of the same person stands once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.backorders import screens as backorders
from troth.business.billing import screens as billing
from troth.business.credit import screens as credit
from troth.business.masterdata.queries import screens as masterdata
from troth.business.promising import screens as promising
from troth.business.sales import screens as sales
from troth.business.shipping import screens as shipping
from troth.business.supply import lots
from troth.business.supply import screens as supply
from troth.doors.web import news, people
from troth.platform import permissions
from troth.platform.web import blocks, issues
from troth.platform.web.access import allowed
from troth.platform.web.values import Card, Text, Waiting
from troth.reference import queries as reference

PRICES_END_WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a work list: `url` is a route's name, perhaps with a query in which {today} and the like are filled."""

    title: Text
    url: str
    count: Callable[[Any, date], Waiting]

    @property
    def route(self) -> str:
        return self.url.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Group:
    title: Text
    cards: tuple[Card, ...]


def home(request: HttpRequest) -> HttpResponse:
    """The page a person sees after signing in; the permission table opens it to everybody who has."""
    actor = request.actor  # type: ignore[attr-defined]
    today = reference.today(request.clock, actor.company_ids)  # type: ignore[attr-defined]
    context = {
        "title": _("Home"),
        "day": today,
        "groups": groups(actor, today),
        "news": news.of(request),
        "tour": _is_new(request),
    }
    return render(request, "home.html", context)


def _is_new(request: HttpRequest) -> bool:
    """Whether the person has not left the tour yet; once left it never returns."""
    return getattr(request.user, "tour_left_at", True) is None


def groups(actor: Any, today: date) -> list[Group]:
    """The cards of each of the person's roles, in the order of the table; the titles only where there are several."""
    shown: set[str] = set()
    found = []
    for role in permissions.ROLES:
        keys = [key for key in HOMES[role] if role in actor.roles and key not in shown]
        shown.update(keys)
        if cards := tuple(_cards(actor, keys, today)):
            found.append(Group(str(permissions.ROLES[role]).capitalize(), cards))
    return found if len(found) > 1 else [Group("", group.cards) for group in found]


def _cards(actor: Any, keys: Iterable[str], today: date) -> Iterable[Card]:
    for key in keys:
        if allowed(actor, TASKS[key].route):
            yield _card(TASKS[key], actor, today)


def _card(task: Task, actor: Any, today: date) -> Card:
    waiting = task.count(actor, today)
    oldest = waiting.oldest_on
    days = max((today - oldest).days, 0) if oldest is not None and waiting.count else None
    return Card(task.title, waiting.count, _url(task, today), days, waiting.late, more=waiting.more)


def _url(task: Task, today: date) -> str:
    route, mark, query = task.url.partition("?")
    days = {
        "today": today,
        "week": today + timedelta(days=sales.ENDS_WITHIN_DAYS),
        "month": today + timedelta(days=PRICES_END_WITHIN_DAYS),
    }
    return reverse(route) + mark + query.format(**{name: day.isoformat() for name, day in days.items()})


def _sales(task: str) -> Callable[[Any, date], Waiting]:
    return lambda actor, today: sales.waiting(actor, task, today)


def _yard(task: str) -> Callable[[Any, date], Waiting]:
    return lambda actor, today: shipping.waiting(actor, task, today)


def _month(count: Callable[[Any, date], Waiting]) -> Callable[[Any, date], Waiting]:
    return lambda actor, today: count(actor, today + timedelta(days=PRICES_END_WITHIN_DAYS))


TASKS = {
    "drafts": Task(_("Incomplete drafts"), "sales:orders?state=draft", _sales("drafts")),
    "unconfirmed": Task(
        _("Unconfirmed lines"), "sales:orders?short=1", lambda a, today: promising.unconfirmed(a.company_ids, today)
    ),
    "new_dates": Task(_("New dates to decide"), "sales:new-dates?state=open", sales.new_dates_waiting),
    "uncovered": Task(_("Products without a check"), "promising:coverage?stocked=1", promising.not_covered),
    "backorders": Task(_("Backorder runs to decide"), "backorders:runs?state=simulated", backorders.waiting),
    "holds": Task(_("Holds that end by tomorrow"), "promising:holds?mine=1&state=active", promising.ending_holds),
    "blocks": Task(_("Blocks to release"), "web:blocks?mine=1", blocks.waiting),
    "standing": Task(_("Blocks that stand"), "web:blocks", blocks.all_standing),
    "blocked": Task(_("Blocked orders"), "sales:orders?blocked=1", _sales("blocked")),
    "quotations": Task(_("Quotations to follow up"), "sales:quotations?state=sent", _sales("quotations")),
    "ending": Task(
        _("Quotations ending within a week"),
        "sales:quotations?state=sent&valid_to_on_until={week}",
        _sales("ending"),
    ),
    "due": Task(_("Orders due for delivery"), "shipping:due?horizon=0", shipping.waiting_for_delivery),
    "unassigned": Task(_("Deliveries on no shipment"), "shipping:deliveries?unassigned=1", _yard("unassigned")),
    "leaving": Task(
        _("Shipments leaving today"), "shipping:shipments?incomplete=1&planned_on_until={today}", _yard("leaving")
    ),
    "shipments": Task(_("Shipments not departed"), "shipping:shipments?incomplete=1", _yard("shipments")),
    "to_pick": Task(_("Deliveries to pick"), "shipping:deliveries?state=open", _yard("to_pick")),
    "transfer_orders": Task(
        _("Transfer orders to pick"), "shipping:transfer_orders?state=open", _yard("transfer_orders")
    ),
    "to_pack": Task(_("Deliveries to pack"), "shipping:packing", _yard("to_pack")),
    "to_issue": Task(_("Ready for goods issue"), "shipping:deliveries?state=picked", _yard("to_issue")),
    "unproven": Task(_("Proofs of delivery to record"), "shipping:proofs", _yard("unproven")),
    "receipts": Task(_("Receipts due"), "supply:receipts?state=open&kind=ordered&due_on_until={today}", supply.awaited),
    "production": Task(
        _("Production due"),
        "supply:receipts?state=open&kind=production&due_on_until={today}",
        lambda a, today: supply.awaited(a, today, "production"),
    ),
    "lots": Task(_("Lots to decide"), "supply:lots", lots.waiting),
    "credit": Task(_("Credit blocks to decide"), "credit:blocked", lambda a, _today: credit.waiting(a)),
    "to_bill": Task(_("Due for billing"), "billing:due", lambda a, _today: billing.waiting(a)),
    "open_invoices": Task(
        _("Open invoices"), "receivables:open", lambda a, today: billing.open_items(a, today, overdue=False)
    ),
    "overdue": Task(
        _("Overdue invoices"), "receivables:open?overdue=1", lambda a, today: billing.open_items(a, today, overdue=True)
    ),
    "unpriced": Task(
        _("Products without a price"), "masterdata:products-list?unpriced=1", lambda _a, _t: masterdata.lacking_price()
    ),
    "prices_ending": Task(
        _("Prices ending within 30 days"),
        "masterdata:prices-list?valid_to_on_until={month}",
        _month(masterdata.prices_ending),
    ),
    "issues": Task(_("My issues"), "web:issues?mine=1&state=open", issues.mine),
    "roleless": Task(_("People without a role"), "people:list?without=1", lambda _a, _t: people.without_role()),
}
"""The work lists' lines that have a screen."""

HOMES: dict[str, tuple[str, ...]] = {
    "representative": ("drafts", "new_dates", "unconfirmed", "holds", "blocked", "quotations", "unproven", "issues"),
    "salesperson": ("quotations", "ending", "unconfirmed", "overdue", "issues"),
    "new_product_coordinator": ("unpriced", "prices_ending", "quotations", "issues"),
    "production_scheduler": ("unconfirmed", "backorders", "production", "receipts", "uncovered"),
    "quality_coordinator": ("lots", "blocks", "receipts", "production", "issues"),
    "transport_coordinator": ("leaving", "blocks", "due", "unassigned", "to_issue", "shipments", "unproven", "issues"),
    "warehouse_clerk": ("leaving", "blocks", "to_pick", "transfer_orders", "to_pack", "to_issue", "receipts"),
    "warehouse_supervisor": (
        "leaving",
        "blocks",
        "due",
        "unassigned",
        "to_pick",
        "transfer_orders",
        "to_pack",
        "to_issue",
        "receipts",
        "issues",
    ),
    "operations_team": (
        "drafts",
        "new_dates",
        "unconfirmed",
        "backorders",
        "blocked",
        "blocks",
        "due",
        "transfer_orders",
        "receipts",
        "unproven",
        "issues",
    ),
    "credit_manager": ("credit", "overdue", "issues"),
    "billing_clerk": ("to_bill", "blocks", "overdue", "issues"),
    "receivables_clerk": ("overdue", "open_invoices", "issues"),
    "master_data": ("unpriced", "prices_ending", "uncovered"),
    "administrator": ("roleless",),
    "auditor": ("standing", "unconfirmed", "overdue"),
}
"""The tasks of each role, the most pressing first."""
assert HOMES.keys() == permissions.ROLES.keys()
