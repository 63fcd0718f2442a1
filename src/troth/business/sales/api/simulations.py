"""What would be promised on an order or quotation, over the API: what the entry page tells before anything is saved."""

from collections.abc import Iterable
from datetime import datetime

from troth.business.sales.actions.check import Checked
from troth.business.sales.actions.proposals import Proposal
from troth.business.sales.actions.quoted import quoted_availability
from troth.business.sales.actions.simulate import simulate
from troth.business.sales.api import entries, shown
from troth.business.sales.api.entries import OrderEntry, QuotationEntry
from troth.business.sales.rules.lines import Line
from troth.kernel.calendars import date_of
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.values import Day, Id, Shown, quantity

operations = Operations("simulations")


class PartShown(Shown):
    """So much of a product (number, in its base unit) that would come from a site (code), the last of it on a day."""

    product: str
    site: str
    quantity: str
    last_on: Day


class ProposedShown(Shown):
    """What a rule that asks first would let serve the line; `choice` is what to enter as its `alternatives`."""

    choice: str
    parts: list[PartShown]


class WouldBe(Shown):
    """What would be promised on a line, in the product's base unit.

    `main_line`: the line that this one serves or comes along with, as its `role` says.
    """

    line_number: int
    main_line: int | None
    role: str
    product: str
    site: str
    confirmed: str
    short: str
    unit: str
    schedule: list[shown.ConfirmedShown]
    why: str
    proposals: list[ProposedShown]


class Simulated(Shown):
    lines: list[WouldBe]


class Availability(Simulated):
    """What could come of a quotation, as of the moment `checked_at`."""

    checked_at: datetime


@operations.acts("/simulations/promise", Simulated)
def simulate_promise(request: ApiRequest, order: OrderEntry) -> Simulated:
    """What would be promised on an order if it were entered now, rules included. Nothing is written or held."""
    return _shown(simulate(entries.order_draft(order), by=request.auth, clock=request.clock))


@operations.acts("/simulations/quotation", Simulated)
def simulate_quotation(request: ApiRequest, quotation: QuotationEntry) -> Simulated:
    """What could be delivered on a quotation, in the scope of check of quotations. Nothing is written or held.

    A line without a date asks what could come at once, or after the delivery time agreed.
    """
    return _shown(simulate(entries.quotation_draft(quotation), by=request.auth, clock=request.clock))


@operations.acts("/quotations/{int:quotation_id}/availability", Availability)
def check_quotation(request: ApiRequest, quotation_id: Id) -> Availability:
    """What could be delivered of a saved quotation if what is open of it were ordered now. Nothing is written or held.

    A line without a date asks what could come at once, or after the delivery time agreed.
    """
    checked = quoted_availability(quotation_id, by=request.auth, clock=request.clock)
    return Availability(lines=_shown(checked).lines, checked_at=request.clock.now())


def _shown(checked: Checked) -> Simulated:
    assert checked.document is not None
    return Simulated(lines=list(_lines(checked, checked.document.standing)))


def _lines(checked: Checked, lines: Iterable[Line]) -> Iterable[WouldBe]:
    assert checked.document is not None
    terms = checked.document.terms
    for line in lines:
        promise = checked.promises.get(line.line_number)
        if promise is None or line.site_id is None:
            continue
        decimals = promise.wish.decimals
        yield WouldBe(
            line_number=line.line_number,
            main_line=line.main_line,
            role=line.role,
            product=terms.product(line.product_id).number,
            site=terms.state.sites[line.site_id].code,
            confirmed=quantity(promise.confirmed, decimals),
            short=quantity(promise.short, decimals),
            unit=promise.wish.unit,
            schedule=[shown.confirmed_shown(one, decimals) for one in promise.schedules],
            why=promise.sentence,
            proposals=[_proposed(checked, one) for one in checked.proposals.get(line.line_number, ())],
        )


def _proposed(checked: Checked, proposal: Proposal) -> ProposedShown:
    assert checked.document is not None
    product = checked.document.terms.product
    parts = [
        PartShown(
            product=product(one.product_id).number,
            site=one.site,
            quantity=quantity(one.quantity, product(one.product_id).base_unit.decimals),
            last_on=date_of(one.last_day),
        )
        for one in proposal.parts
    ]
    return ProposedShown(choice=proposal.choice, parts=parts)
