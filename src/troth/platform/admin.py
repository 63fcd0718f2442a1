"""The admin site: people to maintain, the record to read.

Rights and passwords change by the actions of `platform.users`, which leave events; the admin only shows them.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from troth.platform import models

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Model]
else:
    _Admin = admin.ModelAdmin


class ReadOnlyAdmin(_Admin):
    """Shows rows and changes nothing."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    search_fields = ("username", "first_name", "last_name", "email")
    exclude = ("password", "groups", "user_permissions")


@admin.register(models.RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    list_display = ("user", "role", "company_id", "site_id")
    list_filter = ("role",)


@admin.register(models.ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("user", "name", "scopes", "made_at", "expires_at", "last_used_at", "revoked_at")
    exclude = ("token_hash",)


@admin.register(models.Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("id", "at", "kind", "document_number", "actor_id", "company_id")
    search_fields = ("=document_number", "=kind")


@admin.register(models.Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("id", "event", "subscriber", "attempts", "due_at", "done_at", "error")
    list_filter = (("done_at", admin.EmptyFieldListFilter),)


@admin.register(models.BlockRow)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("document_number", "kind", "scope", "reason", "set_at", "released_at")
    list_filter = ("kind", ("released_at", admin.EmptyFieldListFilter))


@admin.register(models.RequestRow)
class RequestAdmin(ReadOnlyAdmin):
    list_display = ("document_number", "kind", "from_role", "to_role", "state", "due_at")
    list_filter = ("state", "to_role")


@admin.register(models.Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("id", "to", "subject", "state", "attempts", "made_at", "sent_at")
    list_filter = ("state",)


@admin.register(models.NumberRange)
class NumberRangeAdmin(ReadOnlyAdmin):
    list_display = ("series", "company_id", "year", "last")


for _model in (models.Seal, models.Idempotency, models.Slot, models.Heartbeat):
    admin.site.register(_model, ReadOnlyAdmin)
