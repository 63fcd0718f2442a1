"""Forms of master data, made from the fields' rules, so that page, file and API ask for the same."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.form_words import CHOICES, HELP, LABELS, YES_NO
from troth.business.masterdata.queries import screens
from troth.business.masterdata.rules import CUSTOMER, PRICE, PRODUCT, As, Field
from troth.business.masterdata.tables import TABLES
from troth.business.masterdata.tables.credit import CRITERIA
from troth.kernel.netting import Category
from troth.kernel.scopes import DEMANDS, SUPPLIES
from troth.ledgers.availability.words import CATEGORIES
from troth.platform.web.forms import FigureField, Section
from troth.platform.web.pickers import Picker


class EntryForm(forms.Form):
    """What was not sent is not said: only the fields that came in are handed to the action."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: value for name, value in cleaned.items() if self.add_prefix(name) in self.data}


def _form_field(name: str, field: Field) -> forms.Field:
    common: dict[str, Any] = {
        "label": LABELS[name],
        "required": field.required,
        "help_text": HELP.get(name, ""),
    }
    if field.read_as is As.YES_NO:
        return forms.ChoiceField(
            choices=YES_NO, initial="yes" if field.standard else "no", **common | {"required": False}
        )
    if field.read_as is As.CHOICE:
        words = CHOICES.get(name, {})
        return forms.ChoiceField(choices=[(word, words.get(word, word)) for word in field.choices], **common)
    if field.read_as is As.CODE and field.of in screens.CODES:
        return forms.ChoiceField(choices=lambda: [("", ""), *screens.choices(field.of)], **common)
    if field.read_as is As.DAY:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
    longest = field.most if field.read_as is As.TEXT else 200
    standard = field.standard if field.standard not in (None, "", ()) else None
    return forms.CharField(max_length=longest, initial=standard, **common)


