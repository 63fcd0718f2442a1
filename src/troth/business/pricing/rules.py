"""How a price comes about.

Every line of an order gets a trace, and nothing but the trace makes up its value:

    kind         which conditions                            base                       rate
    price        one: the most specific                      quantity                   minor units for each so many
    discount     one of each code, the most specific         price so far, or quantity  basis points, or minor units
    surcharge    one of each code, the most specific         price so far, or quantity  basis points, or minor units
    freight      one of each code, the most specific         weight in g of the order   minor units for each kg
    tax          one of each name                            net value                  basis points

Specific means, in this order: customer and product, group and product, product, customer, group, all. A scale counts
where the quantity has reached it; a level whose scales all lie above the quantity gives way to the next level. Of
conditions that are alike the later one counts. What was agreed by hand stands in for the price, or is added to
discounts and surcharges.

Every amount is rounded once, by line, half up. Freight is reckoned for the order and shared out by weight to the
cent. A line without a price is not refused: it is incomplete, has no value, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from troth.kernel.errors import Sentence
from troth.kernel.money import Rounding, apportion, extend, round_ratio
from troth.kernel.prices import percent
from troth.kernel.quantity import checked

ROUNDING = Rounding.HALF_UP
G_PER_KG = 1000
MISSING_PRICE = "missing_price"
BY_HAND = Sentence("by hand")


class Kind(StrEnum):
    """In the order in which they are applied."""

    PRICE = "price"
    DISCOUNT = "discount"
    SURCHARGE = "surcharge"
    FREIGHT = "freight"
    TAX = "tax"


class ConditionRow(Protocol):
    """What the rules read of a condition (`masterdata.queries.Condition`)."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def product_id(self) -> int | None: ...
    @property
    def customer_id(self) -> int | None: ...
    @property
    def customer_group(self) -> str: ...
    @property
    def amount(self) -> int | None: ...
    @property
    def per_quantity(self) -> int: ...
    @property
    def basis_points(self) -> int | None: ...
    @property
    def scale_from(self) -> int: ...
    @property
    def valid_from_on(self) -> date: ...
    @property
    def source(self) -> str: ...


class TaxRow(Protocol):
    """What the rules read of a tax (`masterdata.queries.Tax`)."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def basis_points(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Manual:
    """A price, discount or surcharge agreed by hand: `amount` for `per_quantity` smallest units, or `basis_points`."""

    kind: Kind
    amount: int | None = None
    per_quantity: int = 1
    basis_points: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        assert self.kind in (Kind.PRICE, Kind.DISCOUNT, Kind.SURCHARGE)
        assert (self.amount is None) != (self.basis_points is None)
        assert self.per_quantity > 0


class PriceRequestLine(NamedTuple):
    """`base_quantity` in smallest units; `weight_g` of the whole line; not `is_priced` for lines free of charge.

    Scales are read at `scale_quantity`, where the line is only a part of what was ordered.
    """

    key: int
    product_id: int
    base_quantity: int
    weight_g: int = 0
    is_priced: bool = True
    manual: tuple[Manual, ...] = ()
    scale_quantity: int = 0


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """What is to be priced, for whom, on which day; tax by the country and region the goods go to."""

    company_id: int
    currency: str
    customer_id: int
    customer_group: str
    lines: tuple[PriceRequestLine, ...]
    on: date
    country: str
    region: str = ""
    is_tax_exempt: bool = False


class TraceLine(NamedTuple):
    """One line of the trace.

    `base`: quantity in smallest units, minor units, or (freight) g of this line. `scale`: from where on the rate holds.
    `rate`: minor units for each `per` of the base, or basis points where `per` is 0. `amount` in minor units is what it
    adds to net, or, for a tax, to tax. `condition_id` is 0 for what was agreed by hand.
    """

    kind: str
    condition: str
    source: str
    condition_id: int
    base: int
    scale: int
    rate: int
    per: int
    amount: int
    rounding: str


class LineOffer(NamedTuple):
    """The value of a line in minor units; `missing` is `missing_price` where it has none, else empty."""

    net: int
    tax: int
    gross: int
    trace: tuple[TraceLine, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    lines: Mapping[int, LineOffer]
    net: int
    tax: int
    gross: int

    @property
    def incomplete(self) -> tuple[int, ...]:
        """The keys of the lines without a price."""
        return tuple(key for key, line in self.lines.items() if line.missing)


def specificity(condition: ConditionRow) -> int:
    """6 customer and product, 5 group and product, 4 product, 3 customer, 2 group, 1 all."""
    level = 4 if condition.product_id is not None else 1
    if condition.customer_id is not None:
        return level + 2
    return level + (1 if condition.customer_group else 0)


def _strength(condition: ConditionRow) -> tuple[int, int, date, int]:
    return specificity(condition), condition.scale_from, condition.valid_from_on, condition.id


@dataclass(slots=True)
class Catalogue:
    """Conditions by kind and product, the strongest first; those for any product are with each product's own."""

    _own: dict[int, dict[str, list[ConditionRow]]] = field(default_factory=dict)
    _any: dict[str, list[ConditionRow]] = field(default_factory=dict)
    _kinds: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, conditions: Iterable[ConditionRow]) -> "Catalogue":
        made = cls()
        for condition in sorted(conditions, key=_strength, reverse=True):
            kinds = made._any if condition.product_id is None else made._own.setdefault(condition.product_id, {})
            kinds.setdefault(condition.kind, []).append(condition)
            made._kinds.add(condition.kind)
        return made

    def ranked(self, kind: Kind, product_id: int) -> list[ConditionRow]:
        """The conditions of a kind for a product. A product's own are always more specific than those for any."""
        own = self._own.get(product_id)
        any_product = self._any.get(kind, [])
        return own.get(kind, []) + any_product if own else any_product

    def price(self, product_id: int, quantity: int) -> ConditionRow | None:
        """The one price that counts; a price for any product is none."""
        own = self._own.get(product_id, {}).get(Kind.PRICE, ())
        return next((condition for condition in own if condition.scale_from <= quantity), None)

    def each_code(self, kind: Kind, product_id: int, quantity: int) -> list[ConditionRow]:
        """The strongest condition of each code whose scale is reached, by code."""
        if kind not in self._kinds:
            return []
        chosen: dict[str, ConditionRow] = {}
        for condition in self.ranked(kind, product_id):
            if condition.scale_from <= quantity:
                chosen.setdefault(condition.code, condition)
        return [chosen[code] for code in sorted(chosen)] if len(chosen) > 1 else list(chosen.values())


