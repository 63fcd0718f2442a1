"""The page of one quotation: what is offered, what could come of it and what is held, what comes next."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.held import HeldFor
from troth.business.sales import queries, screens
from troth.business.sales.queries import DocumentView, LineView
from troth.business.sales.states import QuotationState
from troth.business.sales.web import held, quoted
from troth.business.sales.web.documents import earned
from troth.business.sales.web.what_if import what_if_step
from troth.ledgers.fulfilment import pictures
from troth.platform.web import documents
from troth.platform.web.acts import step, steps
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.history import changes_of
from troth.platform.web.values import Block, Link, Money, Status, Step


class QuotationPage(DocumentPage):
    permission = "sales.view_quotation"
    document_kind = "quotation"

    def document(self, actor: Any, key: int) -> Document:
        view = queries.quotation(key, by=actor)
        quotation = view.document
        holds = held.holds_of(view, self.request.clock)  # type: ignore[attr-defined]
        return Document(
            kind=_("Quotation"),
            number=quotation.number,
            status=screens.QUOTATION_WORDS[QuotationState(quotation.state)],
            party=screens.customer_party(view, actor),
            total=Money(quotation.gross, quotation.currency_id),
            facts=[*_quotation_facts(quotation), *held.facts(holds), *earned(view, actor)],
            next_step=_next_of_quotation(view, actor),
            steps=_quotation_steps(view, holds, actor),
            blocks=_quotation_blocks(quotation),
            crumbs=(Link(_("Quotations"), reverse("sales:quotations")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        clock = self.request.clock  # type: ignore[attr-defined]

        def items() -> dict[str, Any]:
            view = queries.quotation(key, by=actor)
            found = quoted.available(view, held.holds_of(view, clock), actor, clock)
            return {
                "items": screens.items(view, _quoted_status, lambda one: (), actor=actor, available=found),
                "total": Money(view.document.gross, view.document.currency_id),
                **screens.ITEM_LABELS,
            }

        def ref() -> Any:
            return queries.quotation(key, by=actor).ref

        return (
            Tab("items", _("Items"), documents.ITEMS, items),
            *quoted.tabs(queries.quotation(key, by=actor), actor, clock),
            *held.tabs(queries.quotation(key, by=actor), actor, clock),
            Tab("texts", _("Texts"), documents.TABLE, lambda: screens.texts(queries.quotation(key, by=actor))),
            Tab("flow", _("Flow"), documents.FLOW, lambda: {"flow": pictures.picture(ref(), actor)}),
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref())}),
        )


def _quotation_facts(quotation: Any) -> list[Fact]:
    days = quotation.delivery_days
    facts = [
        Fact(_("Valid to"), quotation.valid_to_on),
        Fact(_("Delivery time"), gettext("%(days)s working days from the order") % {"days": days} if days else None),
        Fact(_("Probability"), f"{quotation.probability} %"),
        Fact(_("Entered"), quotation.entered_on),
        Fact(_("Customer's number"), quotation.customer_reference),
        Fact(_("Answer"), quotation.answer_reason),
    ]
    if quotation.revises is not None:
        url = reverse("sales:quotation", args=[quotation.revises_id])
        facts.append(Fact(_("Revises"), Link(quotation.revises.number, url)))
    return [fact for fact in facts if fact.value not in (None, "")]


def _next_of_quotation(view: DocumentView, actor: Any) -> Step | None:
    quotation = view.document
    key, company = quotation.pk, quotation.company_id
    if quotation.state == QuotationState.DRAFT:
        return step(actor, _("Send"), "sales:quotation-send", key, company_id=company)
    if quotation.state not in (QuotationState.SENT, QuotationState.ACCEPTED):
        return None
    if not any(one.open_to_order for one in view.lines):
        return None
    return step(actor, _("Make order"), "sales:quotation-order", key, method="get", company_id=company)


def _quotation_steps(view: DocumentView, holds: Sequence[HeldFor], actor: Any) -> tuple[Step, ...]:
    quotation = view.document
    state, key, company = quotation.state, quotation.pk, quotation.company_id
    change = {QuotationState.DRAFT: _("Change")} | dict.fromkeys(
        (QuotationState.SENT, QuotationState.REJECTED, QuotationState.EXPIRED), _("Revise")
    )
    may_answer = state == QuotationState.SENT
    return steps(
        step(actor, change[state], "sales:quotation-change", key, method="get", company_id=company)
        if state in change
        else None,
        quoted.check_step(view),
        what_if_step(view, actor) if state in quoted.CHECKABLE else None,
        *held.hold_steps(view, holds, actor),
        screens.texts_step(view, actor),
        step(actor, _("Note acceptance"), "sales:quotation-accept", key, company_id=company) if may_answer else None,
        step(actor, _("Note rejection"), "sales:quotation-reject", key, method="get", danger=True, company_id=company)
        if may_answer or state == QuotationState.DRAFT
        else None,
    )


def _quotation_blocks(quotation: Any) -> list[Block]:
    if quotation.state == QuotationState.DRAFT and quotation.valid_to_on is None:
        return [
            Block(
                _("The quotation has no last day of validity."), _("It cannot be sent without one."),
                Step(_("Go there"), reverse("sales:quotation-change", args=[quotation.pk]) + "#id_valid_to_on", "get"),
                tone="waiting",
            )
        ]  # fmt: skip
    return []


def _quoted_status(one: LineView) -> Status:
    come = one.progress
    if not come.ordered:
        return screens.DRAFT
    if not come.referenced:
        return Status(_("Open"), "waiting")
    return Status(_("Partly ordered"), "going") if one.open_to_order else Status(_("Ordered"), "done")
