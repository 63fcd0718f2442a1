from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from troth.business.masterdata import models

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Model]
else:
    _Admin = admin.ModelAdmin


class MasterAdmin(_Admin):
    """Tables without a screen of their own. Nothing is deleted; a change counts up `version`."""

    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and hasattr(obj, "version"):
            obj.version += 1
        super().save_model(request, obj, form, change)


@admin.register(
    models.PaymentTerms,
    models.Packaging,
    models.Route,
    models.ShippingPoint,
    models.ItemCategory,
    models.OrderType,
    models.TextKind,
)
class CodedAdmin(MasterAdmin):
    list_display = ("code", "name", "is_active")
    search_fields = ("code", "name")


@admin.register(models.Carrier)
class CarrierAdmin(MasterAdmin):
    list_display = ("party", "base_charge", "charge_per_kg", "is_active")
    autocomplete_fields = ("party",)


@admin.register(models.RouteRule)
class RouteRuleAdmin(MasterAdmin):
    list_display = ("site", "country", "region", "shipping_condition", "route")
    list_filter = ("site",)


@admin.register(models.CustomerProduct)
class CustomerProductAdmin(MasterAdmin):
    list_display = ("number", "customer", "product", "minimum_quantity", "multiple_quantity", "is_active")
    search_fields = ("number",)
    raw_id_fields = ("customer", "product")


@admin.register(models.ProductSite)
class ProductSiteAdmin(MasterAdmin):
    list_display = ("product", "site", "fixed_bin", "is_default", "safety_stock", "is_active")
    raw_id_fields = ("product", "fixed_bin")
    # What is posted to availability goes by the file, which posts it.
    readonly_fields = ("safety_stock", "is_active")


@admin.register(models.ValuationType)
class ValuationTypeAdmin(MasterAdmin):
    """To look at: the first type of a product is refused where its goods have none, which the file looks after."""

    list_display = ("product", "code", "name", "is_default", "is_active")
    readonly_fields = ("product", "code", "is_default", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(models.StandardText)
class StandardTextAdmin(MasterAdmin):
    list_display = ("kind", "customer", "product", "language", "is_active")
    list_filter = ("kind", "language")
    raw_id_fields = ("customer", "product")


@admin.register(models.TaxRate)
class TaxRateAdmin(MasterAdmin):
    list_display = ("name", "country", "region", "basis_points", "valid_from_on", "valid_to_on")
    list_filter = ("country",)


@admin.register(models.AccountRule)
class AccountRuleAdmin(MasterAdmin):
    list_display = ("company", "posting_key", "customer_group", "product_category", "account")
    list_filter = ("posting_key",)
