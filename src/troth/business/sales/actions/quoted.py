"""What could be delivered of a saved quotation if what is still open of it were ordered now. Nothing is kept or held.

The lines are those that the order would have: with the delivery time counted from today, and with what rules and
substitutions put in their place when the quotation was saved. The scope is that of quotations. A line without a date
asks what could come at once. What the quotation holds itself is not in its way.
"""

from troth.business.promising import actions as promising
from troth.business.promising import held
from troth.business.promising.actions import SUPPOSED, held_for
from troth.business.sales import store
from troth.business.sales.actions import copy, save
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions.check import Checked
from troth.business.sales.actions.document import QUOTATION_KIND, Document, needs_wish, wishes
from troth.business.sales.models import Quotation
from troth.business.sales.rules import family, refusals
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import ORDERABLE, QuotationState
from troth.kernel.errors import NotFound, Sentence
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

CHECKABLE = ORDERABLE | {QuotationState.DRAFT}


def quoted_availability(quotation_id: int, *, by: Actor, clock: Clock) -> Checked:
    """The promise by line number, on the books as they are. Refuses a quotation of which nothing can be ordered."""
    quotation = checkable(quotation_id, by=by)
    document = document_of(quotation, QUOTATION_KIND, by=by, clock=clock)
    ready = [line._replace(id=-line.line_number) for line in ready_lines(document, clock)]
    wanted = [wish._replace(document=SUPPOSED) for wish in wishes(document, ready)]
    own = held.line_ids(QUOTATION_KIND, quotation.pk, clock.now())
    books = held_for.books_without(own, wanted, clock) if own else None
    found = promising.simulate(wanted, clock=clock, books=books, in_place=bool(own))
    return Checked(document, (), {-line_id: one for line_id, one in found.lines.items()})


def checkable(quotation_id: int, *, by: Actor) -> Quotation:
    """The quotation, if something of it can be ordered."""
    quotation = Quotation.objects.filter(pk=quotation_id).first()
    if quotation is None or not by.sees(quotation.company_id):
        raise NotFound(Sentence("There is no quotation %(id)s that you may see."), kind=QUOTATION_KIND, id=quotation_id)
    if quotation.state not in CHECKABLE:
        raise refusals.QuotationNotOrderable(
            Sentence("Quotation %(number)s is %(state)s: nothing is ordered from it. Revise it, and check that one."),
            number=quotation.number,
            state=quotation.state,
        )
    return quotation


def ready_lines(document: Document, clock: Clock) -> list[Line]:
    """The lines that want goods from a known site; one without a date wants them today."""
    today = clock.today(document.terms.customer.time_zone)
    return [
        line._replace(requested_on=line.requested_on or today)
        for line in document.standing
        if line.site_id is not None and needs_wish(document, line)
    ]


def document_of(quotation: Quotation, kind: str, *, by: Actor, clock: Clock) -> Document:
    """What is still open of a quotation as the order of today would have it, checked as a document of the kind."""
    header, quoted = store.header(quotation), store.lines(store.QUOTATION, quotation.pk)
    terms = reading.for_order(header, family.products(quoted))
    today = clock.today(terms.customer.time_zone)
    header = copy.header_of_order(quotation, header, terms, today)
    lines = copy.lines_of_order(quotation, quoted, header, terms, None, explicit=False)
    ref = DocumentRef(kind, quotation.pk, quotation.number)
    return Document(ref, header, save.new_status(by=by, clock=clock), lines, terms)
