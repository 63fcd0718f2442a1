"""Screens of availability rules and of the alternatives that they name, each in its turn."""

from collections.abc import Callable
from functools import partial

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import offering_lists as lists
from troth.business.masterdata.tables import TABLES
from troth.business.masterdata.web.verbs import as_typed, import_step, of_company, verbs
from troth.platform.actors import Actor
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words
from troth.platform.web.values import Step

VIEW, EDIT = "masterdata.view_price", "masterdata.maintain_offering"


def _load(table: str) -> Callable[[Actor, int], Record]:
    def load(actor: Actor, key: int) -> Record:
        found = lists.rule_or_step(table, key, actor)
        values = {name: as_typed(value) for name, value in TABLES[table].written(found).items()}
        title = f"{found.code} {found.name}" if table == "availability_rules" else f"{values['rule']}, {found.position}"
        return Record(title=title, values={**values, "version": found.version}, active=found.is_active)

    return load


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
        Column("asked", _("Asked"), offered=True),
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
    import_step=import_step("availability_rules"),
    steps=(
        Step(_("Alternatives"), reverse_lazy("masterdata:alternatives-list"), "get"),
        Step(_("Try it"), reverse_lazy("sales:offering-try"), "get"),
    ),
    row_key=lambda row: row.id,
    form=forms.RuleForm,
    view_permission=VIEW,
    edit_permission=EDIT,
    load=_load("availability_rules"),
    **verbs(partial(actions.maintain_offering, "availability_rules"), "record_id", of_company),
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
    import_step=import_step("availability_rule_steps"),
    steps=(Step(_("Availability rules"), reverse_lazy("masterdata:availability-rules-list"), "get"),),
    row_key=lambda row: row.id,
    form=forms.AlternativeForm,
    view_permission=VIEW,
    edit_permission=EDIT,
    load=_load("availability_rule_steps"),
    **verbs(partial(actions.maintain_offering, "availability_rule_steps"), "record_id", of_company),
)
