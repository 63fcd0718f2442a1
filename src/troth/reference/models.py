"""Tables that everything else points at. Rows are deactivated, never deleted: history points at them."""

from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MARK_MAX = 16_000
"""A mark goes onto every paper, so it is a small drawing."""


def picture(text: str) -> None:
    """Refuse what is no SVG: every paper of the company would fail."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - typed by an administrator, and at most MARK_MAX long
    except ElementTree.ParseError as error:
        raise ValidationError(_("This is no SVG: %(error)s."), params={"error": error}) from None
    if not root.tag.endswith("svg") or "<!" in text:
        raise ValidationError(_("Paste the drawing itself, from <svg> to </svg>."))


class Masters(models.Model):
    """A record that people keep; `version` counts its changes and guards against lost edits."""

    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        abstract = True


class Currency(models.Model):
    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")

    def __str__(self) -> str:
        return self.code


class ExchangeRate(models.Model):
    """One unit of `source` is numerator / denominator units of `target` from `valid_from_on` on."""

    source = models.ForeignKey(Currency, on_delete=models.RESTRICT, related_name="+")
    target = models.ForeignKey(Currency, on_delete=models.RESTRICT, related_name="+")
    valid_from_on = models.DateField(_("valid from"))
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "valid_from_on"], name="reference_rate_once"),
            models.CheckConstraint(condition=Q(numerator__gt=0, denominator__gt=0), name="reference_rate_positive"),
        ]


class Country(models.Model):
    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkingCalendar(Masters):
    """Open weekdays, Monday first, with days that differ."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    open_weekdays = models.CharField(
        _("open weekdays"),
        max_length=7,
        default="1111100",
        validators=[RegexValidator(r"^(?=0*1)[01]{7}\Z", _("Seven signs, 1 for open and 0 for closed; one is open."))],
    )

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day that is closed although its weekday is open, or the other way round."""

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="days")
    on = models.DateField(_("day"))
    is_open = models.BooleanField(_("open"), default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "on"], name="reference_calendar_day_once")]


class Company(Masters):
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=120)
    currency = models.ForeignKey(Currency, on_delete=models.RESTRICT, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.RESTRICT, related_name="+")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    gs1_prefix = models.CharField(
        _("GS1 company prefix"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^\d{7,10}\Z")],
    )

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


class Letterhead(Masters):
    """How a company signs its papers: its address, how to reach it, its bank, its registration, its mark."""

    company = models.OneToOneField(Company, on_delete=models.RESTRICT, related_name="letterhead")
    legal_name = models.CharField(_("registered name"), max_length=160, blank=True)
    tagline = models.CharField(_("line below the name"), max_length=80, blank=True)
    street = models.CharField(_("street"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("region"), max_length=20, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.CharField(_("website"), max_length=80, blank=True)
    registration = models.CharField(_("registration"), max_length=120, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    bank_account = models.CharField(_("account or IBAN"), max_length=40, blank=True)
    bank_code = models.CharField(_("routing number or BIC"), max_length=20, blank=True)
    mark = models.TextField(_("mark, as SVG"), blank=True, max_length=MARK_MAX, validators=[picture])
    accent = models.CharField(
        _("colour"), max_length=7, default="#1f4e79", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z")]
    )

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")

    def __str__(self) -> str:
        return str(self.company)


class SalesOrganisation(Masters):
    company = models.ForeignKey(Company, on_delete=models.RESTRICT, related_name="sales_organisations")
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("sales organisation")
        verbose_name_plural = _("sales organisations")
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="reference_sales_organisation_once")]

    def __str__(self) -> str:
        return self.name


HOUR = RegexValidator(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", _("Hours and minutes, such as 08:00."))


class Site(Masters):
    """A plant or warehouse that ships; its dates are those of its own time zone.

    Its desks are manned from `opens` to `closes`, on the wall there, on the open days of its calendar.
    """

    company = models.ForeignKey(Company, on_delete=models.RESTRICT, related_name="sites")
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.RESTRICT, related_name="+")
    papers_before_issue = models.BooleanField(
        _("delivery note printed before goods issue"), default=False, db_default=False
    )
    packing_before_issue = models.BooleanField(_("all packed before goods issue"), default=False, db_default=False)
    opens = models.CharField(_("desks open at"), max_length=5, default="08:00", db_default="08:00", validators=[HOUR])
    closes = models.CharField(_("desks close at"), max_length=5, default="16:00", db_default="16:00", validators=[HOUR])

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [models.CheckConstraint(condition=Q(opens__lt=models.F("closes")), name="reference_site_hours")]

    def __str__(self) -> str:
        return self.name


class RequestTerms(Masters):
    """How long a desk has for a kind of request, where the company wants it otherwise than the kind declares.

    Minutes of work at the site. `receipt_minutes` 0: no receipt is due before the answer. `same_day`: what is asked
    while the desk is open is answered before it closes. `escalates_to` is a role; empty: as declared.
    """

    kind = models.CharField(_("kind of request"), max_length=40, unique=True)
    receipt_minutes = models.PositiveIntegerField(_("minutes until the receipt"), default=0)
    answer_minutes = models.PositiveIntegerField(_("minutes until the answer"))
    same_day = models.BooleanField(_("not left open overnight"), default=False)
    escalates_to = models.CharField(_("late ones go to"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("times of a request")
        verbose_name_plural = _("times of requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_minutes__gt=0, receipt_minutes__lte=models.F("answer_minutes")),
                name="reference_request_terms",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class StorageLocation(Masters):
    """A part of a site. `is_left_out` stays as it was created: goods that lie there are posted by it."""

    site = models.ForeignKey(Site, on_delete=models.RESTRICT, related_name="locations")
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=120)
    is_left_out = models.BooleanField(
        _("left out of the check"),
        default=False,
        db_default=False,
        help_text=_("What lies there is promised to nobody and fetched by nobody. It cannot be changed later."),
    )

    class Meta:
        verbose_name = _("storage location")
        verbose_name_plural = _("storage locations")
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="reference_location_once")]

    def __str__(self) -> str:
        return self.name


class Bin(Masters):
    """A place in a storage location. Every location has at least one, so that stock always lies in a bin."""

    location = models.ForeignKey(StorageLocation, on_delete=models.RESTRICT, related_name="bins")
    code = models.CharField(_("code"), max_length=20)
    sequence = models.PositiveIntegerField(_("picking sequence"), default=0)

    class Meta:
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        constraints = [models.UniqueConstraint(fields=["location", "code"], name="reference_bin_once")]

    def __str__(self) -> str:
        return self.code


class Unit(models.Model):
    """A unit of measure; quantities in it are whole numbers of 10^-decimals units."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [models.CheckConstraint(condition=Q(decimals__lte=6), name="reference_unit_decimals")]

    def __str__(self) -> str:
        return self.code


