"""What is held for a quotation: on its page, and the questions before goods are held, longer, or no longer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import held
from troth.business.promising.held import HeldFor, HeldItem
from troth.business.promising.rules.holds import USUAL_HOURS, life_end
from troth.business.promising.web.holds import STATES as HOLD_STATES
from troth.business.sales import actions
from troth.business.sales.actions.document import QUOTATION_KIND
from troth.business.sales.queries import DocumentView
from troth.business.sales.rules import quoting
from troth.business.sales.states import ORDERABLE, QuotationState
from troth.business.sales.web.verbs import QuotationAsk
from troth.platform.clock import Clock
from troth.platform.web import documents, formats
from troth.platform.web.acts import once, step
from troth.platform.web.columns import Column, table_of
from troth.platform.web.documents import Fact, Tab
from troth.platform.web.history import names_of
from troth.platform.web.values import Empty, Link, Party, Quantity, Status, Step
from troth.reference import queries as reference

TAB = "held"
COLUMNS = (
    Column("item", _("Item")),
    Column("product", _("Product"), "party", wide=True),
    Column("held", _("Quantity held"), "quantity"),
    Column("ready", _("Goods ready")),
    Column("until", _("Held until")),
    Column("hold", _("Hold"), "link"),
    Column("by", _("By")),
    Column("status", _("Status"), "status"),
)
NONE = Empty(
    _("Nothing is held for this quotation"),
    _("Hold its goods while the customer decides. They are kept from everybody else, and its order takes them over."),
)


def holds_of(view: DocumentView, clock: Clock) -> list[HeldFor]:
    """What is and was held for the quotation, the newest first."""
    if view.document.state == QuotationState.DRAFT:
        return []
    return held.holds_for(QUOTATION_KIND, [view.ref.id], clock.now())


def tabs(view: DocumentView, actor: Any, clock: Clock) -> tuple[Tab, ...]:
    """The tab of a quotation that was sent."""
    if view.document.state == QuotationState.DRAFT:
        return ()

    def context() -> dict[str, Any]:
        holds = holds_of(view, clock)
        names = names_of(one.entered_by_id for one in holds)
        rows = [_row(one, item, names, actor) for one in holds for item in one.items]
        return {"table": table_of(COLUMNS, rows), "empty": NONE}

    return (Tab(TAB, _("Held goods"), documents.TABLE, context),)


def _row(hold: HeldFor, item: HeldItem, names: dict[int | None, str], actor: Any) -> dict[str, Any]:
    url = step(actor, "", "promising:hold", hold.id, method="get")
    return {
        "item": str(item.line_number),
        "product": Party(item.product, item.product_number),
        "held": Quantity(item.held, item.decimals, item.unit),
        "ready": _ready(item),
        "until": formats.instant(hold.expires_at),
        "hold": Link(hold.number, url.url) if url else None,
        "by": names.get(hold.entered_by_id, ""),
        "status": _status(hold, item),
    }


def _ready(item: HeldItem) -> str:
    if len(item.ready) == 1:
        return formats.day(item.ready[0][0])
    return ", ".join(f"{formats.number(quantity, item.decimals)}: {formats.day(on)}" for on, quantity in item.ready)


def _status(hold: HeldFor, item: HeldItem) -> Status:
    if not hold.is_active:
        return HOLD_STATES[str(hold.state)]
    if not item.held:
        return Status(_("Not held"), "stopped")
    return Status(_("Held in part"), "waiting") if item.held < item.quantity else HOLD_STATES["active"]


def facts(holds: Sequence[HeldFor]) -> list[Fact]:
    """Until when goods are held."""
    ends = sorted({one.expires_at for one in holds if one.is_active})
    return [Fact(_("Goods held until"), formats.instant(ends[0]))] if ends else []


def hold_steps(view: DocumentView, holds: Sequence[HeldFor], actor: Any) -> tuple[Step | None, ...]:
    """What may be done with the goods of the quotation."""
    quotation = view.document
    key, company = quotation.pk, quotation.company_id
    if quotation.state not in ORDERABLE:
        return ()
    is_open = any(one.open_to_order for one in view.lines)
    is_held = any(one.is_active for one in holds)
    return (
        step(actor, _("Hold goods"), "sales:quotation-hold", key, method="get", company_id=company)
        if is_open
        else None,
        step(actor, _("Extend hold"), "sales:quotation-hold-extend", key, method="get", company_id=company)
        if is_held
        else None,
        step(
            actor, _("Release hold"), "sales:quotation-hold-release", key, method="get", danger=True,
            company_id=company,
        )
        if is_held
        else None,
    )  # fmt: skip


class _Until(forms.Form):
    expires_at = forms.DateTimeField(
        label=_("Held until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("No longer than thirty days, nor than the quotation is valid."),
    )


class _Chosen(_Until):
    lines = forms.MultipleChoiceField(
        label=_("Items"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all that is open and not held."),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = choices  # type: ignore[attr-defined]


class _HoldAsk(QuotationAsk):
    danger = False

    def latest(self) -> datetime:
        """The latest moment until which goods may be held."""
        quotation, now = self.view.document, self.request.clock.now()  # type: ignore[attr-defined]
        ends = life_end(now)
        if quotation.valid_to_on is None:
            return ends
        return min(ends, quoting.ends_at(quotation.valid_to_on, reference.company(quotation.company_id).time_zone))

    @property
    def tab_url(self) -> str:
        return f"{self.cancel_url}?tab={TAB}"


class QuotationHold(_HoldAsk):
    form_class = _Chosen
    creates = True

    def words(self) -> None:
        self.title = gettext("Hold goods for %(number)s") % {"number": self.number}
        self.sentence = _(
            "What is free is kept from everybody else, and the order of this quotation takes it over. The goods are "
            "free again when the time is up, or the quotation is rejected, revised or no longer valid."
        )
        self.submit_label = _("Hold goods")

    def initial(self) -> dict[str, Any]:
        usual = self.request.clock.now() + timedelta(hours=USUAL_HOURS)  # type: ignore[attr-defined]
        return {"expires_at": min(usual, self.latest())}

    def form_arguments(self) -> dict[str, Any]:
        open_lines = [one for one in self.view.lines if one.open_to_order and one.line.main_line is None]
        return {
            "choices": [
                (str(one.line.line_number), f"{one.line.line_number} · {one.product_name}") for one in open_lines
            ]
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        chosen = [int(number) for number in given["lines"]] or None
        made = once(actions.hold_quoted_goods)(
            self.view.ref.id, given["expires_at"], lines=chosen, key=self.client_key, **self.acting
        )
        undo = step(actor, _("Undo"), "sales:quotation-hold-release", self.view.ref.id, method="get")
        return self.done(_told(made), self.tab_url, undo)


def _told(made: actions.QuotedHold) -> str:
    said = gettext("Goods are held until %(until)s.") % {"until": formats.instant(made.expires_at)}
    if not made.short:
        return said
    numbers = ", ".join(str(number) for number in sorted(made.short))
    return f"{said} " + gettext("Not held in full: item %(numbers)s.") % {"numbers": numbers}


class QuotationHoldExtend(_HoldAsk):
    form_class = _Until

    def words(self) -> None:
        self.title = gettext("Hold the goods of %(number)s longer") % {"number": self.number}
        self.sentence = _("All that is held for this quotation is held until then.")
        self.submit_label = _("Extend hold")

    def initial(self) -> dict[str, Any]:
        clock = self.request.clock  # type: ignore[attr-defined]
        ends = [one.expires_at for one in holds_of(self.view, clock) if one.is_active]
        return {"expires_at": min(max(ends, default=clock.now()) + timedelta(hours=USUAL_HOURS), self.latest())}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        until = actions.extend_quoted_holds(self.view.ref.id, form.cleaned_data["expires_at"], **self.acting)
        return self.done(gettext("Goods are held until %(until)s.") % {"until": formats.instant(until)}, self.tab_url)


class QuotationHoldRelease(_HoldAsk):
    danger = True

    def words(self) -> None:
        self.title = gettext("Release the goods of %(number)s") % {"number": self.number}
        self.sentence = _("All that is held for this quotation is free at once. It may be held anew, if it is free.")
        self.submit_label = _("Release hold")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.release_quoted_holds(self.view.ref.id, reason=form.cleaned_data["reason"], **self.acting)
        return self.done(gettext("The goods of %(number)s are free.") % {"number": self.number}, self.tab_url)
