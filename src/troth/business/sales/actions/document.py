"""An order while an action works on it: its header and lines as values, its terms, and what it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from troth.business.masterdata.queries import ProductTerms
from troth.business.promising.rules.wish import Wish
from troth.business.promising.states import Mode
from troth.business.quotas.rules import Traits
from troth.business.sales import store
from troth.business.sales.actions.terms import Terms
from troth.business.sales.models import Order
from troth.business.sales.rules import completeness, family, limits, lots
from troth.business.sales.rules.completeness import Missing, Step
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.states import OrderState
from troth.kernel import valuations
from troth.kernel.errors import Sentence
from troth.kernel.places import segment_of
from troth.kernel.quantity import format_quantity
from troth.kernel.scopes import Event
from troth.platform.documents import DocumentRef
from troth.reference import queries as reference

ORDER_KIND = "order"
QUOTATION_KIND = "quotation"
LINE_KIND = "order_line"
QUOTATION_LINE_KIND = "quotation_line"


@dataclass
class Document:
    """An order with everything an action decides on. `unpriced`: numbers of lines without a price.

    `agreed`: numbers of lines in the books whose quantity no minimum or multiple changes any more. `anew`: numbers of
    lines of which it is decided anew what serves them.
    """

    ref: DocumentRef
    header: Header
    status: store.Status
    lines: tuple[Line, ...]
    terms: Terms
    unpriced: frozenset[int] = frozenset()
    agreed: frozenset[int] = frozenset()
    anew: frozenset[int] = frozenset()
    warnings: list[str] = field(default_factory=list)
    _found_missing: tuple[tuple[Any, ...], tuple[Missing, ...]] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    @property
    def standing(self) -> tuple[Line, ...]:
        return tuple([line for line in self.lines if not line.rejection_reason])

    @property
    def totals(self) -> tuple[int, int, int]:
        """Net, tax and gross of the standing lines, in minor units of the order's currency."""
        standing = self.standing
        return (
            sum([line.net for line in standing]),
            sum([line.tax for line in standing]),
            sum([line.gross for line in standing]),
        )

    @property
    def gross_of_company(self) -> int:
        """The gross value in minor units of the company's currency, at the rate of the order's day."""
        return in_company_currency(self, self.totals[2])

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What the order lacks; reckoned again when its header, lines, prices or terms are others."""
        seen = (self.header, self.lines, self.unpriced, self.agreed, self.terms)
        kept = self._found_missing
        if kept is None or any(one is not other for one, other in zip(kept[0], seen, strict=True)):
            kept = self._found_missing = (seen, self._missing())
        return kept[1]

    def _missing(self) -> tuple[Missing, ...]:
        lacks = completeness.missing(
            self.header,
            self.lines,
            self.terms.categories,
            stocked=frozenset(p.product_id for p in self.terms.products.values() if p.is_stocked),
            unpriced=self.unpriced,
            needs_customer_reference=self.terms.order_type.needs_customer_reference,
        )
        open_lots = [line for line in self.standing if line.line_number not in self.agreed]
        return lacks + tuple(one for line in open_lots if (one := _lot(line, self.terms)) is not None)

    def lacks(self, step: Step) -> tuple[Missing, ...]:
        return completeness.holding_back(self.missing, step)

    def with_totals(self, **changed: object) -> store.Status:
        net, tax, gross = self.totals
        return replace(self.status, net=net, tax=tax, gross=gross, **changed)  # type: ignore[arg-type]


def _lot(line: Line, terms: Terms) -> Missing | None:
    """A quantity below the minimum or no multiple, with the one to order instead; what was quoted stays as quoted."""
    product = terms.product(line.product_id)
    minimum, multiple = product.minimum_quantity, product.multiple_quantity
    if not (minimum or multiple) or line.reference_line_id is not None:
        return None
    line = family.as_asked(line)
    if line.main_line is not None or line.product_id != product.product_id:
        return None
    unit, decimals = product.unit(line.unit_id), product.base_unit.decimals
    units, step = 0, 1
    if unit is not None and line.unit_id != product.base_unit.code:
        units, step = lots.whole_units(unit.factor.numerator, unit.factor.denominator, decimals=decimals)
    fits = lots.fitting(line.base_quantity, minimum=minimum, multiple=multiple, step=step)
    if fits is None:
        return None
    offer = str(fits // step * units) if units else format_quantity(fits, decimals)
    least = Sentence("at least %(amount)s", amount=_amount(minimum, product))
    rule = Sentence("in multiples of %(amount)s", amount=_amount(multiple, product)) if multiple else least
    if minimum and multiple:
        rule = Sentence("%(least)s and %(multiple)s", least=least, multiple=rule)
    sentence = Sentence(
        "Line %(line)s needs %(rule)s of %(product)s. Order %(offer)s.",
        line=line.line_number,
        rule=rule,
        product=product.number,
        offer=offer,
    )
    return Missing("quantity", line.line_number, Step.CONFIRMATION, sentence, offer)


def _amount(quantity: int, product: ProductTerms) -> str:
    return format_quantity(quantity, product.base_unit.decimals, product.base_unit.code)


def load(order: Order, product_ids: Iterable[int] = ()) -> Document:
    """The document of an order that is held, with the terms of its products and of those named."""
    from troth.business.sales.actions import terms as reading

    header, lines = store.header(order), store.lines(store.ORDER, order.pk)
    terms = reading.for_order(header, family.products(lines) | set(product_ids))
    document = Document(ref_of(order), header, store.status(order), lines, terms)
    document.unpriced = frozenset(
        line.line_number
        for line in lines
        if line.stands and not line.price_trace and terms.categories[line.item_category_id].is_priced
    )
    if document.status.state != OrderState.DRAFT:
        document.agreed = frozenset(line.line_number for line in lines)
    return document


def ref_of(order: Order) -> DocumentRef:
    return DocumentRef(ORDER_KIND, order.pk, order.number)


def in_company_currency(document: Document, amount: int) -> int:
    """Turn minor units of the order's currency into the company's, at the rate of the order's day."""
    header = document.header
    return reference.exchange(
        amount, header.currency_id, document.terms.customer.company_currency, on=header.entered_on
    )