def source_of(condition: ConditionRow) -> str:
    """Where a condition was agreed, or else for whom it holds."""
    if condition.source:
        return condition.source
    return _SOURCES[specificity(condition) - 1]


_SOURCES = tuple(
    str(name)
    for name in (
        Sentence("all customers"),
        Sentence("customer group"),
        Sentence("customer"),
        Sentence("product"),
        Sentence("group and product"),
        Sentence("customer and product"),
    )
)


def _amount_or_rate(
    kind: Kind, *, amount: int | None, per: int, basis_points: int | None, quantity: int, so_far: int
) -> tuple[int, int, int, int]:
    """(base, rate, per, amount) of one condition; a discount lowers the price."""
    sign = -1 if kind is Kind.DISCOUNT else 1
    if amount is not None:
        return quantity, sign * amount, per, extend(sign * amount, per, quantity, mode=ROUNDING)
    assert basis_points is not None
    return so_far, sign * basis_points, 0, percent(so_far, sign * basis_points, ROUNDING)


def _from_condition(kind: Kind, condition: ConditionRow, quantity: int, so_far: int) -> TraceLine:
    base, rate, per, amount = _amount_or_rate(
        kind,
        amount=condition.amount,
        per=condition.per_quantity,
        basis_points=condition.basis_points,
        quantity=quantity,
        so_far=so_far,
    )
    source = source_of(condition)
    return TraceLine(
        kind, condition.code, source, condition.id, base, condition.scale_from, rate, per, amount, ROUNDING
    )


def _from_hand(manual: Manual, quantity: int, so_far: int) -> TraceLine:
    base, rate, per, amount = _amount_or_rate(
        manual.kind,
        amount=manual.amount,
        per=manual.per_quantity,
        basis_points=manual.basis_points,
        quantity=quantity,
        so_far=so_far,
    )
    return TraceLine(manual.kind, BY_HAND, manual.reason or BY_HAND, 0, base, 0, rate, per, amount, ROUNDING)


def goods_trace(line: PriceRequestLine, catalogue: Catalogue) -> list[TraceLine]:
    """Price, discounts and surcharges of a line, in their order; empty where there is no price."""
    quantity = line.base_quantity
    reached = line.scale_quantity or quantity
    by_hand = next((manual for manual in line.manual if manual.kind is Kind.PRICE), None)
    listed = None if by_hand else catalogue.price(line.product_id, reached)
    if by_hand is not None:
        lines = [_from_hand(by_hand, quantity, 0)]
    elif listed is not None:
        lines = [_from_condition(Kind.PRICE, listed, quantity, 0)]
    else:
        return []
    so_far = lines[0].amount
    for kind in (Kind.DISCOUNT, Kind.SURCHARGE):
        for condition in catalogue.each_code(kind, line.product_id, reached):
            lines.append(_from_condition(kind, condition, quantity, so_far))
            so_far += lines[-1].amount
        for manual in line.manual:
            if manual.kind is kind:
                lines.append(_from_hand(manual, quantity, so_far))
                so_far += lines[-1].amount
    return lines


