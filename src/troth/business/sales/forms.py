"""The entry of orders and quotations: the head in sections that fold to one line, the items as rows."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.business.sales import screens
from troth.business.sales.line_words import MODES
from troth.business.sales.rules.drafts import LineDraft
from troth.business.sales.rules.limits import DAYS_MAX, DELIVERIES_MAX
from troth.platform.web.forms import FigureField, Section


def day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **more)


def text(label: Any, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, **more)


def whole(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, **more)


class UsualField(forms.ChoiceField):
    """A choice whose first is the usual one: a row in which nothing else is chosen says nothing by it."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data) and super().has_changed(initial, data)


class HeadForm(forms.Form):
    """What orders and quotations share. What stays empty is taken from the customer and the order type."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    customer = forms.CharField(
        label=_("Customer"),
        max_length=20,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "data-offers": "customers"}),
        help_text=_("Number, or words of the name or city."),
        error_messages={"required": _("Enter a customer.")},
    )
    order_type = forms.ChoiceField(label=_("Order type"), choices=screens.order_types)
    requested_on = day(_("Wished date"), help_text=_("For all items that name no other."))
    customer_reference = text(_("Customer's order number"), 60)
    contact = text(_("Contact"), 120)
    ship_to = text(_("Ship-to party"), 20, help_text=_("Number; empty: the customer's."))
    bill_to = text(_("Bill-to party"), 20)
    payer = text(_("Payer"), 20)
    forwarding_agent = text(_("Forwarding agent"), 20)
    site = forms.ChoiceField(label=_("Ships from"), required=False, choices=screens.sites)
    shipping_condition = text(_("Shipping condition"), 20)
    incoterm = text(_("Incoterm"), 3)
    incoterm_place = text(_("Incoterm place"), 60)
    priority = whole(_("Delivery priority"), 1, 99, help_text=_("1 is served first."))
    complete_delivery = forms.NullBooleanField(
        label=_("Complete delivery"),
        required=False,
        widget=forms.Select(choices=[("", _("the customer's")), ("true", _("yes")), ("false", _("no"))]),
    )
    deliveries_max = whole(_("Partial deliveries at most"), 1, 99)
    payment_terms = forms.ChoiceField(label=_("Payment terms"), required=False, choices=screens.payment_terms)
    probability = whole(_("Probability in percent"), 0, 100)
    project = text(_("Project"), 40)
    text = forms.CharField(label=_("Text"), max_length=2000, required=False, widget=forms.Textarea)

    sections = (
        Section("", ("customer", "requested_on", "order_type", "customer_reference")),
        Section(_("Partners"), ("ship_to", "bill_to", "payer", "forwarding_agent", "contact"), folded=True),
        Section(
            _("Shipping"),
            (
                "site", "shipping_condition", "incoterm", "incoterm_place", "priority", "complete_delivery",
                "deliveries_max",
            ),
            folded=True,
        ),
        Section(_("Terms and text"), ("payment_terms", "probability", "project", "text"), folded=True),
    )  # fmt: skip


class OrderForm(HeadForm):
    """An order's head."""


class QuotationForm(HeadForm):
    """A quotation's head: until when it is valid, and within what time goods are delivered once it is ordered."""

    valid_to_on = day(_("Valid to"))
    delivery_days = whole(
        _("Delivery time in working days"),
        0,
        9999,
        help_text=_("Counts from the placing of the order; a row may differ."),
    )
    sections = (
        Section("", ("customer", "valid_to_on", "delivery_days", "order_type", "customer_reference", "requested_on")),
        *HeadForm.sections[1:],
    )


class ItemForm(forms.Form):
    """One item. `line_number` stands for an item that is there already."""

    line_number = forms.IntegerField(required=False, widget=forms.HiddenInput)
    product = forms.CharField(
        label=_("Product"), max_length=40, error_messages={"required": _("Enter a product, or delete the row.")}
    )
    quantity = FigureField(
        label=_("Quantity"),
        max_length=30,
        error_messages={"required": _("Enter a quantity.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 8}),
    )
    unit = text(_("Unit"), 10, widget=forms.TextInput(attrs={"size": 6, "placeholder": _("base")}))
    requested_on = day(_("Wished date"))
    site = forms.ChoiceField(label=_("Ships from"), required=False)
    item_category = forms.ChoiceField(label=_("Item category"), required=False)
    delivery_days = whole(_("Delivery days"), 0, 9999)
    batch = text(_("Batch"), 40, widget=forms.TextInput(attrs={"size": 10, "placeholder": _("any")}))
    location = text(_("Storage location"), 10, widget=forms.TextInput(attrs={"size": 10, "placeholder": _("any")}))
    valuation = text(_("Valuation type"), 20, widget=forms.TextInput(attrs={"size": 10, "placeholder": _("usual")}))
    min_shipment = FigureField(
        label=_("Least shipment"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 8, "placeholder": _("usual")}),
        help_text=_("In the base unit; 0: any quantity may arrive by itself."),
    )
    lateness_days_max = whole(
        _("Days late at most"),
        0,
        DAYS_MAX,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": _("usual")}),
        help_text=_("Nothing is promised later than so many days after the wished date."),
    )
    deliveries_max = whole(
        _("Deliveries at most"),
        1,
        DELIVERIES_MAX,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": _("usual")}),
    )
    route = forms.ChoiceField(label=_("Route"), required=False)
    delivery_mode = UsualField(label=_("Delivery proposal"), required=False, choices=MODES)
    delivery_group = whole(
        _("Delivery group"), 1, 9999, widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": _("none")})
    )
    is_fixed = UsualField(
        label=_("Quantity and date"), required=False, choices=(("false", _("may move")), ("true", _("fixed")))
    )
    manual_conditions = FigureField(
        label=_("Price by hand"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 8, "placeholder": _("of the list")}),
        help_text=_("For one base unit, before discounts."),
    )
    text = text(_("Text"), 500, widget=forms.TextInput(attrs={"size": 16}))
    alternatives = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        choices: dict[str, list[tuple[str, str]]] | None = None,
        sets_prices: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not sets_prices:
            del self.fields["manual_conditions"]
        for name, known in (choices or {}).items():
            self.fields[name].choices = known  # type: ignore[attr-defined]


def row_choices() -> dict[str, list[tuple[str, str]]]:
    """What the rows choose from, read once for all of them."""
    return {"site": screens.sites(), "item_category": screens.item_categories(), "route": screens.routes()}


HEAD_FIELDS = tuple(name for name in HeadForm.base_fields if name != "version")
LINE_FIELDS = tuple(name for name in ItemForm.base_fields)
SHARED = frozenset(LINE_FIELDS) & frozenset(LineDraft.__dataclass_fields__)


LINE_VALUES: dict[str, Callable[[Any], Any]] = {
    "route": lambda typed: typed or "",
    "delivery_group": lambda typed: typed or 0,
    "is_fixed": lambda typed: typed == "true" if typed else None,
}
"""What a row says by these fields even where they are empty; a row that lacks one leaves it as it was."""


def entered(values: dict[str, Any]) -> dict[str, Any]:
    """What was entered, without what stayed empty: that is for the house to determine."""
    return {name: value for name, value in values.items() if value not in (None, "") and name != "version"}


def entered_line(values: dict[str, Any]) -> dict[str, Any]:
    """`entered` of a row."""
    return entered(values) | {name: read(values[name]) for name, read in LINE_VALUES.items() if name in values}
