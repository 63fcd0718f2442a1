"""What documents need before the first order: customers, terms, routes, document types, prices, taxes, accounts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class PaymentTerms(Masters):
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=80)
    due_days = models.PositiveIntegerField(_("due after days"), default=30)
    discount_days = models.PositiveIntegerField(_("discount within days"), default=0)
    discount_basis_points = models.PositiveIntegerField(_("discount in hundredths of a percent"), default=0)

    class Meta:
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")

    def __str__(self) -> str:
        return self.name


class Carrier(Masters):
    """Who drives."""

    party = models.OneToOneField("reference.Party", on_delete=models.RESTRICT, related_name="+")
    base_charge = models.BigIntegerField(_("base charge in minor units"), default=0)
    charge_per_kg = models.BigIntegerField(_("charge per kg in minor units"), default=0)

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")

    def __str__(self) -> str:
        return str(self.party)


class Packaging(Masters):
    """A kind of packaging that goods are packed in: carton, crate. `max_weight_g` is gross; null for no limit."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    tare_weight_g = models.PositiveIntegerField(_("empty weight in g"), default=0)
    max_weight_g = models.PositiveIntegerField(_("gross weight at most, in g"), null=True, blank=True)
    length_mm = models.PositiveIntegerField(_("length in mm"), null=True, blank=True)
    width_mm = models.PositiveIntegerField(_("width in mm"), null=True, blank=True)
    height_mm = models.PositiveIntegerField(_("height in mm"), null=True, blank=True)

    class Meta:
        verbose_name = _("packaging")
        verbose_name_plural = _("kinds of packaging")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_weight_g=None) | Q(max_weight_g__gt=F("tare_weight_g")),
                name="masterdata_packaging_carries",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Route(Masters):
    """A way from a site to customers: its durations in working days of its calendar."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    calendar = models.ForeignKey("reference.WorkingCalendar", on_delete=models.RESTRICT, related_name="+")
    carrier = models.ForeignKey(Carrier, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    transit_days = models.PositiveIntegerField(_("transit in working days"), default=1)
    transportation_planning_days = models.PositiveIntegerField(_("transportation planning in working days"), default=0)

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")

    def __str__(self) -> str:
        return self.name


class RouteRule(models.Model):
    """Which route serves a destination: the most specific row wins; empty matches everything."""

    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    country = models.ForeignKey("reference.Country", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    region = models.CharField(_("region"), max_length=20, blank=True, default="")
    shipping_condition = models.CharField(_("shipping condition"), max_length=20, blank=True, default="")
    route = models.ForeignKey(Route, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = _("route determination")
        verbose_name_plural = _("route determinations")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "country", "region", "shipping_condition"],
                name="masterdata_route_rule_once",
                nulls_distinct=False,
            )
        ]


class ShippingPoint(Masters):
    """Where a site loads: durations in working days of the site's calendar."""

    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=80)
    shipping_condition = models.CharField(_("shipping condition"), max_length=20, blank=True, default="")
    pick_pack_days = models.PositiveIntegerField(_("picking and packing in working days"), default=1)
    loading_days = models.PositiveIntegerField(_("loading in working days"), default=0)

    class Meta:
        verbose_name = _("shipping point")
        verbose_name_plural = _("shipping points")

    def __str__(self) -> str:
        return self.name


