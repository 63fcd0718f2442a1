"""Every part with short, long, no and many values: what people look at before they trust a change to the parts.

For development: `path("parts/", include("troth.platform.web.gallery"))`. Nothing here reads or writes a table.
"""

from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from troth.kernel.errors import BusinessError
from troth.platform.web import documents, errors, flow
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Item, ScheduleLine, Tab
from troth.platform.web.forms import FormPage, Section, rows_of
from troth.platform.web.keyset import Page
from troth.platform.web.lists import BulkAction, ListPage, ListQuery
from troth.platform.web.values import (
    Block,
    Card,
    Change,
    Empty,
    FieldChange,
    Link,
    Money,
    Party,
    PromiseLine,
    Quantity,
    Status,
    Step,
    Tone,
    Trace,
    TraceStep,
)

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft & Söhne Fahrradgroßhandel KG"
NAMES = ("Bike World", "A. Datum Cycles", "Valley Bicycle Specialists", LONG, "Riding Cycles", "Metro Sports Equipment")
STATUSES = (
    Status("Draft", Tone.DRAFT),
    Status("Waits for credit", Tone.WAITING),
    Status("Partly delivered", Tone.GOING),
    Status("Billed", Tone.DONE),
    Status("Delivery block", Tone.STOPPED),
)
PIECES = 0


def sample_row(number: int) -> dict[str, Any]:
    """An order as a list shows it; the same number always gives the same row."""
    return {
        "id": number,
        "number": f"{4700 + number}",
        "party": Party(NAMES[number % 6], f"C-{10200 + number * 7}", "#"),
        "what": (
            "Mountain-200 Black, 42",
            "Road-150 Red, 62",
            "HL Mountain Frame, silver, with a name that no column can hold",
        )[number % 3],
        "due_on": TODAY + timedelta(days=number * 3 % 40 - 5),
        "quantity": Quantity((number * 37) % 900 + 1, PIECES, "pc"),
        "value": Money((number * 48_731) % 9_000_000 + 999, "EUR"),
        "status": STATUSES[number % 5],
    }


class SampleList(ListPage):
    title = "Orders"
    columns = (
        Column("number", "Order", sort=True),
        Column("party", "Customer", "party", wide=True),
        Column("what", "Product"),
        Column("due_on", "Due", "date", sort=True),
        Column("quantity", "Quantity", "quantity", sort=True),
        Column("value", "Value", "money"),
        Column("status", "Status", "status"),
    )
    filters = (
        Filter("status", "Status", "choice", tuple((s.tone, s.word) for s in STATUSES)),
        Filter("due", "Due", "date_range"),
        Filter("late", "Late only", "flag"),
    )
    bulk = (
        BulkAction("Release selected", "Release %(count)s orders", "#"),
        BulkAction("Reject selected", "Reject %(count)s orders", "#", danger=True),
    )
    row_key = staticmethod(itemgetter("id"))
    row_url = staticmethod(lambda row: "/parts/document/")
    steps = (Step("New order", "/parts/form/", "get"),)
    tabs = (
        Link("All", "/parts/list/"),
        Link("None", "/parts/list/?rows=0"),
        Link("One", "/parts/list/?rows=1"),
        Link("1,000", "/parts/list/?rows=1000"),
    )
    empty = Empty("No orders yet", "Orders appear here when a quotation is accepted or an order is entered.", steps[0])

    def rows(self, query: ListQuery) -> Page:
        wanted = int(self.request.GET.get("rows", "1000"))
        found = [sample_row(n) for n in range(1, wanted + 1)]
        found = [r for r in found if query.search.lower() in f"{r['number']} {r['party'].name}".lower()]
        if tone := query.filters.get("status"):
            found = [r for r in found if r["status"].tone == tone]
        start = int(query.after or 0)
        end = start + query.limit
        previous = str(max(start - query.limit, 0)) if start else None
        return Page(found[start:end], str(end) if end < len(found) else None, previous, len(found))

    def context(self, query: ListQuery, page: Page) -> dict[str, Any]:
        return {**super().context(query, page), "today": TODAY}


class SampleForm(forms.Form):
    sections = (
        Section("Customer", ("customer", "reference", "kind"), "Who orders, and how they call it."),
        Section("Delivery", ("wished_on", "complete", "note"), "When and how it should go out."),
    )
    customer = forms.CharField(label="Customer", help_text="Number, name or the customer's own number.")
    reference = forms.CharField(label="Customer's reference", required=False)
    kind = forms.ChoiceField(label="Order type", choices=(("standard", "Standard order"), ("rush", "Rush order")))
    wished_on = forms.DateField(label="Wished on", widget=forms.DateInput(attrs={"type": "date"}))
    complete = forms.BooleanField(label="Deliver complete", required=False)
    note = forms.CharField(label="Note for the delivery", required=False, widget=forms.Textarea)


