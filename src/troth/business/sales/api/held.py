"""Goods held for quotations over the API: held, extended, released, and what is held."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from troth.business.promising import held
from troth.business.promising.held import HeldFor
from troth.business.sales import actions, queries
from troth.business.sales.actions.document import QUOTATION_KIND
from troth.business.sales.api.orders import Reason
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.values import Day, Entry, Id, Instant, Shown, quantity

operations = Operations("quotations")


class QuotationHoldAsked(Entry):
    """Until when goods are held, and of which lines (numbers, with their sub-items; null: all that is open)."""

    expires_at: Instant
    lines: Annotated[list[Annotated[int, Field(ge=1, le=999_999)]], Field(min_length=1, max_length=100)] | None = None


class QuotationHoldExtension(Entry):
    expires_at: Instant


class ReadyGoodsShown(Shown):
    on: Day
    quantity: str


class QuotedGoodsShown(Shown):
    """`held` of the `quantity` that was asked for, ready on the days named; in the product's base unit."""

    line_number: int
    product: str
    quantity: str
    held: str
    unit: str
    ready: list[ReadyGoodsShown]


class QuotationHoldShown(Shown):
    """A hold (by id) for the quotation. `order` is the order (by id) that took over what was left of it."""

    id: int
    number: str
    state: str
    site: str
    expires_at: datetime
    life_ends_at: datetime
    order: int | None
    lines: list[QuotedGoodsShown]


class QuotationHoldsShown(Shown):
    """The holds for a quotation, the newest first, those that have ended among them."""

    quotation: int
    holds: list[QuotationHoldShown]


@operations.reads("/quotations/{int:quotation_id}/holds", QuotationHoldsShown)
def list_quotation_holds(request: ApiRequest, quotation_id: Id) -> QuotationHoldsShown:
    """What is and was held for a quotation."""
    view = queries.quotation(quotation_id, by=request.auth)
    found = held.holds_for(QUOTATION_KIND, [view.ref.id], request.clock.now())
    return QuotationHoldsShown(quotation=view.ref.id, holds=[_shown(one) for one in found])


@operations.creates("/quotations/{int:quotation_id}/holds", QuotationHoldsShown)
def hold_quotation(request: ApiRequest, quotation_id: Id, hold: QuotationHoldAsked) -> QuotationHoldsShown:
    """Hold what is open of a quotation that was sent, as far as it is free: until then, and for its order alone."""
    version = versions.stated(request)
    create(
        request, actions.hold_quoted_goods, quotation_id, hold.expires_at, lines=hold.lines, expected_version=version
    )
    return list_quotation_holds(request, quotation_id)


@operations.acts("/quotations/{int:quotation_id}/holds/extend", QuotationHoldsShown, checks_version=True)
def extend_quotation_holds(
    request: ApiRequest, quotation_id: Id, extension: QuotationHoldExtension
) -> QuotationHoldsShown:
    """Hold what is held longer (or shorter), within thirty days and the validity of the quotation."""
    version = versions.stated(request)
    act(request, actions.extend_quoted_holds, quotation_id, extension.expires_at, expected_version=version)
    return list_quotation_holds(request, quotation_id)


@operations.acts("/quotations/{int:quotation_id}/holds/release", QuotationHoldsShown, checks_version=True)
def release_quotation_holds(request: ApiRequest, quotation_id: Id, why: Reason) -> QuotationHoldsShown:
    """Let all go that is held for a quotation, and say why."""
    version = versions.stated(request)
    act(request, actions.release_quoted_holds, quotation_id, reason=why.reason, expected_version=version)
    return list_quotation_holds(request, quotation_id)


def _shown(hold: HeldFor) -> QuotationHoldShown:
    return QuotationHoldShown(
        id=hold.id,
        number=hold.number,
        state=str(hold.state),
        site=hold.site,
        expires_at=hold.expires_at,
        life_ends_at=hold.life_ends_at,
        order=hold.order_id,
        lines=[
            QuotedGoodsShown(
                line_number=one.line_number, product=one.product_number,
                quantity=quantity(one.quantity, one.decimals), held=quantity(one.held, one.decimals), unit=one.unit,
                ready=[ReadyGoodsShown(on=on, quantity=quantity(part, one.decimals)) for on, part in one.ready],
            )
            for one in hold.items
        ],
    )  # fmt: skip
