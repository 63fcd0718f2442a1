"""What outside sources say of payers, as people look at it. A first look: nothing here is locked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from troth.business.credit.models import Rating

GOOD_FOR = timedelta(days=90)
"""How long what a source said is good where it does not say so itself."""


@dataclass(frozen=True, slots=True)
class RatingView:
    """What a source said last of a payer; `advised_limit` in minor units of the company's currency."""

    id: int
    company_id: int
    party_id: int
    payer_number: str
    payer_name: str
    currency: str
    source: str
    score: str
    advised_limit: int | None
    rated_on: date
    good_until: date
    received_at: datetime

    def is_stale(self, today: date) -> bool:
        return today > self.good_until


def newest() -> QuerySet[Rating]:
    """Of each payer and source what was said of the newest day."""
    later = Rating.objects.filter(
        company_id=OuterRef("company_id"), party_id=OuterRef("party_id"), source=OuterRef("source"),
        rated_on__gt=OuterRef("rated_on"),
    )  # fmt: skip
    found = Rating.objects.filter(~Exists(later))
    return found.select_related("party", "company").order_by("party__name", "source", "pk")


def stale(today: date) -> Q:
    """What is not good any more on this day."""
    return Q(good_until__lt=today) | Q(good_until=None, rated_on__lt=today - GOOD_FOR)


def of_payer(company_id: int, party_id: int) -> tuple[RatingView, ...]:
    """What each source said last of a payer, the newest first."""
    found = newest().filter(company_id=company_id, party_id=party_id).order_by("-rated_on", "source")
    return views(found)


def views(rows: Iterable[Rating]) -> tuple[RatingView, ...]:
    return tuple(
        RatingView(
            one.pk, one.company_id, one.party_id, one.party.number, one.party.name, one.company.currency_id, one.source,
            one.score, one.advised_limit, one.rated_on, one.good_until or one.rated_on + GOOD_FOR, one.received_at,
        )
        for one in rows
    )  # fmt: skip
