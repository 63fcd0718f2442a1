"""What a run over the backorders lets other goods serve of a line: which, how much of each, and when it comes.

Days are numbers since 1970-01-01, quantities smallest units of each product.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from troth.business.sales.rules.lines import Line

Row = tuple[int, int, int, str]
"""(quantity, material day, delivery day, basis)."""

KEPT = ("product_id", "quantity", "unit_id", "base_quantity", "site_id", "shipping_point_id", "route_id",
        "min_shipment", "batch", "weight_g", "volume_ml", "texts", "asked")  # fmt: skip
"""What a line says of its goods: what a rule may change of it, and what is put back."""


class Goods(NamedTuple):
    """`quantity` of goods for `ordered` of what is ordered; `rows` is what is promised of them.

    `rule` is the code of the one that names them, "" for the ordered goods; `product`, `site` and `unit` are what
    people call them, `decimals` those of the product's base unit.
    """

    product_id: int
    site_id: int
    quantity: int
    ordered: int
    rows: tuple[Row, ...]
    rule: str
    product: str
    site: str
    unit: str
    decimals: int

    @property
    def arrives(self) -> list[Row]:
        """The rows in units of what is ordered; a step of it counts from when it is whole."""
        found: list[Row] = []
        got = done = 0
        for quantity, material, delivery, basis in self.rows:
            got += quantity
            now = got * self.ordered // self.quantity
            if now > done:
                found.append((now - done, material, delivery, basis))
                done = now
        return found


class Served(NamedTuple):
    """`goods` in the order of the parts, by the strategy of `rule`; `before` is what the line said of its goods."""

    rule: str
    goods: tuple[Goods, ...]
    before: Mapping[str, Any]

    @property
    def arrives(self) -> list[Row]:
        """What comes of it in all, in units of what is ordered, by day of delivery."""
        rows = (row for one in self.goods for row in one.arrives)
        return sorted(rows, key=lambda row: (row[2], row[1]))

    def record(self) -> dict[str, Any]:
        return {"rule": self.rule, "goods": [one._asdict() for one in self.goods], "before": dict(self.before)}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Served":
        goods = (Goods(**{**one, "rows": tuple(tuple(row) for row in one["rows"])}) for one in record["goods"])
        return cls(record["rule"], tuple(goods), record["before"])


def said(line: Line) -> dict[str, Any]:
    """What a line says of its goods."""
    return {**{name: getattr(line, name) for name in KEPT}, "texts": dict(line.texts), "asked": dict(line.asked)}


def by_day(rows: Iterable[Sequence[Any]]) -> list[tuple[int, int]]:
    """(quantity, delivery day) of rows."""
    return [(row[0], row[2]) for row in rows]
