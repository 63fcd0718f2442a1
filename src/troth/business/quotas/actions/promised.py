"""What was promised already counts: who makes, widens or restores a cell, a sequence or a protection has it counted.

Promises are the business of an app above, which registers how they are counted. The count is made in the transaction of
the change, under the locks that whoever promises takes as well: a promise is either counted, or made by somebody who
knows the change.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from troth.business.masterdata.actions import touch
from troth.business.quotas.actions.drafts import Counted
from troth.business.quotas.models import Cell, Reach
from troth.business.quotas.queries.snapshot import Known, fresh
from troth.kernel.calendars import date_of
from troth.kernel.periods import PeriodKind, first_day
from troth.platform import sql
from troth.platform.clock import Clock
from troth.platform.locks import Held


@dataclass(frozen=True, slots=True)
class Reached:
    """What may be held otherwise now: products (ids), those of product groups, at a site or at all of them (None).

    What is confirmed for days before `first_on` is not looked at, unless its line is open.
    """

    product_ids: frozenset[int]
    groups: frozenset[str] = frozenset()
    site_id: int | None = None
    first_on: date = date.max

    @property
    def is_empty(self) -> bool:
        return not (self.product_ids or self.groups)


NOTHING = Counted()


class Count(Protocol):
    """Count the promises of what is reached against what holds for them now, `state`; its version marks the keys."""

    def __call__(self, held: Held, reached: Reached, state: Known, *, clock: Clock) -> Counted: ...


class _Registered:
    count: Count | None = None


def register(count: Count) -> None:
    """Say how promises are counted; the app that keeps them does."""
    _Registered.count = count


def count(held: Held, reached: Reached, *, clock: Clock) -> Counted:
    """Count what is promised already; to be called when the change is written, before availability is locked.

    Documents and quotas may be held. The change gets a version of its own; who else changes quotas waits from here on.
    """
    touch()
    [(version,)] = sql.fetch(
        "INSERT INTO quotas_limits (id, version) VALUES (1, 1)"
        " ON CONFLICT (id) DO UPDATE SET version = quotas_limits.version + 1 RETURNING version"
    )
    if reached.is_empty:
        return NOTHING
    assert _Registered.count is not None, "the app that promises registers how"
    return _Registered.count(held, reached, fresh(version), clock=clock)


def of_procedure(procedure_id: int, first_on: date) -> Reached:
    """What the sequences reach that ask a procedure."""
    return _reached(Reach.objects.filter(sequence__is_active=True, sequence__steps__procedure=procedure_id), first_on)


def of_reaches(reaches: Iterable[Reach], procedure_ids: Iterable[int]) -> Reached:
    """What these reaches of a sequence of these procedures hold for."""
    return _reached(reaches, min(_first_days(procedure_ids), default=date.max))


def merged(found: Sequence[Reached]) -> Reached:
    """All of these as one, for a single count: of several sites all sites, which counts nothing twice."""
    some = [one for one in found if not one.is_empty]
    sites = {one.site_id for one in some}
    return Reached(
        frozenset().union(*(one.product_ids for one in some)),
        frozenset().union(*(one.groups for one in some)),
        sites.pop() if len(sites) == 1 else None,
        min((one.first_on for one in some), default=date.max),
    )


def first_on(procedure_id: int) -> date:
    """The first day for which something is planned in a procedure."""
    return min(_first_days([procedure_id]), default=date.max)


def _first_days(procedure_ids: Iterable[int]) -> Iterator[date]:
    found = Cell.objects.filter(procedure_id__in=list(procedure_ids), is_active=True)
    for kind, first in found.values_list("procedure__period", "first_period").distinct():
        yield date_of(first_day(PeriodKind(kind), first))


def _reached(reaches: Iterable[Reach], first_on: date) -> Reached:
    found = list(reaches)
    products = frozenset(one.product_id for one in found if one.product_id is not None)
    return Reached(products, frozenset(one.product_group for one in found if one.product_group), None, first_on)
