"""What must hold between quotations, orders and the ledgers, for `troth verify`."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count as Number
from django.db.models import Exists, OuterRef

from troth.business.masterdata import queries as masterdata
from troth.business.promising import queries as promising
from troth.business.sales import store
from troth.business.sales.models import Order, OrderLine, Quotation, QuotationLine
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import OrderState
from troth.ledgers.exposure import queries as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.fulfilment import queries as fulfilment
from troth.platform.verify import Check, Count, Finding, register
from troth.reference import queries as reference

BATCH = 200
KIND_AT, AMOUNT_AT, TAX = 0, 8, "tax"


def _batches(model: type[Order] | type[Quotation]) -> Iterator[list[Any]]:
    last = 0
    while found := list(model.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield found
        last = found[-1].pk


def _totals() -> Iterator[Finding | Count]:
    """A document's net, tax and gross are those of its standing lines, and a line's are those of its price trace."""
    for model, kind in ((Order, store.ORDER), (Quotation, store.QUOTATION)):
        for documents in _batches(model):
            lines = store.lines_of(kind, [document.pk for document in documents])
            yield Count(len(documents))
            for document in documents:
                own = lines.get(document.pk, ())
                for line in own:
                    yield from _line_total(document.number, line)
                sums = tuple(sum(getattr(one, part) for one in own if one.stands) for part in ("net", "tax", "gross"))
                if sums != (document.net, document.tax, document.gross):
                    yield Finding(
                        f"{document.number} says {(document.net, document.tax, document.gross)} net, tax and gross, "
                        f"but its lines come to {sums}.",
                        {"number": document.number},
                    )


def _line_total(number: str, line: Line) -> Iterator[Finding]:
    tax = sum(row[AMOUNT_AT] for row in line.price_trace if row[KIND_AT] == TAX)
    net = sum(row[AMOUNT_AT] for row in line.price_trace) - tax
    if (net, tax, net + tax) != (line.net, line.tax, line.gross):
        yield Finding(
            f"Line {line.line_number} of {number} says {(line.net, line.tax, line.gross)} net, tax and gross, but its "
            f"price trace comes to {(net, tax, net + tax)}.",
            {"number": number, "line_number": line.line_number},
        )


def _requirements() -> Iterator[Finding | Count]:
    """Each standing line of an order in the books whose goods are promised or delivered has a requirement."""
    wanted = {c.id for c in masterdata.snapshot().item_categories.values() if c.is_promised or c.is_delivered}
    for documents in _batches(Order):
        submitted = [document for document in documents if document.state == OrderState.SUBMITTED]
        lines = store.lines_of(store.ORDER, [document.pk for document in submitted])
        flat = [line for own in lines.values() for line in own if line.stands and line.item_category_id in wanted]
        products = reference.products({line.product_id for line in flat})
        goods = [line for line in flat if products[line.product_id].is_stocked]
        promised = promising.promise("order", [line.id for line in goods])
        yield Count(len(goods))
        for line in goods:
            one = promised.get(line.id)
            if one is None or one.is_withdrawn or one.quantity != line.base_quantity:
                yield Finding(
                    f"Order line {line.id} wants {line.base_quantity}, but its requirement says "
                    f"{'nothing' if one is None or one.is_withdrawn else one.quantity}.",
                    {"line": line.id},
                )


def _ordered() -> Iterator[Finding | Count]:
    """What the fulfilment ledger has as ordered is the quantity of each standing line, and nothing for the others."""
    for documents in _batches(Order):
        states = {document.pk: document.state for document in documents}
        lines = store.lines_of(store.ORDER, list(states))
        done = fulfilment.progress("order_line", [line.id for own in lines.values() for line in own])
        for order_id, own in lines.items():
            yield Count(len(own))
            for line in own:
                stands = states[order_id] == OrderState.SUBMITTED and line.stands
                wanted = line.base_quantity if stands else 0
                ordered = done[line.id].ordered if line.id in done else 0
                if ordered != wanted:
                    yield Finding(
                        f"Order line {line.id} stands for {wanted}, but the fulfilment ledger has {ordered} ordered.",
                        {"line": line.id},
                    )


def _claims() -> Iterator[Finding | Count]:
    """What stands for an order in the exposure is its value, less what has gone on to deliveries and invoices."""
    currencies = {company.id: company.currency for company in masterdata.snapshot().companies.values()}
    standing = exposure.standing_for("order", Part.OPEN_ORDERS)
    for documents in _batches(Order):
        lines = store.lines_of(store.ORDER, [document.pk for document in documents])
        done = fulfilment.progress("order_line", [line.id for own in lines.values() for line in own])
        yield Count(len(documents))
        for order in documents:
            own = [done[line.id] for line in lines.get(order.pk, ()) if line.id in done]
            worth = _worth(order, currencies[order.company_id])
            least = 0 if any(one.delivered or one.billed for one in own) else worth
            stands = standing.get(order.pk, 0)
            if not least <= stands <= worth:
                yield Finding(
                    f"Order {order.number} claims {worth}, but {stands} stands in the exposure.",
                    {"number": order.number, "worth": worth, "exposed": stands},
                )


def _worth(order: Order, currency: str) -> int:
    """What an order in the books claims, in the company's currency at the rate of its day."""
    if order.state != OrderState.SUBMITTED:
        return 0
    return int(reference.exchange(order.gross, order.currency_id, currency, on=order.entered_on))


