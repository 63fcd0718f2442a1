"""Promises as the pages show them: the words of a basis, the dates of a line, what is short, what is due."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries.coverage import Uncovered, uncovered
from troth.business.promising import held, queries
from troth.business.promising.measures import short
from troth.business.promising.models import Hold, ScheduleLine
from troth.business.promising.queries import AvailabilityDay, PromisedLine
from troth.business.promising.rules import LinePromise
from troth.kernel.calendars import day_of
from troth.kernel.lots import after
from troth.kernel.netting import Category, Posting
from troth.kernel.scopes import CheckingScope
from troth.kernel.valuations import valuation_of
from troth.ledgers.availability.words import CATEGORIES
from troth.platform import documents, sql
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.documents import DocumentRef
from troth.platform.web.board import Board, BoardDay
from troth.platform.web.columns import Column, table_of
from troth.platform.web.documents import DatedLine, PromisedItem
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.tallies import MOST, counted, tally
from troth.platform.web.values import Link, Party, Quantity, Status, Waiting
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

BASIS = {
    "stock": Status(_("stock"), "done"),
    "supply": Status(_("on order"), "going"),
    "planned": Status(_("planned"), "waiting"),
    "lead_time": Status(_("lead time"), "waiting"),
    "unreleased": Status(_("not released"), "waiting"),
    "allocated": Status(_("allocated"), "done"),
    "unchecked": Status(_("not checked"), "draft"),
}


def short_documents(kind: str = "order") -> QuerySet[Any, int]:
    """The ids of documents with such a requirement, as a subquery."""
    return short(kind).values_list("document_id", flat=True)


def unconfirmed(company_ids: frozenset[int] | None, today: date) -> Waiting:
    """Lines that are not confirmed in full; late are those that were wished by today."""
    found = short()
    if company_ids is not None:
        found = found.filter(company_id__in=company_ids)
    return tally(found, "promised_at__date", late="requested_on", before=today + timedelta(days=1))


def ending_holds(actor: Any, today: date) -> Waiting:
    """The actor's own active holds that end by tomorrow; late are those that have ended."""
    found = Hold.objects.filter(
        state="active", entered_by_id=actor.user_id, expires_at__date__lte=today + timedelta(days=1)
    )
    return tally(found, "entered_at__date", late="expires_at__date", before=today)


def dated(
    number: str,
    product: Party,
    promised: PromisedLine | None,
    wished: Quantity,
    wished_on: date | None,
    *,
    why: str = "",
) -> PromisedItem:
    """A line's promise with every date."""
    if promised is None:
        return PromisedItem(number, product, wished, wished_on, why=why)

    def amount(value: int) -> Quantity:
        return Quantity(value, wished.decimals, wished.unit)

    lines = [
        DatedLine(
            amount(schedule.quantity), BASIS[schedule.basis], *schedule.days, amount(delivered) if delivered else None
        )
        for schedule, delivered in promised.schedules
    ]  # fmt: skip
    missing = amount(promised.short) if promised.short > 0 else None
    url = reverse("promising:promise", args=[promised.id])
    return PromisedItem(number, product, wished, promised.requested_on or wished_on, lines, missing, why, url)


CONFIRMED = (
    Column("quantity", _("Confirmed"), "quantity"),
    Column("material_on", _("Goods ready"), "date"),
    Column("delivery_on", _("Goods leave"), "date"),
    Column("basis", _("Basis"), "status"),
)


def confirmed(promise: LinePromise) -> dict[str, Any]:
    """What a check of one wish on its own confirms."""
    unit = (promise.wish.decimals, promise.wish.unit)
    rows = [
        {
            "quantity": Quantity(one.quantity, *unit),
            "material_on": one.material_on,
            "delivery_on": one.delivery_on,
            "basis": BASIS[one.basis],
        }
        for one in promise.schedules
    ]
    return table_of(CONFIRMED, rows)


def reasons(kind: str, line_ids: list[int]) -> Mapping[int, str]:
    """Why each line gets its dates."""
    return {line_id: one.sentence for line_id, one in queries.explanations(kind, line_ids).items()}


@dataclass(frozen=True, slots=True)
class DueDocument:
    """What of an order is due at a site: how many schedule lines, and the first of their dates."""

    order_id: int
    number: str
    site: str
    party: Party
    priority: int
    lines: int
    material_on: date
    goods_issue_on: date
    delivery_on: date


def due(site_ids: list[int], until: date) -> Waiting:
    """Orders with confirmations in no delivery whose goods are there by a day; late are those that should have left."""
    orders = (
        _undelivered(site_ids, until)
        .values("requirement__document_id")
        .annotate(there_on=Min("material_on"), leaves_on=Min("goods_issue_on"))
    )
    told = orders.aggregate(
        count=Count("*"), oldest=Min("there_on"), late=Count("leaves_on", filter=Q(leaves_on__lt=until))
    )
    return counted(told["count"], told["oldest"], told["late"])


