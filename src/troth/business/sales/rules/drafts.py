"""Reading what a person or a program entered, in its own words, into values that can be written.

A draft names customers, products and sites by number (or id), quantities as text in a unit, and leaves open what the
house can determine. `parse_lines` reads all lines and refuses all that is wrong at once, each by row and field with a
remedy; nothing of a refused draft is written.

| entered | at rest |
| --- | --- |
| product "HELMET", quantity "2", unit "box" | product id, 2 boxes, 24 pieces |
| quantity "1.5" of a unit without decimals | refused: too many decimals |
| no unit | the product's base unit |
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from troth.business.sales.rules import limits, refusals
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.kernel.plain_numbers import Figure
from troth.kernel.quantity import Conversion, Unit, checked, parse_quantity

LINES_MAX = 2_000
LINE_STEP = 10
DAYS_AHEAD_MAX = 3 * 366
DELIVERY_MODES = ("partial", "complete", "one_time")
ALTERNATIVES = ("take", "none")
AT = "@"
"""Between product and site where one alternative is named."""
TEXT_MAX = {"text": 500, "batch": 40, "location": 10, "valuation": 20, "requirement_type": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One line as entered. An integer quantity counts whole units; text may have decimals. None: to be determined.

    `texts` by the code of their kind, here and on the header: what is named stands in for the rule's text, empty for
    none at all. `goes_on`: the number of the line before, whose fields are kept that this one leaves open
    (`rules/going_on.py`); without it a line that is written anew says all. `alternatives`: `take` what is proposed in
    its place, `HELMET@ROT` to take that alternative of a rule, `none` to insist on it, else as master data says.
    `min_shipment`, `lateness_days_max`, `deliveries_max`: `rules/limits.py`.
    """

    product: str | int
    quantity: str | int
    unit: str = ""
    requested_on: date | str | None = None
    line_number: int | None = None
    goes_on: int | None = None
    site: str | int | None = None
    item_category: str = ""
    route: str | int | None = None
    shipping_point: str | int | None = None
    delivery_mode: str = ""
    delivery_group: int | None = None
    delivery_days: int | None = None
    is_fixed: bool | None = None
    requirement_type: str = ""
    batch: str = ""
    location: str = ""
    valuation: str = ""
    min_shipment: str | int | None = None
    lateness_days_max: int | None = None
    deliveries_max: int | None = None
    over_tolerance_basis_points: int | None = None
    under_tolerance_basis_points: int | None = None
    alternatives: str = ""
    text: str = ""
    texts: Mapping[str, str] | None = None
    manual_conditions: tuple[Mapping[str, Any], ...] = ()
    reference_kind: str = ""
    reference_id: int | None = None
    reference_line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """An order as entered. None and "" leave a field to the house's determination; `source_system`: `rules.sources`."""

    customer: str | int
    lines: tuple[LineDraft, ...] = ()
    order_type: str = "standard"
    company: int | None = None
    requested_on: date | str | None = None
    customer_reference: str = ""
    ship_to: str | int | None = None
    bill_to: str | int | None = None
    payer: str | int | None = None
    forwarding_agent: str | int | None = None
    contact: str = ""
    shipping_condition: str = ""
    site: str | int | None = None
    payment_terms: str = ""
    incoterm: str = ""
    incoterm_place: str = ""
    priority: int | None = None
    complete_delivery: bool | None = None
    deliveries_max: int | None = None
    probability: int = 100
    project: str = ""
    source_system: str = ""
    text: str = ""
    texts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationDraft(OrderDraft):
    """A quotation as entered; `delivery_days`: the agreed delivery time in working days, which a line may override."""

    valid_to_on: date | str | None = None
    delivery_days: int | None = None


class ProductUnitFacts(Protocol):
    """A unit in which a product may be ordered: one is `factor` base units."""

    @property
    def unit(self) -> Unit: ...
    @property
    def factor(self) -> Conversion: ...


class ProductFacts(Protocol):
    """What a line needs to know of its product; master data's terms have it."""

    @property
    def product_id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def is_sold(self) -> bool: ...
    @property
    def is_stocked(self) -> bool: ...
    @property
    def base_unit(self) -> Unit: ...
    @property
    def weight_g(self) -> int: ...
    @property
    def volume_ml(self) -> int: ...
    @property
    def default_site_id(self) -> int | None: ...
    @property
    def over_tolerance_basis_points(self) -> int: ...
    @property
    def under_tolerance_basis_points(self) -> int: ...
    @property
    def conversions(self) -> Sequence[ProductUnitFacts]: ...


