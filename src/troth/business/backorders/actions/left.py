"""The books as a run would leave them, for what is decided on what is free then; read key by key, as needed."""

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property
from typing import Any

from troth.business.backorders import store
from troth.business.backorders.actions.short import Short
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import assign as assigning
from troth.business.promising.actions.alternatives import Prepare
from troth.business.promising.actions.assign import Given
from troth.business.promising.actions.quotas import key_of
from troth.business.promising.rules.quotas import Use
from troth.business.promising.rules.wish import Schedule
from troth.business.supply.actions import site_series
from troth.kernel.netting import STOCK_DAY, Category
from troth.kernel.scheduling import Dates
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Overlay

ORDER = "order"


class Left:
    """What a run leaves, with what was taken of it since. A key is read once."""

    def __init__(self, run_id: int, *, clock: Clock) -> None:
        self._run_id, self._clock = run_id, clock
        self._kept: dict[BalanceKey, Any] = {}

    def books(self) -> Overlay:
        """Books to suppose on; nothing of what is done to them stays, unless they are kept."""
        return _Books(self)

    def keep(self, books: Overlay, keys: Iterable[BalanceKey] | None = None) -> None:
        """Go on from these books, or from what they say of some keys."""
        self._kept |= {key: copy(books.balance(key)) for key in (keys or books.keys())}

    def kept(self, key: BalanceKey) -> Any:
        """The balance of a key as it was kept; None where it was not."""
        return copy(self._kept[key]) if key in self._kept else None

    def post(self, books: Overlay, keys: Iterable[BalanceKey]) -> None:
        """Post to keys that were just read what the run changes of them."""
        series = {key for key in keys if isinstance(key, AvailabilityKey)}
        places = list(dict.fromkeys((key.product_id, key.site_id) for key in series))
        if places:
            found = [entry for entry in self._moved(store.dealt(self._run_id, places)) if entry.key in series]
            availability.post(books, found, at=self._clock.now())
        for key in keys:
            if isinstance(key, QuotaKey):
                balance = books.balance(key)
                balance.consumed = max(balance.consumed + self._consumed.get(key, 0), 0)

    def _moved(self, changes: Sequence[store.Dealt]) -> list[Entry]:
        stands = assigning.standing([one.line_id for one in changes])
        found: list[Entry] = []
        for one in changes:
            before = stands.get(one.line_id)
            if before is None or (before.product_id, before.site_id) != (one.product_id, one.site_id):
                continue
            found += assigning.moved(Given(one.line_id, _schedules(one.new), 0, {}), before)
            if one.location:  # what it needs goes over between the site and the location
                more = sum(row[0] for row in one.new) - sum(row[0] for row in one.old)
                at = (Category.STOCK, STOCK_DAY)
                found.append(Entry(before.key, *at, more, before.document))
                found.append(Entry(site_series(before.key), *at, -more, before.document))
        return found

    @cached_property
    def _consumed(self) -> dict[QuotaKey, int]:
        """By how much more of each quota is consumed by the run."""
        found: dict[QuotaKey, int] = {}
        for sides in store.uses(self._run_id):
            for sign, uses in zip((-1, 1), sides, strict=True):
                for use in uses:
                    key = key_of(Use(*use))
                    found[key] = found.get(key, 0) + sign * use[4]
        return found

    def letting_go(self, line: Short) -> Prepare:
        """What takes back on the books what the run leaves a line."""

        def let_go(books: Overlay) -> None:
            books.take(*promises.keys(ORDER, [line.line_id]))
            if not line.is_dealt:
                promising.withdraw(books, ORDER, [line.line_id], clock=self._clock)
                return
            before = assigning.standing([line.line_id])[line.line_id]
            given = Given(line.line_id, _schedules(line.new), 0, {})
            back = [entry._replace(quantity=-entry.quantity) for entry in assigning.posted(given, before)]
            availability.post(books, back, at=self._clock.now())
            books.take(*map(key_of, line.uses))
            for use in line.uses:
                balance = books.balance(key_of(use))
                balance.consumed = max(balance.consumed - use.quantity, 0)

        return let_go


class _Books(Overlay):
    """Books that read each key as the run leaves it."""

    def __init__(self, left: Left) -> None:
        super().__init__()
        self._left = left

    def _take_kind(self, kind: type[BalanceKey], keys: list[BalanceKey]) -> None:
        there = {key: balance for key in keys if (balance := self._left.kept(key)) is not None}
        self._balances |= there
        new = [key for key in keys if key not in there]
        if new:
            super()._take_kind(kind, new)
            self._left.post(self, new)
            self._left.keep(self, new)


def _schedules(rows: store.Rows) -> tuple[Schedule, ...]:
    return tuple(Schedule(row[0], Dates(row[1], row[1], row[1], row[1], row[2]), row[3], None) for row in rows)
