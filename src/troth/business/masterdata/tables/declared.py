"""The basic tables of master data, each declared once: what `table.Table` says."""

from collections.abc import Mapping

from troth.business.masterdata import models
from troth.business.masterdata.tables import checks, desks
from troth.business.masterdata.tables.days import never_open
from troth.business.masterdata.tables.table import Table
from troth.kernel.scopes import DEMANDS, SUPPLIES
from troth.reference import models as reference

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
            checks={"decimals": checks.fine},
        ),
        Table(
            code="exchange_rates",
            title="exchange_rate",
            model=reference.ExchangeRate,
            key=("source", "target", "valid_from_on"),
            checks={"numerator": checks.positive, "denominator": checks.positive},
        ),
        Table(code="countries", title="country", model=reference.Country, key=_CODE),
        Table(
            code="units",
            title="unit",
            model=reference.Unit,
            key=_CODE,
            fixed=("decimals",),
            checks={"decimals": checks.fine},
        ),
        Table(
            code="calendars",
            title="calendar",
            model=reference.WorkingCalendar,
            key=_CODE,
            checks={"open_weekdays": checks.weekdays},
        ),
        Table(
            code="calendar_days",
            title="calendar_day",
            model=reference.CalendarDay,
            key=("calendar", "on"),
            across=never_open,
        ),
        Table(
            code="companies",
            title="company",
            model=reference.Company,
            key=_CODE,
            fixed=("currency",),
            checks={"time_zone": checks.zone, "gs1_prefix": checks.prefix},
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
            checks={"time_zone": checks.zone, "opens": desks.hour, "closes": desks.hour},
            check=desks.manned,
            company="company_id",
        ),
        Table(
            code="request_terms",
            title="request_terms",
            model=reference.RequestTerms,
            key=("kind",),
            checks={"kind": desks.asked, "answer_minutes": checks.positive, "escalates_to": desks.role},
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
            checks={"discount_basis_points": checks.share},
        ),
        Table(code="carriers", title="carrier", model=models.Carrier, key=("party",)),
        Table(code="packaging", title="packaging", model=models.Packaging, key=_CODE, check=checks.carries),
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
            checks=dict.fromkeys(checks.LEAD_TIME, checks.days),
            check=checks.without_types,
            company="site__company_id",
        ),
        Table(
            code="customer_products",
            title="customer_product",
            model=models.CustomerProduct,
            key=("customer", "product"),
            checks={"under_tolerance_basis_points": checks.share},
            company="customer__company_id",
        ),
        Table(
            code="batches",
            title="batch",
            model=models.Batch,
            key=("product", "number"),
            check=checks.batch,
        ),
        Table(
            code="checking_scopes",
            title="checking_scope",
            model=models.CheckingScope,
            key=_CODE,
            checks={
                "supply": checks.categories(SUPPLIES),
                "demand": checks.categories(DEMANDS),
                "at_hand": checks.categories(DEMANDS),
                "horizon_days": checks.ahead,
                "overdue_receipt_days": checks.believed,
            },
            check=checks.scope,
        ),
        Table(
            code="availability_groups",
            title="availability_group",
            model=models.AvailabilityGroup,
            key=_CODE,
            check=checks.stays,
        ),
        Table(code="item_categories", title="item_category", model=models.ItemCategory, key=_CODE),
        Table(
            code="order_types",
            title="order_type",
            model=models.OrderType,
            key=_CODE,
            checks={"credit_hold_days": checks.kept_days},
        ),
        Table(code="text_kinds", title="text_kind", model=models.TextKind, key=_CODE),
        Table(
            code="standard_texts",
            title="standard_text",
            model=models.StandardText,
            key=("kind", "customer", "product", "language"),
            check=checks.of_something,
        ),
        Table(
            code="tax_rates",
            title="tax_rate",
            model=models.TaxRate,
            key=("country", "region", "name", "valid_from_on"),
            check=checks.ends,
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