class Customer(Masters):
    """How a company sells to a party."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    party = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    sales_organisation = models.ForeignKey("reference.SalesOrganisation", on_delete=models.RESTRICT, related_name="+")
    group = models.CharField(_("customer group"), max_length=20, blank=True, default="")
    currency = models.ForeignKey("reference.Currency", on_delete=models.RESTRICT, related_name="+")
    payment_terms = models.ForeignKey(PaymentTerms, on_delete=models.RESTRICT, related_name="+")
    ship_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    bill_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    payer = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(
        "reference.Site",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ships from"),
    )
    calendar = models.ForeignKey(
        "reference.WorkingCalendar", on_delete=models.RESTRICT, related_name="+", verbose_name=_("receiving days")
    )
    shipping_condition = models.CharField(_("shipping condition"), max_length=20, blank=True, default="")
    incoterm = models.CharField(_("incoterm"), max_length=3, blank=True, default="")
    incoterm_place = models.CharField(_("incoterm place"), max_length=60, blank=True, default="")
    priority = models.PositiveSmallIntegerField(_("delivery priority"), default=5)
    complete_delivery = models.BooleanField(_("complete deliveries only"), default=False)
    deliveries_max = models.PositiveSmallIntegerField(_("partial deliveries at most"), default=9)
    minimum_shipment_percent = models.PositiveSmallIntegerField(_("least shipment in percent"), default=0, db_default=0)
    lateness_days_max = models.PositiveIntegerField(_("days late at most"), null=True, blank=True)
    holds_max = models.PositiveIntegerField(_("holds at once"), null=True, blank=True)
    is_tax_exempt = models.BooleanField(_("exempt from tax"), default=False)
    mails_papers = models.BooleanField(_("papers go out by mail by themselves"), default=False, db_default=False)
    needs_proof = models.BooleanField(_("billed after the proof of delivery"), default=False, db_default=False)
    minimum_life_days = models.PositiveIntegerField(_("remaining life on delivery in days"), default=0, db_default=0)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [models.UniqueConstraint(fields=["company", "party"], name="masterdata_customer_once")]

    def __str__(self) -> str:
        return str(self.party)


class ProductSite(Masters):
    """How a product is kept, shipped and replenished at a site; its own lead times go before the product's."""

    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    fixed_bin = models.ForeignKey("reference.Bin", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    is_default = models.BooleanField(_("ships from here unless said otherwise"), default=False)
    safety_stock = models.BigIntegerField(_("safety stock in smallest units"), default=0, db_default=0)
    lead_days = models.PositiveIntegerField(_("replenishment lead time in working days"), null=True, blank=True)
    processing_days = models.PositiveIntegerField(_("processing in working days"), null=True, blank=True)
    delivery_days = models.PositiveIntegerField(_("planned delivery in days"), null=True, blank=True)
    receipt_days = models.PositiveIntegerField(_("goods receipt in working days"), null=True, blank=True)
    production_days = models.PositiveIntegerField(_("production in working days"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "site"], name="masterdata_product_site_once"),
            models.CheckConstraint(condition=Q(safety_stock__gte=0), name="masterdata_product_site_safety"),
        ]


class ItemCategory(Masters):
    """What happens to a line: whether it is priced, promised, delivered, billed, and on what basis."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_priced = models.BooleanField(_("has a price"), default=True)
    is_promised = models.BooleanField(_("checked for availability"), default=True)
    is_delivered = models.BooleanField(_("delivered"), default=True)
    billing_basis = models.CharField(
        _("billed by"),
        max_length=10,
        default="issued",
        choices=[("issued", _("delivery")), ("ordered", _("order")), ("none", _("not billed"))],
    )

    class Meta:
        verbose_name = _("item category")
        verbose_name_plural = _("item categories")

    def __str__(self) -> str:
        return self.name


class CheckingScope(Masters):
    """What counts when goods are promised: categories as `kernel.scopes.named` reads them, in which way, how far."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    supply = models.CharField(_("supply that counts"), max_length=200)
    demand = models.CharField(_("demand that counts"), max_length=200)
    at_hand = models.CharField(
        _("demand that goods at hand serve first"),
        max_length=200,
        blank=True,
        default="",
    )
    lead_time = models.BooleanField(_("with replenishment lead time"), default=False)
    overdue_receipt_days = models.PositiveSmallIntegerField(_("overdue receipts are believed for days"), default=7)
    horizon_days = models.PositiveSmallIntegerField(_("horizon in days"), default=365)
    forecast_back_days = models.PositiveSmallIntegerField(
        _("orders use up forecast of so many days before theirs"), default=30, db_default=30
    )
    forecast_ahead_days = models.PositiveSmallIntegerField(
        _("orders use up forecast of so many days after theirs"), default=30, db_default=30
    )

    class Meta:
        verbose_name = _("scope of check")
        verbose_name_plural = _("scopes of check")
        constraints = [
            models.CheckConstraint(condition=Q(horizon_days__gte=1), name="masterdata_checking_scope_horizon"),
        ]

    def __str__(self) -> str:
        return self.name


