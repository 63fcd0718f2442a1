"""Goods by rule: what serves an item where its own goods cannot, as the item itself or as sub-items.

The rules name products and sites; promising says which of them are to serve how much, under locks for an order, and
without any for a quotation, which holds nothing. What was decided for a quotation goes over to its order as it is.

| part of the item | stands in the order as |
| --- | --- |
| what its own goods serve, and what nobody does | the item |
| all of it by other goods | the item, with what was asked for beside it |
| the rest by other goods | sub-items, at their own site, of the item's category |
"""

from collections.abc import Collection, Iterable, Sequence
from math import gcd
from typing import NamedTuple

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import Item, Named, ProductTerms, Ruled
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions.alternatives import Prepare, plan, plan_held
from troth.business.promising.rules.alternatives import ORDERED, Alternative, Asked, Part, Planned, Strategy
from troth.business.promising.rules.wish import Wish
from troth.business.sales.actions import offering, prices
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions.document import Document, needs_wish, wishes
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.kernel.alternatives import Building, Picking
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held, Overlay


class _Ask(NamedTuple):
    """A line with what holds for it, and the alternatives as lines of their own."""

    line: Line
    ruled: Ruled
    lines: tuple[Line, ...]


class Question(NamedTuple):
    """What a document asks: each line's wish, and by line number what rules say of it."""

    asked: tuple[Asked, ...]
    asks: dict[int, _Ask]


SUPPOSED = promising.SUPPOSED


def question(document: Document, only: Collection[int] | None = None, *, proposed: bool = False) -> Question | None:
    """What is to be asked for a document's standing lines; None where no rule holds for any that is to be decided.

    `only`: numbers of the lines to decide on; the others take what they take. `proposed` asks for what nobody has taken
    yet and does not happen by itself.
    """
    if not document.terms.state.rules:
        return None
    asks = {ask.line.line_number: ask for ask in _asks(document, only, proposed=proposed)}
    if not asks:
        return None
    ready = [line for line in document.standing if _is_ready(document, line)]
    own = {line.line_number: wish for line, wish in zip(ready, _wishes(document, ready), strict=True)}
    ids = iter(range(-1, -(10**9), -1))
    asked = []
    for number, wish in own.items():
        named = wish._replace(line_id=next(ids))
        if number in asks:
            asked.append(_asked(document, asks[number], named, ids))
        else:
            asked.append(Asked(named))
    return Question(tuple(asked), asks)


def instead(document: Document, line: Line) -> tuple[Alternative, ...]:
    """The other products that rules name for a line and that can serve it, whether or not they do so by themselves."""
    ruled = masterdata.ruled(document.terms.state.rules, _item(document, line))
    if ruled is None or not _is_ready(document, line):
        return ()
    _read_products(document, [ruled])
    [wish] = _wishes(document, [line])
    asked = _asked(document, _Ask(line, ruled, _lines(document, line, ruled)), wish, iter(range(-1, -(10**6), -1)))
    others = zip(ruled.alternatives, asked.alternatives, strict=True)
    return tuple(one for named, one in others if named.product_id != line.product_id and not one.obstacle)


def _is_ready(document: Document, line: Line) -> bool:
    return line.site_id is not None and line.requested_on is not None and needs_wish(document, line)


def _wishes(document: Document, lines: Sequence[Line]) -> tuple[Wish, ...]:
    return tuple(wish._replace(document=SUPPOSED) for wish in wishes(document, lines))


def _asks(document: Document, only: Collection[int] | None, *, proposed: bool) -> list[_Ask]:
    """The lines for which a rule holds, with its alternatives; the terms of all products in one statement."""
    terms = document.terms
    found = []
    for line in document.standing:
        takes = family.takes(line)
        quoted = line.reference_line_id is not None and not takes
        if (only is not None and line.line_number not in only) or quoted or not _is_ready(document, line):
            continue
        ruled = masterdata.ruled(terms.state.rules, _item(document, line))
        if ruled is None or family.choice(line) == family.NONE:
            continue
        if (ruled.rule.mode == "automatic" or takes) != proposed:
            found.append((line, ruled))
    _read_products(document, [ruled for _, ruled in found])
    meant = [(line, one) for line, ruled in found if (one := _meant(document, line, ruled)) is not None]
    return [_Ask(line, ruled, _lines(document, line, ruled)) for line, ruled in meant]


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


