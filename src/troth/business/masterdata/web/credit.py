"""The screen of the rules of credit. People type amounts as they write them, the books have minor units."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.form_words import CHOICES
from troth.business.masterdata.queries import credit_lists as lists
from troth.business.masterdata.tables import TABLES
from troth.business.masterdata.web.verbs import as_typed, import_step, unversioned, verbs
from troth.kernel.money import format_money, parse_money
from troth.platform.actors import Actor
from troth.platform.web.columns import Column, Filter
from troth.platform.web.formats import currency_decimals
from troth.platform.web.master import MasterScreens, Record, Words

AMOUNT = "max_document_value"


def _load(actor: Actor, key: int) -> Record:
    found = lists.credit_check(key, actor)
    values = {name: as_typed(value) for name, value in TABLES["credit_checks"].written(found).items()}
    if found.max_document_value is not None:
        decimals = currency_decimals(found.company.currency_id)
        values[AMOUNT] = format_money(found.max_document_value, decimals)
    return Record(title=str(found), values={**values, "version": found.version}, active=found.is_active)


def _given(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """As the action takes it: the amount in minor units of the company's currency."""
    given = unversioned(actor, values)
    if given.get(AMOUNT):
        currency = lists.currency_of(str(given.get("company", "")))
        given[AMOUNT] = parse_money(given[AMOUNT], currency_decimals(currency) if currency else 2)
    return given


credit_checks = MasterScreens(
    key="credit-checks",
    namespace="masterdata",
    words=Words(
        _("credit check"),
        _("Credit checks"),
        _("New credit check"),
        _("Without a rule an order past the limit is blocked when it is entered, raised, or when its goods leave."),
    ),
    columns=(
        Column("point", _("Checked when")),
        Column("company", _("Company")),
        Column("risk_class", _("Risk class")),
        Column("order_type", _("Order type")),
        Column("outcome", _("What follows")),
        Column("criteria", _("What is looked at"), wide=True),
        Column("status", _("Status"), "status"),
    ),
    filters=(
        Filter("point", _("Checked when"), "choice", tuple(CHOICES["point"].items())),
        Filter("inactive", _("With inactive"), "flag"),
    ),
    source=lists.credit_checks,
    import_step=import_step("credit_checks"),
    row_key=lambda row: row.id,
    form=forms.CreditCheckForm,
    view_permission="masterdata.view_credit_check",
    edit_permission="masterdata.maintain_credit_check",
    load=_load,
    **verbs(actions.maintain_credit_check, "check_id", _given),
)