def needs_wish(document: Document, line: Line) -> bool:
    """Whether goods are wanted: the category promises or delivers them, and they are kept in stock."""
    category = document.terms.categories[line.item_category_id]
    wanted = category.is_promised or category.is_delivered
    return line.stands and wanted and document.terms.product(line.product_id).is_stocked


def wishes(document: Document, lines: Iterable[Line]) -> tuple[Wish, ...]:
    """What these lines want of promising; lines without goods want nothing."""
    return tuple(_wish(document, line) for line in lines if needs_wish(document, line))


def _event(document: Document) -> str:
    """What its lines are checked as."""
    return Event.QUOTATION if document.ref.kind == QUOTATION_KIND else document.terms.order_type.checking_event


def _wish(document: Document, line: Line) -> Wish:
    header, terms = document.header, document.terms
    product = terms.product(line.product_id)
    assert line.site_id is not None
    assert isinstance(line.requested_on, date)
    least, days = limits.of_line(line, terms.customer)
    return Wish(
        document=document.ref,
        line_id=line.id,
        company_id=header.company_id,
        product_id=line.product_id,
        site_id=line.site_id,
        party_id=header.ship_to_id,
        quantity=line.base_quantity,
        requested_on=line.requested_on,
        way=terms.way(line),
        mode=Mode(line.delivery_mode),
        scope=terms.state.scope(product.availability_group, _event(document)),
        priority=header.priority,
        is_fixed=line.is_fixed,
        delivery_group=line.delivery_group,
        complete_delivery=header.complete_delivery,
        deliveries_max=line.deliveries_max or header.deliveries_max,
        value=line.net,
        owner_id=document.status.entered_by_id,
        is_checked=terms.categories[line.item_category_id].is_promised,
        segment=segment_of(line.location) or valuations.segment_of(line.valuation),
        # A location's own promises rest on what lies there: what is procured goes to the site.
        lead_time=None if line.location else terms.lead_time(product, line.site_id),
        life_days=product.life_days(terms.customer),
        batch=line.batch if product.has_batches else "",
        unit=product.base_unit.code,
        decimals=product.base_unit.decimals,
        traits=_traits(terms, product),
        considered=line.asked.get("considered"),
        line_number=line.line_number,
        min_shipment=least,
        lateness_days_max=days,
        packing=terms.packing(line.product_id),
        rounded_up=line.asked.get("up", 0),
    )


def wish_instead(document: Document, wish: Wish, product: ProductTerms, line: Line) -> Wish:
    """The wish of a line as it would be of another product, from the site and by the route of `line`.

    Its quantity is not touched.
    """
    terms = document.terms
    assert line.site_id is not None
    is_same = product.product_id == line.product_id
    return wish._replace(
        product_id=product.product_id,
        site_id=line.site_id,
        way=terms.way(line),
        scope=terms.state.scope(product.availability_group, _event(document)),
        lead_time=terms.lead_time(product, line.site_id),
        life_days=product.life_days(terms.customer),
        batch=line.batch if is_same and product.has_batches else "",
        unit=product.base_unit.code,
        decimals=product.base_unit.decimals,
        traits=_traits(terms, product),
        packing=terms.packing(product.product_id),
    )


def _traits(terms: Terms, product: ProductTerms) -> Traits:
    """By what the line is told apart in quotas: its product, and the customer with the region that it ships to."""
    customer = terms.customer
    return Traits(
        product.number,
        product.category,
        customer.number,
        customer.group,
        terms.country,
        terms.region,
        terms.state.sales_organisations.get(customer.sales_organisation_id, ""),
        customer.edition,
    )
