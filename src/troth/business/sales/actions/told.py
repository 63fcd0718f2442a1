"""Tell who owns an order that its promise got other dates without them: in their inbox, until they have seen it.

Who entered an order owns it. One that came in by itself belongs to everybody who enters orders: seen by one, it is gone
for all. Who moves the dates of an order of their own is not told. A notice is written in the transaction that moves the
dates, so none is lost and none tells what did not happen.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from troth.business.sales.models import DateNotice
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.availability.ahead import Cover
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import within
from troth.platform.locks import Held

Dates = Sequence[tuple[int, date]]
Moved = Mapping[int, tuple[Dates, Dates]]
"""By line number: the confirmations before and after."""
DETAIL_MAX = 200


class NoticeCause(StrEnum):
    """What moved the dates: supply or a plan that slipped, goods that were not released, a run over the backorders or
    its undoing, a colleague."""

    SUPPLY = "supply"
    PLAN = "plan"
    UNRELEASED = "unreleased"
    RUN = "run"
    UNDONE = "undone"
    TAKEN = "taken"


SLIPPED = {Cover.FIRM: NoticeCause.SUPPLY, Cover.PLANNED: NoticeCause.PLAN, Cover.UNRELEASED: NoticeCause.UNRELEASED}


def note(
    held: Held, owners: Mapping[int, int | None], moved: Mapping[int, Moved], cause: NoticeCause, detail: str = "",
    *, by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Inner verb: tell the owners of held orders (by id) which lines got which dates; one statement."""
    DateNotice.objects.bulk_create(
        DateNotice(
            order_id=order_id, owner_id=owners[order_id], cause=cause, detail=detail[:DETAIL_MAX],
            lines=written(lines), at=at,
        )
        for order_id, lines in sorted(moved.items())
        if lines and (owners[order_id] is None or owners[order_id] != by.user_id)
    )  # fmt: skip


def written(moved: Moved) -> dict[str, list[Any]]:
    """Dates before and after as they are kept, by line number."""
    return {
        str(number): [[[quantity, on.isoformat()] for quantity, on in side] for side in sides]
        for number, sides in sorted(moved.items())
    }


def notices(actor: Actor) -> QuerySet[DateNotice]:
    """What the actor is to be told and nobody has seen, the newest first."""
    mine = Q(owner_id=actor.user_id)
    if actor.may("sales.see_notices"):
        mine |= Q(owner_id=None)
    return within(DateNotice.objects.filter(mine, seen_at=None), actor.reach, through="order").order_by("-id")


@action
def see_notices(notice_ids: Sequence[int] = (), *, until: int | None = None, by: Actor, clock: Clock) -> int:
    """Have seen these notices, or all of one's own up to the id `until`; return how many stood until then.

    What was seen already stays as it is. `NotFound` for one that is not the actor's.
    """
    own = within(DateNotice.objects.filter(Q(owner_id=by.user_id) | Q(owner_id=None)), by.reach, through="order")
    if until is None:
        own = own.filter(pk__in=notice_ids)
        missing = set(notice_ids) - set(own.values_list("pk", flat=True))
        if missing:
            raise NotFound(Sentence("There is no such notice of new dates for you."), notice=min(missing))
    else:
        own = own.filter(pk__lte=until)
    return int(
        DateNotice.objects.filter(pk__in=own.values("pk"), seen_at=None).update(
            seen_at=clock.now(), seen_by_id=by.user_id
        )
    )
