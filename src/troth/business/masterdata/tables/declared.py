"""The tables of master data that come and go as files, each declared once.

A declaration names the model and what makes its records one of their kind. The columns of the file are those of the
model, in its order: what may be left out, how long a text may be and what is chosen from is read there. Another record
is named by its code, and one that lies in something by both, with / between: the bin `BOT/01/A-05`, the customer
`AWC/C0042` of a company.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import available_timezones

from django.db import models as db
from django.db.models.fields import NOT_PROVIDED

from troth.business.masterdata import models
from troth.business.masterdata.rules import MAX_32, As, Field
from troth.business.masterdata.tables import desks
from troth.kernel.errors import Sentence
from troth.kernel.netting import Category
from troth.kernel.quantity import MAX
from troth.kernel.scopes import DEMANDS, PROMISED, SUPPLIES, UnknownCategory, named, written
from troth.reference import models as reference

LONGEST_CODE = 80
MAX_16 = 2**15 - 1

REFERENCES: Mapping[type[db.Model], tuple[str, tuple[str, ...]]] = {
    reference.Company: ("company", ("code",)),
    reference.Country: ("country", ("code",)),
    reference.Currency: ("currency", ("code",)),
    reference.Unit: ("unit", ("code",)),
    reference.WorkingCalendar: ("calendar", ("code",)),
    reference.Site: ("site", ("code",)),
    reference.StorageLocation: ("storage_location", ("site.code", "code")),
    reference.Bin: ("bin", ("location.site.code", "location.code", "code")),
    reference.Product: ("product", ("number",)),
    reference.Party: ("party", ("number",)),
    models.Carrier: ("carrier", ("party.number",)),
    models.Route: ("route", ("code",)),
    models.ItemCategory: ("item_category", ("code",)),
    models.TextKind: ("text_kind", ("code",)),
    models.CheckingScope: ("checking_scope", ("code",)),
    models.Customer: ("customer_of_company", ("company.code", "party.number")),
    models.OrderType: ("order_type", ("code",)),
    models.AvailabilityRule: ("availability_rule", ("code",)),
    reference.SalesOrganisation: ("sales_organisation_of_company", ("company.code", "code")),
}
"""What a record is named by where another points at it: the word by which `store.lookup` knows it, its parts."""

Check = Callable[[Any], str]
RowCheck = Callable[[Mapping[str, Any]], tuple[str, str] | None]
RowsCheck = Callable[[Sequence[Mapping[str, Any]]], Iterable[tuple[int, str, str]]]


def no_fault(_: Mapping[str, Any]) -> None:
    """Most tables have no rule across columns."""


def no_faults(_: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, str, str], ...]:
    """Most tables have no rule across records."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as a file. `fixed` columns cannot change once the record is there; `checks` answer with a sentence where
    a value cannot be, `check` with a column and a sentence where values do not go together, `across` with both and the
    place of the record among those that are written together; `company` is the way to the company that the records
    belong to."""

    code: str
    title: str
    model: type[db.Model]
    key: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    check: RowCheck = no_fault
    across: RowsCheck = no_faults
    company: str = ""

    @cached_property
    def columns(self) -> dict[str, "db.Field[Any, Any]"]:
        hidden = {"id", "version", *self.left_out}
        found = {one.name: one for one in self.model._meta.concrete_fields if one.name not in hidden}
        return {name: found[name] for name in (*self.key, *(name for name in found if name not in self.key))}

    @cached_property
    def has_version(self) -> bool:
        return issubclass(self.model, reference.Masters)

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {name: _field(column, is_key=name in self.key) for name, column in self.columns.items()}

    def stored(self, record: Any) -> dict[str, Any]:
        """The record's values by column, codes as ids; text of several lines as it is read from a file."""
        return {name: _read_back(column, getattr(record, column.attname)) for name, column in self.columns.items()}

    def written(self, record: Any) -> dict[str, Any]:
        """The record's values as a file has them."""
        return {name: _written(record, column) for name, column in self.columns.items()}

    def number(self, record: Any, known: Mapping[tuple[str, Any], str]) -> str:
        """What people know the record by: its key, whose codes are `known` by column and id, or else are read."""
        parts = ((name, column, getattr(record, column.attname)) for name, column in self._key_columns)
        written = (known.get((name, value)) or _written(record, column) for name, column, value in parts)
        return "/".join(str(one) for one in written if one not in (None, ""))

    @property
    def _key_columns(self) -> list[tuple[str, "db.Field[Any, Any]"]]:
        return [(name, self.columns[name]) for name in self.key]

    def found(self) -> db.QuerySet[Any]:
        """All records by their key, with what their codes are read from."""
        joined = [one for name, column in self.columns.items() for one in _joined(name, column)]
        found = self.model._default_manager.select_related(*joined) if joined else self.model._default_manager.all()
        return found.order_by(*self.key, "pk")


