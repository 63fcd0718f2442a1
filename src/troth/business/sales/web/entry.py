"""Entering and changing orders and quotations.

One form for all of it. What is wrong comes back beside its field; what is only missing is saved with the draft and
listed on its page.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.pricing.queries import SET_PRICE
from troth.business.sales import actions, queries
from troth.business.sales.actions import check
from troth.business.sales.actions.answers import Submitted
from troth.business.sales.forms import (
    HEAD_FIELDS,
    LINE_VALUES,
    ItemForm,
    OrderForm,
    QuotationForm,
    entered,
    entered_line,
    row_choices,
)
from troth.business.sales.queries import DocumentView
from troth.business.sales.rules import sources
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.sales.states import OrderState
from troth.business.sales.web import confirmed
from troth.business.sales.web.entered import cells, head_of, price_by_hand, rows_of_lines, typed_lines
from troth.business.sales.web.entry_words import KEYS, WORDS
from troth.kernel.errors import BusinessError
from troth.platform.web import formats
from troth.platform.web.access import demand
from troth.platform.web.acts import once, said, step
from troth.platform.web.forms import rows_of
from troth.platform.web.language import worded
from troth.platform.web.scripted import ScriptedPage
from troth.platform.web.values import Link, Step, Text
from troth.reference import queries as reference

VALID_DAYS = 30
"""How long a new quotation is valid, unless another day is entered."""

CHANGEABLE = (
    "product", "quantity", "unit", "requested_on", "site", "item_category", "alternatives", "batch", "location",
    "valuation", "min_shipment", "lateness_days_max", "deliveries_max", "route", "delivery_mode", "delivery_group",
    "is_fixed", "text", "manual_conditions",
)  # fmt: skip


USUAL_FIELDS = frozenset({"delivery_mode", "is_fixed"})
"""Choices without an empty one: where nothing is sent, nothing is said."""


class EntryPage(ScriptedPage):
    """Head and items. Subclasses say what is done with the draft."""

    permission = "sales.save_order"
    template_name = "sales/entry.html"
    rows_class = rows_of(ItemForm, empty=8)
    rows_title = _("Items")
    creates = True
    kind = "order"
    back = "sales:orders"
    view: DocumentView | None = None

    def dispatch(self, request: Any, *args: Any, **captured: Any) -> Any:
        actor = demand(request, self.permission)
        self.cancel_url = reverse(self.back)
        self.crumbs = [Link(_("Orders") if self.kind == "order" else _("Quotations"), self.cancel_url)]
        if (key := captured.get("key")) is not None:
            read = queries.order if self.kind == "order" else queries.quotation
            self.view = read(key, by=actor)
            self.cancel_url = reverse(f"sales:{self.kind}", args=[key])
            self.crumbs.append(Link(self.view.ref.number, self.cancel_url))
        return super().dispatch(request, *args, **captured)

    def initial(self) -> dict[str, Any]:
        if self.view is None:
            return {"customer": self.request.GET.get("customer", "")}
        head = head_of(self.view)
        return head | {"complete_delivery": "true" if head["complete_delivery"] else "false"}

    def initial_rows(self) -> list[dict[str, Any]]:
        if self.view is None:
            return []
        lines = typed_lines(self.view)
        rows = rows_of_lines(self.view, lines)
        return [{**rows[one.line.line_number], "manual_conditions": price_by_hand(one, self.view)} for one in lines]

    def rows_arguments(self) -> dict[str, Any]:
        return {"choices": row_choices(), "sets_prices": self.sets_prices}

    @property
    def sets_prices(self) -> bool:
        company = {"company_id": self.view.document.company_id} if self.view else {}
        actor: Any = self.request.actor  # type: ignore[attr-defined]
        return bool(actor.may(SET_PRICE, **company))

    def draw(self, form: Any, rows: Any, status: int = 200) -> HttpResponse:
        self.drawn = rows
        return super().draw(form, rows, status)

    def more(self) -> dict[str, Any]:
        names = (
            {one.line.line_number: one.asked.name if one.asked else one.product_name for one in self.view.lines}
            if self.view
            else {}
        )
        return {
            "kind": self.kind,
            "entry": self.settings(),
            "keys": KEYS,
            "lines": [cells(row, names, self.kind) for row in self.drawn.forms],
            "empty_line": cells(self.drawn.empty_form, names, self.kind),
        }

    def settings(self) -> dict[str, Any]:
        """What the scripts of the page work with: addresses, words, whose page it is."""
        key = self.view.ref.id if self.view else None
        ask = f"sales:{self.kind}-check"
        return {
            "words": WORDS,
            "check": reverse(ask) if key is None else reverse(f"{ask}-change", args=[key]),
            "customers": reverse("sales:customer-offers"),
            "products": reverse("sales:product-offers"),
            "document": key,
            "inBooks": self.in_books,
            "draft": self.draft_address(key),
            "person": self.request.actor.user_id,  # type: ignore[attr-defined]
        }

    def draft_address(self, key: int | None) -> str:
        """Where the page saves its draft by itself; nowhere once the document is no draft any more."""
        route = f"sales:{self.kind}-draft"
        if key is None:
            return reverse(route)
        assert self.view is not None
        return reverse(f"{route}-change", args=[key]) if self.view.document.state == OrderState.DRAFT else ""

    @property
    def in_books(self) -> bool:
        """Whether the document is no draft any more, so that its items are rejected and not deleted."""
        return self.kind == "order" and self.view is not None and self.view.document.state != OrderState.DRAFT

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        filled = [(number, row.cleaned_data) for number, row in enumerate(rows.forms, 1) if row.cleaned_data]
        try:
            return self.act(actor, form.cleaned_data, [self._agreed(values) for _number, values in filled])
        except BusinessError as error:
            renumber(error, [number for number, _values in filled])
            raise

    def _agreed(self, values: dict[str, Any]) -> dict[str, Any]:
        """The row with the line it goes on from, and its conditions by hand: those it has, and the price entered."""
        number = values.get("line_number")
        before = next((one for one in (self.view.lines if self.view else ()) if one.line.line_number == number), None)
        shown = price_by_hand(before, self.view) if before and self.view else ""
        entered_price = values.get("manual_conditions", shown).strip()
        conditions = check.agreed(before.line if before else None, shown, entered_price)
        return {**values, "goes_on": number, "manual_conditions": conditions}

    def act(self, actor: Any, head: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        raise AssertionError("an entry page needs `act`")

    @property
    def saves_only(self) -> bool:
        return "_save" in self.request.POST

    def go(self, key: int, sentence: str, *, warn: bool = False, undo: Step | None = None) -> str:
        if warn:
            messages.warning(self.request, sentence)
        else:
            said(self.request, sentence, undo)
        return reverse(f"sales:{self.kind}", args=[key])

    def clocked(self, actor: Any) -> dict[str, Any]:
        return {"by": actor, "clock": self.request.clock}  # type: ignore[attr-defined]


def renumber(error: BusinessError, rows: Sequence[int]) -> None:
    """Say rows as they stand in the form, where empty rows count as well."""
    for one in getattr(error, "refusals", (error,)):
        if one.row is not None and 1 <= one.row <= len(rows):
            one.row = rows[one.row - 1]


def draft_of(kind: type[OrderDraft], head: dict[str, Any], lines: Sequence[dict[str, Any]]) -> Any:
    """What was entered, as the actions take it."""
    rows = tuple(LineDraft(**entered_line(line)) for line in lines)
    return kind(lines=rows, source_system=sources.PAGE, **entered(head))


def back_to_nothing(actor: Any, key: int) -> Step | None:
    """The step back from an order that was just entered: it is cancelled, with a reason."""
    return step(actor, _("Undo"), "sales:order-cancel", key, method="get")


def told(submitted: Submitted) -> tuple[str, bool]:
    """What became of a submitted order in a sentence, and whether it asks for attention."""
    warnings = [worded(one).rstrip(".") for one in submitted.warnings]
    if submitted.state == OrderState.DRAFT and not submitted.missing and warnings:
        saved = gettext("%(number)s is saved as a draft") % {"number": submitted.number}
        return ". ".join((saved, *warnings)) + ".", True
    if submitted.state == OrderState.DRAFT:
        return gettext("%(number)s is saved as a draft: something is missing.") % {"number": submitted.number}, True
    parts = [gettext("%(number)s submitted") % {"number": submitted.number}]
    parts += confirmed.in_words(
        (
            confirmed.Line(line.line_number, line.main_line, line.short > 0, line.delivery_on)
            for line in submitted.lines
        ),
        formats.day,
    )
    made = [gettext("Delivery %(number)s made") % {"number": one.number} for one in submitted.deliveries]
    stands = [*submitted.blocks, *(one.reason for one in submitted.not_delivered if not submitted.blocks)]
    sentences = [", ".join(parts), *made, *(worded(one).rstrip(".") for one in stands), *warnings]
    return ". ".join(sentences) + ".", bool(submitted.is_short or stands or warnings)


class OrderCreate(EntryPage):
    title = _("New order")
    form_class = OrderForm
    submit_label = _("Submit order")
    save_label = _("Save draft")

    def act(self, actor: Any, head: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        draft = draft_of(OrderDraft, head, lines)
        if self.saves_only:
            saved = once(actions.save_order)(draft, key=self.client_key, **self.clocked(actor))
            return self.go(saved.id, gettext("%(number)s saved.") % {"number": saved.number})
        submitted = once(actions.enter_order)(draft, key=self.client_key, **self.clocked(actor))
        sentence, warn = told(submitted)
        return self.go(submitted.id, sentence, warn=warn, undo=back_to_nothing(actor, submitted.id))


class OrderChange(EntryPage):
    """A draft is written anew; an order in the books is changed, and only what matters asks anew for goods."""

    permission = "sales.change_order"
    form_class = OrderForm
    creates = False

    def get(self, request: Any, **captured: Any) -> Any:
        self._label()
        return super().get(request, **captured)

    def post(self, request: Any, **captured: Any) -> Any:
        self._label()
        return super().post(request, **captured)

    def _label(self) -> None:
        assert self.view is not None
        self.title = gettext("Change order %(number)s") % {"number": self.view.ref.number}
        self.submit_label, self.save_label = (
            (_("Submit order"), _("Save draft")) if self.is_draft else (_("Change order"), "")
        )

    @property
    def is_draft(self) -> bool:
        return self.view is not None and self.view.document.state == OrderState.DRAFT

    def act(self, actor: Any, head: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        assert self.view is not None
        key, version, acting = self.view.ref.id, head.get("version"), self.clocked(actor)
        if not self.is_draft:
            changes = changes_of(self.view, head, lines)
            submitted = actions.change_order(key, changes, expected_version=version, **acting)
            return self.go(key, *_changed(submitted))
        saved = actions.save_order(draft_of(OrderDraft, head, lines), order_id=key, expected_version=version, **acting)
        if self.saves_only:
            return self.go(key, gettext("%(number)s saved.") % {"number": saved.number})
        if saved.missing and any(one.holds_back == "confirmation" for one in saved.missing):
            return self.go(key, gettext("Saved, but not submitted: something is missing."), warn=True)
        sentence, warn = told(actions.submit_order(key, **acting))
        return self.go(key, sentence, warn=warn, undo=back_to_nothing(actor, key))


def _changed(submitted: Submitted) -> tuple[str]:
    return (gettext("%(number)s changed.") % {"number": submitted.number},)


def changes_of(view: DocumentView, head: dict[str, Any], lines: Sequence[dict[str, Any]]) -> OrderChanges:
    """What differs between the form and the order; rows without a number are new lines."""
    before = head_of(view)
    kept = {name: value for name, value in head.items() if name in HEAD_FIELDS and name != "order_type"}
    header = {name: _given(name, value) for name, value in kept.items() if _same(value) != _same(before.get(name))}
    rows = rows_of_lines(view, view.lines)
    changed = []
    for line in lines:
        row = rows.get(line.get("line_number") or 0)
        values = _differing(line, row) if row else {}
        if values:
            changed.append(LineChange(line_number=line["line_number"], values=values))
    new = tuple(LineDraft(**entered_line(line)) for line in lines if (line.get("line_number") or 0) not in rows)
    return OrderChanges(header=header, lines=tuple(changed), add=new)


def _differing(line: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What a row says otherwise than before; a route that was chosen stays chosen at another site."""
    told = [name for name in CHANGEABLE if line.get(name) or name not in USUAL_FIELDS]
    names = [name for name in told if _same(line.get(name)) != _same(row[name])]
    if "site" in names and line.get("route"):
        names.append("route")
    return {name: LINE_VALUES.get(name, _as_it_is)(line.get(name)) for name in names}


