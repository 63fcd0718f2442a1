"""Orders and quotations read whole, for who asks what would become of all their lines (`promising.actions.whole`).

An order in the books asks as its lines, and frees what they hold; a draft as if it were submitted today, a quotation as
if what is open of it were ordered today, in the scope of quotations and with what rules let serve it when it was saved.
"""

from collections.abc import Mapping, Sequence

from troth.business.masterdata.queries import Occasion
from troth.business.promising import held
from troth.business.promising import queries as promises
from troth.business.promising.actions import SUPPOSED
from troth.business.promising.actions.whole import Whole
from troth.business.promising.rules.alternatives import Asked
from troth.business.promising.rules.wish import Wish
from troth.business.sales.actions import naming
from troth.business.sales.actions.document import ORDER_KIND, QUOTATION_KIND, Document, load, wishes
from troth.business.sales.actions.quoted import checkable, document_of, ready_lines
from troth.business.sales.models import Order, Quotation
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import OrderState
from troth.kernel.errors import BusinessError, Sentence
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef


class NothingToCheck(BusinessError):
    """Nothing of a document is to be delivered."""

    code = "nothing_to_check"


class WholeOrders:
    def find(self, number: str) -> int | None:
        return Order.objects.filter(number=number).values_list("pk", flat=True).first()

    def read(self, document_id: int, *, by: Actor, clock: Clock) -> Whole:
        document = load(Order.objects.get(pk=document_id))
        ready = [line for line in document.standing if naming.is_ready(document, line)]
        if document.status.state == OrderState.CANCELLED or not ready:
            raise _nothing(document.ref)
        if document.status.state == OrderState.DRAFT:
            return _supposed(document, ready)
        wanted = wishes(document, ready)
        taken = promises.promise(ORDER_KIND, [line.id for line in ready])
        bound = {
            line.line_number: one.quantity - one.open + one.allocated
            for line in ready
            if (one := taken.get(line.id)) is not None
        }
        asked = _asked(document, ready, wanted, Occasion.CHANGE, bound)
        return Whole(document.ref, wanted, is_standing=True, asked=asked)


class WholeQuotations:
    def find(self, number: str) -> int | None:
        return Quotation.objects.filter(number=number).values_list("pk", flat=True).first()

    def read(self, document_id: int, *, by: Actor, clock: Clock) -> Whole:
        quotation = checkable(document_id, by=by)
        document = document_of(quotation, QUOTATION_KIND, by=by, clock=clock)
        ready = ready_lines(document, clock)
        if not ready:
            raise _nothing(document.ref)
        own = held.line_ids(QUOTATION_KIND, document_id, clock.now())
        return _supposed(document, ready, tuple(own))


def _supposed(document: Document, ready: Sequence[Line], holds: tuple[int, ...] = ()) -> Whole:
    """A document that is in no books: its lines want as nobody's yet."""
    lines = [line._replace(id=-line.line_number) for line in ready]
    wanted = tuple(wish._replace(document=SUPPOSED) for wish in wishes(document, lines))
    asked = _asked(document, lines, wanted, Occasion.ENTRY, {})
    return Whole(document.ref, wanted, holds=holds, asked=asked)


def _asked(
    document: Document, lines: Sequence[Line], wanted: Sequence[Wish], occasion: Occasion, bound: Mapping[int, int]
) -> dict[int, Asked]:
    """By line id, what each line still wants, with what rules name for those that no rule serves yet."""
    mine = [line.line_number for line in lines if not _is_served_by_rule(line)]
    found = naming.question(document, mine, occasion=occasion, bound=bound) if mine else None
    named = dict(zip(found.numbers, found.asked, strict=True)) if found is not None else {}
    asked: dict[int, Asked] = {}
    for line, wish in zip(lines, wanted, strict=True):
        open_quantity = wish.quantity - bound.get(line.line_number, 0)
        if open_quantity > 0:
            asked[line.id] = named.get(line.line_number) or Asked(wish._replace(quantity=open_quantity))
    return asked


def _is_served_by_rule(line: Line) -> bool:
    return line.role == family.ALTERNATIVE or line.asked.get("by") == family.RULE


def _nothing(ref: DocumentRef) -> NothingToCheck:
    return NothingToCheck(
        Sentence("Nothing of %(number)s is to be delivered, so there is nothing to check."), number=ref.number
    )
