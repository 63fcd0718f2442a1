"""Targets of a period as shares of one total: what they come to, and what a changed total deals anew.

A period has one total, shared by percentage or by ratio. Who is named gets the share that was entered; all others that
have one keep it. So a total that is changed with one cell deals the cells of the period anew. What one comes to is
posted as any target is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from troth.business.quotas.actions.drafts import ShareDraft
from troth.business.quotas.models import Procedure, Share, Total
from troth.business.quotas.rules import Contradiction, PartOfTotal, dealt
from troth.kernel.errors import BusinessError, Refusals, Sentence


@dataclass(frozen=True, slots=True)
class Target:
    """A target that was read: a cell's text and the number of a period. One `is_named`, or dealt anew with others."""

    cell: str
    period: int
    quantity: int
    row: int | None
    share: ShareDraft | None = None
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Deal:
    """The total of a period, and the shares of its cells in the order in which they were entered."""

    period: int
    by: str
    total: int
    shares: dict[str, int]

    def parts(self) -> dict[str, int]:
        """What each cell's share comes to; nothing of a total that is shared no more."""
        if not any(self.shares.values()):
            return dict.fromkeys(self.shares, 0)
        return dict(zip(self.shares, dealt(self.by, self.total, list(self.shares.values())), strict=True))


def standing(procedure_id: int, periods: Sequence[int]) -> dict[int, Deal]:
    """The totals of these periods."""
    found = Total.objects.filter(procedure_id=procedure_id, period__in=set(periods)).order_by("period")
    totals = {one.pk: Deal(one.period, one.by, one.quantity, {}) for one in found}
    for share in Share.objects.filter(total_id__in=totals).order_by("id"):
        totals[share.total_id].shares[share.cell] = share.share
    return {one.period: one for one in totals.values()}


def deal(procedure: Procedure, targets: Sequence[Target]) -> tuple[list[Target], list[Deal]]:
    """The targets with what their shares come to, those that are dealt anew with them, and the totals to be kept.

    `Refusals` by row: two totals in one period, a share of another kind than the others have, shares past the whole, a
    quantity for a cell that has a share.
    """
    stood = standing(procedure.pk, [one.period for one in targets])
    if not stood and not any(one.share for one in targets):
        return list(targets), []
    made: list[Target] = []
    deals: list[Deal] = []
    refusals: list[BusinessError] = []
    for period in dict.fromkeys(one.period for one in targets):
        own = [one for one in targets if one.period == period]
        named = [one for one in own if one.share]
        try:
            made += _numbers(own, stood.get(period))
            if named:
                deals.append(_deal(named, stood.get(period)))
                made += _targets(named, deals[-1])
        except Refusals as found:
            refusals += found.refusals
    if refusals:
        raise Refusals(refusals)
    return made, deals


def _numbers(own: Sequence[Target], stood: Deal | None) -> list[Target]:
    """Those that were entered as quantities; of a cell that has a share only what that comes to."""
    parts = stood.parts() if stood else {}
    numbers = [one for one in own if one.share is None]
    wrong = [one for one in numbers if parts.get(one.cell, one.quantity) != one.quantity]
    if wrong:
        raise Refusals(
            [
                PartOfTotal(
                    Sentence(
                        "The target of this cell is a share of a total. Enter another share or total, or first a share"
                        " of 0."
                    ),
                    row=one.row,
                    field="quantity",
                )
                for one in wrong
            ]
        )
    return numbers


def _deal(named: Sequence[Target], stood: Deal | None) -> Deal:
    """The total of the period with the shares that were entered, and those of the cells that were not named."""
    first = named[0]
    assert first.share is not None
    by, total = first.share.by, first.share.total
    differs = [one for one in named if one.share and (one.share.by, one.share.total) != (by, total)]
    if differs:
        said = Sentence("The period has another total before, or is shared otherwise. Enter one total for each period.")
        raise Refusals([Contradiction(said, row=one.row, field="quantity") for one in differs])
    kept = stood.shares if stood else {}
    others = kept.keys() - {one.cell for one in named}
    if stood and stood.by != by and others:
        said = Sentence("Other cells of this period have shares of the other kind. Enter all of them together.")
        raise Refusals([Contradiction(said, row=first.row, field="quantity")])
    shares = (kept if stood and stood.by == by else {}) | {one.cell: one.share.share for one in named if one.share}
    found = Deal(first.period, by, total, shares)
    if stood is None or any(shares.values()):
        _refuse_past_whole(found, named)
    return found


def _refuse_past_whole(found: Deal, named: Sequence[Target]) -> None:
    """What the shares cannot be is told of the row that was entered last."""
    try:
        dealt(found.by, found.total, list(found.shares.values()))
    except BusinessError as refusal:
        refusal.row, refusal.field = named[-1].row, "quantity"
        raise Refusals([refusal]) from None


def _targets(named: Sequence[Target], found: Deal) -> list[Target]:
    by_cell = {one.cell: one for one in named}
    blank = Target("", found.period, 0, None, is_named=False)
    return [
        replace(by_cell[cell], quantity=part) if cell in by_cell else replace(blank, cell=cell, quantity=part)
        for cell, part in found.parts().items()
    ]


def keep(procedure: Procedure, deals: Sequence[Deal]) -> None:
    """Write the totals with their shares; one whose last share is gone is none any more."""
    for one in deals:
        Total.objects.filter(procedure=procedure, period=one.period).delete()
        shares = {cell: share for cell, share in one.shares.items() if share}
        if shares:
            total = Total.objects.create(procedure=procedure, period=one.period, by=one.by, quantity=one.total)
            Share.objects.bulk_create(Share(total=total, cell=cell, share=share) for cell, share in shares.items())