def _read_back(column: "db.Field[Any, Any]", value: Any) -> Any:
    """A page ends its lines otherwise than a file does, which is no change."""
    return "\n".join(value.strip().splitlines()) if isinstance(column, db.TextField) and value else value


def _joined(name: str, column: "db.Field[Any, Any]") -> list[str]:
    if not isinstance(column, db.ForeignKey):
        return []
    _, parts = REFERENCES[column.related_model]
    beyond = (part.rpartition(".")[0].replace(".", "__") for part in parts)
    return ["__".join(filter(None, (name, one))) for one in beyond]


def _written(record: Any, column: "db.Field[Any, Any]") -> Any:
    value = getattr(record, column.name)
    if not isinstance(column, db.ForeignKey) or value is None:
        return value
    _, parts = REFERENCES[column.related_model]
    return "/".join(_part(value, part) for part in parts)


def _part(record: Any, path: str) -> str:
    for name in path.split("."):
        record = getattr(record, name)
    return str(record)


def _field(column: "db.Field[Any, Any]", *, is_key: bool) -> Field:
    """The rule of a column, as the model has it. What is null in the books is left empty in a file."""
    has_standard = column.null or column.blank or column.default is not NOT_PROVIDED
    common: dict[str, Any] = {
        "required": not has_standard,
        "is_key": is_key,
        "standard": None if column.null else column.get_default(),
    }
    if isinstance(column, db.ForeignKey):
        return Field(As.CODE, LONGEST_CODE, of=REFERENCES[column.related_model][0], **common)
    if column.choices:
        return Field(As.CHOICE, choices=tuple(str(code) for code, _ in column.flatchoices), **common)
    read_as = next((one for kind, one in _KINDS.items() if isinstance(column, kind)), As.TEXT)
    most = next((one for kind, one in _LARGEST.items() if isinstance(column, kind)), column.max_length or 0)
    return Field(read_as, most, **common)


_KINDS: Mapping[type[Any], As] = {
    db.BooleanField: As.YES_NO,
    db.DateField: As.DAY,
    db.TextField: As.LINES,
    db.IntegerField: As.WHOLE,
}
_LARGEST: Mapping[type[Any], int] = {
    db.BigIntegerField: MAX,
    db.PositiveSmallIntegerField: MAX_16,
    db.IntegerField: MAX_32,
}


def _zone(value: str) -> str:
    return (
        ""
        if value in available_timezones()
        else Sentence("There is no such time zone. Enter one such as Europe/Berlin.")
    )


def _weekdays(value: str) -> str:
    if re.fullmatch("0{7}", value):
        return Sentence("The calendar never opens, so nothing could ever leave or arrive. Open at least one weekday.")
    if re.fullmatch("[01]{7}", value):
        return ""
    return Sentence("Enter seven signs from Monday to Sunday, 1 for open and 0 for closed, such as 1111100.")


def _fine(value: int) -> str:
    return "" if value <= 6 else Sentence("Enter 6 decimals at most.")


def _positive(value: int) -> str:
    return "" if value > 0 else Sentence("Enter 1 or more.")


def _share(value: int) -> str:
    return "" if value <= 10_000 else Sentence("Enter hundredths of a percent, 10000 at most.")


