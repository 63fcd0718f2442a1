"""What rules name for the lines of a document, as wishes that promising can try: made when somebody looks at them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from types import MappingProxyType
from typing import Any, NamedTuple

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import Item, Named, Occasion, ProductTerms, Ruled, RuleTerms
from troth.business.promising import actions as promising
from troth.business.promising.rules.alternatives import Alternative, Asked, Strategy
from troth.business.promising.rules.wish import Wish
from troth.business.sales.actions import offering
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions.document import Document, needs_wish, wish_instead, wishes
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.kernel.alternatives import Building, Picking

SUPPOSED = promising.SUPPOSED


@dataclass(frozen=True)
class Ask:
    """A line with what holds for it. `together` is what holds for all lines that are asked about with it."""

    document: Document
    line: Line
    ruled: Ruled
    together: Sequence[Ruled]

    def line_of(self, place: int) -> Line:
        """The line as the alternative at a place, from 1 on, would serve all of it; its product has been read."""
        terms, named = self.document.terms, self.ruled.alternatives[place - 1]
        moved = self.at(named.site_id)
        if named.product_id == moved.product_id:
            return moved
        top, bottom = _factor(terms.product(moved.product_id), terms.product(named.product_id), named)
        quantity = moved.base_quantity // bottom * top
        return offering.of_product(moved, named.product_id, quantity, terms)._replace(batch="")

    def at(self, site_id: int | None) -> Line:
        """The line as it would be served from a site."""
        if site_id not in self._at:
            self._at[site_id] = _moved(self.document, self.line, site_id)
        return self._at[site_id]

    @cached_property
    def _at(self) -> dict[int | None, Line]:
        return {self.line.site_id: self.line}


class _Named(Sequence[Alternative]):
    """The alternatives of a line, made when one is looked at: a rule that nobody needs costs nothing."""

    def __init__(self, ask: Ask, wish: Wish, ids: Sequence[int]) -> None:
        self._ask, self._wish, self._ids = ask, wish, ids

    @cached_property
    def _made(self) -> tuple[Alternative, ...]:
        return _alternatives(self._ask, self._wish, self._ids)

    def __len__(self) -> int:
        return len(self._ask.ruled.alternatives)

    def __getitem__(self, place: Any) -> Any:
        return self._made[place]


class Question(NamedTuple):
    """What a document asks: the wish of each line that takes its turn, by `numbers`, and what rules say of some.

    `bound` by number is what of a line is not asked about, because it has been delivered.
    """

    asked: tuple[Asked, ...]
    numbers: tuple[int, ...]
    asks: dict[int, Ask]
    occasion: Occasion
    bound: Mapping[int, int] = MappingProxyType({})


def question(
    document: Document,
    only: Collection[int] | None = None,
    *,
    occasion: Occasion = Occasion.ENTRY,
    proposed: bool = False,
    bound: Mapping[int, int] = MappingProxyType({}),
) -> Question | None:
    """What is to be asked for a document's standing lines; None where no rule holds for any that is to be decided.

    `only`: numbers of the lines to decide on; the others have their promises, or take none. `proposed` asks for what
    nobody has taken yet and does not happen by itself. `bound` by number is not asked about.
    """
    if not document.terms.state.rules:
        return None
    asks = {ask.line.line_number: ask for ask in _asks(document, only, occasion, proposed=proposed)}
    if not asks:
        return None
    ready = [line for line in document.standing if is_ready(document, line)]
    if only is not None:
        ready = [line for line in ready if line.line_number in only]
    own = {line.line_number: wish for line, wish in zip(ready, _wishes(document, ready), strict=True)}
    free = -1
    asked = []
    for number, wish in own.items():
        wanted = wish.quantity - bound.get(number, 0)
        named, free = wish._replace(line_id=free, quantity=wanted), free - 1
        if number in asks:
            asked.append(_asked(asks[number], named, free))
            free -= len(asked[-1].alternatives)
        else:
            asked.append(Asked(named))
    return Question(tuple(asked), tuple(own), asks, occasion, bound)


def instead(document: Document, line: Line) -> tuple[Alternative, ...]:
    """The other products that rules name for a line and that can serve it, whether or not they do so by themselves."""
    ruled = masterdata.ruled(document.terms.state.rules_for(line.product_id), _item(document, line, None))
    if ruled is None or line.location or line.valuation or not is_ready(document, line):
        return ()
    [wish] = _wishes(document, [line])
    asked = _asked(Ask(document, line, ruled, [ruled]), wish, -1)
    others = zip(ruled.alternatives, asked.alternatives, strict=True)
    return tuple(one for named, one in others if named.product_id != line.product_id and not one.obstacle)


def rules_of(document: Document, line: Line, occasion: Occasion | None = Occasion.ENTRY) -> list[tuple[RuleTerms, str]]:
    """The rules for the goods of a line by rank, each with the condition that does not fit, empty where it holds."""
    item = _item(document, line, occasion)
    return [(rule, masterdata.obstacle(rule, item)) for rule in document.terms.state.rules_for(line.product_id)]


def is_ready(document: Document, line: Line) -> bool:
    return line.site_id is not None and line.requested_on is not None and needs_wish(document, line)


def _wishes(document: Document, lines: Sequence[Line]) -> tuple[Wish, ...]:
    return tuple(wish._replace(document=SUPPOSED) for wish in wishes(document, lines))


def _asks(document: Document, only: Collection[int] | None, occasion: Occasion, *, proposed: bool) -> list[Ask]:
    """The lines for which a rule holds."""
    terms = document.terms
    found = []
    for line in document.standing:
        takes = family.takes(line)
        quoted = line.reference_line_id is not None and not takes
        if (only is not None and line.line_number not in only) or quoted or not is_ready(document, line):
            continue
        if line.location or line.valuation:  # that location alone, or goods of that type, are to serve it
            continue
        ruled = masterdata.ruled(terms.state.rules_for(line.product_id), _item(document, line, occasion))
        if ruled is None or family.choice(line) == family.NONE:
            continue
        if (ruled.rule.mode == "automatic" or takes) != proposed:
            found.append((line, ruled))
    _read_products(document, [ruled for line, ruled in found if family.names_one(family.choice(line))])
    meant = [(line, one) for line, ruled in found if (one := _meant(document, line, ruled)) is not None]
    together = [ruled for _, ruled in meant]
    return [Ask(document, line, ruled, together) for line, ruled in meant]


def _meant(document: Document, line: Line, ruled: Ruled) -> Ruled | None:
    """What the rules name, or of that the one that was taken; a choice that nobody names any more is passed over."""
    chosen = family.choice(line)
    if not family.names_one(chosen):
        return ruled
    found = tuple(one for one in ruled.alternatives if alternative_of(document, one) == chosen)
    if found:
        return ruled._replace(alternatives=found)
    return ruled if ruled.rule.mode == "automatic" else None


def alternative_of(document: Document, named: Named) -> str:
    """What to enter to take one alternative; its product is read."""
    terms = document.terms
    site = terms.state.sites[named.site_id].code if named.site_id is not None else ""
    return family.alternative(terms.product(named.product_id).number, site)


def _read_products(document: Document, found: Iterable[Ruled]) -> None:
    """The terms of all products that rules name, in one statement."""
    terms = document.terms
    ids = {one.product_id for ruled in found for one in ruled.alternatives}
    more = ids - {product.product_id for product in terms.products.values()}
    if more:
        terms.products.update(reading.products_by_id(more, terms.customer.customer_id))


def _item(document: Document, line: Line, occasion: Occasion | None) -> Item:
    customer, header = document.terms.customer, document.header
    product = document.terms.product(line.product_id)
    return Item(
        line.product_id, product.category, product.division, line.site_id, header.company_id,
        header.sales_organisation_id, customer.customer_id, customer.group, header.order_type_id, header.source_system,
        header.entered_on, occasion,
    )  # fmt: skip


def _moved(document: Document, line: Line, site_id: int | None) -> Line:
    ways = document.terms.choices(document.header).ways
    way = ways.get(site_id) if site_id is not None else None
    return line._replace(
        site_id=site_id,
        shipping_point_id=way.shipping_point_id if way else None,
        route_id=way.route_id if way else None,
    )


def _factor(ordered: ProductTerms, other: ProductTerms, named: Named) -> tuple[int, int]:
    """So many smallest units of the other product for so many of the ordered one, in lowest terms."""
    if named.numerator == named.denominator and ordered.base_unit.decimals == other.base_unit.decimals:
        return 1, 1
    top = named.numerator * 10**other.base_unit.decimals
    bottom = named.denominator * 10**ordered.base_unit.decimals
    shared = gcd(top, bottom)
    return top // shared, bottom // shared


def _asked(ask: Ask, wish: Wish, free: int) -> Asked:
    """`free` is the first line id that the alternatives may have; the next are less."""
    rule = ask.ruled.rule
    strategy = Strategy(Building(rule.building), Picking(rule.picking), rule.rest_on == "first")
    return Asked(wish, _Named(ask, wish, range(free, free - len(ask.ruled.alternatives), -1)), strategy)


def _alternatives(ask: Ask, wish: Wish, ids: Sequence[int]) -> tuple[Alternative, ...]:
    document, terms = ask.document, ask.document.terms
    _read_products(document, ask.together)
    barred = offering.offers_of(terms, document.header.entered_on).barred
    ordered, quantity = terms.product(ask.line.product_id), wish.quantity
    found = []
    for named, line_id in zip(ask.ruled.alternatives, ids, strict=True):
        product, line = terms.product(named.product_id), ask.at(named.site_id)
        obstacle = _obstacle(document, product, line, barred)
        top, bottom = _factor(ordered, product, named)
        least = -(-wish.min_shipment * top // bottom)
        of_it = wish._replace(line_id=line_id, quantity=quantity // bottom * top, min_shipment=least, rounded_up=0)
        if not obstacle:
            of_it = wish_instead(document, of_it, product, line)
        site = terms.state.sites[line.site_id].code if line.site_id is not None else ""
        found.append(Alternative(of_it, top, bottom, product.number, site, named.rule, obstacle))
    return tuple(found)


def _obstacle(document: Document, product: ProductTerms, line: Line, barred: Collection[int]) -> str:
    """Why a product cannot serve at all from the site of `line`, in a word; empty where it can.

    `barred` products are not offered.
    """
    terms = document.terms
    if not (product.is_active and product.is_sold and product.is_stocked):
        return "not_sold"
    if product.product_id in barred:
        return "not_offered"
    if product.product_id in terms.state.valuations:
        return "valuated"
    if line.site_id is None:
        return "no_site"
    site = terms.state.sites[line.site_id]
    if not site.is_active:
        return "closed"
    if site.company_id != document.header.company_id:
        return "other_company"
    return "no_way" if line.route_id is None or line.shipping_point_id is None else ""
