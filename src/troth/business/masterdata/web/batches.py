"""Batches: which there are, until when they can be used, and a form for each."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import batch_list
from troth.business.masterdata.web.verbs import as_typed, import_step, verbs
from troth.platform.actors import Actor
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
        "is_active": as_typed(found.is_active),
        "version": found.version,
    }
    return Record(title=f"{found.product.number}: {found.number}", values=values, active=found.is_active)


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
    import_step=import_step("batches"),
    steps=(Step(_("Stock"), reverse_lazy("supply:stock"), "get"),),
    row_key=lambda row: row.id,
    form=forms.BatchForm,
    load=_load,
    view_permission="masterdata.view_batch",
    edit_permission="masterdata.maintain_batch",
    **verbs(actions.maintain_batch, "batch_id"),
)
