"""Administration of the reference tables. Records are deactivated, never deleted: history points at them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F, Model
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from troth.kernel.calendars import SHUT_DAYS_MAX, day_of
from troth.reference import models
from troth.reference.queries import calendar_of


class KeptAdmin(admin.ModelAdmin[Any]):
    """Nothing is deleted here."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class MastersAdmin(KeptAdmin):
    """Each change counts the version up, so that copies in memory and open forms know that they are old."""

    list_filter: ClassVar[Any] = ("is_active",)
    readonly_fields = ("version",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            type(form.instance)._default_manager.filter(pk=form.instance.pk).update(version=F("version") + 1)


@admin.register(models.Currency)
class CurrencyAdmin(KeptAdmin):
    list_display = ("code", "name", "decimals")
    search_fields = ("code", "name")


@admin.register(models.ExchangeRate)
class ExchangeRateAdmin(KeptAdmin):
    list_display = ("source", "target", "valid_from_on", "numerator", "denominator")
    list_filter = ("source", "target")
    date_hierarchy = "valid_from_on"


@admin.register(models.Country)
class CountryAdmin(KeptAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


class CalendarDays(BaseInlineFormSet[models.CalendarDay, models.WorkingCalendar, Any]):
    """The days of a calendar, of which some has to stay open."""

    def clean(self) -> None:
        super().clean()
        kept = [
            one.cleaned_data
            for one in self.forms
            if one.is_valid() and one.cleaned_data.get("on") and not one.cleaned_data.get("DELETE")
        ]
        calendar = calendar_of(self.instance.open_weekdays, [(one["on"], one["is_open"]) for one in kept])
        if any(not one["is_open"] and calendar.is_shut_for(day_of(one["on"]), SHUT_DAYS_MAX) for one in kept):
            said = _("The calendar would be closed for more than %(most)s days on end. Leave a day open.")
            raise ValidationError(said % {"most": SHUT_DAYS_MAX})


class CalendarDayInline(admin.TabularInline[models.CalendarDay, models.WorkingCalendar]):
    model = models.CalendarDay
    formset = CalendarDays
    extra = 0


@admin.register(models.WorkingCalendar)
class WorkingCalendarAdmin(MastersAdmin):
    list_display = ("code", "name", "open_weekdays", "is_active")
    search_fields = ("code", "name")
    inlines = (CalendarDayInline,)


@admin.register(models.Company)
class CompanyAdmin(MastersAdmin):
    list_display = ("code", "name", "currency", "country", "time_zone", "is_active")
    search_fields = ("code", "name")


@admin.register(models.Letterhead)
class LetterheadAdmin(MastersAdmin):
    list_display = ("company", "city", "is_active")


@admin.register(models.SalesOrganisation)
class SalesOrganisationAdmin(MastersAdmin):
    list_display = ("code", "name", "company", "is_active")
    list_filter = ("company", "is_active")
    search_fields = ("code", "name")


@admin.register(models.Site)
class SiteAdmin(MastersAdmin):
    list_display = ("code", "name", "company", "calendar", "time_zone", "is_active")
    list_filter = ("company", "is_active")
    search_fields = ("code", "name")


@admin.register(models.RequestTerms)
class RequestTermsAdmin(MastersAdmin):
    list_display = ("kind", "receipt_minutes", "answer_minutes", "same_day", "escalates_to", "is_active")


@admin.register(models.StorageLocation)
class StorageLocationAdmin(MastersAdmin):
    list_display = ("code", "name", "site", "is_left_out", "is_active")
    list_filter = ("site", "is_left_out", "is_active")
    search_fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What lies there is posted to availability as the location says, and kept under its code, so these stay."""
        return ("site", "code", "is_left_out") if obj is not None else ()


@admin.register(models.Bin)
class BinAdmin(MastersAdmin):
    list_display = ("code", "location", "sequence", "is_active")
    list_filter = ("location__site", "is_active")
    list_select_related = ("location",)
    search_fields = ("code",)
    autocomplete_fields = ("location",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Goods that lie in it are posted to its location, so this stays."""
        return ("location",) if obj is not None else ()


@admin.register(models.Unit)
class UnitAdmin(KeptAdmin):
    list_display = ("code", "name", "decimals")
    search_fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Quantities at rest are counted in the unit's decimals, so these stay."""
        return ("code", "decimals") if obj is not None else ()


class ProductUnitInline(admin.TabularInline[models.ProductUnit, models.Product]):
    model = models.ProductUnit
    extra = 0


@admin.register(models.Product)
class ProductAdmin(MastersAdmin):
    list_display = ("number", "name", "base_unit", "category", "is_sold", "is_active")
    list_filter = ("category", "is_sold", "is_made", "is_active")
    search_fields = ("number", "name")
    inlines = (ProductUnitInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Quantities at rest are counted in the base unit, so it stays once the product exists."""
        return ("version", "base_unit") if obj is not None else ("version",)


@admin.register(models.Party)
class PartyAdmin(MastersAdmin):
    list_display = ("number", "name", "city", "country", "is_active")
    list_filter = ("country", "is_active")
    search_fields = ("number", "name", "city")
