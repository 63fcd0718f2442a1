"""Screens of procedures, sequences and supply protections: list, create, change."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.quotas import actions, forms
from troth.business.quotas.actions import ProcedureDraft, ProtectionDraft, SequenceDraft
from troth.business.quotas.queries import screens
from troth.business.quotas.web.counted import told_counted
from troth.business.quotas.web.files import record_steps
from troth.kernel.errors import BusinessError
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import Made, MasterScreens, Record, Words
from troth.platform.web.values import Status, Step
from troth.reference import queries as reference
from troth.reference.models import Unit as UnitRow

VIEW = "quotas.view_quota"
INACTIVE = (Filter("inactive", _("With inactive"), "flag"),)
STOPPED = Status(_("Inactive"), "stopped")
"""What is inactive can be made active again on its page, so its fields stay open."""
BRING_PROCEDURES, PROCEDURE_FILE = record_steps("quota_procedures")
BRING_SEQUENCES, SEQUENCE_FILE = record_steps("quota_sequences")
BRING_PROTECTIONS, PROTECTION_FILE = record_steps("supply_protections")
TRY = Step(_("Try it"), reverse_lazy("promising:quota-try"), "get")


def _yes(values: dict[str, Any]) -> bool:
    return bool(values.get("is_active") != "no")


def _procedure(values: dict[str, Any]) -> ProcedureDraft:
    return ProcedureDraft(
        code=values["code"], name=values["name"], characteristics=",".join(values["characteristics"]),
        unit=values["unit"], period=values["period"], look_back=values["look_back"],
        look_ahead=values["look_ahead"], order=values["order"], without_cell=values["without_cell"],
        exhausted=values["exhausted"], is_active=_yes(values),
    )  # fmt: skip


def _load_procedure(actor: Actor, key: int) -> Record:
    one = screens.procedure(key)
    names = ("code", "name", "period", "look_back", "look_ahead", "order", "without_cell", "exhausted", "version")
    values: dict[str, Any] = {name: getattr(one, name) for name in names}
    values |= {"unit": one.unit_id, "characteristics": one.characteristics.split(",")}
    values["is_active"] = "yes" if one.is_active else "no"
    return Record(title=f"{one.code} {one.name}", values=values, status=None if one.is_active else STOPPED)


procedures = MasterScreens(
    key="quota-procedures",
    about="promising:quota-cells",
    namespace="quotas",
    words=Words(
        _("quota procedure"),
        _("Quota procedures"),
        _("New procedure"),
        _("A procedure says by what quotas are told apart, and in which periods."),
    ),
    columns=(
        Column("code", _("Procedure")),
        Column("name", _("Name"), wide=True),
        Column("characteristics", _("Told apart by"), wide=True),
        Column("period", _("Period")),
        Column("window", _("Looks back / ahead"), align="right"),
        Column("sequences", _("Asked by"), wide=True),
        Column("status", _("Status"), "status"),
    ),
    filters=INACTIVE,
    source=screens.procedures,
    steps=(
        Step(_("Sequences"), reverse_lazy("quotas:quota-sequences-list"), "get"),
        Step(_("Supply protection"), reverse_lazy("quotas:supply-protections-list"), "get"),
        TRY,
        PROCEDURE_FILE,
    ),
    import_step=BRING_PROCEDURES,
    row_key=lambda row: row.id,
    form=forms.ProcedureForm,
    load=_load_procedure,
    view_permission=VIEW,
    edit_permission="quotas.save_procedure",
    create=lambda actor, values: actions.save_procedure(_procedure(values), by=actor, clock=SYSTEM_CLOCK).id,
    change=lambda actor, key, values: _told(
        gettext("Saved."),
        actions.save_procedure(
            _procedure(values), procedure_id=key, version=values.get("version"), by=actor, clock=SYSTEM_CLOCK
        ),
        values["unit"],
    ),
)


def _told(sentence: str, saved: actions.Saved, unit: str) -> str:
    """What the page that follows says of it."""
    return told_counted(sentence, saved.counted, UnitRow.objects.get(code=unit)) if saved.counted.lines else sentence


def _made(saved: actions.Saved, unit_of: Callable[[int], str]) -> Made:
    return Made(saved.id, _told(gettext("Created."), saved, unit_of(saved.id)))


def _reopened(_: actions.Counted) -> None:
    """What was counted stands in the cells."""


def _sequence(values: dict[str, Any]) -> SequenceDraft:
    codes = [one.strip() for one in values["procedures"].split(",") if one.strip()]
    return SequenceDraft(
        values["code"], values["name"], codes, forms.read_reaches(values.get("reaches", "")), _yes(values)
    )


def _save_sequence(actor: Actor, values: dict[str, Any], key: int | None = None) -> actions.Saved:
    try:
        return actions.save_sequence(
            _sequence(values), sequence_id=key, version=values.get("version") if key else None, by=actor,
            clock=SYSTEM_CLOCK,
        )  # fmt: skip
    except BusinessError as refusal:
        # The rows of what it holds for are lines of one field.
        if refusal.row is not None:
            refusal.field = "reaches"
        raise


def _load_sequence(actor: Actor, key: int) -> Record:
    one = screens.sequence(key)
    steps = sorted(one.steps.all(), key=lambda step: step.position)
    values = {
        "code": one.code,
        "name": one.name,
        "procedures": ", ".join(step.procedure.code for step in steps),
        "reaches": forms.write_reaches(screens.reaches(key)),
        "is_active": "yes" if one.is_active else "no",
        "version": one.version,
    }
    return Record(title=f"{one.code} {one.name}", values=values, active=one.is_active)


sequences = MasterScreens(
    key="quota-sequences",
    namespace="quotas",
    words=Words(
        _("quota sequence"),
        _("Quota sequences"),
        _("New sequence"),
        _("A sequence says which procedures hold for which products, and in what order they are asked."),
    ),
    columns=(
        Column("code", _("Sequence")),
        Column("name", _("Name"), wide=True),
        Column("procedures", _("Procedures"), wide=True),
        Column("holds_for", _("Holds for"), wide=True),
        Column("status", _("Status"), "status"),
    ),
    filters=INACTIVE,
    source=screens.sequences,
    steps=(Step(_("Procedures"), reverse_lazy("quotas:quota-procedures-list"), "get"), TRY, SEQUENCE_FILE),
    import_step=BRING_SEQUENCES,
    row_key=lambda row: row.id,
    form=forms.SequenceForm,
    load=_load_sequence,
    view_permission=VIEW,
    edit_permission="quotas.save_sequence",
    create=lambda actor, values: _made(_save_sequence(actor, values), screens.unit_of_sequence),
    change=lambda actor, key, values: _told(
        gettext("Saved."), _save_sequence(actor, values, key), screens.unit_of_sequence(key)
    ),
    deactivate=lambda actor, key: actions.close_sequence(key, by=actor, clock=SYSTEM_CLOCK),
    activate=lambda actor, key: _reopened(actions.reopen_sequence(key, by=actor, clock=SYSTEM_CLOCK)),
)


def _protection(values: dict[str, Any]) -> ProtectionDraft:
    number = values["product"].strip()
    product = reference.products_by_number([number]).get(number)
    unit = Unit(product.base_unit, product.decimals) if product else Unit("", 6)
    try:
        quantity = parse_quantity(values["quantity"], unit, zero_allowed=True)
    except BusinessError as refusal:
        refusal.field = "quantity"
        raise
    return ProtectionDraft(
        number, values["site"], values["characteristic"], values["value"].strip(), values["first_on"],
        values["last_on"], quantity, values.get("priority"), _yes(values),
        values["second_characteristic"], values["second_value"].strip(),
    )  # fmt: skip


def _load_protection(actor: Actor, key: int) -> Record:
    one = screens.protection(key, actor.company_ids)
    planned, _consumed = screens.protection_balances([key]).get(key, (0, 0))
    values = {
        "product": one.product.number,
        "site": one.site.code,
        "characteristic": one.characteristic,
        "value": one.value,
        "second_characteristic": one.second_characteristic,
        "second_value": one.second_value,
        "priority": one.priority,
        "quantity": format_quantity(planned, one.product.base_unit.decimals),
        "first_on": one.first_on,
        "last_on": one.last_on,
        "is_active": "yes" if one.is_active else "no",
        "version": one.version,
    }
    return Record(
        title=f"{one.product.number}: {one.value} {one.second_value}".rstrip(),
        values=values,
        status=None if one.is_active else STOPPED,
    )


protections = MasterScreens(
    key="supply-protections",
    namespace="quotas",
    words=Words(
        _("supply protection"),
        _("Supply protection"),
        _("New protection"),
        _("So much of a product is kept for some customers; what others are promised leaves it alone."),
    ),
    columns=(
        Column("product", _("Product")),
        Column("site", _("Site")),
        Column("characteristic", _("Told apart by")),
        Column("value", _("Kept for"), wide=True),
        Column("priority", _("Priority"), align="right", offered=True),
        Column("first_on", _("From"), "date"),
        Column("last_on", _("To"), "date"),
        Column("quantity", _("Kept"), "quantity"),
        Column("consumed", _("Consumed"), "quantity"),
        Column("left", _("Left"), "quantity"),
        Column("status", _("Status"), "status", offered=True),
    ),
    filters=INACTIVE,
    source=screens.protections,
    steps=(Step(_("Quota procedures"), reverse_lazy("quotas:quota-procedures-list"), "get"), TRY, PROTECTION_FILE),
    import_step=BRING_PROTECTIONS,
    row_key=lambda row: row.id,
    form=forms.ProtectionForm,
    load=_load_protection,
    view_permission=VIEW,
    edit_permission="quotas.save_protection",
    create=lambda actor, values: _made(
        actions.save_protection(_protection(values), by=actor, clock=SYSTEM_CLOCK), screens.unit_of_protection
    ),
    change=lambda actor, key, values: _told(
        gettext("Saved."),
        actions.save_protection(
            _protection(values), protection_id=key, version=values.get("version"), by=actor, clock=SYSTEM_CLOCK
        ),
        screens.unit_of_protection(key),
    ),
)
