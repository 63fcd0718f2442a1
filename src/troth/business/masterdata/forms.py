"""Forms of master data, made from the fields' rules, so that page, file and API ask for the same."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import screens
from troth.business.masterdata.rules import CUSTOMER, PRICE, PRODUCT, As, Field
from troth.business.masterdata.tables import TABLES
from troth.kernel.netting import Category
from troth.kernel.scopes import DEMANDS, SUPPLIES
from troth.ledgers.availability.words import CATEGORIES
from troth.platform.web.forms import FigureField, Section
from troth.platform.web.pickers import Picker

YES_NO = [("yes", _("yes")), ("no", _("no"))]
LABELS = {
    "weight_g": _("Weight in g"),
    "volume_ml": _("Volume in ml"),
    "standard_cost": _("Standard cost in minor units"),
    "lead_days": _("Lead time in working days"),
    "availability_group": _("Availability group"),
    "units": _("Other units"),
    "minimum_quantity": _("Minimum order quantity"),
    "multiple_quantity": _("Ordered in multiples of"),
    "deliveries_max": _("Partial deliveries at most"),
    "complete_delivery": _("Complete deliveries only"),
    "is_tax_exempt": _("Exempt from tax"),
    "mails_papers": _("Papers go out by mail by themselves"),
    "needs_proof": _("Billed after the proof of delivery"),
    "has_batches": _("Kept in batches"),
    "shelf_life_days": _("Shelf life in days"),
    "minimum_life_days": _("Remaining life on delivery in days"),
    "produced_on": _("Produced"),
    "expires_on": _("Usable until"),
    "supplier_batch": _("Supplier's batch"),
    "note": _("Note"),
    "company": _("Company"),
    "number": _("Number"),
    "name": _("Name"),
    "street": _("Street"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "region": _("Region"),
    "country": _("Country"),
    "email": _("Email"),
    "telephone": _("Telephone"),
    "language": _("Language"),
    "sales_organisation": _("Sales organisation"),
    "group": _("Group"),
    "currency": _("Currency"),
    "payment_terms": _("Payment terms"),
    "ship_to": _("Ship to"),
    "bill_to": _("Bill to"),
    "payer": _("Payer"),
    "shipping_condition": _("Shipping condition"),
    "incoterm": _("Incoterm"),
    "incoterm_place": _("Incoterm place"),
    "priority": _("Priority"),
    "base_unit": _("Base unit"),
    "category": _("Category"),
    "subcategory": _("Subcategory"),
    "code": _("Code"),
    "kind": _("Kind"),
    "product": _("Product"),
    "customer": _("Customer"),
    "customer_group": _("Customer group"),
    "amount": _("Amount"),
    "percent": _("Percent"),
    "is_stocked": _("Kept in stock"),
    "is_made": _("Made here"),
    "is_sold": _("Sold"),
    "is_active": _("Active"),
    "valid_from_on": _("Valid from"),
    "valid_to_on": _("Valid to"),
    "site": _("Ships from"),
    "calendar": _("Receiving days"),
    "per_quantity": _("For each quantity"),
    "scale_from": _("From quantity"),
    "source": _("Agreed where"),
    "supply": _("Supply that counts"),
    "demand": _("Demand that counts"),
    "at_hand": _("Goods at hand serve first"),
    "lead_time": _("With replenishment lead time"),
    "overdue_receipt_days": _("Overdue receipts are believed for days"),
    "horizon_days": _("Horizon in days"),
    "forecast_back_days": _("Orders use up forecast of so many days before theirs"),
    "forecast_ahead_days": _("Orders use up forecast of so many days after theirs"),
    "order_scope": _("Orders"),
    "rush_scope": _("Rush orders"),
    "delivery_scope": _("Deliveries"),
    "quotation_scope": _("Quotations"),
    "component_scope": _("Components"),
    "product_category": _("Product category"),
    "reason": _("Reason"),
    "substitute": _("Sold instead"),
    "mode": _("How"),
    "numerator": _("So many of it"),
    "denominator": _("for so many asked for"),
    "is_printed": _("Printed on the confirmation"),
    "from_quantity": _("From quantity"),
    "free_quantity": _("Free"),
    "free_product": _("Product that is given"),
    "item_category": _("Item category"),
    "rank": _("Rank"),
    "order_type": _("Order type"),
    "building": _("What counts"),
    "picking": _("How many serve"),
    "result": _("Stands in the order as"),
    "price_of": _("Priced as"),
    "rest_on": _("What nobody serves waits for"),
    "rule": _("Rule"),
    "position": _("Position"),
    "point": _("Checked when"),
    "risk_class": _("Risk class"),
    "outcome": _("What follows"),
    "checks_limit": _("Exposure against the limit"),
    "max_document_value": _("Largest value of a document"),
    "max_dunning_level": _("Highest dunning level"),
    "max_overdue_percent": _("Overdue at most, in percent of the open invoices"),
    "max_overdue_days": _("Oldest open item at most, in days overdue"),
    "max_open_documents": _("Open orders, deliveries and invoices at most"),
    "checks_review": _("Not past the day of review"),
}
HELP = {
    "availability_group": _("Says which scope of check holds; empty: the standard group."),
    "at_hand": _("None: goods that are on order count from their day on. Else only what lies here counts, less these."),
    "lead_time": _("What supply does not cover is confirmed for the day by which it can be procured or made."),
    "overdue_receipt_days": _("An overdue receipt is expected tomorrow; an older one is no longer believed."),
    "product_category": _("All its products; leave it empty where a product is named."),
    "numerator": _("Both in base units; empty: one for one."),
    "rank": _("Of several rules that hold the one of the lowest rank says how; its alternatives come first."),
    "free_product": _("Only on top of the ordered quantity; empty: the product itself."),
    "shelf_life_days": _("From production on; empty: the goods do not expire."),
    "minimum_life_days": _("How long goods must last from the day of delivery on, at least; 0: nothing is agreed."),
    "units": _("One of the unit is so many base units: BOX=4; BAG=1/3"),
    "minimum_quantity": _("In the base unit; 0: any quantity. A customer may have one of its own."),
    "multiple_quantity": _("In the base unit; 0: any quantity. A customer may have one of its own."),
    "risk_class": _("As on the credit account; empty: all."),
    "outcome": _("What passes every criterion goes on. When the goods leave, only a block can follow."),
    "max_document_value": _("In the company's currency; what a deposit covers is not counted. Empty: any."),
    "max_dunning_level": _("A payer who was dunned to a higher level does not pass. Empty: any."),
}


CHOICES = {
    "kind": {
        "listed": _("may be ordered"),
        "excluded": _("may not be ordered"),
        "inclusive": _("within the ordered quantity"),
        "exclusive": _("on top of the ordered quantity"),
    },
    "mode": {"automatic": _("by itself"), "proposed": _("proposed, somebody takes it")},
    "building": {
        "full": _("that all of it comes"),
        "on_time": _("what comes by the wished day"),
        "earliest": _("what comes first"),
    },
    "picking": {"pick_one": _("one serves all"), "waterfall": _("each serves what it can, in order")},
    "result": {"sub_items": _("sub-items"), "inline": _("the item itself")},
    "price_of": {"ordered": _("the product that was ordered"), "substitute": _("the product that is sold")},
    "point": {
        "order_create": _("an order is entered"),
        "order_change": _("an order is changed"),
        "delivery_create": _("a delivery is made"),
        "delivery_change": _("a delivery is raised"),
        "goods_issue": _("the goods leave"),
    },
    "outcome": {
        "none": _("nothing is checked"),
        "warn": _("a warning"),
        "error": _("it does not go on"),
        "block": _("a block"),
    },
    "rest_on": {"ordered": _("the ordered goods"), "first": _("the first alternative")},
}
"""What people read of choices."""


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
                "minimum_life_days",
            ),
        ),
        Section(_("Billing"), ("currency", "payment_terms", "is_tax_exempt", "mails_papers", "needs_proof")),
    ),
)
ProductForm = _form(
    "ProductForm",
    PRODUCT,
    (
        Section(_("Measures"), ("base_unit", "units", "weight_g", "volume_ml")),
        Section(_("Orders"), ("minimum_quantity", "multiple_quantity")),
        Section(_("Supply"), ("site", "is_stocked", "is_made", "lead_days", "availability_group", "standard_cost")),
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


def _customer_picker() -> forms.Field:
    picker = Picker("masterdata:customer-options")
    words = _("Empty: for a group, or for all.")
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
                "site",
                "company",
                "sales_organisation",
                "customer",
                "customer_group",
                "order_type",
            ),
            _("What is empty holds for all."),
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
        Section(_("What follows"), ("outcome",)),
        Section(
            _("What is looked at"),
            (
                "checks_limit",
                "max_document_value",
                "max_overdue_percent",
                "max_overdue_days",
                "max_dunning_level",
                "max_open_documents",
                "checks_review",
            ),
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
