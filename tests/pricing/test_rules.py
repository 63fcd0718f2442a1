"""How a price comes about, as tables and as properties."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.business.pricing.rules import (
    Kind,
    Manual,
    Margin,
    PriceRequest,
    PriceRequestLine,
    TraceLine,
    margin,
    margin_of,
    offer,
    specificity,
)
from troth.kernel.money import Rounding
from troth.kernel.quantity import MAX, Overflow

DAY = date(2026, 3, 2)
BIKE, CABLE = 1, 2


@dataclass(frozen=True)
class Row:
    id: int
    code: str = "LIST"
    kind: str = "price"
    product_id: int | None = BIKE
    customer_id: int | None = None
    customer_group: str = ""
    amount: int | None = None
    per_quantity: int = 1
    basis_points: int | None = None
    scale_from: int = 0
    valid_from_on: date = DAY
    source: str = ""


@dataclass(frozen=True)
class Tax:
    id: int
    name: str
    basis_points: int
    country: str = "CA"
    region: str = ""


def price(rows, *lines, taxes=(), **values):
    lines = lines or (PriceRequestLine(10, BIKE, 3),)
    return offer(PriceRequest(1, "USD", 7, "retail", lines, DAY, "CA", **values), rows, taxes)


def net(rows, quantity=3, **values):
    return price(rows, PriceRequestLine(10, BIKE, quantity, **values)).lines[10].net


LEVELS = [
    Row(1, amount=60),
    Row(2, amount=50, customer_group="retail"),
    Row(3, amount=40, customer_id=7),
]


def test_the_most_specific_price_wins():
    found = []
    for count in range(1, len(LEVELS) + 1):
        found.append(net(LEVELS[:count], 1))
    assert found == [60, 50, 40]


@pytest.mark.parametrize(
    ("level", "values"),
    [
        (6, {"product_id": 1, "customer_id": 7}),
        (5, {"product_id": 1, "customer_group": "retail"}),
        (4, {"product_id": 1}),
        (3, {"product_id": None, "customer_id": 7}),
        (2, {"product_id": None, "customer_group": "retail"}),
        (1, {"product_id": None}),
    ],
)
def test_levels_of_specificity(level, values):
    assert specificity(Row(1, **values)) == level


SCALE = [Row(1, amount=100), Row(2, amount=90, scale_from=10), Row(3, amount=80, scale_from=100)]


@pytest.mark.parametrize(("quantity", "value"), [(1, 100), (9, 900), (10, 900), (99, 8910), (100, 8000)])
def test_a_scale_counts_from_its_quantity_on(quantity, value):
    assert net(SCALE, quantity) == value


def test_a_level_whose_scales_are_not_reached_gives_way_to_the_next():
    rows = [Row(1, amount=100), Row(2, amount=50, customer_id=7, scale_from=10)]
    assert [net(rows, 9), net(rows, 10)] == [900, 500]


def test_of_like_conditions_the_later_counts():
    assert net([Row(1, amount=100), Row(2, amount=110, valid_from_on=date(2026, 3, 1))], 1) == 100


def test_the_trace_tells_how_each_amount_came_about():
    rows = [
        Row(1, amount=1250, per_quantity=100, source="price list 7"),
        Row(2, code="CUST", kind="discount", product_id=None, customer_id=7, basis_points=200),
        Row(3, code="PACK", kind="surcharge", amount=50, per_quantity=100, customer_group="retail"),
        Row(4, code="FRT", kind="freight", product_id=None, amount=150),
    ]
    line = price(rows, PriceRequestLine(10, BIKE, 300, weight_g=4000), taxes=[Tax(5, "GST", 500)]).lines[10]
    half_up = Rounding.HALF_UP
    assert line.trace == (
        TraceLine("price", "LIST", "price list 7", 1, 300, 0, 1250, 100, 3750, half_up),
        TraceLine("discount", "CUST", "customer", 2, 3750, 0, -200, 0, -75, half_up),
        TraceLine("surcharge", "PACK", "group and product", 3, 300, 0, 50, 100, 150, half_up),
        TraceLine("freight", "FRT", "all customers", 4, 4000, 0, 150, 1000, 600, half_up),
        TraceLine("tax", "GST", "CA", 5, 4425, 0, 500, 0, 221, half_up),
    )
    assert (line.net, line.tax, line.gross, line.missing) == (4425, 221, 4646, "")


def test_discounts_of_different_codes_follow_each_other_and_of_one_code_only_the_most_specific_counts():
    rows = [
        Row(1, amount=1000),
        Row(2, code="A", kind="discount", product_id=None, basis_points=1000),
        Row(3, code="A", kind="discount", basis_points=2000),
        Row(4, code="B", kind="discount", product_id=None, basis_points=1000),
    ]
    assert net(rows, 1) == 720


def test_freight_is_reckoned_for_the_order_and_shared_by_weight_to_the_cent():
    rows = [Row(1, amount=0), Row(2, code="FRT", kind="freight", product_id=None, amount=1000)]
    lines = [PriceRequestLine(key, BIKE, 1, weight_g=333) for key in (1, 2, 3)]
    offered = price(rows, *lines)
    assert [offered.lines[key].net for key in (1, 2, 3)] == [333, 333, 333]
    assert offered.net == 999


def test_the_scale_of_freight_is_the_weight_of_the_order():
    rows = [
        Row(1, amount=0),
        Row(2, code="FRT", kind="freight", product_id=None, amount=100),
        Row(3, code="FRT", kind="freight", product_id=None, amount=50, scale_from=10_000),
    ]
    light = [PriceRequestLine(1, BIKE, 1, weight_g=9_000)]
    heavy = [*light, PriceRequestLine(2, BIKE, 1, weight_g=1_000)]
    assert (price(rows, *light).net, price(rows, *heavy).net) == (900, 500)


def test_freight_as_a_share_of_the_value():
    rows = [Row(1, amount=1000), Row(2, code="FRT", kind="freight", product_id=None, basis_points=250)]
    assert net(rows, 1) == 1025


def test_a_line_without_a_price_is_incomplete_and_does_not_stop_the_others():
    rows = [Row(1, amount=100), Row(2, code="FRT", kind="freight", product_id=None, amount=1000)]
    offered = price(
        rows, PriceRequestLine(1, BIKE, 1, 500), PriceRequestLine(2, CABLE, 1, 500), taxes=[Tax(1, "T", 1000)]
    )
    assert (offered.lines[2].missing, offered.lines[2].gross, offered.lines[2].trace) == ("missing_price", 0, ())
    assert (offered.incomplete, offered.net, offered.tax, offered.gross) == ((2,), 600, 60, 660)


def test_a_price_for_any_product_prices_none():
    assert price([Row(1, product_id=None, amount=5)]).incomplete == (10,)


def test_a_line_free_of_charge_has_no_value_and_is_complete():
    rows = [Row(1, amount=100)]
    offered = price(rows, PriceRequestLine(1, BIKE, 1, is_priced=False), taxes=[Tax(1, "T", 1000)])
    assert (offered.lines[1].gross, offered.lines[1].missing, offered.incomplete) == (0, "", ())


def test_a_customer_exempt_from_tax_pays_none():
    assert price([Row(1, amount=100)], taxes=[Tax(1, "T", 1000)], is_tax_exempt=True).gross == 300


def test_what_was_agreed_by_hand_stands_in_for_the_price_and_adds_to_the_rest():
    rows = [Row(1, amount=1000), Row(2, code="A", kind="discount", basis_points=1000)]
    by_hand = (Manual(Kind.PRICE, amount=500, reason="fair"), Manual(Kind.DISCOUNT, basis_points=1000))
    offered = price(rows, PriceRequestLine(1, BIKE, 2, manual=by_hand))
    assert [(line.condition, line.source, line.amount) for line in offered.lines[1].trace] == [
        ("by hand", "fair", 1000),
        ("A", "product", -100),
        ("by hand", "by hand", -90),
    ]
    surcharge = (Manual(Kind.SURCHARGE, amount=7),)
    assert net(rows, 2, manual=surcharge) == 1814


def test_a_value_past_64_bits_is_refused():
    with pytest.raises(Overflow):
        net([Row(1, amount=MAX)], 2)


amounts = st.one_of(st.tuples(st.integers(0, 10**6), st.none()), st.tuples(st.none(), st.integers(0, 3000)))
rows = st.builds(
    lambda number, kind, code, product, customer, group, amount, per, scale: Row(
        number, code, kind, product, customer, "retail" if group else "", amount[0], per, amount[1], scale
    ),
    st.integers(1, 10**6),
    st.sampled_from(["discount", "surcharge", "freight"]),
    st.sampled_from("AB"),
    st.sampled_from([None, BIKE, CABLE]),
    st.sampled_from([None, 7]),
    st.booleans(),
    amounts,
    st.integers(1, 100),
    st.integers(0, 50),
)
lines = st.lists(
    st.builds(
        PriceRequestLine,
        st.just(0),
        st.sampled_from([BIKE, CABLE, 3]),
        st.integers(1, 200),
        st.integers(0, 10**5),
        is_priced=st.just(True),
        manual=st.just(()),
    ),
    min_size=1,
    max_size=8,
)
taxes = st.lists(st.builds(Tax, st.integers(1, 9), st.sampled_from(["GST", "PST"]), st.integers(0, 3000)), max_size=2)


@given(st.lists(rows, max_size=8), lines, taxes, st.integers(0, 10**6), st.integers(1, 100))
def test_summing_the_trace_gives_net_and_tax(conditions, wanted, due, list_price, per):
    prices = [Row(10**7, amount=list_price, per_quantity=per), Row(10**7 + 1, product_id=CABLE, amount=7)]
    numbered = [
        PriceRequestLine(key, line.product_id, line.base_quantity, line.weight_g) for key, line in enumerate(wanted)
    ]
    offered = price([*prices, *conditions], *numbered, taxes=due)
    for line in offered.lines.values():
        assert sum(part.amount for part in line.trace if part.kind != "tax") == line.net
        assert sum(part.amount for part in line.trace if part.kind == "tax") == line.tax
        assert line.gross == line.net + line.tax
    assert offered.net == sum(line.net for line in offered.lines.values())
    assert offered.gross == sum(line.gross for line in offered.lines.values())
    freight: dict[int, list[TraceLine]] = {}
    for part in (part for line in offered.lines.values() for part in line.trace if part.kind == "freight" and part.per):
        freight.setdefault(part.condition_id, []).append(part)
    for parts in freight.values():
        exact = 2 * sum(part.base for part in parts) * parts[0].rate - 2 * parts[0].per * sum(p.amount for p in parts)
        assert abs(exact) <= parts[0].per


@pytest.mark.parametrize(
    ("net", "quantity", "decimals", "standard_cost", "cost", "earned", "basis_points"),
    [
        (150_00, 3, 0, 30_00, 90_00, 60_00, 4000),
        (12_00, 1500, 3, 4_00, 6_00, 6_00, 5000),
        (1, 1, 3, 500, 1, 0, 0),
        (10_00, 1, 0, 30_00, 30_00, -20_00, -20000),
        (3_00, 1, 0, 1_00, 1_00, 2_00, 6667),
        (0, 2, 0, 5_00, 10_00, -10_00, None),
    ],
)
def test_the_margin_is_net_less_quantity_times_standard_cost(
    net, quantity, decimals, standard_cost, cost, earned, basis_points
):
    found = margin(net, base_quantity=quantity, decimals=decimals, standard_cost=standard_cost)
    assert (found.cost, found.amount, found.basis_points) == (cost, earned, basis_points)


def test_the_margin_of_a_document_is_the_sum_of_its_lines():
    assert margin_of([Margin(150_00, 90_00), Margin(0, 10_00)]) == Margin(150_00, 100_00)
    assert margin_of([]).basis_points is None