class SiteFacts(Protocol):
    """What a line needs to know of its site."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Known:
    """The master data that the lines of a draft name, by number or code and by id.

    `replaced`: products that another is sold for, with whether that is so by itself, and the other's number.
    """

    products: Mapping[str | int, ProductFacts]
    sites: Mapping[str | int, SiteFacts]
    replaced: Mapping[int, tuple[bool, str]] = field(default_factory=dict)


class ReadLine(NamedTuple):
    """A line that was read; the determination fills in what is still open."""

    draft: LineDraft
    line_number: int
    product: ProductFacts
    site: SiteFacts | None
    quantity: int
    unit: Unit
    base_quantity: int
    requested_on: date | None
    weight_g: int
    volume_ml: int
    min_shipment: int | None


def parse_lines(drafts: Sequence[LineDraft], known: Known, *, today: date) -> tuple[ReadLine, ...]:
    """Read all lines, or raise `Refusals` that name every wrong entry by row and field."""
    if len(drafts) > LINES_MAX:
        raise refusals.TooManyLines(
            Sentence(
                "The document has %(lines)s lines; %(most)s are the most. Split it into several.",
                lines=Figure(str(len(drafts))),
                most=Figure(str(LINES_MAX)),
            ),
            field="lines",
            lines=len(drafts),
        )
    wrong: list[BusinessError] = []
    read: list[ReadLine] = []
    numbers = line_numbers(drafts, wrong)
    for row, (draft, number) in enumerate(zip(drafts, numbers, strict=True), start=1):
        line = _parse_line(draft, known, row=row, number=number, today=today, wrong=wrong)
        if line is not None:
            read.append(line)
    if wrong:
        raise Refusals(wrong)
    return tuple(read)


def parse_date(entered: date | str | None, *, today: date, name: str = "requested_on") -> date | None:
    """Read a date, as such or as text 2026-03-31. Refuses the past and what lies more than three years ahead."""
    if entered is None or entered == "":
        return None
    if isinstance(entered, date):
        on = entered
    else:
        try:
            on = date.fromisoformat(entered.strip())
        except ValueError:
            raise refusals.WrongEntry(
                Sentence("%(entered)r is not a date. Enter it as year-month-day, such as 2026-03-31."),
                entered=entered[:20],
                field=name,
            ) from None
    if on < today:
        raise refusals.PastDate(
            Sentence("%(on)s has passed. Enter %(today)s or a later date.", on=on, today=today), field=name, on=str(on)
        )
    if on > today + timedelta(days=DAYS_AHEAD_MAX):
        raise refusals.WrongEntry(
            Sentence("%(on)s is more than three years ahead. Enter an earlier date.", on=on), field=name
        )
    return on


def quantities(product: ProductFacts, entered: str | int, unit_code: str) -> tuple[int, Unit, int]:
    """Return (quantity in steps of the unit, unit, quantity in steps of the base unit), or refuse."""
    if not unit_code or unit_code == product.base_unit.code:
        steps = parse_quantity(entered, product.base_unit)
        return steps, product.base_unit, steps
    known = next((one for one in product.conversions if one.unit.code == unit_code), None)
    if known is None:
        possible = ", ".join((product.base_unit.code, *(one.unit.code for one in product.conversions)))
        raise refusals.UnknownUnit(
            Sentence(
                "%(product)s is not kept in %(unit)r. Use %(possible)s, or have the conversion added to the product.",
                product=product.number,
                unit=unit_code[:20],
                possible=possible,
            ),
            field="unit",
            unit=unit_code[:20],
        )
    steps = parse_quantity(entered, known.unit)
    return steps, known.unit, known.factor.to_base(steps, unit=known.unit, base=product.base_unit)


def line_numbers(drafts: Sequence[LineDraft], wrong: list[BusinessError]) -> list[int]:
    """The numbers entered; a line without one that stands before one takes the next free number, else the next ten."""
    entered = [draft.line_number for draft in drafts]
    taken: set[int] = set()
    numbers: list[int] = []
    for row, number in enumerate(entered, start=1):
        if number is None:
            number = _between(numbers, entered[row:], taken)
        else:
            _refuse_number(number, taken, row, wrong)
        taken.add(number)
        numbers.append(number)
    return numbers


def _between(before: Sequence[int], after: Sequence[int | None], taken: set[int]) -> int:
    """A number for a line between numbered ones, so that it stays where it was put."""
    later = [number for number in after if number is not None]
    following = next_line_number(taken.union(later))
    if not later:
        return following
    number = (before[-1] if before else 0) + 1
    gap = later[0] - number - sum(1 for one in after[: list(after).index(later[0])] if one is None)
    return number if gap > 0 and number not in taken.union(later) else following


def _refuse_number(number: int, taken: set[int], row: int, wrong: list[BusinessError]) -> None:
    if not 1 <= number <= 999_999:
        wrong.append(refusals.WrongEntry(Sentence("Line numbers go from 1 to 999999."), row=row, field="line_number"))
    elif number in taken:
        wrong.append(
            refusals.DuplicateLine(
                Sentence("Line %(line_number)s is there twice. Give each line a number of its own, or none."),
                row=row,
                field="line_number",
                line_number=number,
            )
        )


def next_line_number(taken: Iterable[int]) -> int:
    return (max(taken, default=0) // LINE_STEP + 1) * LINE_STEP


def _parse_line(
    draft: LineDraft, known: Known, *, row: int, number: int, today: date, wrong: list[BusinessError]
) -> ReadLine | None:
    product = _product(draft, known, row, wrong)
    site = _site(draft.site, known, row, wrong)
    counted = None if product is None else _try(lambda: _counted(product, draft), row, "quantity", wrong)
    requested_on = None
    if draft.requested_on is not None:
        requested_on = _try(lambda: parse_date(draft.requested_on, today=today), row, "requested_on", wrong)
    _check_words(draft, row, wrong)
    if product is None or counted is None:
        return None
    steps, unit, base, weight_g, volume_ml = counted
    least = limits.read(draft, product.base_unit, base, row, wrong) if limits.names_any(draft) else None
    return ReadLine(draft, number, product, site, steps, unit, base, requested_on, weight_g, volume_ml, least)


def _counted(product: ProductFacts, draft: LineDraft) -> tuple[int, Unit, int, int, int]:
    steps, unit, base = quantities(product, draft.quantity, draft.unit)
    return steps, unit, base, *measures(product, base)


def measures(product: ProductFacts, base_quantity: int) -> tuple[int, int]:
    """Return the weight in g and the volume in ml of a quantity of the product."""
    decimals = product.base_unit.decimals
    return measure(product.weight_g, base_quantity, decimals), measure(product.volume_ml, base_quantity, decimals)


def _product(draft: LineDraft, known: Known, row: int, wrong: list[BusinessError]) -> ProductFacts | None:
    product = known.products.get(draft.product)
    if product is None:
        wrong.append(
            refusals.UnknownProduct(
                Sentence(
                    "There is no product %(product)r. Choose one that is offered while you type, or have it created."
                ),
                row=row,
                field="product",
                product=str(draft.product)[:40],
            )
        )
    elif not (product.is_active and product.is_sold):
        by_itself, other = known.replaced.get(product.product_id, (False, ""))
        if not other:
            wrong.append(_not_sold(product, row))
        elif draft.alternatives == "none" or not (by_itself or draft.alternatives == "take"):
            wrong.append(_not_sold(product, row, other))
    return product


def _not_sold(product: ProductFacts, row: int, other: str = "") -> BusinessError:
    """The refusal of a product that is not sold; `other` is the number of the one that is sold in its place."""
    facts: dict[str, Any] = {"row": row, "field": "product", "product": product.number}
    if not other:
        said = Sentence("Product %(product)s is not sold. Choose another product.")
        return refusals.InactiveProduct(said, **facts)
    said = Sentence("Product %(product)s is not sold. Take %(offer)s instead.")
    return refusals.InactiveProduct(said, **facts, offer=other)


def _site(entered: str | int | None, known: Known, row: int, wrong: list[BusinessError]) -> SiteFacts | None:
    if entered is None or entered == "":
        return None
    try:
        return read_site(entered, known.sites)
    except BusinessError as refused:
        refused.row = row
        wrong.append(refused)
        return None


def read_site(entered: str | int, sites: Mapping[str | int, SiteFacts]) -> SiteFacts:
    """Return the site of a code or id; refuses one that is not there or closed."""
    site = sites.get(entered)
    if site is None:
        raise refusals.UnknownSite(
            Sentence("There is no site %(site)r. Choose one of the company's sites.", site=str(entered)[:20]),
            field="site",
        )
    if not site.is_active:
        raise refusals.ClosedSite(
            Sentence("Site %(site)s is closed. Choose another site."), field="site", site=site.code
        )
    return site


def _try(read: Any, row: int, name: str, wrong: list[BusinessError]) -> Any:
    try:
        return read()
    except BusinessError as refused:
        refused.row, refused.field = row, refused.field or name
        wrong.append(refused)
        return None


_SMALL_NUMBERS = ("over_tolerance_basis_points", "under_tolerance_basis_points", "delivery_days", "delivery_group")
_texts_of = attrgetter(*TEXT_MAX)
_numbers_of = attrgetter(*_SMALL_NUMBERS)


def _check_words(draft: LineDraft, row: int, wrong: list[BusinessError]) -> None:
    if draft.delivery_mode and draft.delivery_mode not in DELIVERY_MODES:
        wrong.append(
            refusals.WrongEntry(
                Sentence("Choose one of %(known)s as delivery proposal.", known=", ".join(DELIVERY_MODES)),
                row=row,
                field="delivery_mode",
            )
        )
    if draft.alternatives and draft.alternatives not in ALTERNATIVES and AT not in draft.alternatives.strip(AT):
        said = Sentence("Choose one of %(words)s, or nothing.", words=", ".join(ALTERNATIVES))
        wrong.append(refusals.WrongEntry(said, row=row, field="alternatives"))
    for (name, most), text in zip(TEXT_MAX.items(), _texts_of(draft), strict=True):
        if text and len(text) > most:
            wrong.append(
                refusals.WrongEntry(Sentence("Use at most %(most)s characters.", most=most), row=row, field=name)
            )
    for name, value in zip(_SMALL_NUMBERS, _numbers_of(draft), strict=True):
        if value and not 0 <= value <= 10_000:
            wrong.append(refusals.WrongEntry(Sentence("Enter a number from 0 to 10000."), row=row, field=name))


def measure(per_unit: int, base_quantity: int, decimals: int) -> int:
    """Return the weight in g or volume in ml of a quantity in smallest steps, rounded up; `per_unit`: of one unit."""
    return checked(-(-per_unit * base_quantity // 10**decimals))