class AvailabilityGroup(Masters):
    """Which scope holds for each event; products name their group, those that name none are in the standard group."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    order_scope = models.ForeignKey(
        CheckingScope, on_delete=models.RESTRICT, related_name="+", verbose_name=_("scope for orders")
    )
    rush_scope = models.ForeignKey(
        CheckingScope, on_delete=models.RESTRICT, related_name="+", verbose_name=_("scope for rush orders")
    )
    delivery_scope = models.ForeignKey(
        CheckingScope, on_delete=models.RESTRICT, related_name="+", verbose_name=_("scope for deliveries")
    )
    quotation_scope = models.ForeignKey(
        CheckingScope, on_delete=models.RESTRICT, related_name="+", verbose_name=_("scope for quotations")
    )
    component_scope = models.ForeignKey(
        CheckingScope, on_delete=models.RESTRICT, related_name="+", verbose_name=_("scope for components")
    )

    class Meta:
        verbose_name = _("availability group")
        verbose_name_plural = _("availability groups")

    def __str__(self) -> str:
        return self.name


class OrderType(Masters):
    """What an order does: its checks, what it is promised as, its blocks, its item category, its billing."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    item_category = models.ForeignKey(ItemCategory, on_delete=models.RESTRICT, related_name="+")
    checking_event = models.CharField(
        _("checked for availability as"),
        max_length=20,
        default="order",
        choices=[("order", _("order")), ("rush", _("rush order"))],
    )
    checks_credit = models.BooleanField(_("credit is checked"), default=True)
    on_credit_block = models.CharField(
        _("on credit block"),
        max_length=10,
        default="keep",
        choices=[
            ("keep", _("keep the confirmation")),
            ("hold", _("hold it until a date")),
            ("unconfirm", _("confirm nothing")),
        ],
    )
    credit_hold_days = models.PositiveSmallIntegerField(_("working days for which it is held"), default=3, db_default=3)
    delivers_on_saving = models.BooleanField(_("makes its delivery on saving"), default=False)
    needs_customer_reference = models.BooleanField(_("needs the customer's order number"), default=False)
    delivery_block_reason = models.CharField(_("delivery block on entry, with this reason"), max_length=80, blank=True)
    shipping_condition = models.CharField(_("shipping condition"), max_length=20, blank=True, default="")
    mails_papers = models.BooleanField(_("confirmations go to customers who want mail"), default=True, db_default=True)
    on_shortage = models.CharField(
        _("when supply covers the promise no longer"),
        max_length=10,
        default="repromise",
        db_default="repromise",
        choices=[
            ("repromise", _("promise it anew at once")),
            ("ask", _("propose new dates and change nothing")),
            ("keep", _("keep the promise and report it")),
        ],
    )

    class Meta:
        verbose_name = _("order type")
        verbose_name_plural = _("order types")

    def __str__(self) -> str:
        return self.name