def _undelivered(site_ids: list[int], until: date) -> QuerySet[ScheduleLine]:
    found = ScheduleLine.objects.filter(
        delivered__lt=F("quantity"), material_on__lte=until, requirement__site_id__in=site_ids,
        requirement__document_kind="order",
    ).order_by()  # fmt: skip
    if sql.is_postgres():
        # It takes a third of all lines to be undelivered, and would read every requirement there ever was. What is
        # undelivered is open, and of the open ones there is a list.
        found = found.filter(requirement__open_quantity__gt=0)
    return found


def due_marks(site_ids: list[int], until: date) -> list[str]:
    """A mark for each order and site with confirmations in no delivery whose goods are there by `until`.

    Marks sort by the day on which the first goods are there, then by order.
    """
    found = _undelivered(site_ids, until).values_list("requirement__document_id", "requirement__site_id")
    return [f"{on}/{order_id:018}/{site_id}" for order_id, site_id, on in found.annotate(Min("material_on"))]


def due_documents(site_ids: list[int], until: date, marks: Sequence[str]) -> list[DueDocument]:
    """What is due of the orders that the marks name, in their order."""
    named = {tuple(int(part) for part in mark.split("/")[1:]) for mark in marks}
    found = _undelivered(site_ids, until).filter(requirement__document_id__in={order_id for order_id, _site in named})
    names = ("site_id", "document_id", "document_number", "site__code", "party__name", "party__number", "priority")
    grouped = found.values_list(*(f"requirement__{name}" for name in names)).annotate(
        Count("pk"), first=Min("material_on"), leaves=Min("goods_issue_on"), arrives=Min("delivery_on")
    )
    rows = grouped.order_by("first", "requirement__document_id")
    return [
        DueDocument(order_id, number, site, Party(name, party), *rest)
        for site_id, order_id, number, site, name, party, *rest in rows
        if (order_id, site_id) in named
    ]


DAYS = (
    Column("on", _("Day"), "date"),
    Column("what", _("What"), wide=True),
    Column("supply", _("Supply"), "quantity"),
    Column("demand", _("Demand"), "quantity"),
    Column("balance", _("Balance"), "quantity"),
    Column("free", _("Free to promise"), "quantity"),
)


KINDS = (
    Column("what", _("Category"), wide=True),
    Column("counts", _("Counts"), "status"),
    Column("first_on", _("From"), "date"),
    Column("last_on", _("To"), "date"),
    Column("supply", _("Supply"), "quantity"),
    Column("demand", _("Demand"), "quantity"),
)


def time_line(
    product: ProductRow,
    site_id: int,
    today: date,
    *,
    scope: CheckingScope | None = None,
    segment: str = "",
    supposed: Sequence[Posting] = (),
) -> dict[str, Any]:
    """What the page of a time line needs: the board, the same figures by day and by category, and what is free now.

    Without a scope it is the one in which the product is checked for orders; `segment` is that of a valuation type.
    """
    counted = scope or queries.scope_of(product.id)
    days = queries.overview(product.id, site_id, day_of(today), counted, segment=segment, supposed=supposed)
    unit = (product.decimals, product.base_unit)
    return {
        "dated": days,
        "board": board(product, days, today),
        "days": table_of(DAYS, [_day(one, unit) for one in days]),
        "kinds": table_of(KINDS, _kinds(days, unit)),
        "now": Quantity(days[0].free if days else 0, *unit),
    }


TYPES = (
    Column("valuation", _("Valuation type"), wide=True),
    Column("stock", _("Unrestricted"), "quantity"),
    Column("expected", _("Still expected"), "quantity"),
    Column("promised", _("Promised"), "quantity"),
    Column("free", _("Free today"), "quantity"),
)


def by_valuation(product: ProductRow, site_id: int, today: date, scope: CheckingScope) -> dict[str, Any] | None:
    """What there is of each valuation type of a product at a site; None where it is not valuated separately."""
    found = queries.by_valuation(product.id, site_id, day_of(today), scope)
    names = ("stock", "expected", "promised", "free")
    rows = [
        {
            "valuation": f"{one.valuation} · {one.name or gettext('not in use')}",
            **{name: Quantity(getattr(one, name), product.decimals, product.base_unit) for name in names},
        }
        for one in found
    ]
    return table_of(TYPES, rows) if rows else None


