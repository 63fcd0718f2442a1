"""Supply that slipped, over the API, and what became of each promise that hung on it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.promising import measures
from troth.business.promising.models import Reaction
from troth.kernel.calendars import date_of
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Id, Shown, quantity

operations = Operations("promises")


class SlipShown(Shown):
    """`short` of a product (base unit) was missing from `on` on; `source` is the receipt or posting that did it.

    `cover` is what it was promised on: firm or planned supply, or goods that are not released. `is_open`: something of
    it is missing still.
    """

    id: int
    at: datetime
    cause: str
    source_kind: str
    source_id: int | None
    product: str
    site: str
    on: date
    short: str
    unit: str
    cover: str
    is_open: bool


class SlipFilter(Paging):
    """`receipt` (by id): what its changes left uncovered."""

    receipt: Id | None = None


@operations.reads("/slips", Page[SlipShown])
def list_slips(request: ApiRequest, choice: Query[SlipFilter]) -> dict[str, Any]:
    """Each time that supply left promises uncovered, the last first."""
    permissions.require(request.auth, "promising.view_availability")
    found = measures.slips(request.auth)
    if choice.receipt is not None:
        found = found.filter(source_kind="receipt", source_id=choice.receipt)
    return page(request, found, choice, _slips)


def _slips(rows: Iterable[Any]) -> list[SlipShown]:
    found = list(rows)
    still = measures.open_among([one.pk for one in found])
    return [
        SlipShown(
            id=one.pk, at=one.opened_at, cause=one.cause, source_kind=one.source_kind, source_id=one.source_id,
            product=one.balance.product.number, site=one.balance.site.code, on=one.on,
            short=quantity(one.quantity, one.balance.product.base_unit.decimals),
            unit=one.balance.product.base_unit_id, cover=one.cover, is_open=one.pk in still,
        )
        for one in found
    ]  # fmt: skip


class PromisedOn(Shown):
    on: date
    quantity: str


class ToldShown(Shown):
    at: datetime
    who: str
    by_mail: bool


class ReactionShown(Shown):
    """`policy` is repromise, ask, keep or hold (it gave way). `after` is null where the promise was kept, or where
    nobody has decided yet."""

    id: int
    slip: int
    promise: int
    document_kind: str
    document: str
    product: str
    unit: str
    policy: str
    at: datetime
    decided_at: datetime | None
    before: list[PromisedOn]
    after: list[PromisedOn] | None
    told: list[ToldShown]


class ReactionFilter(Paging):
    slip: Id | None = None
    policy: Annotated[str, Field(pattern="^(repromise|ask|keep|hold)?$")] = ""


@operations.reads("/reactions", Page[ReactionShown])
def list_reactions(request: ApiRequest, choice: Query[ReactionFilter]) -> dict[str, Any]:
    """What became of promises whose supply slipped, the last first."""
    permissions.require(request.auth, "promising.view_availability")
    found = measures.reactions(request.auth)
    if choice.slip is not None:
        found = found.filter(shortage_id=choice.slip)
    if choice.policy:
        found = found.filter(policy=choice.policy)
    return page(request, found, choice, _reactions)


def _reactions(rows: Iterable[Reaction]) -> list[ReactionShown]:
    found = list(rows)
    told = measures.told(found)
    return [
        ReactionShown(
            id=one.pk, slip=one.shortage_id, promise=one.requirement_id,
            document_kind=one.requirement.document_kind, document=one.requirement.document_number,
            product=one.requirement.product.number, unit=one.requirement.product.base_unit_id, policy=one.policy,
            at=one.at, decided_at=one.decided_at, before=_dates(one, one.before),
            after=None if one.after is None else _dates(one, one.after),
            told=[ToldShown(at=each.at, who=each.who, by_mail=each.by_mail) for each in told[one.pk]],
        )
        for one in found
    ]  # fmt: skip


def _dates(one: Reaction, dates: Iterable[list[int]]) -> list[PromisedOn]:
    decimals = one.requirement.product.base_unit.decimals
    return [PromisedOn(on=date_of(day), quantity=quantity(amount, decimals)) for amount, day in dates]
