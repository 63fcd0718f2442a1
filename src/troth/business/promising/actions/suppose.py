"""What would be: checks on books that are supposed. No lock, no trace, as many people at once as like.

A supposition moves supply or demand of a product at a site by day; a check asks for a quantity on a day. Both run the
rules of the promise on an overlay of the books, so that an answer differs from a promise in nothing but that it binds
nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import CustomerTerms, ValuationTypes
from troth.business.promising import queries
from troth.business.promising.actions import quotas
from troth.business.promising.actions.agreed import fault_of, limited, packings
from troth.business.promising.actions.confirm import drawn_on, free_expired, series_keys, simulate
from troth.business.promising.actions.quotas import SUPPOSED, Raised
from troth.business.promising.actions.replay import wish_standing, with_group
from troth.business.promising.actions.traits import customer_named, for_customer, of_product
from troth.business.promising.rules import LinePromise, SiteClosed, Way, Wish
from troth.business.promising.states import Mode
from troth.business.quotas.rules import Traits
from troth.kernel import netting, valuations
from troth.kernel.calendars import WorkCalendar, day_of
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.kernel.limits import NO_LIMITS, Limits
from troth.kernel.netting import Category
from troth.kernel.packages import Packing
from troth.kernel.places import segment_of
from troth.kernel.quantity import MAX, Unit
from troth.kernel.scheduling import Calendars, Durations
from troth.kernel.scopes import CheckingScope, Event
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock
from troth.platform.locks import Overlay
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow

CHECKS_MAX = 1000
EVERY_DAY = WorkCalendar((True,) * 7)


@dataclass(frozen=True, slots=True)
class Check:
    """`quantity` (smallest units) of a product at a site is wanted ready on a day, by a mode and a scope of check ("":
    the one in which the product is checked for orders). With a `customer` (number) quotas and supply protection are
    those of that customer, and goods must last as long as it wants; without one, those of anybody. With a `location`
    (code) only what lies there counts. Of a product that is valuated separately, `valuation` names the type; "": its
    default. `limits` are those of the line; where it names none, the customer's hold. What is asked is rounded to whole
    packages as the line of an order is."""

    product_id: int
    site_id: int
    quantity: int
    on: date
    mode: str = Mode.PARTIAL
    scope: str = ""
    customer: str = ""
    location: str = ""
    valuation: str = ""
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class Supposition:
    """`quantity` (signed: more or less) of a category on a day, as if it were posted for a product at a site.

    Of a product that is valuated separately, of the type `valuation`; "": its default."""

    product_id: int
    site_id: int
    category: Category
    on: date
    quantity: int
    valuation: str = ""


Supposed = Supposition | Raised
"""What is supposed of goods, or of quotas."""


class TooManyChecks(BusinessError):
    """More is asked at once than is answered at once."""

    code = "too_many_checks"


def wish_of(one: Check) -> Wish:
    """The wish that a check stands for, for whoever asks what holds for it."""
    return _Reader([one]).wish(1, one)


Answer = LinePromise | BusinessError
"""What would be promised, or the reason why this cannot be checked; never nothing."""


def check(
    checks: Sequence[Check],
    supposed: Iterable[Supposed] = (),
    *,
    together: bool = False,
    clock: Clock,
) -> list[Answer]:
    """Answer each check, in their order: on the books as they are, or with what is `supposed` besides.

    Each stands for itself, unless they are made `together`: then what one takes the next does not see. At most 1,000 at
    once, by a fixed number of statements, and one more for each that names a location. A check that cannot be made has
    its reason as its answer.
    """
    if len(checks) > CHECKS_MAX:
        raise TooManyChecks(
            Sentence("Ask for at most %(most)s checks at once."), most=CHECKS_MAX, asked=len(checks)
        )  # fmt: skip
    reader = _Reader(checks)
    answers: dict[int, Answer] = {}
    wanted: list[Wish] = []
    for place, one in enumerate(checks, 1):
        try:
            wanted.append(reader.wish(place, one))
        except BusinessError as refusal:
            answers[place] = refusal
    if together:
        answers |= _told_apart(wanted)
        wanted = [wish for wish in wanted if wish.line_id not in answers]
    moved = list(supposed)
    apart = [wanted] if together else [[wish] for wish in wanted]
    answers |= _answers(apart, entries_of(moved, reader.types), raised_of(moved), clock)
    return [answers[place] for place in range(1, len(checks) + 1)]


def _told_apart(wanted: Sequence[Wish]) -> dict[int, Answer]:
    """Of checks made together, those of one product at one site must count the same."""
    first: dict[tuple[int, int], str] = {}
    return {
        wish.line_id: WrongCheck(
            Sentence("Checks of one product that are made together use one scope of check."), field="scope"
        )
        for wish in wanted
        if first.setdefault((wish.product_id, wish.site_id), wish.scope.code) != wish.scope.code
    }


def _answers(
    apart: Sequence[Sequence[Wish]], entries: Sequence[Entry], raised: Sequence[Raised], clock: Clock
) -> Mapping[int, Answer]:
    everything = [wish for wishes in apart for wish in wishes]
    holding = quotas.widened(quotas.holding(everything), raised)
    books = Overlay()
    books.take(*quotas.keys(holding), *series_keys(everything), *(one.key for one in entries))
    free_expired(books, drawn_on(books, everything), wanted=sum(one.quantity for one in everything), clock=clock)
    found: dict[int, Answer] = {}
    for wishes in apart:
        mine = {wish.line_id: holding[wish.line_id] for wish in wishes if wish.line_id in holding}
        own = books if len(apart) == 1 else _copied(books, wishes, mine)
        try:
            found |= simulate(wishes, clock=clock, books=own, supposed=entries, raised=raised, found=mine).lines
        except BusinessError as refusal:
            found |= {wish.line_id: refusal for wish in wishes}
    return found


def _copied(books: Overlay, wishes: Sequence[Wish], mine: quotas.Holding) -> Overlay:
    """The books for wishes beside which others look at them."""
    if any(wish.location for wish in wishes):  # which bins a location has is not asked again for each check
        return Overlay.of(books)
    return Overlay.of(books, *quotas.keys(mine), *series_keys(wishes))


def check_line(
    kind: str, line_id: int, quantity: int, on: date, mode: str, supposed: Iterable[Supposed] = (), *, clock: Clock
) -> Answer:
    """What a line that stands would be promised for another quantity, day or mode, or with what is `supposed`.

    Unlike a check it has its way to the customer, its group, and what it holds itself of goods and quotas. A refusal is
    the answer; `NothingPromised` is refused.
    """
    one, wish = wish_standing(kind, line_id)
    asked = wish._replace(quantity=quantity, requested_on=on, mode=Mode(mode))
    moved = list(supposed)
    entries, raised = entries_of(moved, masterdata.snapshot().valuations), raised_of(moved)
    try:
        found = simulate(
            with_group(one.document_id, asked), clock=clock, anew=True, supposed=entries, raised=raised
        )  # fmt: skip
    except BusinessError as refusal:
        return refusal
    return found.lines[line_id]


def entries_of(supposed: Iterable[Supposed], types: Mapping[int, ValuationTypes]) -> list[Entry]:
    """What is supposed of goods, as postings."""
    return [_entry(one, types) for one in supposed if isinstance(one, Supposition)]


def raised_of(supposed: Iterable[Supposed]) -> list[Raised]:
    """What is supposed of quotas."""
    return [one for one in supposed if isinstance(one, Raised)]


def _entry(one: Supposition, types: Mapping[int, ValuationTypes]) -> Entry:
    """A supposition as a posting, which only ever reaches an overlay; stock has no day."""
    day = netting.STOCK_DAY if one.category is Category.STOCK else day_of(one.on)
    valuation = masterdata.valuation_or_default(one.valuation, types.get(one.product_id))
    key = AvailabilityKey(one.product_id, one.site_id, valuations.segment_of(valuation))
    return Entry(key, one.category, day, one.quantity, SUPPOSED)


class WrongCheck(BusinessError):
    """A check asks for what cannot be."""

    code = "wrong_check"


class _Reader:
    """Turns checks into wishes; sites and calendars are read once."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._products = reference.products({one.product_id for one in checks})
        self._sites = {site.id: site for site in reference.sites(with_closed=True)}
        self._ways: dict[int, Way] = {}
        state = masterdata.snapshot()
        self._edition, self.types = state.edition, state.valuations
        self._scopes = masterdata.checking_scopes(self._products, Event.ORDER, edition=self._edition)
        self._lead_times = masterdata.LeadTimes(self._products, edition=self._edition)
        self._customers: dict[tuple[str, int], CustomerTerms] = {}
        self._lives: dict[int, dict[int, int | None]] = {}
        self._named: dict[str, CheckingScope] = {}
        self._packed: dict[int, dict[int, Packing]] = {}
        located = {one.site_id for one in checks if one.location}
        self._locations = reference.locations(located) if located else {}

    def wish(self, place: int, one: Check) -> Wish:
        product, site = self._products.get(one.product_id), self._sites.get(one.site_id)
        if product is None:
            raise NotFound(Sentence("There is no product %(product)s. Check the number."), product=one.product_id)
        if site is None:
            raise NotFound(Sentence("There is no site %(site)s. Check the code."), site=one.site_id)
        _refuse_wrong(one, product)
        valuation = self._valuation(one, product)
        if one.location:
            self._refuse_location(one, product, site)
        customer = self._customer(site, one.customer)
        wish = Wish(
            document=SUPPOSED,
            line_id=place,
            company_id=site.company_id,
            product_id=product.id,
            site_id=site.id,
            party_id=0,
            quantity=one.quantity,
            requested_on=one.on,
            way=self._way(site),
            mode=Mode(one.mode),
            scope=self._scope(one.scope) if one.scope else self._scopes[product.id],
            is_checked=product.is_stocked,
            segment=segment_of(one.location) or valuations.segment_of(valuation),
            lead_time=None if one.location else self._lead_times.of(product.id, site.id, product),
            life_days=self._life(product, site, one.customer),
            unit=product.base_unit,
            decimals=product.decimals,
            traits=self._traits(product, site, one.customer),
            # Of a customer that wants complete deliveries what is asked together arrives together.
            delivery_group=customer.customer_id if customer and customer.complete_delivery else 0,
        )
        return limited(wish, one.limits, customer, self._packings(customer).get(product.id))

    def _packings(self, customer: CustomerTerms | None) -> dict[int, Packing]:
        """In which packages all the products go to the customer, in one look."""
        known = customer.customer_id if customer else 0
        if known not in self._packed:
            self._packed[known] = packings(customer, self._products, self._edition)
        return self._packed[known]

    def _valuation(self, one: Check, product: ProductRow) -> str:
        """The type that the check is about; "" where the product is not valuated separately."""
        types = self.types.get(product.id)
        valuation = masterdata.valuation_or_default(one.valuation, types)
        fault = masterdata.valuation_fault(product.number, valuation, types)
        if fault is not None:
            raise WrongCheck(fault, field="valuation")
        return valuation

    def _refuse_location(self, one: Check, product: ProductRow, site: SiteRow) -> None:
        place = self._locations.get((site.id, one.location))
        if place is None or not place.is_active or place.is_left_out:
            raise NotFound(
                Sentence("Site %(site)s has no storage location %(location)s whose goods may be promised."),
                field="location",
                site=site.code,
                location=one.location,
            )
        if product.id in self.types:
            raise WrongCheck(
                Sentence("Goods of one valuation type are promised from the whole site. Leave the location out."),
                field="location",
            )
        if product.has_batches:
            raise WrongCheck(
                Sentence("Goods that are kept in batches are promised from the whole site. Leave the location out."),
                field="location",
            )

    def _traits(self, product: ProductRow, site: SiteRow, number: str) -> Traits:
        customer = self._customer(site, number)
        traits = of_product(product, self._edition)
        return traits if customer is None else for_customer(traits, customer)

    def _life(self, product: ProductRow, site: SiteRow, number: str) -> int | None:
        """How long its goods must last for the customer, or for anybody; of all products in one look."""
        customer = self._customer(site, number)
        if customer is None:
            return product.life_days
        if customer.customer_id not in self._lives:
            self._lives[customer.customer_id] = masterdata.lives_for(customer, self._products.values())
        return self._lives[customer.customer_id][product.id]

    def _customer(self, site: SiteRow, number: str) -> CustomerTerms | None:
        if not number:
            return None
        key = (number, site.company_id)
        if key not in self._customers:
            self._customers[key] = customer_named(*key)
        return self._customers[key]

    def _scope(self, code: str) -> CheckingScope:
        if code not in self._named:
            self._named[code] = queries.scope(code)
        return self._named[code]

    def _way(self, site: SiteRow) -> Way:
        """Goods that are ready have arrived: nothing travels in a check without a customer."""
        if not site.is_active:
            raise SiteClosed(Sentence("Site %(site)s is closed. Choose another site for the line."), site=site.code)
        if site.id not in self._ways:
            self._ways[site.id] = at_once(site)
        return self._ways[site.id]


def at_once(site: SiteRow) -> Way:
    """The way of goods that only have to be ready: they have arrived when they are."""
    calendars = Calendars(reference.calendar(site.calendar_id), EVERY_DAY, EVERY_DAY)
    return Way(site.code, site.time_zone, site.is_active, Durations(), calendars)


def _refuse_wrong(one: Check, product: ProductRow) -> None:
    if not 0 < one.quantity <= MAX:
        raise WrongCheck(Sentence("Ask for a quantity above zero."), field="quantity")
    if one.mode not in set(Mode):
        raise WrongCheck(
            Sentence("Choose one of %(known)s as the delivery proposal.", known=", ".join(Mode)), field="mode"
        )
    if (fault := fault_of(one.limits, one.quantity, Unit(product.base_unit, product.decimals))) is not None:
        raise WrongCheck(fault[1], field=fault[0])