def type_shown(product_id: int, wanted: str) -> tuple[str, list[tuple[str, str]]]:
    """The type of a product to show, that is wanted, its default or the first; and all of them with their names.

    ("", []) where the product is not valuated separately.
    """
    types = masterdata.snapshot().valuations.get(product_id)
    if types is None:
        return "", []
    known = sorted(types.known)
    shown = next((one for one in (wanted, types.default) if one in types.known), known[0])
    return shown, [(one, f"{one} · {types.names[one]}" if one in types.names else one) for one in known]


LOCATIONS = (
    Column("location", _("Location"), wide=True),
    Column("lies", _("Unrestricted"), "quantity"),
    Column("promised", _("Promised from there alone"), "quantity"),
    Column("rest", _("Left for the site"), "quantity"),
    Column("missing", _("Missing"), "quantity"),
)


def locations(product: ProductRow, site_id: int) -> dict[str, Any] | None:
    """What lies at each location of a site and what of it is promised to lines that name the location.

    None where no line names one.
    """
    demand = queries.promised_from_locations(product.id, site_id)
    if not demand:
        return None
    names = {code: place.name for (_site, code), place in reference.locations([site_id]).items()}
    lying = queries.lying_at_locations(product.id, site_id)

    def amount(quantity: int) -> Quantity:
        return Quantity(quantity, product.decimals, product.base_unit)

    rows = [
        {
            "location": f"{code} · {names.get(code, '')}",
            "lies": amount(lies),
            "promised": amount(promised),
            "rest": amount(lies - min(kept, promised)),
            "missing": amount(promised - kept) if promised > kept else None,
        }
        for code in sorted({*lying, *demand})
        for lies, kept in [lying.get(code, (0, 0))]
        for promised in [demand.get(code, 0)]
    ]
    return table_of(LOCATIONS, rows)


def board(product: ProductRow, days: Sequence[AvailabilityDay], today: date) -> Board:
    """The same days as a picture; stock is what there is, no supply, and what does not count is left out."""
    found: dict[date, BoardDay] = {}
    for one in days:
        if not one.counts:
            continue
        moved = 0 if one.category is Category.STOCK else one.quantity
        before = found.get(one.on, BoardDay(one.on, 0, 0, 0, 0))
        found[one.on] = BoardDay(
            one.on, before.supply + max(moved, 0), before.demand + max(-moved, 0), one.balance, one.free
        )
    title = gettext("Availability of %(product)s") % {"product": product.number}
    return Board(title, today, list(found.values()), product.base_unit, product.decimals)


COUNTS = {True: Status(_("counted"), "done"), False: Status(_("not counted"), "draft")}


def _kinds(days: Sequence[AvailabilityDay], unit: tuple[int, str]) -> list[dict[str, Any]]:
    """Each category with its sum, what counts and what does not apart."""
    found: dict[tuple[Category, bool], list[AvailabilityDay]] = {}
    for one in days:
        found.setdefault((one.category, one.counts), []).append(one)
    rows = []
    for (category, counts), of_kind in sorted(found.items(), key=lambda item: (item[0][0], not item[0][1])):
        total = sum(one.quantity for one in of_kind)
        dated = category is not Category.STOCK
        rows.append(
            {
                "what": CATEGORIES[category],
                "counts": COUNTS[counts],
                "first_on": min(one.on for one in of_kind) if dated else None,
                "last_on": max(one.on for one in of_kind) if dated else None,
                "supply": Quantity(total, *unit) if total >= 0 else None,
                "demand": Quantity(-total, *unit) if total < 0 else None,
            }
        )
    return rows


def _day(one: AvailabilityDay, unit: tuple[int, str]) -> dict[str, Any]:
    is_supply = one.quantity >= 0
    quantity = Quantity(abs(one.quantity), *unit)
    return {
        "on": one.on,
        "what": CATEGORIES[one.category]
        if one.counts
        else gettext("%(what)s, not counted") % {"what": CATEGORIES[one.category]},
        "supply": quantity if is_supply else None,
        "demand": None if is_supply else quantity,
        "balance": Quantity(one.balance, *unit),
        "free": Quantity(one.free, *unit),
    }


