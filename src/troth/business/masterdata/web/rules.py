"""Screens of availability rules and of the alternatives that they name, each in its turn."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import offering_lists as lists
from troth.business.masterdata.queries import screens
from troth.business.masterdata.tables import TABLES
from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.web.acts import step
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words
from troth.platform.web.values import Step

VIEW, EDIT = "masterdata.view_price", "masterdata.maintain_offering"


def _load(table: str) -> Callable[[Actor, int], Record]:
    def load(actor: Actor, key: int) -> Record:
        found = lists.rule_or_step(table, key, actor)
        values = {name: _shown(value) for name, value in TABLES[table].written(found).items()}
        title = f"{found.code} {found.name}" if table == "availability_rules" else f"{values['rule']}, {found.position}"
        return Record(title=title, values={**values, "version": found.version}, active=found.is_active)

    return load


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _given(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in values.items() if name != "version"}
    customer = str(given.get("customer", ""))
    if customer and "/" not in customer:
        given["customer"] = screens.code_of_customer(customer, actor)
    return given


def _verbs(table: str) -> dict[str, Any]:
    def create(actor: Actor, values: dict[str, Any]) -> int:
        answer: int = actions.maintain_offering(table, _given(actor, values), by=actor, clock=SYSTEM_CLOCK).id
        return answer

    def change(actor: Actor, key: int, values: dict[str, Any]) -> None:
        given, version = _given(actor, values), values.get("version")
        actions.maintain_offering(table, given, record_id=key, version=version, by=actor, clock=SYSTEM_CLOCK)

    def deactivate(actor: Actor, key: int) -> None:
        actions.maintain_offering(table, {"is_active": False}, record_id=key, by=actor, clock=SYSTEM_CLOCK)

    return {"create": create, "change": change, "deactivate": deactivate, "load": _load(table)}


def _import_step(table: str) -> Callable[[Any], Step | None]:
    return lambda actor: step(actor, _("Import"), "masterdata:file-import", table, method="get")


availability_rules = MasterScreens(
    key="availability-rules",
    about="sales:availability-rule",
    namespace="masterdata",
    words=Words(
        _("availability rule"),
        _("Availability rules"),
        _("New rule"),
        _("A rule says what serves an item where its own goods are not there in time."),
    ),
    columns=(
        Column("code", _("Rule")),
        Column("name", _("Name"), wide=True),
        Column("rank", _("Rank"), align="right"),
        Column("kind", _("Kind"), offered=True),
        Column("what", _("Holds for")),
        Column("whom", _("For whom")),
        Column("how", _("How one is chosen"), wide=True),
        Column("alternatives", _("Alternatives"), align="right"),
        Column("valid_from_on", _("Valid from"), "date", offered=True),
        Column("valid_to_on", _("Valid to"), "date", offered=True),
        Column("reason", _("Reason"), offered=True),
        Column("status", _("Status"), "status"),
    ),
    filters=(
        Filter(
            "kind",
            _("Kind"),
            "choice",
            (("inclusive", _("names alternatives")), ("exclusive", _("takes alternatives out"))),
        ),
        Filter("product", _("Product"), "text"),
        Filter("inactive", _("With inactive"), "flag"),
    ),
    source=lists.availability_rules,
    import_step=_import_step("availability_rules"),
    steps=(
        Step(_("Alternatives"), reverse_lazy("masterdata:alternatives-list"), "get"),
        Step(_("Try it"), reverse_lazy("sales:offering-try"), "get"),
    ),
    row_key=lambda row: row.id,
    form=forms.RuleForm,
    view_permission=VIEW,
    edit_permission=EDIT,
    **_verbs("availability_rules"),
)
alternatives = MasterScreens(
    key="alternatives",
    namespace="masterdata",
    words=Words(
        _("alternative"),
        _("Alternatives"),
        _("New alternative"),
        _("Another product, another site or both: what may serve by a rule, in its turn."),
    ),
    columns=(
        Column("rule", _("Rule")),
        Column("position", _("Position"), align="right"),
        Column("product", _("Product")),
        Column("name", _("Name"), wide=True),
        Column("site", _("Site")),
        Column("factor", _("For each"), align="right"),
        Column("status", _("Status"), "status"),
    ),
    filters=(Filter("rule", _("Rule"), "text"), Filter("inactive", _("With inactive"), "flag")),
    source=lists.alternatives,
    import_step=_import_step("availability_rule_steps"),
    steps=(Step(_("Availability rules"), reverse_lazy("masterdata:availability-rules-list"), "get"),),
    row_key=lambda row: row.id,
    form=forms.AlternativeForm,
    view_permission=VIEW,
    edit_permission=EDIT,
    **_verbs("availability_rule_steps"),
)
