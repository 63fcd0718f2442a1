"""What a customer may order, what is sold instead, and what is free with it: decided when a line is entered.

    asked for        a product that the customer may order, or that has a successor
    substituted      another product is sold in its place, by itself or because somebody took the proposal
    free goods       a sub-item without a price, within the ordered quantity or on top of it

Each is read in one statement for all lines of a document, and in none where master data keeps nothing of the kind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import (
    Buyer,
    FreeGoodsTerms,
    NotOffered,
    ProductTerms,
    SubstitutionTerms,
)
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions import texts
from troth.business.sales.actions.terms import Terms
from troth.business.sales.rules import family, limits, refusals
from troth.business.sales.rules.drafts import measures
from troth.business.sales.rules.lines import Header, Line
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.free_goods import INCLUSIVE, grant
from troth.kernel.quantity import checked
from troth.kernel.successors import followed


@dataclass(frozen=True, slots=True)
class Offers:
    """What master data says of the products of a document. `known` are the products that were asked about."""

    known: frozenset[int]
    substitutes: Mapping[int, SubstitutionTerms] = field(default_factory=dict)
    barred: Mapping[int, NotOffered] = field(default_factory=dict)
    deals: Mapping[int, Sequence[FreeGoodsTerms]] = field(default_factory=dict)


def buyer(terms: Terms, today: date) -> Buyer:
    return Buyer(terms.customer.customer_id, terms.customer.group, today)


def offers_of(terms: Terms, today: date) -> Offers:
    """What holds for the products of these terms; read again when there are more of them."""
    ids = frozenset(product.product_id for product in terms.products.values())
    kept = terms.offers
    if isinstance(kept, Offers) and ids <= kept.known:
        return kept
    terms.offers = found = _read(terms, ids, buyer(terms, today)) if terms.state.offering else Offers(ids)
    return found


def _read(terms: Terms, ids: frozenset[int], who: Buyer) -> Offers:
    kept = terms.state.offering
    substitutes = _chains(ids, who) if "substitutions" in kept else {}
    instead = {one.substitute_id for one in substitutes.values()}
    deals = masterdata.free_goods(who, ids | instead) if "free_goods" in kept else {}
    given = {one.free_product_id for found in deals.values() for one in found if one.free_product_id is not None}
    more = (instead | given) - ids
    if more:
        terms.products.update(reading.products_by_id(more, who.customer_id))
    everything = ids | instead | given
    barred: Mapping[int, NotOffered] = {}
    if "listings" in kept:
        barred = masterdata.not_offered(who, {one: terms.product(one).category for one in everything})
    return Offers(everything, substitutes, barred, deals)


def _chains(ids: Iterable[int], who: Buyer) -> dict[int, SubstitutionTerms]:
    """What is sold instead of each product, and of that again, to the end."""
    found: dict[int, SubstitutionTerms] = {}
    asked: set[int] = set()
    wanted = set(ids)
    while wanted:
        asked |= wanted
        found |= masterdata.substitutions(who, wanted)
        wanted = {one.substitute_id for one in found.values()} - asked
    return found


def sold_instead(product_id: int, chosen: str, terms: Terms, offers: Offers) -> int:
    """The product that is sold where `product_id` is asked for: the last of its successors that can be sold."""

    def after(one: int) -> int | None:
        step = offers.substitutes.get(one)
        if step is None or chosen == family.NONE or not (step.is_automatic or chosen == family.TAKE):
            return None
        return step.substitute_id

    chain = followed(product_id, after)
    return next((one for one in reversed(chain[1:]) if _can_be_sold(one, terms, offers)), product_id)


def proposed(product_id: int, terms: Terms, offers: Offers) -> int | None:
    """What would be sold instead if somebody took the proposal; None where nothing else would."""
    found = sold_instead(product_id, family.TAKE, terms, offers)
    return None if found == product_id else found


def _can_be_sold(product_id: int, terms: Terms, offers: Offers) -> bool:
    product = terms.product(product_id)
    return product.is_active and product.is_sold and product_id not in offers.barred


def replaced(terms: Terms, today: date) -> dict[int, tuple[bool, str]]:
    """Of the products of these terms those that another is sold for: (by itself, the other's number)."""
    offers = offers_of(terms, today)
    found = {}
    for product_id in offers.substitutes:
        by_itself = sold_instead(product_id, "", terms, offers)
        instead = by_itself if by_itself != product_id else proposed(product_id, terms, offers)
        if instead is not None:
            found[product_id] = (by_itself != product_id, terms.product(instead).number)
    return found


def not_offered(
    rows: Mapping[int, Line], terms: Terms, *, stands: Collection[int] = (), today: date
) -> Iterator[refusals.NotOffered]:
    """A refusal for each row whose product the customer may not order, nor one in its place; what `stands` may stay."""
    offers = offers_of(terms, today)
    if not offers.barred:
        return
    for row, line in rows.items():
        sold = sold_instead(line.product_id, family.choice(line), terms, offers)
        if sold in offers.barred and line.product_id not in stands:
            yield _refusal(line.product_id, terms, offers, row)


def _refusal(product_id: int, terms: Terms, offers: Offers, row: int | None) -> refusals.NotOffered:
    """The refusal of a product in a row, with what to do."""
    why, product = offers.barred[product_id], terms.product(product_id).number
    facts: dict[str, Any] = {"product": product, "row": row, "field": "product"}
    other = proposed(product_id, terms, offers)
    if other is not None:
        number = terms.product(other).number
        said = Sentence(
            "Product %(product)s may not be sold to this customer. Take %(other)s instead.",
            product=product,
            other=number,
        )
        return refusals.NotOffered(said, **facts, offer=number)
    if not why.is_excluded:
        said = Sentence(
            "Product %(product)s stands on none of this customer's lists. Choose one that does, or have it listed.",
            product=product,
        )
    elif why.reason:
        said = Sentence(
            "Product %(product)s may not be sold to this customer (%(reason)s). Choose another product.",
            product=product,
            reason=why.reason,
        )
    else:
        said = Sentence(
            "Product %(product)s may not be sold to this customer. Choose another product.", product=product
        )
    return refusals.NotOffered(said, **facts)


def refuse_not_offered(lines: Iterable[Line], terms: Terms, today: date) -> None:
    """Refuse to carry over what the customer may not order any more."""
    offers = offers_of(terms, today)
    for line in lines:
        if line.product_id in offers.barred:
            raise _refusal(line.product_id, terms, offers, line.line_number)


def offered(
    lines: Iterable[Line], header: Header, terms: Terms, *, taken: Iterable[int] = (), today: date
) -> tuple[Line, ...]:
    """Main lines as they are sold, each followed by its sub-items; `taken` are line numbers in use besides.

    Lines that were rejected, and sub-items, are passed on as they are.
    """
    given = list(lines)
    offers = offers_of(terms, today)
    if not (offers.substitutes or offers.deals):
        return tuple([_in_packages(line, terms) for line in given])
    numbers = {*taken, *(line.line_number for line in given)}
    found: list[Line] = []
    for line in given:
        if not line.stands or line.main_line is not None:
            found.append(line)
            continue
        sold = _in_packages(_substituted(line, header, terms, offers), terms)
        main, free = _with_free_goods(line, sold, terms, offers, numbers)
        found += [main, *free]
        numbers.update(one.line_number for one in free)
    return tuple(found)


def _in_packages(line: Line, terms: Terms) -> Line:
    """The line with the quantity that the rule of its packages makes of what was ordered, which it keeps beside it."""
    packing = terms.packing(line.product_id) if line.stands and line.main_line is None else None
    if packing is None or not (quantity := packing.requested(line.base_quantity)):
        return line
    if quantity == line.base_quantity:
        return line
    more = {} if family.is_other(line) else {"by": family.PACKAGES, "printed": True}
    asked = family.asking(line, **more, up=max(quantity - line.base_quantity, 0))
    return of_product(line, line.product_id, quantity, terms)._replace(asked=asked)


def _substituted(line: Line, header: Header, terms: Terms, offers: Offers) -> Line:
    sold_id = sold_instead(line.product_id, family.choice(line), terms, offers)
    if sold_id == line.product_id:
        return line
    steps = _steps(line.product_id, sold_id, family.choice(line), offers)
    base = line.base_quantity
    for step in steps:
        base = converted(base, terms.product(step.product_id), terms.product(step.substitute_id), step)
    why = next((step.reason for step in reversed(steps) if step.reason), "")
    asked = family.asking(line, by=family.SUBSTITUTION, why=why, printed=any(step.is_printed for step in steps))
    return placed(of_product(line, sold_id, base, terms)._replace(asked=asked), line, header, terms)


def _steps(product_id: int, sold_id: int, chosen: str, offers: Offers) -> list[SubstitutionTerms]:
    steps = []
    while product_id != sold_id:
        steps.append(offers.substitutes[product_id])
        product_id = steps[-1].substitute_id
    return steps


def converted(quantity: int, asked: ProductTerms, sold: ProductTerms, step: SubstitutionTerms) -> int:
    """A quantity of one product as one of the other, both in smallest units; a part of a step counts as a whole one."""
    top = quantity * step.numerator * 10**sold.base_unit.decimals
    return checked(-(-top // (step.denominator * 10**asked.base_unit.decimals)))


def of_product(line: Line, product_id: int, base_quantity: int, terms: Terms) -> Line:
    """The line with another product or quantity: in its unit where that comes out even, else in the base unit."""
    product = terms.product(product_id)
    unit_id, quantity = product.base_unit.code, base_quantity
    unit = product.unit(line.unit_id)
    if unit is not None and line.unit_id != unit_id:
        try:
            quantity = unit.factor.from_base(base_quantity, unit=unit.unit, base=product.base_unit)
            unit_id = line.unit_id
        except BusinessError:
            quantity = base_quantity
    weight_g, volume_ml = measures(product, base_quantity)
    words = line.texts if product_id == line.product_id else {**line.texts, **texts.of_line(terms, None, product_id)}
    location = line.location if product.is_stocked and not product.has_batches else ""
    return line._replace(
        product_id=product_id, quantity=quantity, unit_id=unit_id, base_quantity=base_quantity, weight_g=weight_g,
        volume_ml=volume_ml, texts=words, location=location,
        valuation=line.valuation if product_id == line.product_id else "",
        min_shipment=line.min_shipment
        if product_id == line.product_id
        else limits.rescaled(line.min_shipment, line.base_quantity, base_quantity),
    )  # fmt: skip


def placed(sold: Line, asked: Line, header: Header, terms: Terms) -> Line:
    """The line where its product ships from, if it came from where the product that was asked for does."""
    product, before = terms.product(sold.product_id), terms.product(asked.product_id)
    if header.site_id is not None or asked.site_id != before.default_site_id or product.default_site_id is None:
        return sold
    way = terms.choices(header).ways.get(product.default_site_id)
    return sold._replace(
        site_id=product.default_site_id,
        location="",
        shipping_point_id=way.shipping_point_id if way else None,
        route_id=way.route_id if way else None,
    )


def _with_free_goods(
    asked: Line, sold: Line, terms: Terms, offers: Offers, numbers: Collection[int]
) -> tuple[Line, tuple[Line, ...]]:
    """The main line with what is to pay, and its free sub-item. A line that has no price earns nothing."""
    if not terms.categories[sold.item_category_id].is_priced:
        return sold, ()
    for basis in dict.fromkeys((asked.product_id, sold.product_id)):
        ordered = asked.base_quantity if basis == asked.product_id else sold.base_quantity
        deal = next((one for one in offers.deals.get(basis, ()) if one.from_quantity <= ordered), None)
        if deal is not None:
            return _granted(deal, ordered, sold, terms, offers, numbers)
    return sold, ()


def _granted(
    deal: FreeGoodsTerms, ordered: int, sold: Line, terms: Terms, offers: Offers, numbers: Collection[int]
) -> tuple[Line, tuple[Line, ...]]:
    granted = grant(
        ordered,
        kind=deal.kind,
        from_quantity=deal.from_quantity,
        per_quantity=deal.per_quantity,
        free_quantity=deal.free_quantity,
    )
    product_id = sold.product_id if deal.free_product_id is None else deal.free_product_id
    # Of a product that is sold instead the same share is free, in whole steps.
    free = granted.free if deal.free_product_id is not None else granted.free * sold.base_quantity // ordered
    if not free or not _can_be_sold(product_id, terms, offers):
        return sold, ()
    sub = of_product(sold, product_id, free, terms)._replace(
        line_number=family.sub_number(sold.line_number, numbers),
        main_line=sold.line_number,
        role=family.FREE,
        item_category_id=deal.item_category_id,
        asked={"why": deal.reason} if deal.reason else {},
        manual_conditions=(),
        text="",
        min_shipment=None,
        id=0,
        reference_kind="",
        reference_id=None,
        reference_line_id=None,
        net=0,
        tax=0,
        gross=0,
        price_trace=(),
    )
    if deal.kind != INCLUSIVE:
        return sold, (sub,)
    main = of_product(sold, sold.product_id, sold.base_quantity - free, terms)
    return main._replace(asked=family.asking(sold)), (sub,)
