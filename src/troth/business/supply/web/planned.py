"""Planned supply: a whole plan typed or brought in a file, and an order made out of what is planned."""

from typing import Any

from django import forms
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.supply import actions
from troth.business.supply.actions.plan_named import NamedPlan, named_supplier, read_plan
from troth.business.supply.rules.planned import INTO, check_back, check_planned
from troth.business.supply.web.affected import told
from troth.business.supply.web.receipts import KINDS, ReceiptAsk
from troth.business.supply.web.rows_or_file import RowsOrFilePage
from troth.kernel.quantity import parse_quantity
from troth.platform.web import workplace
from troth.platform.web.acts import clocked, once, said
from troth.platform.web.forms import FigureField, rows_of
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Link
from troth.reference import queries as reference

WORDS = dict(KINDS)


class ConvertForm(forms.Form):
    kind = forms.ChoiceField(label=_("Becomes"))
    number = forms.CharField(label=_("Number"), max_length=40)
    supplier = forms.CharField(
        label=_("Supplier"), max_length=40, required=False, help_text=_("The party's number; empty: as planned.")
    )
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    quantity = FigureField(
        label=_("Quantity"), max_length=30, help_text=_("Of less than was planned the rest stays planned.")
    )

    def __init__(self, *args: Any, kinds: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, WORDS[kind]) for kind in kinds]  # type: ignore[attr-defined]


class ReceiptConvert(ReceiptAsk):
    form_class = ConvertForm
    creates = True

    def words(self) -> None:
        check_planned(self.row.kind, self.row.number)
        self.title = gettext("Convert %(number)s") % {"number": self.row.number}
        self.sentence = _("What was promised on the plan is promised on the order. If it comes later, it may be short.")
        self.submit_label = _("Convert")

    def initial(self) -> dict[str, Any]:
        return {"due_on": self.row.due_on, "quantity": self.written(self.row.quantity)}

    def form_arguments(self) -> dict[str, Any]:
        return {"kinds": INTO.get(self.row.kind, ())}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        made = once(actions.convert_receipt)(
            self.row.id, into=given["kind"], number=given["number"], due_on=given["due_on"],
            quantity=parse_quantity(given["quantity"], self.unit), supplier_id=named_supplier(given["supplier"]),
            key=self.client_key, **self.acting,
        )  # fmt: skip
        words = told(self.request, actor, gettext("Converted."), made.short, [self.place])
        return self.done(words, reverse("supply:receipt", args=[made.receipt_id]))


class TakeBack(ReceiptAsk):
    """An order goes back into the plan that it was made of."""

    danger = True

    def words(self) -> None:
        check_back(self.row.number, is_made=self.row.made_from_id is not None, received=self.row.received)
        self.title = gettext("Take %(number)s back into the plan") % {"number": self.row.number}
        self.sentence = gettext("It is cancelled, and %(plan)s is planned again.") % {"plan": self.row.made_from}
        self.submit_label = _("Take back")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        short = actions.take_back_conversion(self.row.id, reason=form.cleaned_data["reason"], **self.acting)
        words = told(self.request, actor, gettext("Planned again."), short, [self.place])
        return self.done(words, reverse("supply:receipt", args=[self.row.made_from_id]))


class PlanFile(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=80, help_text=_("Where it comes from, such as the version of a plan.")
    )
    file = forms.FileField(
        label=_("Excel or CSV file"),
        required=False,
        help_text=_(
            "With the columns kind, number, product, site, due_on, quantity, and if need be is_firm, supplier, "
            "expires_on, valuation; instead of the rows below."
        ),
    )


class PlanRow(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", "-"), *((kind, WORDS[kind]) for kind in INTO)], required=True
    )
    number = forms.CharField(label=_("Number"), max_length=40)
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.CharField(label=_("Site"), max_length=10)
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    quantity = FigureField(label=_("Quantity"), max_length=30)
    is_firm = forms.BooleanField(label=_("Firm"), required=False)
    supplier = forms.CharField(label=_("Supplier"), max_length=40, required=False)
    expires_on = forms.DateField(
        label=_("Usable until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valuation = forms.CharField(label=_("Valuation type"), max_length=20, required=False)


class PlanSupply(RowsOrFilePage):
    title = _("Enter a plan")
    lead = _(
        "What is to be made or bought, in base units. A number that is named again is set anew, with 0 it is planned "
        "no longer; what is not named stays. All rows are taken, or none."
    )
    permission = "supply.plan_supply"
    form_class = PlanFile
    row_class = PlanRow
    rows_class = rows_of(PlanRow)
    rows_title = _("Planned supply")
    submit_label = _("Set the plan")
    cancel_url = reverse_lazy("supply:receipts")
    crumbs = (Link(_("Expected receipts"), reverse_lazy("supply:receipts")),)

    def initial_rows(self) -> list[dict[str, Any]]:
        """The site that the person works at, ready in the first row."""
        here = workplace.site_of(self.request)
        return [{"site": here}] if here in {one.code for one in reference.sites()} else []

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        read = read_plan([NamedPlan(**given) for given in self.given(form, rows)])
        made = once(actions.plan_supply)(
            read, reason=form.cleaned_data["reason"], key=self.client_key, **clocked(self.request, actor)
        )
        words = gettext("%(entered)s entered, %(changed)s changed, %(cancelled)s cancelled.") % {
            "entered": made.entered,
            "changed": made.changed,
            "cancelled": made.cancelled,
        }
        said(self.request, told(self.request, actor, words, made.short, ()))
        return f"{reverse('supply:receipts')}?kind=planned"
