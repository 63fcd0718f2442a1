"""Promise kept, what became of promises whose supply slipped, and what is not confirmed.

Promise kept: of what left in some days, how much came when it was promised first, promised last, and wished.

Each departure counts once, whatever its quantity: a line of a delivery, or the parts of it that were promised for
different days. One of which something was lost on the way kept nothing. What should have left and is in no delivery is
counted beside it, so that goods which never leave are not forgotten.

Unconfirmed orders: the goal is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet

from troth.business.promising.models import Departure, Reaction, Requirement, ScheduleLine
from troth.ledgers.availability import queries as availability
from troth.platform import issues
from troth.platform.actors import Actor, Reach
from troth.platform.documents import within
from troth.platform.printing import queries as printings
from troth.reference import queries as reference

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "all": (),
    "month": ("left_on__year", "left_on__month"),
    "site": ("requirement__site__code", "requirement__site__name"),
    "customer": ("requirement__party__number", "requirement__party__name"),
    "product": ("requirement__product__number", "requirement__product__name"),
    "basis": ("basis",),
}
"""By what the measure may be taken apart, and the columns that make a group."""

ROWS_MAX = 200
TOLD_SHOWN = 3


@dataclass(frozen=True, slots=True)
class KeptRow:
    """`departures` of a group, and how many of them kept the first promise, the last one, and the wish.

    `average_days` is how late the missed ones came against the first promise, in tenths of a day; `worst_days` the
    latest of them.
    """

    group: tuple[Any, ...]
    departures: int
    first: int
    last: int
    wish: int
    average_days: int
    worst_days: int


def departures(reach: Reach | None, first_day: date, last_day: date) -> QuerySet[Departure]:
    """What left from one day to another, both counted, as far as an actor's reach goes."""
    return within(Departure.objects.filter(left_on__range=(first_day, last_day)), reach, through="requirement")


def kept(reach: Reach | None, first_day: date, last_day: date, *, by: str = "all") -> list[KeptRow]:
    """The measure by a dimension: the groups with the most missed first promises first, months in their order."""
    columns = DIMENSIONS[by]
    came, missed = Q(lost=0), Q(first_missed_by__gt=0)
    figures: Mapping[str, Any] = {
        "departures": Count("id"),
        "first": Count("id", filter=came & ~missed),
        "last": Count("id", filter=came & Q(missed_by__lte=0)),
        "wish": Count("id", filter=came & Q(wish_missed_by__lte=0)),
        "average": Avg("first_missed_by", filter=missed),
        "worst": Max("first_missed_by", filter=missed),
    }
    found = departures(reach, first_day, last_day)
    if not columns:
        rows = [found.aggregate(**figures)]
    else:
        order = columns if by == "month" else (F("first") - F("departures"), *columns)
        rows = list(found.order_by().values(*columns).annotate(**figures).order_by(*order)[:ROWS_MAX])
    return [
        KeptRow(
            tuple(row[column] for column in columns), row["departures"], row["first"], row["last"], row["wish"],
            round(10 * (row["average"] or 0)), row["worst"] or 0,
        )
        for row in rows
        if row["departures"]
    ]  # fmt: skip


def overdue(reach: Reach | None, today: date) -> QuerySet[ScheduleLine]:
    """Confirmations of orders that should have left before `today` and of which something is in no delivery."""
    found = ScheduleLine.objects.filter(
        requirement__document_kind="order",
        requirement__is_withdrawn=False,
        delivered__lt=F("quantity"),
        goods_issue_on__lt=today,
        material_on__lt=today,
    )  # fmt: skip - the material day, never after the goods issue, is what is indexed
    return within(found, reach, through="requirement")


def slips(actor: Actor) -> QuerySet[Any]:
    """What left promises uncovered at the sites that the actor may see, as the ledger has it: each shortage once."""
    seen = [site.id for site in reference.sites() if actor.sees(site.company_id, site.id)]
    return availability.slips().filter(balance__site_id__in=seen)