def _form(
    name: str,
    fields: dict[str, Field],
    sections: tuple[Section, ...],
    *,
    base: type[EntryForm] = EntryForm,
    **special: forms.Field,
) -> type[EntryForm]:
    members: dict[str, Any] = {
        field_name: special.get(field_name) or _form_field(field_name, field) for field_name, field in fields.items()
    }
    members["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
    return type(name, (base,), {**members, "sections": sections})


def _lot(name: str) -> FigureField:
    words = _("In the base unit; 0: as the product says.")
    return FigureField(label=LABELS[name], max_length=24, required=False, help_text=words)


CustomerForm = _form(
    "CustomerForm",
    CUSTOMER,
    (
        Section(_("Address"), ("street", "postcode", "city", "region", "country", "email", "telephone", "language")),
        Section(_("Partners"), ("ship_to", "bill_to", "payer"), _("Numbers of parties; empty is the customer itself.")),
        Section(
            _("Delivery"),
            (
                "site",
                "calendar",
                "shipping_condition",
                "incoterm",
                "incoterm_place",
                "priority",
                "complete_delivery",
                "deliveries_max",
                "minimum_shipment_percent",
                "lateness_days_max",
                "holds_max",
                "minimum_life_days",
            ),
        ),
        Section(_("Billing"), ("currency", "payment_terms", "is_tax_exempt", "mails_papers", "needs_proof")),
    ),
)
_LEAD_TIME = Section(
    _("Replenishment lead time"),
    ("lead_days", *(f"{part}_days" for part in ("processing", "delivery", "receipt", "production"))),
    _(
        "What is bought takes processing, delivery and goods receipt; where none of them is known, what it takes in "
        "all. What is made takes what it takes in all, else the production. Figures of a site go before the product's."
    ),
)
ProductForm = _form(
    "ProductForm",
    PRODUCT,
    (
        Section(_("Measures"), ("base_unit", "units", "weight_g", "volume_ml")),
        Section(_("Orders"), ("minimum_quantity", "multiple_quantity")),
        Section(_("Supply"), ("site", "is_stocked", "is_made", "availability_group", "standard_cost")),
        _LEAD_TIME,
        Section(_("Shelf life"), ("has_batches", "shelf_life_days", "minimum_life_days")),
    ),
)


class CategoriesField(forms.MultipleChoiceField):
    """Kinds of supply or demand, as the record has them: `stock, purchase`."""

    def __init__(self, known: tuple[Category, ...], name: str, *, required: bool = True) -> None:
        super().__init__(
            choices=[(category.name.lower(), CATEGORIES[category]) for category in known],
            widget=forms.CheckboxSelectMultiple,
            label=LABELS[name],
            help_text=HELP.get(name, ""),
            required=required,
        )

    def prepare_value(self, value: Any) -> Any:
        return [word.strip() for word in value.split(",")] if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        return ", ".join(super().clean(value))


class BoxesForm(EntryForm):
    """Boxes that are not ticked are not sent, and mean that nothing is chosen."""

    def clean(self) -> dict[str, Any]:
        boxes = [name for name, field in self.fields.items() if isinstance(field, CategoriesField)]
        return {**{name: self.cleaned_data.get(name, "") for name in boxes}, **super().clean()}


CheckingScopeForm = _form(
    "CheckingScopeForm",
    {**TABLES["checking_scopes"].fields},
    (
        Section(_("What counts"), ("supply", "demand")),
        Section(_("How"), ("at_hand", "lead_time", "overdue_receipt_days", "horizon_days")),
        Section(_("Forecast, if it counts"), ("forecast_back_days", "forecast_ahead_days")),
    ),
    base=BoxesForm,
    supply=CategoriesField(SUPPLIES, "supply"),
    demand=CategoriesField(DEMANDS, "demand"),
    at_hand=CategoriesField(DEMANDS, "at_hand", required=False),
)
AvailabilityGroupForm = _form(
    "AvailabilityGroupForm",
    {**TABLES["availability_groups"].fields},
    (
        Section(
            _("Scope of check for"),
            ("order_scope", "rush_scope", "delivery_scope", "quotation_scope", "component_scope"),
        ),
    ),
)
AgreedProductForm = _form(
    "AgreedProductForm",
    {**TABLES["customer_products"].fields},
    (
        Section("", ("customer", "product", "number", "is_active")),
        Section(_("Orders"), ("minimum_quantity", "multiple_quantity")),
        Section(
            _("Tolerances"),
            ("over_tolerance_basis_points", "under_tolerance_basis_points"),
            _("In percent of the ordered quantity, at the pick."),
        ),
        Section(_("Shelf life"), ("minimum_life_days",)),
    ),
    customer=forms.CharField(label=LABELS["customer"], max_length=40, widget=Picker("masterdata:customer-options")),
    product=forms.CharField(label=LABELS["product"], max_length=40, widget=Picker("masterdata:product-options")),
    number=forms.CharField(label=_("Customer's number"), max_length=60, required=False),
    minimum_quantity=_lot("minimum_quantity"),
    multiple_quantity=_lot("multiple_quantity"),
    over_tolerance_basis_points=FigureField(label=_("Over-delivery"), max_length=12, required=False),
    under_tolerance_basis_points=FigureField(label=_("Under-delivery"), max_length=12, required=False),
)


def _customer_picker(words: Any = "") -> forms.Field:
    picker = Picker("masterdata:customer-options")
    words = words or _("Empty: for a group, or for all.")
    return forms.CharField(
        label=LABELS["customer"], max_length=40, required=False, widget=picker, help_text=words
    )  # fmt: skip


def _product_picker(name: str, *, required: bool = True) -> forms.Field:
    picker = Picker("masterdata:product-options")
    return forms.CharField(
        label=LABELS[name], max_length=40, required=required, widget=picker, help_text=HELP.get(name, "")
    )


def _in_base_units(name: str, words: Any = "", *, required: bool = True) -> FigureField:
    return FigureField(label=words or LABELS[name], max_length=24, required=required, help_text=_("In the base unit."))


_WHOM = Section(_("For whom"), ("customer", "customer_group"))
_WHEN = Section(_("When and why"), ("valid_from_on", "valid_to_on", "reason", "is_active"))
ListingForm = _form(
    "ListingForm",
    {**TABLES["listings"].fields},
    (Section(_("What"), ("kind", "product", "product_category")), _WHOM, _WHEN),
    customer=_customer_picker(),
    product=_product_picker("product", required=False),
)
SubstitutionForm = _form(
    "SubstitutionForm",
    {**TABLES["substitutions"].fields},
    (
        Section(_("What"), ("product", "substitute", "mode", "is_printed")),
        Section(_("How much"), ("numerator", "denominator")),
        _WHOM,
        _WHEN,
    ),
    customer=_customer_picker(),
    product=_product_picker("product"),
    substitute=_product_picker("substitute"),
)
FreeGoodsForm = _form(
    "FreeGoodsForm",
    {**TABLES["free_goods"].fields},
    (
        Section(_("What"), ("product", "kind", "free_product", "item_category")),
        Section(_("How much"), ("from_quantity", "per_quantity", "free_quantity")),
        _WHOM,
        _WHEN,
    ),
    customer=_customer_picker(),
    product=_product_picker("product"),
    free_product=_product_picker("free_product", required=False),
    from_quantity=_in_base_units("from_quantity", required=False),
    per_quantity=_in_base_units("per_quantity", _("Of each")),
    free_quantity=_in_base_units("free_quantity"),
)
ProductSiteForm = _form(
    "ProductSiteForm",
    {**TABLES["product_sites"].fields},
    (
        Section("", ("product", "site", "is_active")),
        Section(_("Stock"), ("fixed_bin", "safety_stock"), _("Safety stock in smallest units.")),
        _LEAD_TIME,
    ),
    product=_product_picker("product"),
    site=forms.ChoiceField(label=_("Site"), choices=lambda: [("", ""), *screens.choices("site")]),
)
PackageSizesForm = _form(
    "PackageSizesForm",
    {**TABLES["package_sizes"].fields},
    (Section(_("What"), ("product", "customer")), Section(_("How much"), ("sizes", "rounding", "reason", "is_active"))),
    customer=_customer_picker(_("Empty: for all who have no sizes of their own.")),
    product=_product_picker("product"),
)
BatchForm = _form(
    "BatchForm",
    {**TABLES["batches"].fields},
    (
        Section("", ("product", "number", "is_active")),
        Section(_("Shelf life"), ("produced_on", "expires_on"), _("The last day on which the goods can be used.")),
        Section(_("Origin"), ("supplier_batch", "note")),
    ),
    product=forms.CharField(label=LABELS["product"], max_length=40, widget=Picker("masterdata:product-options")),
    number=forms.CharField(label=_("Batch"), max_length=40),
)
RuleForm = _form(
    "RuleForm",
    {**TABLES["availability_rules"].fields},
    (
        Section("", ("code", "name", "kind", "rank", "mode")),
        Section(
            _("Holds for"),
            (
                "product",
                "product_category",
                "division",
                "site",
                "company",
                "sales_organisation",
                "customer",
                "customer_group",
                "order_type",
                "source_system",
            ),
            _("What is empty holds for all."),
        ),
        Section(
            _("When it is asked"),
            tuple(name for name in TABLES["availability_rules"].fields if name.startswith("asked_")),
            _("What an exclusive rule takes out is taken out on every occasion."),
        ),
        Section(_("How one is chosen"), ("building", "picking", "result", "price_of", "rest_on")),
        _WHEN,
    ),
    kind=forms.ChoiceField(
        label=LABELS["kind"],
        choices=[("inclusive", _("names alternatives")), ("exclusive", _("takes alternatives out"))],
    ),
    customer=_customer_picker(),
    product=_product_picker("product", required=False),
    sales_organisation=forms.CharField(
        label=LABELS["sales_organisation"],
        max_length=40,
        required=False,
        help_text=_("Company and code, such as 10/DOM."),
    ),
)
AlternativeForm = _form(
    "AlternativeForm",
    {**TABLES["availability_rule_steps"].fields},
    (
        Section("", ("rule", "position")),
        Section(_("What"), ("product", "site"), _("What is empty is as ordered.")),
        Section(_("How much"), ("numerator", "denominator")),
    ),
    product=_product_picker("product", required=False),
)
CreditCheckForm = _form(
    "CreditCheckForm",
    {**TABLES["credit_checks"].fields},
    (
        Section(
            _("Holds for"),
            ("company", "point", "risk_class", "order_type"),
            _("What is empty holds for all. A rule for an order type goes before one for a risk class."),
        ),
        Section(_("What follows"), ("outcome", "automatic_release")),
        Section(
            _("What is looked at"),
            ("checks_limit", *CRITERIA, "checks_review"),
        ),
    ),
    max_document_value=FigureField(
        label=LABELS["max_document_value"], max_length=30, required=False, help_text=HELP["max_document_value"]
    ),
)
PriceForm = _form(
    "PriceForm",
    PRICE,
    (
        Section(_("For whom"), ("product", "customer", "customer_group")),
        Section(_("How much"), ("currency", "amount", "percent", "per_quantity", "scale_from")),
        Section(_("When"), ("valid_from_on", "valid_to_on")),
    ),
)
