"""What an undoing looks at: the lines that a run changed, and the goods, quotas and protections that they share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from troth.business.backorders.actions.aging import NO_LIFE, lasts_of
from troth.business.backorders.models import Change
from troth.business.backorders.states import Left
from troth.business.promising.actions import assign as assigning
from troth.business.promising.actions import limited, quotas
from troth.business.promising.actions.changes import demand_of
from troth.business.promising.actions.lasting import lot_postings
from troth.business.promising.actions.limited import Limits
from troth.business.promising.actions.quotas import key_of
from troth.business.promising.rules.quotas import PROTECTED, Use, merged
from troth.business.promising.rules.wish import Way
from troth.business.promising.states import UNSECURED
from troth.business.quotas.queries import ProtectionTerms, protection_key
from troth.business.supply import actions as supply
from troth.kernel import lots, netting
from troth.kernel.backorder.balance import Aside, Balance, Goods
from troth.kernel.backorder.guarded import Guarded
from troth.kernel.backorder.perishing import Larder, Perishing
from troth.kernel.places import segment_of
from troth.kernel.proposals import Line
from troth.kernel.protection import Group, Taken
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.locks import Held

Told = list[tuple[int, int, int, str]]
"""(quantity, material day, delivery day, basis)."""


@dataclass
class Touched:
    """A line that a run changed: what it was given then, and what stands for it."""

    change: Change
    stands: assigning.Stands | None
    way: Way
    is_back: bool = False
    left: Left | None = None
    uses: tuple[Use, ...] = ()
    """What it consumes of quotas once it is back."""

    @property
    def consumes(self) -> tuple[Use, ...]:
        """What it consumes now of what may be given up."""
        return limited.loose_of(self.stands) if self.stands is not None else ()

    @property
    def now(self) -> Told:
        """What of it may be given up, by day."""
        if self.stands is None:
            return []
        found = [
            (one.open, one.schedule.dates.material_available, one.schedule.dates.delivery, str(one.schedule.basis))
            for one in assigning.loose(self.stands)
        ]
        return sorted(found, key=lambda row: row[1])

    @property
    def key(self) -> AvailabilityKey:
        """Where the run found its goods."""
        return AvailabilityKey(self.change.product_id, self.change.site_id, segment_of(self.change.location))

    @property
    def together(self) -> tuple[int, ...]:
        """What tells lines that arrive together from others."""
        stands = self.stands
        if stands is None or not (stands.complete_delivery or stands.delivery_group):
            return (self.change.line_id,)
        return (stands.document.id, 0 if stands.complete_delivery else stands.delivery_group)

    @property
    def is_as_given(self) -> bool:
        """Whether what the run gave is still what stands, and from where."""
        if self.stands is None or self.stands.is_withdrawn or self.stands.key != self.key:
            return False
        return [row[:3] for row in self.now] == [tuple(row[:3]) for row in self.change.new]


@dataclass
class Books:
    """The goods and quotas of the keys, as lines give back and take; `back` is what of quotas was given back so far.

    `planned` is what was planned of each protection, by its cell, when the run began to be applied.
    """

    held: Held
    scopes: Mapping[int, CheckingScope]
    today: Mapping[int, int]
    limits: Limits
    planned: Mapping[str, int]
    balances: dict[AvailabilityKey, Goods] = field(default_factory=dict)
    larders: dict[AvailabilityKey, Larder] = field(default_factory=dict)
    back: dict[QuotaKey, int] = field(default_factory=dict)

    def lay_out(self, keys: Iterable[AvailabilityKey], located: Sequence[AvailabilityKey]) -> None:
        """What is there of these keys, and at their locations; what a location keeps without need is the site's."""
        over = {key: sum(self.held.balance(key).series.quantities) for key in located}
        lying = supply.lying_at(self.held, located)
        for key in keys:
            scope, today = self.scopes[key.product_id].secured, self.today[key.site_id]
            net = netting.changes(self.held.balance(key).series, scope, today)
            own = [one for one in located if supply.site_series(one) == key]
            net[0] += sum(max(over[one], 0) for one in own)
            kept, horizon = quotas.kept_on(self.kept(key), today, self._kept_since), scope.horizon_days
            whole = Guarded(net, horizon, kept, is_given_up_apart=True) if kept else Balance(net, horizon)
            self.balances[key] = whole
            self.balances |= {one: Aside(whole, over[one] + lying[one]) for one in own}

    def fill_larders(self, lines: Sequence[Touched]) -> None:
        """Of goods that expire, what is there beside the lines, and what these have of it."""
        for key in {one.key for one in lines if not one.change.location and self.held.balance(one.key).lots}:
            scope, today = self.scopes[key.product_id].secured, self.today[key.site_id]
            stands = [(one, one.stands) for one in lines if one.key == key and one.stands and not one.stands.batch]
            back = [entry for _, own in stands for entry in demand_of(own, sign=1) if entry.key == key]
            found = lots.merge(self.held.balance(key).lots, lot_postings(back))
            self.larders[key] = Larder(lots.pool(found, scope, today))
            for one, own in stands:
                for quantity, material, _, basis in one.now if own.key == key and own.is_checked else ():
                    if basis not in UNSECURED:
                        self.goods(one, one.now).take(material - today, quantity)

    def goods(self, one: Touched, rows: Told) -> Goods:
        """What may serve a line as far as these rows go."""
        larder = self.larders.get(one.key)
        if larder is None:
            return self.balances[one.key]
        assert one.stands is not None
        today, life = self.today[one.key.site_id], one.stands.life_days
        life = NO_LIFE if life is None else life
        until = {row[1] - today: lasts_of(row[2], life, row[1] - today) for row in rows}
        return Perishing(larder, (0,), until, (), horizon=self.scopes[one.key.product_id].horizon_days)

    def kept(self, key: AvailabilityKey) -> tuple[ProtectionTerms, ...]:
        """What is protected of a key and not over."""
        return self.limits.kept.get((key.product_id, key.site_id), ())

    def _kept_since(self, key: QuotaKey) -> tuple[int, int]:
        """Of a protection what was planned after the run began to be applied and is not used up, beside what is."""
        balance = self.held.balance(key)
        left = balance.planned - max(balance.consumed, self.planned.get(key.cell, 0))
        return balance.consumed + max(left, 0), balance.consumed

    def use(self, one: Touched, uses: Iterable[Use], sign: int) -> None:
        """Let the line let go of these (1), or consume them (-1)."""
        protections = [protection_key(each.id) for each in self.kept(one.key)]
        for use in uses:
            key, balance = key_of(use), self.balances[one.key]
            self.back[key] = self.back.get(key, 0) + sign * use.quantity
            if key in protections and isinstance(balance, Guarded):
                balance.use([Taken(protections.index(key), use.quantity)], -sign)

    def before(self, one: Touched) -> tuple[Use, ...] | None:
        """What the line would consume with what it had; None where its quotas do not leave it that."""
        rationed = self._rationed(one)
        return None if rationed is None else (*rationed, *self._own(one))

    def _own(self, one: Touched) -> tuple[Use, ...]:
        """What it would consume of its own protection: what it did, or anew where that is not all of it by now."""
        had = tuple(Use(*use) for use in one.change.old_uses if use[0] == PROTECTED)
        owner, balance = self.owner(one), self.balances[one.key]
        if owner is None or not isinstance(balance, Guarded):
            return had
        keys, today = [protection_key(each.id) for each in self.kept(one.key)], self.today[one.key.site_id]
        found = list[Taken]()
        for quantity, material, *_ in one.change.old:
            found += balance.consume(owner, material - today, quantity)
        balance.use(found, -1)
        if sum(use.quantity for use in had) >= sum(taken.quantity for taken in found):
            return had
        over = [use for use in had if key_of(use) not in keys]
        now = [(keys[taken.protection], taken.quantity) for taken in found]
        uses = [Use(PROTECTED, key.procedure_id, key.cell, key.period, quantity) for key, quantity in now]
        return merged((*over, *uses))

    def owner(self, one: Touched) -> Group | None:
        """Who the line is to those for whom something is protected."""
        return self.limits.owners.get(one.change.requirement_id)

    def _rationed(self, one: Touched) -> tuple[Use, ...] | None:
        matched = self.limits.matched.get(one.change.requirement_id)
        had = [Use(*use) for use in one.change.old_uses if use[0] != PROTECTED]
        if limited.fits(had, matched, sum(row[0] for row in one.change.old)) and self._has(had):
            return tuple(had)
        ration = quotas.Run(self.held, {0: matched} if matched is not None else {}, self.back).ration(0)
        today, found = self.today[one.key.site_id], list[Use]()
        for quantity, material, *_ in one.change.old if ration is not None else ():
            assert ration is not None
            if ration.room(material - today, today) < quantity:
                return None
            found += ration.book([Line(max(material - today, 0), quantity)], today)
        return tuple(found)

    def _has(self, uses: Iterable[Use]) -> bool:
        wanted: dict[QuotaKey, int] = {}
        for use in uses:
            wanted[key_of(use)] = wanted.get(key_of(use), 0) + use.quantity
        return all(self._left(key) >= quantity for key, quantity in wanted.items())

    def _left(self, key: QuotaKey) -> int:
        balance = self.held.balance(key)
        return int(balance.planned - balance.consumed) + self.back.get(key, 0)
