"""The list of the rules of credit, page by page, and one of them with what its form shows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from troth.business.masterdata.models import CreditCheck
from troth.business.masterdata.queries.screens import page_of
from troth.kernel.errors import NotFound, Sentence
from troth.platform.actors import Actor
from troth.platform.web.formats import money
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import ACTIVE, INACTIVE, Status
from troth.reference.models import Company


@dataclass(frozen=True, slots=True)
class CreditCheckRow:
    id: int
    point: str
    company: str
    risk_class: str
    order_type: str
    outcome: str
    criteria: str
    status: Status


def credit_checks(query: ListQuery) -> Page:
    """Rules by the point at which they check, those for all first."""
    found = _seen(query.actor)
    if point := query.filters.get("point"):
        found = found.filter(point=point)
    if not query.filters.get("inactive"):
        found = found.filter(is_active=True)
    if query.search:
        found = found.filter(risk_class__icontains=query.search) | found.filter(
            order_type__name__icontains=query.search
        )
    return page_of(found, query, ("point", "risk_class"), _row)


def _seen(actor: Actor) -> QuerySet[CreditCheck]:
    found = CreditCheck.objects.select_related("company", "order_type")
    return found if actor.company_ids is None else found.filter(company_id__in=actor.company_ids)


def _row(one: Any) -> CreditCheckRow:
    return CreditCheckRow(
        one.pk, str(one.get_point_display()), one.company.code, one.risk_class or gettext("all"),
        one.order_type.name if one.order_type else gettext("all"), str(one.get_outcome_display()),
        ", ".join(criteria_of(one)), ACTIVE if one.is_active else INACTIVE,
    )  # fmt: skip


def criteria_of(one: CreditCheck) -> list[str]:
    """What a rule looks at, in the reader's words."""
    if one.outcome == "none":
        return []
    found = [gettext("exposure against the limit")] if one.checks_limit else []
    if one.max_document_value is not None:
        amount = money(one.max_document_value, one.company.currency_id)
        found.append(gettext("value of a document up to %(amount)s") % {"amount": amount})
    if one.max_dunning_level is not None:
        found.append(gettext("dunning level up to %(level)s") % {"level": one.max_dunning_level})
    if one.max_overdue_percent is not None:
        found.append(gettext("overdue up to %(share)s percent") % {"share": one.max_overdue_percent})
    if one.max_overdue_days is not None:
        found.append(gettext("oldest item up to %(days)s days overdue") % {"days": one.max_overdue_days})
    if one.max_open_documents is not None:
        found.append(gettext("up to %(count)s open documents") % {"count": one.max_open_documents})
    if one.checks_review:
        found.append(gettext("the day of review"))
    if one.outcome == "block" and not one.automatic_release:
        found.append(gettext("released by hand"))
    return found


def credit_check(key: int, actor: Actor) -> CreditCheck:
    """One rule; `NotFound` where the actor sees none."""
    found = _seen(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no record %(id)s that you may see."), id=key)
    return found


def currency_of(code: str) -> str | None:
    """The currency of the company of this code; None where there is none, which the action refuses."""
    return Company.objects.filter(code=code).values_list("currency_id", flat=True).first()
