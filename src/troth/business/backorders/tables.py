"""Backorder variants among the files of all tables: what goes out, and comes in again unchanged."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from troth.business.backorders.actions import variant_rows
from troth.business.backorders.models import Variant
from troth.business.masterdata.imports import Kind


def _variants() -> QuerySet[Variant]:
    return Variant.objects.select_related("company").order_by("company__code", "name")


VARIANTS = Kind(
    "backorder_variants", variant_rows.FIELDS, variant_rows.import_variants, _variants,
    lambda one: variant_rows.rows_of(one)[0], "backorders.view_run", "company_id", parts=variant_rows.rows_of,
    name=_("Backorder variants"), import_route="backorders:file-import", whole=True,
)  # fmt: skip