def _share_freight(
    lines: Sequence[PriceRequestLine], traces: Mapping[int, list[TraceLine]], catalogue: Catalogue
) -> None:
    """Add freight to the traces: each condition on the weight of its lines, its scale by the weight of the order."""
    order_g = sum(line.weight_g for line in lines)
    served: dict[int, tuple[ConditionRow, list[PriceRequestLine]]] = {}
    for line in lines:
        for condition in catalogue.each_code(Kind.FREIGHT, line.product_id, order_g):
            served.setdefault(condition.id, (condition, []))[1].append(line)
    for condition, members in sorted(served.values(), key=lambda pair: (pair[0].code, pair[0].id)):
        if condition.basis_points is not None:
            for line in members:
                so_far = sum(earlier.amount for earlier in traces[line.key])
                traces[line.key].append(_from_condition(Kind.FREIGHT, condition, line.weight_g, so_far))
            continue
        assert condition.amount is not None
        weights = [line.weight_g for line in members]
        per = condition.per_quantity * G_PER_KG
        shares = apportion(extend(condition.amount, per, sum(weights), mode=ROUNDING), weights)
        for line, share in zip(members, shares, strict=True):
            traces[line.key].append(
                TraceLine(
                    Kind.FREIGHT,
                    condition.code,
                    source_of(condition),
                    condition.id,
                    line.weight_g,
                    condition.scale_from,
                    condition.amount,
                    per,
                    share,
                    ROUNDING,
                )
            )


def _with_tax(trace: list[TraceLine], taxes: Sequence[TaxRow]) -> LineOffer:
    net = checked(sum([line.amount for line in trace]))
    for tax in taxes:
        source = f"{tax.country} {tax.region}".rstrip()
        amount = percent(net, tax.basis_points, ROUNDING)
        trace.append(
            TraceLine(Kind.TAX, tax.name, source, tax.id, net, 0, tax.basis_points, 0, amount, ROUNDING)
        )  # fmt: skip
    tax_amount = checked(sum([line.amount for line in trace]) - net)
    return LineOffer(net, tax_amount, checked(net + tax_amount), tuple(trace))


FREE_OF_CHARGE = LineOffer(0, 0, 0, ())
WITHOUT_PRICE = LineOffer(0, 0, 0, (), MISSING_PRICE)


def offer(request: PriceRequest, conditions: Iterable[ConditionRow], taxes: Sequence[TaxRow]) -> Offer:
    """Price every line of the request. Refuses (`overflow`) only what 64 bits cannot hold."""
    catalogue = Catalogue.of(conditions)
    traces = {line.key: goods_trace(line, catalogue) for line in request.lines if line.is_priced}
    assert len({line.key for line in request.lines}) == len(request.lines), "each line has a key of its own"
    valued = [line for line in request.lines if traces.get(line.key)]
    _share_freight(valued, traces, catalogue)
    due = () if request.is_tax_exempt else taxes
    lines: dict[int, LineOffer] = {}
    for line in request.lines:
        trace = traces.get(line.key)
        if trace:
            lines[line.key] = _with_tax(trace, due)
        else:
            lines[line.key] = WITHOUT_PRICE if line.is_priced else FREE_OF_CHARGE
    net, tax = (checked(sum(getattr(line, part) for line in lines.values())) for part in ("net", "tax"))
    return Offer(lines, net, tax, checked(net + tax))


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left of a net value after the goods' standard cost, both in minor units of the company's currency."""

    net: int
    cost: int

    @property
    def amount(self) -> int:
        return self.net - self.cost

    @property
    def basis_points(self) -> int | None:
        """The margin in hundredths of a percent of the net value, half up; None where nothing is earned."""
        return round_ratio(self.amount * 10_000, self.net, ROUNDING) if self.net > 0 else None


def margin(net: int, *, base_quantity: int, decimals: int, standard_cost: int) -> Margin:
    """The margin of a line: `base_quantity` in smallest units of `decimals`, `standard_cost` of one base unit."""
    return Margin(net, extend(standard_cost, 10**decimals, base_quantity, mode=ROUNDING))


def margin_of(lines: Iterable[Margin]) -> Margin:
    """The margin of a document: nothing but the sum of its lines."""
    net, cost = 0, 0
    for line in lines:
        net, cost = net + line.net, cost + line.cost
    return Margin(checked(net), checked(cost))