class Product(Masters):
    """What is sold, made or bought. Quantities of it are stored in its base unit."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    base_unit = models.ForeignKey(Unit, on_delete=models.RESTRICT, related_name="+", verbose_name=_("base unit"))
    category = models.CharField(_("category"), max_length=60, blank=True)
    subcategory = models.CharField(_("subcategory"), max_length=60, blank=True)
    division = models.CharField(_("division"), max_length=20, blank=True, default="", db_default="")
    weight_g = models.BigIntegerField(_("weight in g"), default=0)
    volume_ml = models.BigIntegerField(_("volume in ml"), default=0)
    is_stocked = models.BooleanField(_("kept in stock"), default=True)
    is_made = models.BooleanField(_("made here"), default=False)
    is_sold = models.BooleanField(_("sold"), default=True)
    standard_cost = models.BigIntegerField(_("standard cost per base unit in minor units"), default=0)
    lead_days = models.PositiveIntegerField(_("replenishment lead time in working days"), null=True, blank=True)
    processing_days = models.PositiveIntegerField(_("processing in working days"), null=True, blank=True)
    delivery_days = models.PositiveIntegerField(_("planned delivery in days"), null=True, blank=True)
    receipt_days = models.PositiveIntegerField(_("goods receipt in working days"), null=True, blank=True)
    production_days = models.PositiveIntegerField(_("production in working days"), null=True, blank=True)
    availability_group = models.CharField(_("availability group"), max_length=20, blank=True, default="", db_default="")
    minimum_quantity = models.BigIntegerField(_("minimum order quantity in smallest units"), default=0)
    multiple_quantity = models.BigIntegerField(_("ordered in multiples of, in smallest units"), default=0)
    has_batches = models.BooleanField(_("kept in batches"), default=False, db_default=False)
    shelf_life_days = models.PositiveIntegerField(_("shelf life in days"), null=True, blank=True)
    minimum_life_days = models.PositiveIntegerField(_("remaining life on delivery in days"), default=0, db_default=0)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_g__gte=0, volume_ml__gte=0, standard_cost__gte=0), name="reference_product_measures"
            ),
            models.CheckConstraint(
                condition=Q(minimum_quantity__gte=0, multiple_quantity__gte=0), name="reference_product_lots"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ProductUnit(models.Model):
    """Another unit of a product: one of it is numerator / denominator base units."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.RESTRICT, related_name="+")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "unit"], name="reference_product_unit_once"),
            models.CheckConstraint(condition=Q(numerator__gt=0, denominator__gt=0), name="reference_factor_positive"),
        ]


class Party(Masters):
    """A person or firm with an address, in whatever parts it plays: sold-to, ship-to, payer, supplier, carrier."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=160)
    street = models.CharField(_("street"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("region"), max_length=20, blank=True)
    country = models.ForeignKey(Country, on_delete=models.RESTRICT, related_name="+")
    email = models.EmailField(_("e-mail"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
