"""Promises ahead of firm supply, on plans and on goods that are not released: what the ledger asks of them, and what
is noted where others took what covered them.

What was promised on goods that are not released is served by the kinds of goods that its scope of check counts. Where
that counts none any more, by whichever lie here: a scope that is changed breaks no promise.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from troth.business.masterdata import queries as masterdata
from troth.business.promising.ahead import ahead
from troth.kernel.netting import LYING, Category
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.ahead import ANY, Cover, Due
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.locks import Held

CAUSE = "supply does not cover what is promised"


def promised_on(keys: Sequence[AvailabilityKey] | None) -> dict[AvailabilityKey, Sequence[Due]]:
    """What of the keys (None: of all) is promised so and not delivered, by day. One statement."""
    found: dict[AvailabilityKey, list[Due]] = {}
    scopes = masterdata.snapshot().checking_scopes
    for key, day, quantity, basis, code in ahead(keys):
        due = Due(day, quantity, Cover(basis), _counted(scopes.get(code)))
        found.setdefault(key, []).append(due)
    return dict(found)


def _counted(scope: CheckingScope | None) -> frozenset[Category]:
    return scope.supply & ANY if scope is not None and scope.supply & LYING else ANY


def note(held: Held, keys: Iterable[AvailabilityKey], today: Mapping[int, int], *, at: datetime) -> None:
    """Note what is covered no longer once these keys were promised to others; `today` by site.

    A promise on firm supply for a near day may take what a later one on a plan was covered by: that one is left to the
    time to procure. Costs nothing where nothing is promised ahead of firm supply.
    """
    by_site: dict[int, list[AvailabilityKey]] = {}
    for key in dict.fromkeys(keys):
        by_site.setdefault(key.site_id, []).append(key)
    for site_id, own in by_site.items():
        availability.note_ahead(held, own, today=today[site_id], cause=CAUSE, at=at)
