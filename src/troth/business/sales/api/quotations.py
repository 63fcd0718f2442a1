"""Quotations over the API, up to the order that is made of one."""

from typing import Annotated, Any

from ninja import Query
from pydantic import Field, StrictBool

from troth.business.sales import actions, queries
from troth.business.sales.actions import Saved
from troth.business.sales.api import entries, shown
from troth.business.sales.api.entries import QuotationEntry, WrittenTexts
from troth.business.sales.api.orders import DocumentFilter, Reason, page_of
from troth.business.sales.api.shown import DocumentListed, DocumentShown, OrderWritten, Written
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page
from troth.platform.api.values import Code, Day, Entry, Figure, Id

operations = Operations("quotations")


@operations.reads("/quotations", Page[DocumentListed])
def list_quotations(request: ApiRequest, found: Query[DocumentFilter]) -> dict[str, Any]:
    """Quotations, the newest first."""
    return page_of(request, found, queries.quotations)


@operations.reads("/quotations/{int:quotation_id}", DocumentShown)
def get_quotation(request: ApiRequest, quotation_id: Id) -> DocumentShown:
    """A quotation with its lines; `open_to_order` says what of each is still to be ordered."""
    return shown.document(queries.quotation(quotation_id, by=request.auth), by=request.auth)


@operations.creates("/quotations", Written)
def create_quotation(request: ApiRequest, quotation: QuotationEntry) -> Written:
    """Write a quotation: it is priced, and holds neither goods nor credit."""
    return _written(create(request, actions.save_quotation, entries.quotation_draft(quotation)))


@operations.changes("/quotations/{int:quotation_id}", Written, method="PUT")
def replace_quotation(request: ApiRequest, quotation_id: Id, quotation: QuotationEntry) -> Written:
    """Write a draft anew; one that was sent is revised instead."""
    version = versions.expected(request)
    draft = entries.quotation_draft(quotation)
    return _written(act(request, actions.save_quotation, draft, quotation_id=quotation_id, expected_version=version))


@operations.acts("/quotations/{int:quotation_id}/send", Written, checks_version=True)
def send_quotation(request: ApiRequest, quotation_id: Id) -> Written:
    """Send it to the customer: it is valid from now on."""
    version = versions.stated(request)
    return _written(act(request, actions.send_quotation, quotation_id, expected_version=version))


@operations.acts("/quotations/{int:quotation_id}/accept", Written, checks_version=True)
def accept_quotation(request: ApiRequest, quotation_id: Id) -> Written:
    """Note that the customer accepts."""
    version = versions.stated(request)
    return _written(act(request, actions.accept_quotation, quotation_id, expected_version=version))


@operations.acts("/quotations/{int:quotation_id}/reject", Written, checks_version=True)
def reject_quotation(request: ApiRequest, quotation_id: Id, why: Reason) -> Written:
    """Note that the customer declines, and why."""
    version = versions.stated(request)
    return _written(act(request, actions.reject_quotation, quotation_id, reason=why.reason, expected_version=version))


@operations.creates("/quotations/{int:quotation_id}/revise", Written)
def revise_quotation(request: ApiRequest, quotation_id: Id, quotation: QuotationEntry) -> Written:
    """Put a new revision in its place; the old one can no longer be ordered from."""
    version = versions.stated(request)
    draft = entries.quotation_draft(quotation)
    return _written(create(request, actions.revise_quotation, quotation_id, draft, expected_version=version))


class Texts(Entry):
    """Texts of the header, and of lines by their number; what is not named stays."""

    header: WrittenTexts = {}
    lines: Annotated[dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], WrittenTexts], Field(max_length=2000)] = {}


@operations.acts("/quotations/{int:quotation_id}/texts", Written, checks_version=True)
def change_quotation_texts(request: ApiRequest, quotation_id: Id, texts: Texts) -> Written:
    """Change texts of a draft. Those of an order are changed with the order."""
    version = versions.stated(request)
    lines = {int(number): found for number, found in texts.lines.items()}
    done = act(request, actions.change_quotation_texts, quotation_id, texts.header, lines, expected_version=version)
    return _written(done)


class OrderFromQuotation(Entry):
    """`quantities` by line number in the line's unit; all that is open where none is given."""

    quantities: Annotated[dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], Figure], Field(max_length=2000)] | None = (
        None
    )
    requested_on: Day | None = None
    customer_reference: Code = ""
    submit: StrictBool = True


@operations.creates("/quotations/{int:quotation_id}/order", OrderWritten)
def order_from_quotation(request: ApiRequest, quotation_id: Id, order: OrderFromQuotation) -> OrderWritten:
    """Order what is open of a quotation, or some of it, at the quoted prices."""
    quantities = None
    if order.quantities is not None:
        quantities = {int(number): wanted for number, wanted in order.quantities.items()}
    answer = create(
        request,
        actions.order_from_quotation,
        quotation_id,
        quantities=quantities,
        requested_on=order.requested_on,
        customer_reference=order.customer_reference,
        submit=order.submit,
    )
    return shown.order_written(answer)


def _written(saved: Saved) -> Written:
    return shown.written(saved, queries.currency(queries.QUOTATION, saved.id))
