"""Credit accounts and ratings among the files of all tables: what goes out, and comes in again unchanged."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from troth.business.credit.actions.bring import FIELDS, import_accounts
from troth.business.credit.actions.ratings import FIELDS as RATED
from troth.business.credit.actions.ratings import import_ratings
from troth.business.credit.models import CreditAccount, Rating
from troth.business.masterdata.imports import Kind
from troth.kernel.money import format_money


def _accounts() -> QuerySet[CreditAccount]:
    found = CreditAccount.objects.select_related("company__currency", "party", "parent__party").filter(is_active=True)
    return found.order_by("company__code", "party__number")


def _values(one: Any) -> dict[str, Any]:
    currency = one.company.currency
    return {
        "company": one.company.code,
        "payer": one.party.number,
        "limit": "" if one.limit is None else format_money(one.limit, currency.decimals),
        "currency": currency.code,
        "risk_class": one.risk_class,
        "guaranteed": format_money(one.guaranteed, currency.decimals),
        "dunning_level": one.dunning_level,
        "review_on": one.review_on,
        "parent": one.parent.party.number if one.parent else "",
    }


ACCOUNTS = Kind(
    "credit_accounts", FIELDS, import_accounts, _accounts, _values, "credit.view_account", "company_id",
    name=_("Credit accounts"), import_route="credit:file-import",
)  # fmt: skip


def _ratings() -> QuerySet[Rating]:
    found = Rating.objects.select_related("company__currency", "party")
    return found.order_by("company__code", "party__number", "source", "rated_on")


def _said(one: Any) -> dict[str, Any]:
    currency = one.company.currency
    advised = "" if one.advised_limit is None else format_money(one.advised_limit, currency.decimals)
    return {
        "company": one.company.code,
        "payer": one.party.number,
        "source": one.source,
        "rated_on": one.rated_on,
        "score": one.score,
        "advised_limit": advised,
        "currency": currency.code,
        "good_until": one.good_until,
    }


RATINGS = Kind(
    "credit_ratings", RATED, import_ratings, _ratings, _said, "credit.view_account", "company_id",
    name=_("Credit ratings"), import_route="credit:file-import",
)  # fmt: skip