def _numbers() -> Iterator[Finding | Count]:
    """No two documents of a kind have the same number."""
    for model in (Order, Quotation):
        yield Count(model.objects.count())
        twice = model.objects.values("number").annotate(times=Number("pk")).filter(times__gt=1)
        for row in twice.values_list("number", "times"):
            yield Finding(f"{row[1]} documents have the number {row[0]}.", {"number": row[0]})


def _predecessors() -> Iterator[Finding | Count]:
    """The quotation line that an order line was made from exists, and belongs to the quotation named."""
    referring = OrderLine.objects.filter(reference_kind="quotation")
    yield Count(referring.count())
    there = QuotationLine.objects.filter(pk=OuterRef("reference_line_id"), quotation_id=OuterRef("reference_id"))
    for line in referring.filter(~Exists(there)):
        yield Finding(
            f"Order line {line.pk} was made from quotation line {line.reference_line_id}, which is not there.",
            {"line": line.pk},
        )


MASTERS = ("item_category", "site", "unit", "route", "shipping_point")
"""What order lines point at without a constraint of the database (docs/decisions/0004)."""


def _masters() -> Iterator[Finding | Count]:
    """Every master that an order line names is there."""
    yield Count(OrderLine.objects.count())
    for name in MASTERS:
        master: Any = OrderLine._meta.get_field(name).related_model
        named_there = master._default_manager.filter(pk=OuterRef(f"{name}_id"))
        lost = OrderLine.objects.filter(~Exists(named_there), **{f"{name}_id__isnull": False})
        for line_id, named in lost.values_list("pk", f"{name}_id").order_by("pk"):
            yield Finding(f"Order line {line_id} names {name} {named}, which is not there.", {"order_line": line_id})


def _sub_items() -> Iterator[Finding | Count]:
    """A sub-item has a role and a main line of its own document, which stands as long as it does."""
    kinds: tuple[tuple[Any, str], ...] = ((OrderLine, "order"), (QuotationLine, "quotation"))
    for line_model, parent in kinds:
        subs = line_model._default_manager.filter(main_line__isnull=False)
        yield Count(line_model._default_manager.count())
        mains = line_model._default_manager.filter(
            **{f"{parent}_id": OuterRef(f"{parent}_id")},
            line_number=OuterRef("main_line"),
            main_line=None,
            rejection_reason="",
        )
        lost = subs.filter(~Exists(mains), rejection_reason="") | subs.filter(role="")
        for line_id, number in lost.values_list("pk", "main_line").order_by("pk"):
            yield Finding(
                f"{parent.capitalize()} line {line_id} belongs to line {number}, which is not there or does not stand.",
                {"line": line_id},
            )


register(Check("sales: sub-items", "Every sub-item has a main line that stands as it does.", _sub_items))
register(Check("sales: masters", "Every master that an order line names is there.", _masters))
register(Check("sales: totals", "A document comes to the sum of its lines, a line to the sum of its trace.", _totals))
register(Check("sales: requirements", "Every line whose goods are wanted has its requirement.", _requirements))
register(Check("sales: ordered", "The fulfilment ledger has ordered what the standing lines say.", _ordered))
register(Check("sales: claims", "What stands for an order in the exposure is what is left of its value.", _claims))
register(Check("sales: numbers", "Document numbers are given once.", _numbers))
register(Check("sales: predecessors", "Every line's predecessor exists.", _predecessors))