def ends(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["valid_to_on"] is not None and values["valid_to_on"] < values["valid_from_on"]:
        return "valid_to_on", Sentence("It ends before it begins. Choose a later end.")
    return None


def _carries(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["max_weight_g"] is not None and values["max_weight_g"] <= values["tare_weight_g"]:
        return "max_weight_g", Sentence(
            "It may not weigh more empty than full. Enter more than the empty weight, or nothing."
        )
    return None


def _prefix(value: str) -> str:
    return (
        "" if re.fullmatch("([0-9]{7,10})?", value) else Sentence("Enter the 7 to 10 digits that GS1 gave the company.")
    )


def _of_something(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["customer"] is None and values["product"] is None:
        return "customer", Sentence("A standard text is of a customer, of a product or of both. Enter one.")
    return None


def _batch(values: Mapping[str, Any]) -> tuple[str, str] | None:
    product = reference.Product.objects.filter(pk=values["product"], has_batches=True).first()
    if product is None:
        return "product", Sentence("The product is not kept in batches. Mark it as kept in batches first.")
    produced_on, expires_on = values["produced_on"], values["expires_on"]
    if product.shelf_life_days is not None and expires_on is None:
        return "expires_on", Sentence("Goods of this product expire. Enter until when the batch can be used.")
    if None not in (produced_on, expires_on) and expires_on < produced_on:
        return "expires_on", Sentence("It expires before it is produced. Enter a later day.")
    return None


def _without_types(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Safety stock stands in a site's common series, in which a product that is valuated separately has nothing."""
    if not values["safety_stock"]:
        return None
    if models.ValuationType.objects.filter(product_id=values["product"]).exists():
        return "safety_stock", Sentence(
            "Of a product that is valuated separately no safety stock is kept: it would be of no type. Enter 0."
        )
    return None


def _categories(known: tuple[Category, ...]) -> Check:
    def check(value: str) -> str:
        try:
            named(value, known)
        except UnknownCategory as unknown:
            others = ", ".join(unknown.known)
            return Sentence("%(word)s is no such category. Name some of: %(known)s.", word=unknown.word, known=others)
        return ""

    return check


def _ahead(value: int) -> str:
    if 0 < value <= MOST_DAYS:
        return ""
    return Sentence("The check must look ahead. Enter 1 to %(most)s days.", most=MOST_DAYS)


def _believed(value: int) -> str:
    return "" if value <= MOST_DAYS else Sentence("Enter %(most)s days at most.", most=MOST_DAYS)


def _counts(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """A scope believes in some supply, leaves no promise out, and serves from goods at hand what it counts."""
    if not named(values["supply"], SUPPLIES):
        return "supply", Sentence("A scope without supply confirms nothing. Name at least one category, such as stock.")
    demand, at_hand = named(values["demand"], DEMANDS), named(values["at_hand"], DEMANDS)
    if PROMISED - demand:
        missing = written(PROMISED - demand)
        return "demand", Sentence(
            "What is promised already must count, or it would be promised twice. Add: %(missing)s.", missing=missing
        )
    if at_hand - demand:
        missing = written(at_hand - demand)
        return "at_hand", Sentence(
            "Goods at hand serve what the scope counts. Add to the demand: %(missing)s.", missing=missing
        )
    return None


def _in_use(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """A scope that active groups use, and the group of all products that name none, stay active."""
    if values["is_active"]:
        return None
    columns = ("order_scope", "rush_scope", "delivery_scope", "quotation_scope", "component_scope")
    uses = db.Q(*((f"{column}__code", values["code"]) for column in columns), _connector=db.Q.OR)
    group = models.AvailabilityGroup.objects.filter(uses, is_active=True).order_by("code").first()
    if group is not None:
        return "is_active", Sentence(
            "Availability group %(group)s uses this scope. Give the group another one first.", group=group.code
        )
    return None


def _scope(values: Mapping[str, Any]) -> tuple[str, str] | None:
    return _counts(values) or _in_use(values)


def _stays(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["code"] == "standard" and not values["is_active"]:
        return "is_active", Sentence("Products that name no group are in this one. Keep it active.")
    return None


MOST_DAYS = 3650

_CODE = ("code",)

BASIC: Mapping[str, Table] = {
    table.code: table
    for table in (
        Table(
            code="currencies",
            title="currency",
            model=reference.Currency,
            key=_CODE,
            fixed=("decimals",),
            checks={"decimals": _fine},
        ),
        Table(
            code="exchange_rates",
            title="exchange_rate",
            model=reference.ExchangeRate,
            key=("source", "target", "valid_from_on"),
            checks={"numerator": _positive, "denominator": _positive},
        ),
        Table(code="countries", title="country", model=reference.Country, key=_CODE),
        Table(
            code="units",
            title="unit",
            model=reference.Unit,
            key=_CODE,
            fixed=("decimals",),
            checks={"decimals": _fine},
        ),
        Table(
            code="calendars",
            title="calendar",
            model=reference.WorkingCalendar,
            key=_CODE,
            checks={"open_weekdays": _weekdays},
        ),
        Table(code="calendar_days", title="calendar_day", model=reference.CalendarDay, key=("calendar", "on")),
        Table(
            code="companies",
            title="company",
            model=reference.Company,
            key=_CODE,
            fixed=("currency",),
            checks={"time_zone": _zone, "gs1_prefix": _prefix},
            company="pk",
        ),
        Table(
            code="sales_organisations",
            title="sales_organisation",
            model=reference.SalesOrganisation,
            key=("company", "code"),
            company="company_id",
        ),
        Table(
            code="sites",
            title="site",
            model=reference.Site,
            key=_CODE,
            fixed=("company",),
            checks={"time_zone": _zone, "opens": desks.hour, "closes": desks.hour},
            check=desks.manned,
            company="company_id",
        ),
        Table(
            code="request_terms",
            title="request_terms",
            model=reference.RequestTerms,
            key=("kind",),
            checks={"kind": desks.asked, "answer_minutes": _positive, "escalates_to": desks.role},
            check=desks.receipt_first,
        ),
        Table(
            code="storage_locations",
            title="storage_location",
            model=reference.StorageLocation,
            key=("site", "code"),
            fixed=("is_left_out",),
            company="site__company_id",
        ),
        Table(
            code="bins",
            title="bin",
            model=reference.Bin,
            key=("location", "code"),
            company="location__site__company_id",
        ),
        Table(code="parties", title="party", model=reference.Party, key=("number",)),
        Table(
            code="payment_terms",
            title="payment_terms",
            model=models.PaymentTerms,
            key=_CODE,
            checks={"discount_basis_points": _share},
        ),
        Table(code="carriers", title="carrier", model=models.Carrier, key=("party",)),
        Table(code="packaging", title="packaging", model=models.Packaging, key=_CODE, check=_carries),
        Table(code="routes", title="route", model=models.Route, key=_CODE),
        Table(
            code="route_determinations",
            title="route_determination",
            model=models.RouteRule,
            key=("site", "country", "region", "shipping_condition"),
            company="site__company_id",
        ),
        Table(
            code="shipping_points",
            title="shipping_point",
            model=models.ShippingPoint,
            key=_CODE,
            fixed=("site",),
            company="site__company_id",
        ),
        Table(
            code="product_sites",
            title="product_site",
            model=models.ProductSite,
            key=("product", "site"),
            left_out=("is_default",),
            check=_without_types,
            company="site__company_id",
        ),
        Table(
            code="customer_products",
            title="customer_product",
            model=models.CustomerProduct,
            key=("customer", "product"),
            checks={"under_tolerance_basis_points": _share},
            company="customer__company_id",
        ),
        Table(
            code="batches",
            title="batch",
            model=models.Batch,
            key=("product", "number"),
            check=_batch,
        ),
        Table(
            code="checking_scopes",
            title="checking_scope",
            model=models.CheckingScope,
            key=_CODE,
            checks={
                "supply": _categories(SUPPLIES),
                "demand": _categories(DEMANDS),
                "at_hand": _categories(DEMANDS),
                "horizon_days": _ahead,
                "overdue_receipt_days": _believed,
            },
            check=_scope,
        ),
        Table(
            code="availability_groups",
            title="availability_group",
            model=models.AvailabilityGroup,
            key=_CODE,
            check=_stays,
        ),
        Table(code="item_categories", title="item_category", model=models.ItemCategory, key=_CODE),
        Table(code="order_types", title="order_type", model=models.OrderType, key=_CODE),
        Table(code="text_kinds", title="text_kind", model=models.TextKind, key=_CODE),
        Table(
            code="standard_texts",
            title="standard_text",
            model=models.StandardText,
            key=("kind", "customer", "product", "language"),
            check=_of_something,
        ),
        Table(
            code="tax_rates",
            title="tax_rate",
            model=models.TaxRate,
            key=("country", "region", "name", "valid_from_on"),
            check=ends,
        ),
        Table(
            code="account_determinations",
            title="account_determination",
            model=models.AccountRule,
            key=("company", "posting_key", "customer_group", "product_category"),
            company="company_id",
        ),
    )
}
