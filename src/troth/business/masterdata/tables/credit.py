"""Rules of credit as a file, and what is refused of them: rules that contradict themselves or can never do anything."""

from collections.abc import Mapping

from troth.business.masterdata import models
from troth.business.masterdata.tables.offering import Fault, Values
from troth.business.masterdata.tables.table import Table
from troth.kernel.errors import Sentence

CRITERIA = (
    "max_document_value", "max_dunning_level", "max_overdue_percent", "max_overdue_days", "max_open_documents",
)  # fmt: skip
SWITCHES = ("checks_limit", "checks_review")


def _check(values: Values) -> Fault:
    if values["point"] == "goods_issue" and values["outcome"] in ("warn", "error"):
        return "outcome", Sentence(
            "When the goods leave, only a block can follow: the goods issue is refused. Choose the block."
        )
    if values["point"] == "goods_issue" and values["max_document_value"] is not None:
        return "max_document_value", Sentence(
            "What a document is worth is looked at when it was delivered. Leave this empty when the goods leave."
        )
    asked = [name for name in CRITERIA if values[name] is not None]
    switched = [name for name in SWITCHES if values[name]]
    if values["outcome"] == "none" and asked:
        return asked[0], Sentence("Where nothing is checked, nothing is looked at. Leave this empty.")
    if values["outcome"] != "none" and not (asked or switched):
        return "checks_limit", Sentence("The check looks at nothing. Check the limit, or enter a criterion.")
    if values["max_document_value"] is not None and values["max_document_value"] <= 0:
        return "max_document_value", Sentence("Enter 1 or more.")
    if values["max_overdue_percent"] is not None and values["max_overdue_percent"] >= 100:
        return "max_overdue_percent", Sentence(
            "No more than all can be overdue, so this would never stop anything. Enter less than 100."
        )
    if values["outcome"] != "block" and not values["automatic_release"]:
        return "automatic_release", Sentence("Only what is blocked waits for a release. Leave this as it is.")
    return _never_checked(values)


def _never_checked(values: Values) -> Fault:
    """A rule for orders whose type has no credit checked would never be asked."""
    if values["order_type"] is None:
        return None
    kind = models.OrderType.objects.get(pk=values["order_type"])
    if kind.checks_credit:
        return None
    return "order_type", Sentence(
        "Orders of type %(order_type)s have no credit checked. Switch that on, or choose another type.",
        order_type=kind.code,
    )


CREDIT: Mapping[str, Table] = {
    "credit_checks": Table(
        code="credit_checks",
        title="credit_check",
        model=models.CreditCheck,
        key=("company", "point", "risk_class", "order_type"),
        check=_check,
        company="company_id",
    )
}