def open_among(slip_ids: Sequence[int]) -> frozenset[int]:
    """Those of these shortages of which something is missing still."""
    return availability.open_among(slip_ids)


def reactions(actor: Actor) -> QuerySet[Reaction]:
    """What became of promises on documents that the actor may see."""
    found = Reaction.objects.select_related("requirement__product__base_unit", "requirement__party", "shortage")
    return within(found, actor.reach, through="requirement")


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told: a customer's address by mail, or a person to whom an issue was given."""

    at: datetime
    who: str
    by_mail: bool


def told(found: Sequence[Reaction]) -> dict[int, list[Told]]:
    """Who was told of each reaction (by id) since it was made, the first one first; two statements a kind."""
    by_kind: dict[str, set[int]] = {}
    for one in found:
        by_kind.setdefault(one.requirement.document_kind, set()).add(one.requirement.document_id)
    known: dict[tuple[str, int], list[Told]] = {}
    for kind, ids in by_kind.items():
        for document_id, mails in printings.mailed(kind, sorted(ids)).items():
            known.setdefault((kind, document_id), []).extend(Told(at, to, True) for at, to in mails)
        for document_id, at, owner in issues.opened(kind, sorted(ids)):
            known.setdefault((kind, document_id), []).append(Told(at, owner, False))
    return {
        one.pk: sorted(
            (each for each in known.get(_document(one), ()) if each.at >= (one.decided_at or one.at)),
            key=lambda each: each.at,
        )[:TOLD_SHOWN]
        for one in found
    }


def _document(one: Reaction) -> tuple[str, int]:
    return one.requirement.document_kind, one.requirement.document_id


def slips_of(requirement_id: int) -> dict[datetime, tuple[int, str]]:
    """Because of which shortage (id, cause) a promise was made anew, by the instant at which it was."""
    found = Reaction.objects.filter(requirement_id=requirement_id, after__isnull=False).order_by("id")
    rows = found.values_list("at", "decided_at", "shortage_id", "shortage__cause")
    return {decided_at or at: (shortage_id, cause) for at, decided_at, shortage_id, cause in rows}


def short(kind: str = "order") -> QuerySet[Requirement]:
    """Requirements of a kind of document that are not confirmed in full."""
    return Requirement.objects.filter(
        document_kind=kind, is_withdrawn=False, open_quantity__gt=0, quantity__gt=F("confirmed_quantity")
    )


def unconfirmed_lines(reach: Reach | None) -> QuerySet[Requirement]:
    """The lines of orders behind the measure, as far as an actor's reach goes, with what is shown of them."""
    return within(short(), reach).select_related("product__base_unit", "site", "party")


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """How many orders have how many lines that are not confirmed in full; `late` lines were wished by today.

    `oldest_at`: since when the first of them waits.
    """

    orders: int
    lines: int
    late: int
    oldest_at: datetime | None


def unconfirmed(reach: Reach | None, today: date) -> Unconfirmed:
    """The measure as it stands, as far as an actor's reach goes. Its goal is none."""
    return Unconfirmed(
        **within(short(), reach).aggregate(
            orders=Count("document_id", distinct=True),
            lines=Count("pk"),
            late=Count("pk", filter=Q(requested_on__lte=today)),
            oldest_at=Min("promised_at"),
        )
    )


def first_promised(kind: str, line_ids: Sequence[int]) -> dict[int, date]:
    """The day promised first of each line that was promised at all, by line id."""
    found = Requirement.objects.filter(document_kind=kind, line_id__in=line_ids)
    return {line_id: on for line_id, on in found.values_list("line_id", "first_promised_on") if on is not None}


def displaced() -> dict[int, int]:
    """How many runs over the backorders made a line later and stand, by the id of its requirement; none left out."""
    return dict(Requirement.objects.filter(displaced__gt=0).values_list("id", "displaced"))
