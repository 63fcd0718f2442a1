"""Raw SQL of master data: the edition token that says whether what a process keeps in memory is still true."""

import secrets
from typing import Any

from django.db.models.signals import post_delete, post_save

from troth.business.masterdata import models
from troth.platform import sql
from troth.reference import models as reference

NO_EDITION = 0
"""The token of books in which nothing was ever changed; what is read under it is not kept."""

KEPT_IN_MEMORY = (
    models.Route,
    models.RouteRule,
    models.ShippingPoint,
    models.ItemCategory,
    models.OrderType,
    reference.WorkingCalendar,
    reference.CalendarDay,
    reference.Site,
)
"""The tables that `queries.snapshot` keeps; saving or deleting a row of them draws another token."""


def edition() -> int:
    """The token of the present state."""
    rows = sql.fetch("SELECT token FROM masterdata_edition")
    return rows[0][0] if rows else NO_EDITION


def touch() -> None:
    """Draw another token, in the transaction of the change. To be called after bulk writes, which send no signal."""
    token = secrets.randbits(62) or 1
    sql.fetch(
        "INSERT INTO masterdata_edition (id, token) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET token = excluded.token",
        [token],
    )


def connect() -> None:
    """Draw another token whenever a row of a kept table is saved or deleted, on the admin's pages as well."""
    for model in KEPT_IN_MEMORY:
        post_save.connect(_touched, sender=model, dispatch_uid=f"masterdata.edition.{model._meta.label}")
        post_delete.connect(_touched, sender=model, dispatch_uid=f"masterdata.edition.{model._meta.label}")


def _touched(**_: Any) -> None:
    touch()