def _item(document: Document, line: Line) -> Item:
    customer, header = document.terms.customer, document.header
    product = document.terms.product(line.product_id)
    return Item(
        line.product_id, product.category, line.site_id, header.company_id, header.sales_organisation_id,
        customer.customer_id, customer.group, header.order_type_id, header.entered_on,
    )  # fmt: skip


def _lines(document: Document, line: Line, ruled: Ruled) -> tuple[Line, ...]:
    """The line as each alternative would serve all of it."""
    terms = document.terms
    ways = terms.choices(document.header).ways
    found = []
    for one in ruled.alternatives:
        top, bottom = _factor(terms.product(line.product_id), terms.product(one.product_id), one)
        moved = line
        if one.product_id != line.product_id:
            moved = offering.of_product(line, one.product_id, line.base_quantity // bottom * top, terms)._replace(
                batch=""
            )
        way = ways.get(one.site_id) if one.site_id is not None else None
        if one.site_id != line.site_id:
            moved = moved._replace(
                site_id=one.site_id,
                shipping_point_id=way.shipping_point_id if way else None,
                route_id=way.route_id if way else None,
            )
        found.append(moved)
    return tuple(found)


def _factor(ordered: ProductTerms, other: ProductTerms, named: Named) -> tuple[int, int]:
    """So many smallest units of the other product for so many of the ordered one, in lowest terms."""
    top = named.numerator * 10**other.base_unit.decimals
    bottom = named.denominator * 10**ordered.base_unit.decimals
    shared = gcd(top, bottom)
    return top // shared, bottom // shared


def _asked(document: Document, ask: _Ask, wish: Wish, ids: Iterable[int]) -> Asked:
    terms, rule = document.terms, ask.ruled.rule
    found = []
    for named, line, line_id in zip(ask.ruled.alternatives, ask.lines, ids, strict=False):
        product = terms.product(named.product_id)
        obstacle = _obstacle(document, line)
        top, bottom = _factor(terms.product(ask.line.product_id), product, named)
        [of_it] = (
            _wishes(document, [line._replace(base_quantity=max(line.base_quantity, 1))]) if not obstacle else [wish]
        )
        site = terms.state.sites[line.site_id].code if line.site_id is not None else ""
        quantity = ask.line.base_quantity // bottom * top
        found.append(
            Alternative(
                of_it._replace(line_id=line_id, quantity=quantity),
                top,
                bottom,
                product.number,
                site,
                named.rule,
                obstacle,
            )
        )
    strategy = Strategy(Building(rule.building), Picking(rule.picking), rule.rest_on == "first")
    return Asked(wish, tuple(found), strategy)


def _obstacle(document: Document, line: Line) -> str:
    """Why an alternative cannot serve at all, in a word; empty where it can."""
    terms = document.terms
    product = terms.product(line.product_id)
    if not (product.is_active and product.is_sold and product.is_stocked):
        return "not_sold"
    if line.product_id in offering.offers_of(terms, document.header.entered_on).barred:
        return "not_offered"
    if line.site_id is None:
        return "no_site"
    site = terms.state.sites[line.site_id]
    if not site.is_active:
        return "closed"
    if site.company_id != document.header.company_id:
        return "other_company"
    return "no_way" if line.route_id is None or line.shipping_point_id is None else ""


def supposed(
    document: Document, *, only: Collection[int] | None = None, standing: Sequence[int] = (), clock: Clock
) -> None:
    """`decide` on books that are supposed: for a quotation, or for who only asks. Nothing is held."""
    asked = question(document, only)
    if asked is not None:
        _apply(document, asked, plan(asked.asked, clock=clock, prepare=without(standing, clock)))


def without(standing: Sequence[int], clock: Clock) -> Prepare | None:
    """What supposes that lines have let go of their goods."""
    if not standing:
        return None

    def let_go(books: Overlay) -> None:
        books.take(*promises.keys("order", standing))
        promising.withdraw(books, "order", standing, clock=clock)

    return let_go


