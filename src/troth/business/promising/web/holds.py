"""Holds: the list, one of them, and what is done with it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import actions, queries
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Hold
from troth.business.promising.rules.holds import LIFE_DAYS, USUAL_HOURS, state_at
from troth.business.promising.screens import link_of
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.kernel.limits import Limits
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.documents import DocumentRef, within
from troth.platform.web import documents, formats, history, keyset
from troth.platform.web.acts import AskPage, Said, button, clocked, once, step, steps
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Item, Tab
from troth.platform.web.forms import FigureField, FormPage, Section, rows_of
from troth.platform.web.history import changes_of
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Link, Party, Quantity, Status
from troth.reference import queries as reference

STATES = {
    "active": Status(_("Held"), "going"),
    "ordered": Status(_("Ordered"), "done"),
    "released": Status(_("Released"), "draft"),
    "expired": Status(_("Expired"), "stopped"),
}
history.words(
    {
        "promising.goods_held": _("Goods held"),
        "promising.hold_extended": _("Hold extended"),
        "promising.hold_released": _("Hold released"),
        "promising.hold_expired": _("Hold expired"),
        "promising.hold_ordered": _("Ordered"),
        "promising.hold_ordered_in_part": _("Ordered in part"),
        "promising.hold_cut": _("Goods of the hold went to orders"),
    }
)


def status_of(hold: Hold, now: datetime) -> Status:
    """A hold that is past its expiry holds nothing, even before the sweeper has come."""
    return STATES[state_at(hold.state, hold.expires_at, now)]


def holds(query: ListQuery) -> Page:
    found = within(Hold.objects.select_related("party", "site").annotate(lines_count=Count("lines")), query.actor.reach)
    if query.search:
        found = found.filter(number__icontains=query.search) | found.filter(purpose__icontains=query.search)
    state, now = query.filters.get("state"), timezone.now()
    if state == "active":
        found = found.filter(state="active", expires_at__gt=now)
    elif state == "expired":
        found = found.filter(Q(state="expired") | Q(state="active", expires_at__lte=now))
    elif state:
        found = found.filter(state=state)
    if query.filters.get("mine"):
        found = found.filter(entered_by_id=query.actor.user_id)
    order = ("expires_at",) if query.sort == "expires_at" else ("-id",)
    page = keyset.page(found, order, query.after, query.limit, count=query.count)
    return replace(page, rows=[_row(one) for one in page.rows])


def _row(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "purpose": one.purpose,
        "party": one.party.name if one.party else "",
        "site": one.site.code,
        "lines": one.lines_count,
        "until": timezone.localtime(one.expires_at).date(),
        "status": status_of(one, timezone.now()),
    }


class HoldList(ListPage):
    title = _("Holds")
    permission = "promising.view_hold"
    columns = (
        Column("number", _("Hold")),
        Column("purpose", _("For"), wide=True),
        Column("party", _("Customer")),
        Column("site", _("Site")),
        Column("lines", _("Lines"), "number"),
        Column("expires_at", _("Held until"), "date", sort=True, value=lambda row: row["until"]),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("state", _("State"), "choice", [(key, one.word) for key, one in STATES.items()]),
        Filter("mine", _("Mine"), "flag"),
    )
    search_label = _("Number or purpose")
    routes = ((_("Hold goods"), "promising:hold-create"),)
    empty = Empty(
        _("No goods are held"),
        _("Hold goods while a customer decides. They are kept from everybody else, and the hold ends by itself."),
    )
    source = staticmethod(holds)
    row_key = staticmethod(lambda row: row["id"])
    row_url = staticmethod(lambda row: reverse("promising:hold", args=[row["id"]]))


def hold_of(actor: Any, key: int) -> Hold:
    """A hold that the actor may see; `NotFound` else."""
    found = Hold.objects.select_related("party", "site").filter(pk=key).first()
    if found is None or not actor.sees(found.company_id, found.site_id):
        raise NotFound(Sentence("There is no such hold, or it belongs to another site."), hold=key)
    return found


def _document_of(hold: Hold, actor: Any) -> Link | None:
    """The document that the hold is for, as far as the actor may open it."""
    if hold.reference_id is None:
        return None
    return link_of(DocumentRef(hold.reference_kind, hold.reference_id, hold.reference_number), actor)


class HoldPage(DocumentPage):
    permission = "promising.view_hold"
    document_kind = "hold"

    def document(self, actor: Any, key: int) -> Document:
        hold = hold_of(actor, key)
        status = status_of(hold, self.request.clock.now())  # type: ignore[attr-defined]
        is_active = status is STATES["active"]
        company = hold.company_id
        facts = [
            Fact(_("For"), _document_of(hold, actor) or hold.purpose),
            Fact(_("Site"), hold.site.name),
            Fact(_("Held until"), formats.instant(hold.expires_at)),
            Fact(_("At the latest"), formats.instant(hold.life_ends_at)),
        ]
        if hold.order_id:
            facts.append(Fact(_("Order"), Link(gettext("Order"), reverse("sales:order", args=[hold.order_id]))))
        return Document(
            kind=_("Hold"),
            number=hold.number,
            status=status,
            party=Party(hold.party.name, hold.party.number) if hold.party else None,
            facts=tuple(facts),
            steps=steps(
                step(actor, _("Extend"), "promising:hold-extend", key, method="get", company_id=company),
                step(actor, _("Release"), "promising:hold-release", key, danger=True, company_id=company),
            )
            if is_active
            else (),
            crumbs=(Link(_("Holds"), reverse("promising:holds")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        def ref() -> DocumentRef:
            hold = hold_of(actor, key)
            return DocumentRef("hold", hold.pk, hold.number)

        return (
            Tab("items", _("Items"), documents.ITEMS, lambda: {"items": _items(hold_of(actor, key))}),
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref())}),
        )


def _items(hold: Hold) -> list[Item]:
    found = []
    for line in queries.hold_lines(hold.pk):
        unit = (line.decimals, line.unit)
        short = line.quantity - line.held
        status = Status(_("Held"), "done") if not short else Status(_("Held in part"), "waiting")
        if hold.state != "active":
            found.append(
                Item(
                    str(line.line_number), Party(line.product, line.product_number), Quantity(line.quantity, *unit),
                    STATES[hold.state],
                )
            )  # fmt: skip
            continue
        found.append(
            Item(
                str(line.line_number), Party(line.product, line.product_number), Quantity(line.quantity, *unit),
                status if line.held else Status(_("Not held"), "stopped"),
                note=_note(line),
            )
        )  # fmt: skip
    return found


def _note(line: queries.HeldLine) -> str:
    held = f"{formats.number(line.held, line.decimals)} {line.unit}"
    said = gettext("%(held)s held, ready on %(day)s") % {"held": held, "day": formats.day(line.requested_on)}
    more = [word for word in (line.valuation, line.location, line.batch) if word]
    if line.min_shipment:
        more.append(gettext("at least %(least)s at once") % {"least": formats.number(line.min_shipment, line.decimals)})
    if line.lateness_days_max is not None:
        days = line.lateness_days_max
        more.append(ngettext("at most %(days)s day late", "at most %(days)s days late", days) % {"days": days})
    if line.deliveries_max:
        most = line.deliveries_max
        more.append(ngettext("in %(most)s delivery at most", "in %(most)s deliveries at most", most) % {"most": most})
    return " · ".join((said, *more))


class HoldForm(forms.Form):
    sections = (Section(_("Hold"), ("purpose", "customer", "site", "expires_at")),)
    purpose = forms.CharField(label=_("For"), max_length=200, help_text=_("The customer or the occasion."))
    customer = forms.CharField(
        label=_("Customer"), required=False, max_length=40, widget=Picker("masterdata:customer-options"),
        help_text=_("Its quotas, packages, limits and the life it wants of goods hold then. Empty: anybody's."),
    )  # fmt: skip
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.id, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    expires_at = forms.DateTimeField(
        label=_("Held until"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: two days. At most thirty."),
    )  # fmt: skip


_SMALL = forms.TextInput(attrs={"inputmode": "numeric", "size": 4, "placeholder": _("usual")})


class HoldLineForm(forms.Form):
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    quantity = FigureField(label=_("Quantity"), max_length=30)
    requested_on = forms.DateField(
        label=_("Ready on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valuation = forms.CharField(label=_("Valuation type"), max_length=20, required=False)
    location = forms.CharField(label=_("Storage location"), max_length=10, required=False)
    batch = forms.CharField(label=_("Batch"), max_length=40, required=False)
    min_shipment = FigureField(label=_("Least shipment"), max_length=30, required=False)
    lateness_days_max = forms.IntegerField(label=_("Days late at most"), required=False, widget=_SMALL)
    deliveries_max = forms.IntegerField(label=_("Deliveries at most"), required=False, widget=_SMALL)


class HoldCreate(FormPage):
    title = _("Hold goods")
    lead = _("What is free is kept from everybody else until the hold ends.")
    permission = "promising.hold_goods"
    form_class = HoldForm
    rows_class = rows_of(HoldLineForm, empty=3, most=100)
    rows_title = _("Goods")
    submit_label = _("Hold goods")
    cancel_url = reverse_lazy("promising:holds")
    crumbs = (Link(_("Holds"), reverse_lazy("promising:holds")),)
    creates = True

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        filled = [row.cleaned_data for row in rows if row.cleaned_data]
        products = reference.products_by_number([one["product"] for one in filled])
        lines = []
        for place, one in enumerate(filled, 1):
            product = products.get(one["product"])
            if product is None:
                raise NotFound(
                    gettext("There is no product %(number)s. Search it by number or name.")
                    % {"number": one["product"]},
                    field="product",
                    row=place,
                )
            unit = Unit(product.base_unit, product.decimals)
            quantity = parse_quantity(one["quantity"], unit)
            apart = (one["valuation"], one["location"], one["batch"])
            lines.append(HoldLineDraft(product.id, quantity, one["requested_on"], *apart, _limits(one, unit, place)))
        draft = HoldDraft(int(given["site"]), given["purpose"], tuple(lines), given["expires_at"], given["customer"])
        made = once(actions.hold_goods)(draft, key=self.client_key, **clocked(self.request, actor))
        return reverse("promising:hold", args=[made.id])


def _limits(one: dict[str, Any], unit: Unit, row: int) -> Limits:
    """The limits that a row names."""
    least = None
    if one["min_shipment"]:
        try:
            least = parse_quantity(one["min_shipment"], unit, zero_allowed=True)
        except BusinessError as refused:
            refused.row, refused.field = row, "min_shipment"
            raise
    return Limits(least, one["lateness_days_max"], one["deliveries_max"])


class ExtendForm(forms.Form):
    expires_at = forms.DateTimeField(
        label=_("Held until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class HoldExtend(AskPage):
    form_class = ExtendForm
    danger = False

    def ask(self, actor: Any, key: int) -> None:
        self.hold = hold_of(actor, key)
        self.cancel_url = reverse("promising:hold", args=[key])
        self.crumbs = [Link(_("Holds"), reverse("promising:holds")), Link(self.hold.number, self.cancel_url)]
        self.title = self.submit_label = gettext("Extend %(number)s") % {"number": self.hold.number}
        self.sentence = gettext("Goods are held for at most %(days)s days.") % {"days": LIFE_DAYS}
        if self.hold.reference_id:
            self.sentence = gettext("At the latest until %(until)s, when %(document)s is no longer valid.") % {
                "until": formats.instant(self.hold.life_ends_at), "document": self.hold.reference_number
            }  # fmt: skip

    def initial(self) -> dict[str, Any]:
        until = self.hold.expires_at + timedelta(hours=USUAL_HOURS)
        return {"expires_at": min(until, self.hold.life_ends_at)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.extend_hold(
            self.hold.pk, form.cleaned_data["expires_at"], **clocked(self.request, actor)
        )  # fmt: skip
        return self.done(gettext("Extended."), self.cancel_url)


def _release(request: HttpRequest, actor: Any, key: int) -> Said:
    hold = hold_of(actor, key)
    actions.release_hold(key, **clocked(request, actor))
    return Said(
        gettext("Hold %(number)s is released.") % {"number": hold.number}, reverse("promising:hold", args=[key])
    )  # fmt: skip


release = button(_release)