REASONS = {
    "no_check": _("The item category skips the check"),
    "not_stocked": _("Not kept in stock"),
    "no_site": _("No site keeps it"),
    "site_closed": _("The site is closed"),
    "never_open": _("The site's calendar never opens"),
    "no_scope": _("No scope for its group"),
    "no_supply": _("The scope counts no supply"),
    "no_type": _("None of its valuation types is in use"),
}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A line of the coverage report."""

    mark: str
    product_id: int | None
    product: Party
    site: str
    group: str
    reason: str


def coverage(query: ListQuery) -> Page:
    """What no check covers. All of it is found anew, as it is a list of exceptions; pages are cut out of it."""
    wanted, words = query.filters.get("reason"), query.search.lower().split()
    found = [
        one
        for one in uncovered(day_of(SYSTEM_CLOCK.now().date()), company_ids=query.actor.company_ids)
        if wanted in (None, "", one.reason)
        and not (query.filters.get("stocked") and one.reason == "not_stocked")
        and all(word in f"{one.number} {one.name}".lower() for word in words)
    ]
    marks = [one.mark for one in found]
    start = bisect_right(marks, query.after) if query.after else 0
    rows = [_coverage_row(one) for one in found[start : start + query.limit]]
    more = start + query.limit < len(found)
    return Page(rows, next=rows[-1].mark if more else None, count=len(found))


def _coverage_row(one: Uncovered) -> CoverageRow:
    product = Party(one.name, one.number)
    return CoverageRow(one.mark, one.product_id, product, one.site, one.group, str(REASONS[one.reason]))


def not_covered(actor: Any, today: date) -> Waiting:
    """How many products at sites, and item categories, no check covers; what is not kept in stock is meant to be so."""
    found = [one for one in uncovered(day_of(today), company_ids=actor.company_ids) if one.reason != "not_stocked"]
    return Waiting(count=min(len(found), MOST), more=len(found) > MOST)


MOST_HOLDERS = 100
HOLDERS = (
    Column("document", _("Document"), "link"),
    Column("party", _("Customer"), wide=True),
    Column("material_on", _("Goods ready"), "date"),
    Column("delivery_on", _("Delivery"), "date"),
    Column("basis", _("Basis"), "status"),
    Column("quantity", _("Quantity held"), "quantity"),
)
HELD_FOR = Column("held_for", _("Held for"), "link")
OF_TYPES = (*HOLDERS[:-1], Column("valuation", _("Valuation type")), HOLDERS[-1])
OF_BATCHES = (*HOLDERS[:-1], Column("batch", _("Batch")), Column("lasts_on", _("To last until"), "date"), HOLDERS[-1])


def holders(product: ProductRow, site_id: int, actor: Any) -> dict[str, Any]:
    """Who holds confirmed quantities that no delivery has taken yet, the first day first.

    Of goods kept in batches: which one was asked for, and until when they are to last.
    """
    names = ("document_kind", "document_id", "document_number", "party__name")
    found = (
        ScheduleLine.objects.filter(
            requirement__product_id=product.id,
            requirement__site_id=site_id,
            requirement__open_quantity__gt=0,
            delivered__lt=F("quantity"),
        )
        .order_by("material_on", "id")
        .values_list(
            *(f"requirement__{name}" for name in names),
            "material_on",
            "delivery_on",
            "basis",
            "quantity",
            "delivered",
            "requirement__batch",
            "requirement__life_days",
            "requirement__segment",
        )
    )
    rows: list[Any] = list(found[:MOST_HOLDERS])
    held_for = held.documents_of(row[1] for row in rows if row[0] == "hold")
    shown = [
        {
            "document": link_of(DocumentRef(*row[:3]), actor),
            "held_for": link_of(held_for[row[1]], actor) if row[0] == "hold" and row[1] in held_for else None,
            "party": row[3] or "",
            "material_on": row[4],
            "delivery_on": row[5],
            "basis": BASIS[row[6]],
            "quantity": Quantity(row[7] - row[8], product.decimals, product.base_unit),
            "batch": row[9],
            "lasts_on": after(row[5], row[10]) if row[10] is not None else None,
            "valuation": valuation_of(row[11]),
        }
        for row in rows
    ]
    of_types = any(row["valuation"] for row in shown)
    columns = OF_BATCHES if product.has_batches else OF_TYPES if of_types else HOLDERS
    return table_of((columns[0], HELD_FOR, *columns[1:]) if held_for else columns, shown)


def link_of(ref: DocumentRef, actor: Any) -> Link | None:
    """The document as far as the actor may open it."""
    kind = documents.opened_by(ref, actor)
    if kind is None:
        return None
    return Link(ref.number or f"{kind.title} {ref.id}", reverse(kind.url_name, args=[ref.id]))


def searched(found: QuerySet[Any], search: str, *, through: str = "") -> QuerySet[Any]:
    """Narrow rows to a product or a customer by its number, else to orders whose numbers begin so.

    `through` leads to the requirement, where the rows are not requirements themselves.
    """
    if products := reference.products_by_number([search]):
        return found.filter(**{f"{through}product_id__in": [one.id for one in products.values()]})
    if parties := reference.party_ids([search]):
        return found.filter(**{f"{through}party_id__in": parties.values()})
    return found.filter(**{f"{through}document_number__startswith": search})