def decide(
    held: Held,
    document: Document,
    others: Sequence[BalanceKey],
    *,
    only: Collection[int] | None = None,
    standing: Sequence[int] = (),
    clock: Clock,
) -> bool:
    """Let rules decide under locks what serves the lines of an order; `others` are locked in one go with what is read.

    `standing`: ids of lines whose promises are let go of first, as far as the decision goes. False where no rule holds:
    then nothing was locked.
    """
    asked = question(document, only)
    if asked is None:
        return False

    planned = plan_held(held, asked.asked, others, clock=clock, prepare=without(standing, clock))
    _apply(document, asked, planned)
    return True


def _apply(document: Document, question: Question, planned: Sequence[Planned]) -> None:
    """The document's lines as they were decided, priced anew where they are others."""
    plans = by_number(document, question, planned)
    if all(not one.tried for one in plans.values()):
        return
    taken = {line.line_number for line in document.lines}
    lines: list[Line] = []
    for line in document.lines:
        decided = plans.get(line.line_number)
        if decided is None or not decided.tried:
            lines.append(line)
            continue
        made = _made(document, question.asks[line.line_number], decided, taken)
        taken |= {one.line_number for one in made}
        lines += made
    changed = {one.line_number for one in lines} - {one.line_number for one in document.lines}
    changed |= {one.line_number for one in document.lines if not plans.get(one.line_number, _NOTHING).is_as_ordered}
    keep = frozenset(one.line_number for one in lines if one.line_number not in changed)
    priced, unpriced = prices.price(document.header, lines, document.terms, keep=keep)
    document.lines = priced
    document.unpriced = frozenset((document.unpriced & keep) | unpriced)


_NOTHING = Planned(Asked(None), ())  # type: ignore[arg-type]


def by_number(document: Document, question: Question, planned: Sequence[Planned]) -> dict[int, Planned]:
    """What was planned for the lines that rules were asked for, by their numbers."""
    numbers = [line.line_number for line in document.standing if _is_ready(document, line)]
    return {number: one for number, one in zip(numbers, planned, strict=True) if number in question.asks}


def _made(document: Document, ask: _Ask, planned: Planned, taken: Collection[int]) -> list[Line]:
    """The item and its sub-items, as they were decided."""
    line, rule = ask.line, ask.ruled.rule
    considered = {"rule": rule.code, "tried": [one.record() for one in planned.tried]}
    if planned.is_as_ordered:
        return [line._replace(asked={**line.asked, "considered": considered})]
    first, *rest = planned.parts
    numbers = set(taken)
    main = _part(document, ask, first)
    wanted = family.asking(line, by=family.RULE, why=rule.reason, printed=True, considered=considered)
    found = [main._replace(asked={**wanted, **_priced(ask, first)})]
    for part in rest:
        number = family.sub_number(line.main_line or line.line_number, numbers)
        numbers.add(number)
        sub = _part(document, ask, part)
        facts = {"why": rule.reason} if rule.reason else {}
        found.append(
            sub._replace(
                line_number=number,
                id=0,
                main_line=line.main_line or line.line_number,
                role=family.ALTERNATIVE,
                text="",
                asked={**facts, "by": family.RULE, **_priced(ask, part)},
            )
        )
    return found


def _part(document: Document, ask: _Ask, part: Part) -> Line:
    of = ask.line if part.place == ORDERED else ask.lines[part.place - 1]
    made = offering.of_product(of, of.product_id, part.quantity, document.terms)
    return made._replace(net=0, tax=0, gross=0, price_trace=())


def _priced(ask: _Ask, part: Part) -> dict[str, list[int]]:
    """What a part is priced as: the ordered product in its share, at the scales of the whole, if the rule says so."""
    line = ask.line
    own = part.place == ORDERED or ask.lines[part.place - 1].product_id == line.product_id
    if not own and ask.ruled.rule.price_of != "ordered":
        return {}
    return {"priced": [line.product_id, part.ordered, line.base_quantity]}
