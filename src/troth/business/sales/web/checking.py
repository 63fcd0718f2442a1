"""What the entry page asks while one types: what would become of it, and which customers and products fit.

All rows go with each question: several rows may want one product, and credit is asked for the whole. The page draws
anew only the rows whose answer has changed.
"""

from typing import Any

from django.http import HttpRequest, JsonResponse

from troth.business.masterdata import queries as masterdata
from troth.business.sales.actions.check import Checked, check_document
from troth.business.sales.web import answers, typed
from troth.business.sales.web.typed import Typed
from troth.kernel.errors import BusinessError
from troth.platform.web.access import demand


def order_check(request: HttpRequest, key: int | None = None) -> JsonResponse:
    """What would become of the order on the screen; see `answers.answer`."""
    return _check(request, "order", key)


def quotation_check(request: HttpRequest, key: int | None = None) -> JsonResponse:
    """What would become of the quotation on the screen."""
    return _check(request, "quotation", key)


def _check(request: HttpRequest, kind: str, key: int | None) -> JsonResponse:
    actor = demand(request, "")
    try:
        entry = typed.read(request, kind, key, by=actor)
        checked = check_document(entry.draft, changes=entry.before, by=actor, clock=request.clock)  # type: ignore[attr-defined]
    except BusinessError as error:
        return JsonResponse(refused(error))
    answer = answers.answer(entry, checked, kind=kind, by=actor)
    _name_unfinished(answer, entry, checked)
    return JsonResponse(answer)


def _name_unfinished(answer: dict[str, Any], entry: Typed, checked: Checked) -> None:
    """Say what the product is as soon as it stands there, before its quantity does."""
    numbers = {row: line["product"] for row, line in entry.unfinished.items() if "product" in line}
    if not numbers or checked.document is None:
        return
    customer_id = checked.document.terms.customer.customer_id
    known = masterdata.product_terms_by_number(numbers.values(), customer_id=customer_id)
    for line in answer["lines"]:
        if (product := known.get(numbers.get(line["row"], ""))) is not None:
            line |= answers.product_words(product)


def refused(error: BusinessError) -> dict[str, Any]:
    """A head that cannot be read: nothing can be said of the rows before it is mended."""
    return {"lines": [], "missing": [], "problems": [answers.problem(one, None) for one in typed.refusals_of(error)]}
