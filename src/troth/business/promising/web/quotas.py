"""Cells of a quota: what is planned, consumed and left by period, by whom, and a box to try a line against them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import screens
from troth.business.promising.actions import Check, check, quotas
from troth.business.promising.actions.suppose import wish_of
from troth.business.promising.models import QuotaUse
from troth.business.promising.rules.explain import spelled_period
from troth.business.promising.web import boxes
from troth.business.promising.web.boxes import Box
from troth.business.quotas import actions
from troth.business.quotas.actions import ShareDraft, TargetDraft
from troth.business.quotas.forms import CHARACTERISTICS, TargetField, day_field
from troth.business.quotas.notation import LONGEST, read_target
from troth.business.quotas.queries import screens as planned
from troth.business.quotas.queries.screens import CellRow
from troth.business.quotas.rules import WrongQuota
from troth.business.quotas.web import files
from troth.business.quotas.web.counted import told_counted
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.periods import PeriodKind, first_day, period_of
from troth.kernel.quantity import Unit, format_quantity
from troth.kernel.quota import WILDCARD
from troth.platform.documents import DocumentRef
from troth.platform.web import acts
from troth.platform.web.access import allowed, demand
from troth.platform.web.acts import clocked
from troth.platform.web.columns import Column, table_of
from troth.platform.web.formats import number as figure
from troth.platform.web.forms import refused_form
from troth.platform.web.language import worded
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Link, Quantity, Status, Step
from troth.reference import queries as reference

PERIODS = 6
"""Periods side by side in the matrix."""
FIRST_YEAR, LAST_YEAR = 1990, 2200
CELLS = 50
PERIODS_OF_CELL = 26
MOST_HOLDERS = 200
Shares = Mapping[tuple[str, int], str]
"""(cell, period) -> its share of a total, as people write it."""
HOLDERS = (
    Column("document", _("Document"), "link"),
    Column("party", _("Customer"), wide=True),
    Column("product", _("Product")),
    Column("period", _("Period")),
    Column("quantity", _("Consumes"), "quantity"),
)


class Seen(forms.Form):
    """Which cells, and from when on."""

    q = forms.CharField(label=_("Values"), required=False, max_length=100)
    on = day_field(_("From"), required=False)
    retired = forms.BooleanField(label=_("With retired"), required=False)

    def clean_on(self) -> date | None:
        """A day whose neighbours are days: pages lead to earlier and later ones."""
        on: date | None = self.cleaned_data["on"]
        if on is not None and not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise forms.ValidationError(
                gettext("Choose a day from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return on


class Pasted(forms.Form):
    targets = forms.CharField(
        label=_("Targets"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def cells(request: HttpRequest, key: int) -> HttpResponse:
    """The matrix: cells down, periods across; each field says target − consumed = left."""
    actor = demand(request, "quotas.view_quota")
    procedure = planned.procedure(key)
    may_plan = allowed(actor, "promising:quota-cells-plan")
    seen = Seen(request.GET if "on" in request.GET else None)
    given = seen.cleaned_data if seen.is_bound and seen.is_valid() else {}
    today = reference.today(request.clock)  # type: ignore[attr-defined]
    chosen_on = given.get("on") or today
    first = period_of(PeriodKind(procedure.period), day_of(chosen_on))
    found = planned.all_cells(key, words=given.get("q", ""), with_retired=given.get("retired", False)).filter(
        cell__gt=request.GET.get("after", "")
    )
    rows = list(found.order_by("cell")[: CELLS + 1])
    shown = planned.cell_rows(procedure, rows[:CELLS], first=first, last=first + PERIODS - 1)
    shares = planned.shares(procedure, rows[:CELLS], first=first, last=first + PERIODS - 1)
    on = date_of(first_day(PeriodKind(procedure.period), first)).isoformat()
    context = {
        "title": procedure.name,
        "code": procedure.code,
        "form": seen if seen.is_bound else Seen(initial={"on": today}),
        "table": table_of(_columns(procedure, first), [_matrix_row(procedure, one, first, shares) for one in shown]),
        "empty": _nothing(given),
        "has_cells": bool(shown),
        "next_url": _address(given, on, after=rows[CELLS - 1].cell) if len(rows) > CELLS else "",
        "first_url": _address(given, on) if "after" in request.GET else "",
        "earlier_url": _address(given, _shifted(procedure, first, -PERIODS)),
        "later_url": _address(given, _shifted(procedure, first, PERIODS)),
        "count": planned.count_cells(key),
        "files": files.offered(actor, procedure, on=chosen_on, words=given.get("q", "")),
        "paste": Pasted() if may_plan else None,
        "paste_help": _paste_help(procedure),
        "plan_url": reverse("promising:quota-cells-plan", args=[key]),
        "edit_url": reverse("quotas:quota-procedures-edit", args=[key]),
        "try_url": reverse("promising:quota-try"),
        "crumbs": [Link(gettext("Quota procedures"), reverse("quotas:quota-procedures-list"))],
    }
    return render(request, "promising/quota_cells.html", context)


def _nothing(given: Mapping[str, Any]) -> Empty:
    if given.get("q"):
        return Empty(_("No cell has these values"), _("Enter fewer of them, or show retired cells too."))
    return Empty(_("No cells yet"), _("Paste targets below: each line makes a cell, or changes one."))


def _address(given: Mapping[str, Any], on: str, **more: str) -> str:
    """The matrix from another day on, or after another cell, with the same cells chosen."""
    kept = {"on": on, "q": given.get("q", "")} | ({"retired": "on"} if given.get("retired") else {})
    return f"?{urlencode(kept | more)}"


def _shifted(procedure: Any, first: int, by: int) -> str:
    return date_of(first_day(PeriodKind(procedure.period), first + by)).isoformat()


def _columns(procedure: Any, first: int) -> list[Column]:
    kind = PeriodKind(procedure.period)
    periods = [Column(f"p{at}", worded(spelled_period(kind, first + at)), align="right") for at in range(PERIODS)]
    return [Column("cell", _("Cell"), "link", wide=True), *periods]


def _matrix_row(
    procedure: Any, row: CellRow, first: int, shares: Shares
) -> dict[str, Any]:  # fmt: skip
    words = cell_words(row.values)
    named = words if row.is_active else gettext("%(cell)s (retired)") % {"cell": words}
    told: dict[str, Any] = {"cell": Link(named, reverse("promising:quota-cell", args=[row.id]))}
    for at in range(PERIODS):
        targets = row.periods.get(first + at)
        share = shares.get((row.cell, first + at), "")
        told[f"p{at}"] = _said(targets, procedure, share) if targets else None
    return told


def _said(targets: tuple[int, int], procedure: Any, share: str) -> str:
    wanted, used = targets
    told = " ".join((_figure(wanted, procedure), "−", _figure(used, procedure), "=", _figure(wanted - used, procedure)))
    return f"{told} ({share})" if share else told


def _figure(quantity: int, procedure: Any) -> str:
    return figure(quantity, procedure.unit.decimals)


def cell_words(values: Mapping[str, str]) -> str:
    """A cell as people say it: its values, any other where it has none."""
    named = {one.value: str(words) for one, words in CHARACTERISTICS.items()}  # type: ignore[attr-defined]
    told = [
        gettext("any other %(what)s") % {"what": named[name]} if value == WILDCARD else f"{named[name]} {value}"
        for name, value in values.items()
    ]
    return ", ".join(told)


def _paste_help(procedure: Any) -> str:
    named = {one.value: str(words) for one, words in CHARACTERISTICS.items()}  # type: ignore[attr-defined]
    columns = [*(named[one] for one in procedure.characteristics.split(",")), gettext("day"), gettext("quantity")]
    said = gettext("A line each, with tabs or semicolons between: %(columns)s. # stands for any other.") % {
        "columns": "; ".join(columns)
    }
    share = gettext("Instead of a quantity, a share of the period's total: 20 % of 1000, or 3 parts of 2000.")
    return f"{said} {share}"


def plan(request: HttpRequest, key: int) -> HttpResponse:
    """Targets as they were pasted, all or none."""
    actor = demand(request, "quotas.set_targets")
    procedure = planned.procedure(key)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("promising:quota-cells", args=[key]))
    form = Pasted(request.POST)
    if form.is_valid():
        try:
            drafts = _read(procedure, form.cleaned_data["targets"])
            brought = actions.set_targets(key, drafts, **clocked(request, actor))
        except BusinessError as refusal:
            refused_form(form, refusal)
        else:
            count = brought.created + brought.changed
            sentence = ngettext("%(count)s target set.", "%(count)s targets set.", count) % {"count": count}
            messages.success(request, told_counted(sentence, brought.counted, procedure.unit))
            return HttpResponseRedirect(reverse("promising:quota-cells", args=[key]))
    context = {
        "title": procedure.name,
        "code": procedure.code,
        "paste": form,
        "paste_help": _paste_help(procedure),
        "plan_url": reverse("promising:quota-cells-plan", args=[key]),
        "crumbs": [Link(procedure.name, reverse("promising:quota-cells", args=[key]))],
    }
    return render(request, "promising/quota_plan.html", context, status=422)


def _read(procedure: Any, text: str) -> list[TargetDraft]:
    names, unit = procedure.characteristics.split(","), Unit(procedure.unit_id, procedure.unit.decimals)
    found = []
    for row, line in enumerate(filter(str.strip, text.splitlines()), 1):
        cells = [one.strip() for one in (line.split("\t") if "\t" in line else line.split(";"))]
        if len(cells) != len(names) + 2:
            raise WrongQuota(
                Sentence("This line has %(count)s parts, not %(wanted)s.", count=len(cells), wanted=len(names) + 2),
                row=row,
                field="targets",
            )
        *values, on, quantity = cells
        amount, share = _quantity(quantity, unit, row)
        found.append(TargetDraft(dict(zip(names, values, strict=True)), _day(on, row), amount, row, share))
    return found


def _day(text: str, row: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongQuota(
            Sentence("%(text)s is no day. Write it as 2026-03-31.", text=text[:20]), row=row, field="targets"
        ) from None


def _quantity(text: str, unit: Unit, row: int) -> tuple[int, ShareDraft | None]:
    try:
        return read_target(text, unit)
    except BusinessError as refusal:
        raise type(refusal)(refusal.message, row=row, field="targets") from None


def cell(request: HttpRequest, key: int) -> HttpResponse:
    """One cell: its periods with their targets to change, and who consumes them."""
    actor = demand(request, "quotas.view_quota")
    procedure, found = planned.cell(key)
    kind, today = PeriodKind(procedure.period), day_of(reference.today(request.clock))  # type: ignore[attr-defined]
    first = min(max(period_of(kind, today), found.first_period), found.last_period)
    last = min(max(found.last_period, first + 3), first + PERIODS_OF_CELL - 1)
    may_plan = allowed(actor, "promising:quota-cells-plan")
    [row] = planned.cell_rows(procedure, [found], first=first, last=last)
    shares = planned.shares(procedure, [found], first=first, last=last)
    form = _targets_form(procedure, row, (first, last), shares, request.POST or None)
    if request.method == "POST":
        demand(request, "quotas.set_targets")
        if form.is_valid() and _saved(request, actor, procedure, row, shares, form):
            return HttpResponseRedirect(reverse("promising:quota-cell", args=[key]))
    context = {
        "title": cell_words(row.values),
        "code": procedure.code,
        "is_active": found.is_active,
        "retired": Status(_("Retired"), "stopped"),
        "step": _step(actor, found),
        "form": form if may_plan else None,
        "periods": table_of(TARGETS, _target_rows(procedure, row, range(first, last + 1))),
        "holders": table_of(HOLDERS, _holders(procedure, found.cell, actor)),
        "crumbs": [
            Link(gettext("Quota procedures"), reverse("quotas:quota-procedures-list")),
            Link(procedure.name, reverse("promising:quota-cells", args=[procedure.pk])),
        ],
    }
    return render(request, "promising/quota_cell.html", context)


def _step(actor: Any, found: Any) -> Step | None:
    if found.is_active:
        return acts.step(actor, _("Retire"), "promising:quota-cell-retire", found.pk, method="get", danger=True)
    return acts.step(actor, _("Restore"), "promising:quota-cell-restore", found.pk)


TARGETS = (
    Column("period", _("Period"), wide=True),
    Column("target", _("Target"), "quantity"),
    Column("consumed", _("Consumed"), "quantity"),
    Column("left", _("Left"), "quantity"),
)


def _target_rows(procedure: Any, row: CellRow, periods: Iterable[int]) -> list[dict[str, Any]]:
    unit = (procedure.unit.decimals, procedure.unit_id)
    found = []
    for at in periods:
        wanted, used = row.periods.get(at, (0, 0))
        found.append(
            {
                "period": worded(spelled_period(procedure.period, at)),
                "target": Quantity(wanted, *unit),
                "consumed": Quantity(used, *unit),
                "left": Quantity(wanted - used, *unit),
            }
        )
    return found


def _targets_form(
    procedure: Any, row: CellRow, periods: tuple[int, int], shares: Shares, sent: Any
) -> forms.Form:  # fmt: skip
    fields: dict[str, forms.Field] = {}
    for at in range(periods[0], periods[1] + 1):
        wanted, _used = row.periods.get(at, (0, 0))
        share = shares.get((row.cell, at))
        fields[f"p{at}"] = TargetField(
            label=worded(spelled_period(procedure.period, at)),
            max_length=LONGEST,
            initial=share or format_quantity(wanted, procedure.unit.decimals),
            help_text=gettext("Comes to %(quantity)s.") % {"quantity": _figure(wanted, procedure)} if share else "",
        )
    made: forms.Form = type("Targets", (forms.Form,), fields)(sent)
    return made


def _saved(
    request: HttpRequest, actor: Any, procedure: Any, row: CellRow, shares: Shares, form: forms.Form
) -> bool:  # fmt: skip
    unit, kind = Unit(procedure.unit_id, procedure.unit.decimals), PeriodKind(procedure.period)
    drafts = []
    for name, text in form.cleaned_data.items():
        try:
            quantity, share = read_target(text, unit)
        except BusinessError as refusal:
            form.add_error(name, worded(refusal.message))
            continue
        at = int(name[1:])
        differs = text != shares.get((row.cell, at)) if share else quantity != row.periods.get(at, (0, 0))[0]
        if differs:
            drafts.append(TargetDraft(row.values, date_of(first_day(kind, at)), quantity, share=share))
    if form.errors:
        return False
    try:
        brought = actions.set_targets(procedure.pk, drafts, **clocked(request, actor))
    except BusinessError as refusal:
        refused_form(form, refusal)
        return False
    count = brought.created + brought.changed
    sentence = ngettext("%(count)s target set.", "%(count)s targets set.", count) % {"count": count}
    messages.success(request, told_counted(sentence, brought.counted, procedure.unit))
    return True


def _holders(procedure: Any, text: str, actor: Any) -> list[dict[str, Any]]:
    names = ("document_kind", "document_id", "document_number", "party__name", "product__number", "company_id")
    rows = (
        QuotaUse.objects.filter(procedure_id=procedure.pk, cell=text)
        .order_by("-period", "id")
        .values_list(*(f"requirement__{name}" for name in names), "period", "quantity")
    )
    unit = (procedure.unit.decimals, procedure.unit_id)
    return [
        {
            "document": screens.link_of(DocumentRef(*row[:3]), actor),
            "party": row[3] or "",
            "product": row[4],
            "period": worded(spelled_period(procedure.period, row[6])),
            "quantity": Quantity(row[7], *unit),
        }
        for row in rows[:MOST_HOLDERS]
        if actor.sees(row[5])
    ]


class Attempt(Box):
    """A line of an order, or nearly."""

    customer = forms.CharField(
        label=_("Customer"), required=False, max_length=40, widget=Picker("masterdata:customer-options")
    )
    field_order = ("product", "site", "customer", "quantity", "on")


ASKED = (
    Column("procedure", _("Procedure")),
    Column("cell", _("Cell"), "link", wide=True),
    Column("period", _("Period")),
    Column("target", _("Target"), "quantity"),
    Column("consumed", _("Consumed"), "quantity"),
    Column("left", _("Left"), "quantity"),
)


def attempt(request: HttpRequest) -> HttpResponse:
    """`?product=…&site=…&customer=…&quantity=…&on=…`: what would be promised, and which cells say so."""
    actor = demand(request, "quotas.view_quota")
    clock = request.clock  # type: ignore[attr-defined]
    tried = Attempt(request.GET) if "product" in request.GET else Attempt(initial={"on": reference.today(clock)})
    answer: dict[str, Any] = {}
    if tried.is_bound and tried.is_valid():
        try:
            answer = _answer(tried.cleaned_data, actor, clock)
        except BusinessError as error:
            refused_form(tried, error)
    context = {
        "title": gettext("Try a quota"),
        "form": tried,
        "crumbs": [Link(gettext("Quota procedures"), reverse("quotas:quota-procedures-list"))],
        **answer,
    }
    return render(request, "promising/quota_try.html", context)


def _answer(filled: Mapping[str, Any], actor: Any, clock: Any) -> dict[str, Any]:
    asked = boxes.read(filled, actor)
    one = Check(*asked, filled["on"], customer=filled["customer"].strip().rpartition("/")[2])
    [answer] = check([one], clock=clock)
    if isinstance(answer, BusinessError):
        raise answer
    asked_cells = _asked(wish_of(one))
    return {
        "confirmed": screens.confirmed(answer),
        "sentence": worded(answer.sentence),
        "asked": table_of(ASKED, asked_cells) if asked_cells else None,
    }


def _asked(wish: Any) -> list[dict[str, Any]]:
    """The cells that hold for the line, in the first periods that it may take from."""
    matched = quotas.holding([wish]).get(wish.line_id)
    found: list[dict[str, Any]] = []
    for targets in (one for sequence in (matched.sequences if matched else ()) for one in sequence):
        if targets.cell is None:
            found.append({"procedure": targets.procedure.code, "cell": None, "period": gettext("nothing is planned")})
            continue
        procedure = planned.procedure(targets.procedure.id)
        [one] = planned.all_cells(procedure.pk).filter(cell=targets.cell)
        last = min(targets.last, targets.first + PERIODS - 1)
        [row] = planned.cell_rows(procedure, [one], first=targets.first, last=last)
        link = Link(cell_words(row.values), reverse("promising:quota-cell", args=[one.pk]))
        found += [
            {"procedure": procedure.code, "cell": link, **told}
            for told in _target_rows(procedure, row, range(targets.first, last + 1))
        ]
    return found