def _as_it_is(value: Any) -> Any:
    return value


def _same(value: Any) -> Any:
    return "" if value is None else value


def _given(name: str, value: Any) -> Any:
    """An emptied party goes back to the customer's own: the draft says None."""
    return None if value == "" and name in ("ship_to", "bill_to", "payer", "forwarding_agent", "site") else value


class QuotationCreate(EntryPage):
    title: Text = _("New quotation")
    permission = "sales.save_quotation"
    form_class = QuotationForm
    kind, back = "quotation", "sales:quotations"
    submit_label = _("Save and send")
    save_label = _("Save draft")

    def initial(self) -> dict[str, Any]:
        if self.view is not None:
            return super().initial()
        actor, clock = self.request.actor, self.request.clock  # type: ignore[attr-defined]
        last_day = reference.today(clock, actor.company_ids) + timedelta(days=VALID_DAYS)
        return {**super().initial(), "valid_to_on": last_day}

    def act(self, actor: Any, head: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        draft = draft_of(QuotationDraft, head, lines)
        return self._send(actor, once(actions.save_quotation)(draft, key=self.client_key, **self.clocked(actor)))

    def _send(self, actor: Any, saved: Any) -> str:
        if self.saves_only:
            return self.go(saved.id, gettext("%(number)s saved.") % {"number": saved.number})
        try:
            actions.send_quotation(saved.id, **self.clocked(actor))
        except BusinessError as error:
            return self.go(saved.id, f"{gettext('Saved, but not sent.')} {worded(error.message)}", warn=True)
        return self.go(saved.id, gettext("%(number)s sent.") % {"number": saved.number})


class QuotationChange(QuotationCreate):
    """A draft is written anew; what was sent is revised: a new one takes its place."""

    creates = False

    @property
    def is_draft(self) -> bool:
        return self.view is not None and self.view.document.state == "draft"

    def draw(self, form: Any, rows: Any, status: int = 200) -> Any:
        assert self.view is not None
        words = gettext("Change quotation %(number)s") if self.is_draft else gettext("Revise quotation %(number)s")
        self.title = str(words % {"number": self.view.ref.number})
        if not self.is_draft:
            self.lead = _("The revision takes the place of this quotation, which can then no longer be ordered from.")
        return super().draw(form, rows, status)

    def act(self, actor: Any, head: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        assert self.view is not None
        if not self.is_draft:  # a revision counts its lines anew
            lines = [{**line, "line_number": None} for line in lines]
        draft, version = draft_of(QuotationDraft, head, lines), head.get("version")
        acting = {"expected_version": version, **self.clocked(actor)}
        if self.is_draft:
            return self._send(actor, actions.save_quotation(draft, quotation_id=self.view.ref.id, **acting))
        return self._send(actor, actions.revise_quotation(self.view.ref.id, draft, **acting))