class TextKind(Masters):
    """A kind of text on documents: on the header or on each item, and which later documents take it over."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_on_items = models.BooleanField(_("on each item, not on the header"), default=False)
    goes_to_delivery = models.BooleanField(_("passed on to the delivery"), default=False)
    goes_to_invoice = models.BooleanField(_("passed on to the invoice"), default=False)

    class Meta:
        verbose_name = _("kind of text")
        verbose_name_plural = _("kinds of texts")

    def __str__(self) -> str:
        return self.name


class StandardText(Masters):
    """A text that documents for a customer, or of a product, or of both together, begin with.

    One without a language is the master's own: it serves where none is kept in the document's language.
    """

    kind = models.ForeignKey(TextKind, on_delete=models.RESTRICT, related_name="+", verbose_name=_("kind of text"))
    customer = models.ForeignKey(Customer, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    text = models.TextField(_("text"), max_length=2000)

    class Meta:
        verbose_name = _("standard text")
        verbose_name_plural = _("standard texts")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "product", "kind", "language"],
                name="masterdata_text_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(product__isnull=False), name="masterdata_text_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text[:40]}"


class PriceCondition(Masters):
    """A price, discount, surcharge or freight, for all or for some, from one date to another.

    `kind` decides how it works: `price` (amount per `per_quantity` smallest units), `discount` and `surcharge` (basis
    points of the price so far, or amount per `per_quantity`), `freight` (amount per kg of the order, shared out over
    the lines by weight; its scale counts in g). Of the prices, and of the others by code, the most specific level
    wins: customer and product, group and product, product, customer, group, all.
    """

    KINDS = [
        ("price", _("price")),
        ("discount", _("discount")),
        ("surcharge", _("surcharge")),
        ("freight", _("freight")),
    ]

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    code = models.CharField(_("condition"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    customer_group = models.CharField(_("customer group"), max_length=20, blank=True, default="")
    currency = models.ForeignKey("reference.Currency", on_delete=models.RESTRICT, related_name="+")
    amount = models.BigIntegerField(_("amount in minor units"), null=True, blank=True)
    per_quantity = models.BigIntegerField(_("per quantity in smallest units"), default=1)
    basis_points = models.IntegerField(_("hundredths of a percent"), null=True, blank=True)
    scale_from = models.BigIntegerField(_("from quantity in smallest units"), default=0)
    valid_from_on = models.DateField(_("valid from"))
    valid_to_on = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("agreed where"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("price condition")
        verbose_name_plural = _("price conditions")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "company",
                    "code",
                    "kind",
                    "product",
                    "customer",
                    "customer_group",
                    "currency",
                    "scale_from",
                    "valid_from_on",
                ],
                name="masterdata_price_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=False, basis_points=None) | Q(amount=None, basis_points__isnull=False),
                name="masterdata_price_amount_or_rate",
            ),
            models.CheckConstraint(condition=Q(per_quantity__gt=0, scale_from__gte=0), name="masterdata_price_per"),
        ]
        indexes = [models.Index(fields=["company", "product"], name="masterdata_price_product")]


class TaxRate(models.Model):
    """The rate of a country, and of a region of it, from a date on; an empty region stands for the country."""

    country = models.ForeignKey("reference.Country", on_delete=models.RESTRICT, related_name="+")
    region = models.CharField(_("region"), max_length=20, blank=True, default="")
    name = models.CharField(_("name"), max_length=60)
    basis_points = models.PositiveIntegerField(_("hundredths of a percent"))
    valid_from_on = models.DateField(_("valid from"))
    valid_to_on = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(fields=["country", "region", "name", "valid_from_on"], name="masterdata_tax_once")
        ]


class AccountRule(models.Model):
    """The account of a posting key: revenue, receivable, tax, inventory, cash …; empty matches everything."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    posting_key = models.CharField(_("posting key"), max_length=20)
    customer_group = models.CharField(_("customer group"), max_length=20, blank=True, default="")
    product_category = models.CharField(_("product category"), max_length=60, blank=True, default="")
    account = models.CharField(_("account"), max_length=20)

    class Meta:
        verbose_name = _("account determination")
        verbose_name_plural = _("account determinations")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "posting_key", "customer_group", "product_category"], name="masterdata_account_once"
            )
        ]


class Edition(models.Model):
    """One row, whose token is another after every change of what `queries.Snapshot` keeps in memory.

    The token is drawn, not counted: a number that a rolled-back change used up would come again for another state.
    """

    token = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="masterdata_edition_single")]


# Django looks for models here.
from troth.business.masterdata.models.agreed import CustomerProduct as CustomerProduct  # noqa: E402
from troth.business.masterdata.models.batches import Batch as Batch  # noqa: E402
from troth.business.masterdata.models.credit import CreditCheck as CreditCheck  # noqa: E402
from troth.business.masterdata.models.offering import FreeGoods as FreeGoods  # noqa: E402
from troth.business.masterdata.models.offering import Listing as Listing  # noqa: E402
from troth.business.masterdata.models.offering import Substitution as Substitution  # noqa: E402
from troth.business.masterdata.models.packing import PackageSizes as PackageSizes  # noqa: E402
from troth.business.masterdata.models.rules import AvailabilityRule as AvailabilityRule  # noqa: E402
from troth.business.masterdata.models.rules import AvailabilityRuleStep as AvailabilityRuleStep  # noqa: E402
from troth.business.masterdata.models.valuations import ValuationType as ValuationType  # noqa: E402
