"""An order takes what is held for the lines of a document that it refers to, in one transaction.

    taking = take_from(held, "quotation", ids, {line: quantity ordered})   the holds are locked, before any key
    taking.hold_on(wishes)                                                 what the rest of a line taken in part wants
    held.take(…, *taking.keys)
    taking.let_go(clock=…)                                                 for the order, which is promised then
    taking.keep_rest(order_id, …)                                          what it did not take is held on

Nobody comes in between: rivals wait for the keys, and the sweeper for the holds. What has expired by the time that the
keys are held is nobody's: the order asks for these goods like any other, and `last_expired` names its lines.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from troth.business.promising import queries, store
from troth.business.promising.actions.changes import HOLD_KIND
from troth.business.promising.actions.confirm import keys, reconfirm, withdraw
from troth.business.promising.actions.held_for import lock
from troth.business.promising.actions.hold import let_go, record, ref_of
from troth.business.promising.models import Hold, HoldLine
from troth.business.promising.rules import Wish
from troth.business.promising.rules.holds import state_at
from troth.business.promising.states import HOLD, Cause, HoldState
from troth.kernel import valuations
from troth.kernel.places import segment_of
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held


@dataclass(slots=True)
class Taking:
    """What is held for lines that an order takes: `kept` by the id of the hold's line, in smallest units.

    `lines` are those of `holds` that are meant; `ordered` what the order takes, by the document's line.
    """

    held: Held
    holds: dict[int, Hold]
    lines: list[HoldLine]
    kept: dict[int, int]
    ordered: Mapping[int, int]
    rests: list[Wish] = field(default_factory=list)
    over: set[int] = field(default_factory=set)

    @property
    def parted(self) -> dict[int, int]:
        """What stays of the lines that are taken in part, by the document's line."""
        found = {line.reference_line_id or 0: self._rest(line) for line in self.lines}
        return {line_id: rest for line_id, rest in found.items() if rest}

    def _rest(self, line: HoldLine) -> int:
        return max(self.kept[line.pk] - self.ordered[line.reference_line_id or 0], 0)

    def hold_on(self, wishes: Iterable[Wish]) -> None:
        """What the lines that are taken in part want on, as wishes of the document's lines.

        Nothing is held on of a line whose goods the order takes from elsewhere.
        """
        wanted = {wish.line_id: wish for wish in wishes}
        self.rests = [
            wish._replace(
                document=ref_of(hold), line_id=line.pk, quantity=self._rest(line), requested_on=line.requested_on,
                owner_id=hold.entered_by_id,
            )
            for line in self.lines
            if self._rest(line) and (wish := wanted.get(line.reference_line_id or 0)) and self._is_of(line, wish)
            and (hold := self.holds[line.hold_id])
        ]  # fmt: skip

    def _is_of(self, line: HoldLine, wish: Wish) -> bool:
        """Whether the wish is for the goods that the line holds."""
        segment = segment_of(line.location) or valuations.segment_of(line.valuation)
        hold = self.holds[line.hold_id]
        return (line.product_id, hold.site_id, segment) == (wish.product_id, wish.site_id, wish.segment)

    @property
    def keys(self) -> tuple[BalanceKey, ...]:
        """All that must be held before anything is let go."""
        every = HoldLine.objects.filter(hold_id__in=self.holds).values_list("pk", flat=True)
        return (*queries.keys(HOLD_KIND, list(every)), *keys(self.rests))

    def held_of(self, line_id: int, wish: Wish) -> int:
        """What was held of the goods of a wish for a line of the document, and has not expired."""
        mine = [line for line in self._live if line.reference_line_id == line_id and self._is_of(line, wish)]
        return sum(self.kept[line.pk] for line in mine)

    @property
    def _live(self) -> list[HoldLine]:
        return [line for line in self.lines if line.hold_id not in self.over]

    @property
    def is_live(self) -> bool:
        """Whether anything is held still."""
        return bool(self._live)

    def let_go(self, *, by: Actor, clock: Clock) -> None:
        """Let the lines that are ordered go, and the holds that have expired."""
        now = clock.now()
        for hold in self.holds.values():
            if state_at(hold.state, hold.expires_at, now) == HoldState.EXPIRED:
                self.over.add(hold.pk)
                let_go(self.held, hold, "expire", by=by, clock=clock)
                record("promising.hold_expired", hold, by=by, clock=clock)
        withdraw(self.held, HOLD_KIND, [line.pk for line in self._live], clock=clock, cause=Cause.ORDERED)

    def keep_rest(self, order_id: int, *, by: Actor, clock: Clock) -> None:
        """Hold on what the order did not take; a hold of which nothing is left has gone over to it."""
        live = {line.pk: line for line in self._live}
        rests = [wish for wish in self.rests if wish.line_id in live]
        reconfirm(self.held, rests, clock=clock, cause=Cause.ORDERED)
        for wish in rests:
            HoldLine.objects.filter(pk=wish.line_id).update(quantity=wish.quantity)
        touched = {line.hold_id for line in live.values()}
        left = queries.lines_of_holds(sorted(touched))
        for hold_id in sorted(touched):
            goes_on = any(line.held for line in left[hold_id])
            self._note(self.holds[hold_id], order_id, goes_on=goes_on, by=by, clock=clock)

    def _note(self, hold: Hold, order_id: int, *, goes_on: bool, by: Actor, clock: Clock) -> None:
        if goes_on:
            Hold.objects.filter(pk=hold.pk).update(version=hold.version + 1)
            record("promising.hold_ordered_in_part", hold, by=by, clock=clock, order=order_id)
            return
        state = HOLD.step(hold.state, "order")
        Hold.objects.filter(pk=hold.pk).update(state=state, order_id=order_id, version=hold.version + 1)
        record("promising.hold_ordered", hold, by=by, clock=clock, order=order_id)


def take_from(held: Held, kind: str, document_ids: Iterable[int], ordered: Mapping[int, int]) -> Taking | None:
    """Lock what is held for these lines of documents, of which an order takes so much; None where nothing is."""
    holds = {hold.pk: hold for hold in lock(held, kind, document_ids)}
    found = HoldLine.objects.filter(hold_id__in=holds, reference_line_id__in=ordered).order_by("pk") if holds else ()
    lines = list(found)
    if not lines:
        return None
    stands = store.standing(HOLD_KIND, [line.pk for line in lines])
    kept = {line.pk: one.confirmed_quantity for line in lines if not (one := stands[line.pk]).is_withdrawn}
    lines = [line for line in lines if kept.get(line.pk)]
    touched = {line.hold_id for line in lines}
    return Taking(held, {key: one for key, one in holds.items() if key in touched}, lines, kept, ordered)


def last_expired(kind: str, document_ids: Iterable[int], line_ids: Iterable[int], clock: Clock) -> set[int]:
    """The lines of documents for which goods were held, and whose last hold has ended by itself."""
    found = HoldLine.objects.filter(
        hold__reference_kind=kind, hold__reference_id__in=list(document_ids), reference_line_id__in=list(line_ids)
    )
    rows = found.order_by("pk").values_list("reference_line_id", "hold__state", "hold__expires_at")
    last = {line_id: state_at(state, until, clock.now()) for line_id, state, until in rows}
    return {line_id for line_id, state in last.items() if line_id and state == HoldState.EXPIRED}
