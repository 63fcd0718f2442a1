"""Batches: which there are, until when they can be used, and a form for each."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import batch_list
from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.web.acts import step
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words
from troth.platform.web.values import Step


def _load(actor: Actor, key: int) -> Record:
    found = batch_list.batch(key)
    values = {
        "product": found.product.number,
        "number": found.number,
        "produced_on": found.produced_on,
        "expires_on": found.expires_on,
        "supplier_batch": found.supplier_batch,
        "note": found.note,
        "is_active": "yes" if found.is_active else "no",
        "version": found.version,
    }
    return Record(title=f"{found.product.number}: {found.number}", values=values, active=found.is_active)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "version"}


def _create(actor: Actor, values: dict[str, Any]) -> int:
    return actions.maintain_batch(_given(values), by=actor, clock=SYSTEM_CLOCK).id


def _change(actor: Actor, key: int, values: dict[str, Any]) -> None:
    version = values.get("version")
    actions.maintain_batch(_given(values), batch_id=key, version=version, by=actor, clock=SYSTEM_CLOCK)


def _close(actor: Actor, key: int) -> None:
    actions.maintain_batch({"is_active": False}, batch_id=key, by=actor, clock=SYSTEM_CLOCK)


batches = MasterScreens(
    key="batches",
    namespace="masterdata",
    words=Words(
        _("batch"), _("Batches"), _("New batch"), _("A batch becomes known when goods of it are received, or here.")
    ),
    columns=(
        Column("product", _("Product"), sort=True),
        Column("name", _("Name"), wide=True),
        Column("number", _("Batch"), sort=True),
        Column("produced_on", _("Produced"), "date"),
        Column("expires_on", _("Usable until"), "date", sort=True),
        Column("supplier_batch", _("Supplier's batch")),
        Column("note", _("Note"), wide=True, offered=True),
        Column("status", _("Status"), "status"),
    ),
    filters=(
        Filter("product", _("Product"), "text"),
        Filter("expires_on", _("Usable until"), "date_range"),
        Filter("inactive", _("With inactive"), "flag"),
    ),
    source=batch_list.batches,
    import_step=lambda actor: step(actor, _("Import"), "masterdata:file-import", "batches", method="get"),
    steps=(Step(_("Stock"), reverse_lazy("supply:stock"), "get"),),
    row_key=lambda row: row.id,
    form=forms.BatchForm,
    load=_load,
    view_permission="masterdata.view_batch",
    edit_permission="masterdata.maintain_batch",
    create=_create,
    change=_change,
    deactivate=_close,
)
