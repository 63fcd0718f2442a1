"""A page to enter what is expected: an order, or what is planned."""

from typing import Any

from django import forms
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.supply import actions
from troth.business.supply.actions.plan_named import named_supplier
from troth.business.supply.web.bins import valuation_field
from troth.business.supply.web.receipts import FIRM_HELP, KINDS, day_field
from troth.kernel.errors import NotFound
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.web import workplace
from troth.platform.web.acts import clocked, once
from troth.platform.web.forms import FigureField, FormPage, Section
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Link
from troth.reference import queries as reference


class ExpectForm(forms.Form):
    sections = (
        Section(_("Receipt"), ("kind", "is_firm", "number", "supplier"), ""),
        Section(_("Goods"), ("product", "quantity", "site", "due_on", "expires_on", "valuation")),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    is_firm = forms.BooleanField(label=_("Firm"), required=False, help_text=FIRM_HELP)
    number = forms.CharField(label=_("Number"), max_length=40)
    supplier = forms.CharField(
        label=_("Supplier"), max_length=40, required=False, help_text=_("The party's number, of what is bought.")
    )
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    quantity = FigureField(label=_("Quantity"), max_length=30, help_text=_("In the product's base unit."))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.id, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    expires_on = day_field(
        _("Usable until"), _("Of goods that are kept in batches; empty: as the product's shelf life says.")
    )
    valuation = valuation_field()


class ReceiptCreate(FormPage):
    title = _("New receipt")
    permission = "supply.expect_receipt"
    form_class = ExpectForm
    submit_label = _("Enter receipt")
    cancel_url = reverse_lazy("supply:receipts")
    crumbs = (Link(_("Expected receipts"), reverse_lazy("supply:receipts")),)
    creates = True

    def initial(self) -> dict[str, Any]:
        here = workplace.site_of(self.request)
        return {"site": next((one.id for one in reference.sites() if one.code == here), None)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        product = reference.products_by_number([given["product"]]).get(given["product"])
        if product is None:
            raise NotFound(
                gettext("There is no product %(number)s. Search it by number or name.") % {"number": given["product"]},
                field="product",
            )
        site = reference.site(int(given["site"]))
        receipt = actions.ExpectedReceipt(
            company_id=site.company_id, kind=given["kind"], number=given["number"], product_id=product.id,
            site_id=site.id, due_on=given["due_on"],
            quantity=parse_quantity(given["quantity"], Unit(product.base_unit, product.decimals)),
            expires_on=given["expires_on"], valuation=given["valuation"], is_firm=given["is_firm"],
            supplier_id=named_supplier(given["supplier"]),
        )  # fmt: skip
        key = once(actions.expect_receipt)(receipt, key=self.client_key, **clocked(self.request, actor))
        return reverse("supply:receipt", args=[key])