class SampleRow(forms.Form):
    product = forms.CharField(label="Product")
    quantity = forms.IntegerField(label="Quantity", min_value=1)
    unit = forms.ChoiceField(label="Unit", choices=(("pc", "pc"), ("box", "box")))
    wished_on = forms.DateField(label="Wished on", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class UnknownProduct(BusinessError):
    code = "sample_refusal"


class SampleFormPage(FormPage):
    title = "New order"
    form_class = SampleForm
    rows_class = rows_of(SampleRow)
    rows_title = "Items"
    submit_label = "Submit order"
    save_label = "Save draft"
    cancel_url = "/parts/list/"
    crumbs = (Link("Orders", "/parts/list/"),)

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        raise UnknownProduct("Product XX-1 is not sold any more. Choose its successor XX-2.", row=1, field="product")


def _trace() -> Trace:
    return Trace(
        "How this value is made",
        Money(4_105_620, "EUR"),
        (
            TraceStep("List price", Money(4_588_000, "EUR"), "price list Europe, 20 pc at 2,294.00, from 1 Nov"),
            TraceStep("Customer group discount 10 %", Money(-458_800, "EUR"), "wholesale, from 20 pc"),
            TraceStep("Freight", Money(-23_580, "EUR"), "carrier contract, rounded half up to the cent"),
        ),
    )


def _items() -> tuple[Item, ...]:
    def line(wished: int, confirmed: int, days: int) -> ScheduleLine:
        on = TODAY + timedelta(days=4)
        kept = PromiseLine(
            on + timedelta(days=days),
            Quantity(confirmed, 0, "pc"),
            Status("stock" if not days else "purchase order", Tone.DONE if not days else Tone.GOING),
            "#",
        )
        return ScheduleLine(on, Quantity(wished, 0, "pc"), kept)

    open_line = ScheduleLine(TODAY + timedelta(days=4), Quantity(12, 0, "pc"), None)
    price = Money(229_400, "EUR")
    return (
        Item(
            "10",
            Party("Mountain-200 Black, 42", "BK-M68B-42", "#"),
            Quantity(20, 0, "pc"),
            STATUSES[2],
            price,
            _trace(),
            (line(20, 12, 0), ScheduleLine(None, None, line(0, 8, 7).promise)),
        ),
        Item(
            "20",
            Party(LONG, "FR-M94S-52", "#"),
            Quantity(12, 0, "pc"),
            STATUSES[4],
            price,
            Money(2_752_800, "EUR"),
            (open_line,),
            "Substituted for FR-M94S-50",
        ),
        Item(
            "30",
            Party("Water Bottle, 30 oz.", "WB-H098", "#"),
            Quantity(1_200_500, 3, "kg"),
            STATUSES[3],
            Money(499, "EUR"),
            Money(598_800, "EUR"),
            (line(1200, 1200, 0),),
        ),
    )


def sample_flow() -> flow.Flow:
    def node(key: str, kind: str, status: int, **more: Any) -> flow.Node:
        return flow.Node(key, kind, key, STATUSES[status], TODAY, "#", **more)

    nodes = (
        node("Q-2001", "Quotation", 3),
        node("4711", "Order", 2, current=True),
        node("D-8001", "Delivery", 3),
        node("D-8002", "Delivery", 1),
        node("T-51", "Shipment", 3),
        node("I-9001", "Invoice", 3),
        node("P-77", "Payment", 3),
    )
    pieces = {n: Quantity(n, 0, "pc") for n in (32, 20, 12)}
    links = (
        ("Q-2001", "4711", 32),
        ("4711", "D-8001", 20),
        ("4711", "D-8002", 12),
        ("D-8001", "T-51", 20),
        ("D-8001", "I-9001", 20),
    )
    edges = (*(flow.Edge(a, b, pieces[n]) for a, b, n in links), flow.Edge("I-9001", "P-77", label="41,056.20"))
    return flow.Flow(nodes, edges)


def _changes() -> tuple[Change, ...]:
    return (
        Change(
            NOW,
            "Ines Okafor",
            "Wish changed",
            (FieldChange("Wished on", "Thu 26 Nov", "Fri 27 Nov"), FieldChange("Route", "", "North, by road")),
        ),
        Change(
            NOW - timedelta(days=1),
            "Credit (system)",
            "Delivery block set",
            (FieldChange("Block", "", "credit limit"),),
        ),
        Change(NOW - timedelta(days=2), LONG, "Order submitted"),
    )


class SampleDocument(DocumentPage):
    def document(self, actor: Any, key: Any) -> Document:
        return Document(
            "Order",
            "4711",
            STATUSES[4],
            Party(LONG, "C-10230", "#"),
            Money(7_457_220, "EUR"),
            (
                Fact("Wished on", TODAY),
                Fact("Customer's reference", "PO 4500012345"),
                Fact("Site", "Bothell"),
                Fact("Payment terms", "30 days net"),
            ),
            Step("Create delivery", "#"),
            (
                Step("Change", "#", "get"),
                Step("Copy to a new order", "#", "get"),
                Step("Cancel order", "/parts/confirm/", "get", danger=True),
            ),
            (
                Block(
                    "The credit limit is exceeded by 12,400.00 EUR.",
                    "To deliver order 4711 a credit manager must release it.",
                    Step("Ask now", "#"),
                ),
                Block(
                    "Item 20 is not confirmed.",
                    "No stock before 4 Dec.",
                    Step("Find sources", "#", "get"),
                    Tone.WAITING,
                ),
            ),
            (Link("Orders", "/parts/list/"),),
        )

    def tabs(self, actor: Any, key: Any) -> tuple[Tab, ...]:
        fixed = {"today": TODAY}
        return (
            Tab(
                "items",
                "Items",
                documents.ITEMS,
                lambda: {"items": _items(), "total": Money(7_457_220, "EUR"), **fixed},
                3,
            ),
            Tab("promise", "Promise", documents.PROMISE, lambda: {"items": _items(), **fixed}),
            Tab("flow", "Flow", documents.FLOW, lambda: {"flow": sample_flow()}),
            Tab("papers", "Papers", documents.PAPERS, lambda: {"papers": ()}, 0),
            Tab("history", "History", documents.HISTORY, lambda: {"changes": _changes()}),
        )


def parts(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/gallery.html",
        {
            "title": "Parts",
            "statuses": STATUSES,
            "today": TODAY,
            "trace": _trace(),
            "change": _changes()[0],
            "parties": [Party("Bike World", "C-10201", "#"), Party(LONG, "C-10230", "#")],
            "promise": _items()[0].schedule[0].promise,
            "unpromised": PromiseLine(None, Quantity(12, 0, "pc")),
            "blocks": [
                Block(f"A {tone} banner says what stands in the way.", "And what to do.", Step("Do it", "#"), tone)
                for tone in ("stopped", "waiting", "going", "done")
            ],
            "deadlines": [datetime.now(UTC) + timedelta(hours=h) for h in (30, 2, -5)],
            "empty": SampleList.empty,
            "flow": sample_flow(),
            "steps": [Step("Release 12 orders", "#"), Step("Look", "#", "get")],
        },
    )


def home(request: HttpRequest) -> HttpResponse:
    cards = (
        Card("Orders to complete", 12, "/parts/list/", 3, 2),
        Card("Deliveries due", 1_284, "/parts/list/", 0),
        Card("Waiting for credit", 0, "/parts/list/"),
        Card(LONG, 7, "/parts/list/", 41, 7),
    )
    return render(
        request,
        "web/home.html",
        {
            "title": "Good morning",
            "groups": [{"title": "Yours today", "cards": cards}, {"title": "Your site", "cards": cards[:2]}],
        },
    )


def refused(request: HttpRequest) -> HttpResponse:
    error = BusinessError("To deliver order 4711 a credit manager must release it.")
    error.remedy = "Ask for the release, or deliver another order first."  # type: ignore[attr-defined]
    error.remedy_url = "/parts/document/"  # type: ignore[attr-defined]
    raise error


def confirm(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/confirm.html",
        {
            "title": "Cancel order 4711",
            "sentence": "Its three items lose their promise at once. This cannot be undone.",
            "consequences": ["20 pc of Mountain-200 Black, 42 become free", "The quotation Q-2001 stays accepted"],
            "submit_label": "Cancel order 4711",
            "back": "/parts/document/",
        },
    )


app_name = "parts"

urlpatterns = [
    path("", parts, name="parts"),
    path("list/", SampleList.as_view(), name="list"),
    path("form/", SampleFormPage.as_view(), name="form"),
    path("document/", SampleDocument.as_view(), {"key": 4711}, name="document"),
    path("home/", home, name="home"),
    path("refused/", refused, name="refused"),
    path("confirm/", confirm, name="confirm"),
    path("forbidden/", errors.forbidden, name="forbidden"),
    path("failed/", errors.failed, name="failed"),
]
