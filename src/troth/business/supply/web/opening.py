"""Stock that no receipt brought: what lies there when the books are opened, and a count of what never lay in a bin."""

from typing import Any

from django import forms
from django.contrib import messages
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.supply import actions
from troth.business.supply.actions.opening import NamedStock, named_bin, named_product, read_opening_stock
from troth.business.supply.actions.places import bin_place
from troth.business.supply.web.affected import told
from troth.business.supply.web.bins import valuation_field
from troth.business.supply.web.rows_or_file import RowsOrFilePage
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.web.acts import clocked, once, said
from troth.platform.web.forms import FigureField, FormPage, rows_of
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Link
from troth.reference import queries as reference

CRUMBS = (Link(_("Stock"), reverse_lazy("supply:stock")),)


class OpeningFile(forms.Form):
    file = forms.FileField(
        label=_("Excel or CSV file"),
        required=False,
        help_text=_(
            "With the columns product, site, location, bin, quantity, received_on, batch, expires_on, valuation; "
            "instead of the rows below."
        ),
    )


class OpeningRow(forms.Form):
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.CharField(label=_("Site"), max_length=10)
    location = forms.CharField(label=_("Location"), max_length=10, required=False)
    bin = forms.CharField(label=_("Bin"), max_length=20)
    quantity = FigureField(label=_("Quantity"), max_length=30)
    received_on = forms.DateField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    batch = forms.CharField(label=_("Batch"), max_length=40, required=False)
    expires_on = forms.DateField(
        label=_("Usable until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valuation = forms.CharField(label=_("Valuation type"), max_length=20, required=False)


class OpeningStockPage(RowsOrFilePage):
    title = _("Opening stock")
    lead = _("What lies in the bins when the books are opened, in base units. All rows are posted, or none.")
    permission = "supply.load_opening_stock"
    form_class = OpeningFile
    row_class = OpeningRow
    rows_class = rows_of(OpeningRow)
    rows_title = _("Goods")
    submit_label = _("Post the opening stock")
    cancel_url = reverse_lazy("supply:stock")
    crumbs = CRUMBS

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        read = read_opening_stock([NamedStock(**given) for given in self.given(form, rows)])
        count = once(actions.load_opening_stock)(read, key=self.client_key, **clocked(self.request, actor))
        words = ngettext("%(count)s row posted.", "%(count)s rows posted.", count)
        messages.success(self.request, words % {"count": count})
        return reverse("supply:stock")


class CountAnewForm(forms.Form):
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    location = forms.CharField(
        label=_("Location"), max_length=10, required=False, help_text=_("Where bins of several are called the same.")
    )
    bin = forms.CharField(label=_("Bin"), max_length=20)
    batch = forms.CharField(label=_("Batch"), max_length=40, required=False)
    valuation = valuation_field()
    quantity = FigureField(label=_("Counted"), max_length=30, help_text=_("In the product's base unit."))
    reason = forms.CharField(label=_("Reason"), max_length=80, help_text=_("It stays in the history."))


class CountAnew(FormPage):
    title = _("Count goods in a bin")
    lead = _("The stock of the product in the bin is set to what was counted, whether or not it ever lay there.")
    permission = "supply.adjust_stock"
    form_class = CountAnewForm
    submit_label = _("Post the count")
    cancel_url = reverse_lazy("supply:stock")
    crumbs = CRUMBS
    creates = True

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        product = named_product(given["product"])
        counted = parse_quantity(given["quantity"], Unit(product.base_unit, product.decimals), zero_allowed=True)
        bin_id = named_bin(given["site"], given["location"], given["bin"])
        short = once(actions.adjust_stock)(
            product.id,
            bin_id=bin_id,
            batch=given["batch"],
            valuation=given["valuation"],
            counted=counted,
            reason=given["reason"],
            key=self.client_key,
            **clocked(self.request, actor),
        )
        place = product.id, bin_place(bin_id).site_id
        said(self.request, told(self.request, actor, gettext("The count is posted."), short, [place]))
        return f"{reverse('supply:stock')}?product={product.number}"
