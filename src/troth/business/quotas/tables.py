"""Procedures, sequences and protections among the files of all tables: what goes out, and comes in again unchanged."""

from functools import partial
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.imports import Kind
from troth.business.quotas import actions
from troth.business.quotas.actions import procedure_rows, protection_rows, sequence_rows
from troth.business.quotas.actions.drafts import WHOM
from troth.business.quotas.models import Protection
from troth.business.quotas.queries import screens
from troth.business.quotas.rules import PROTECTIONS
from troth.kernel.quantity import format_quantity
from troth.ledgers.quota import queries as ledger

VIEW, IMPORT_ROUTE = "quotas.view_quota", "quotas:file-import"


def _protections() -> QuerySet[Protection]:
    """Protections with what they keep. Of several with the same key only one comes in: the one that holds, or the
    last that has ended."""
    same = {name: OuterRef(name) for name in ("product", "site", *WHOM, "first_on")}
    later = (
        Protection.objects.annotate(any_priority=Coalesce("priority", 0))
        .filter(Q(is_active=True) | Q(pk__gt=OuterRef("pk")), any_priority=Coalesce(OuterRef("priority"), 0), **same)
    )  # fmt: skip
    return (
        Protection.objects.exclude(Q(is_active=False) & Exists(later))
        .annotate(kept=ledger.planned_in(PROTECTIONS, Cast(OuterRef("pk"), CharField()), 0))
        .select_related("product__base_unit", "site")
        .order_by("product__number", "site__code", "first_on", "pk")
    )


def _protection(one: Any) -> dict[str, Any]:
    written = {
        "product": one.product.number,
        "site": one.site.code,
        "quantity": format_quantity(one.kept, one.product.base_unit.decimals),
    }
    return {name: written.get(name, getattr(one, name, None)) for name in protection_rows.FIELDS}


KINDS = (
    Kind(
        "quota_procedures", procedure_rows.FIELDS, partial(actions.import_table, "quota_procedures"),
        screens.all_procedures, procedure_rows.values_of, VIEW, name=_("Quota procedures"), import_route=IMPORT_ROUTE,
    ),
    Kind(
        "quota_sequences", sequence_rows.FIELDS, partial(actions.import_table, "quota_sequences"),
        screens.all_sequences, lambda one: sequence_rows.rows_of(one)[0], VIEW, parts=sequence_rows.rows_of,
        name=_("Quota sequences"), import_route=IMPORT_ROUTE, whole=True,
    ),
    Kind(
        "supply_protections", protection_rows.FIELDS, partial(actions.import_table, "supply_protections"),
        _protections, _protection, VIEW, "site__company_id", name=_("Supply protection"), import_route=IMPORT_ROUTE,
    ),
)  # fmt: skip
