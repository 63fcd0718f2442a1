"""The boxes in which people try what would be promised: which goods leave which site, how many, and on which day."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.kernel.errors import NotFound, Sentence
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform import permissions
from troth.platform.actors import Actor
from troth.platform.web.forms import FigureField
from troth.platform.web.pickers import Picker
from troth.reference import queries as reference


class Box(forms.Form):
    """Goods that leave a site on a day."""

    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    quantity = FigureField(label=_("Quantity"), max_length=30)
    on = forms.DateField(label=_("Goods leave on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class Asked(NamedTuple):
    """Which product at which site, and how much of it in smallest units of its base unit."""

    product_id: int
    site_id: int
    quantity: int


def read(filled: Mapping[str, Any], actor: Actor) -> Asked:
    """What somebody put into a box, if they may see what is available there. `NotFound` names the field."""
    number = filled["product"].strip()
    product = reference.products_by_number([number]).get(number)
    if product is None:
        raise NotFound(
            Sentence("There is no product %(product)s. Choose one from the list."), field="product", product=number
        )
    site = next(one for one in reference.sites() if one.code == filled["site"])
    permissions.require(actor, "promising.view_availability", company_id=site.company_id, site_id=site.id)
    return Asked(product.id, site.id, parse_quantity(filled["quantity"], Unit(product.base_unit, product.decimals)))
