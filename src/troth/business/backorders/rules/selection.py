"""Which lines of orders are meant: by what they are, whose they are, when they are wanted, and how they are promised.

An empty list means all. Days count from today: `wanted_until` 7 are the lines wanted within a week, the late ones too.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from troth.business.backorders.states import Only, Sort
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.netting import Array

Flags = npt.NDArray[np.bool_]
CODES = (
    "sites", "products", "categories", "customers", "order_types", "events", "customer_groups", "regions",
    "sales_organisations",
)  # fmt: skip
"""The fields of a filter that name several of something."""
CODES_MAX = 200
DAYS_MAX = 3_650
PRIORITY_MAX = 99


class WrongSelection(InvalidInput):
    """A selection that means no lines, or is written wrongly."""

    code = "wrong_selection"


@dataclass(frozen=True, slots=True)
class Filter:
    """Codes of sites, order types and sales organisations, numbers of products and customers; limits.

    `categories` are those of products, `regions` those of the ship-to parties, `events` what order types are checked as
    (`order`, `rush`). A line is meant where each list that says something names what it has.
    """

    sites: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    order_types: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    customer_groups: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sales_organisations: tuple[str, ...] = ()
    priority_from: int | None = None
    priority_until: int | None = None
    wanted_from: int | None = None
    wanted_until: int | None = None
    only: str = Only.ALL

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    def record(self) -> dict[str, Any]:
        """As it is kept: what is said, without what is left open."""
        said = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value for name, value in said.items() if value not in ([], None, Only.ALL)}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Filter":
        known = {one.name for one in fields(cls)}
        said: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in record.items() if n in known}
        return cls(**said)

    def check(self, *, field: str = "", row: int | None = None) -> None:
        """Refuse what means nothing: a range that ends before it begins, or more codes than a person means."""
        for first, last in (("priority_from", "priority_until"), ("wanted_from", "wanted_until")):
            low, high = getattr(self, first), getattr(self, last)
            if low is not None and high is not None and low > high:
                raise WrongSelection(
                    Sentence("It ends before it begins. Enter a smaller first or a larger last value."),
                    field=field or last, row=row,
                )  # fmt: skip
        for name in CODES:
            if len(getattr(self, name)) > CODES_MAX:
                raise WrongSelection(
                    Sentence("Enter at most %(most)s of them, or leave it empty for all.", most=CODES_MAX),
                    field=field or name, row=row,
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ids:
    """What the codes of a filter stand for; None: all."""

    sites: frozenset[int] | None = None
    products: frozenset[int] | None = None
    customers: frozenset[int] | None = None
    order_types: frozenset[int] | None = None
    ship_to: frozenset[int] | None = None
    sales_organisations: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Of each line what is filtered and ranked by; days as offsets from today of its site.

    `confirmed` is what is promised, `last` the last material day of it (-1: none), `day` the one its goods are wanted.
    """

    site: Array
    product: Array
    customer: Array
    order_type: Array
    ship_to: Array
    sales_organisation: Array
    priority: Array
    requested: Array
    entered: Array
    value: Array
    wanted: Array
    confirmed: Array
    last: Array
    day: Array

    @property
    def is_on_time(self) -> Flags:
        """Whether all of it is confirmed for the day wanted; of a day that has passed, for the earliest possible."""
        return np.asarray((self.confirmed == self.wanted) & (self.last <= self.day))


def meant(said: Filter, ids: Ids, lines: Facts) -> Flags:
    """Which of the lines a filter means."""
    found = np.ones(len(lines.site), np.bool_)
    for column, chosen in (
        (lines.site, ids.sites),
        (lines.product, ids.products),
        (lines.customer, ids.customers),
        (lines.order_type, ids.order_types),
        (lines.ship_to, ids.ship_to),
        (lines.sales_organisation, ids.sales_organisations),
    ):
        if chosen is not None:
            found &= np.isin(column, list(chosen))
    for column, low, high in (
        (lines.priority, said.priority_from, said.priority_until),
        (lines.requested, said.wanted_from, said.wanted_until),
    ):
        if low is not None:
            found &= column >= low
        if high is not None:
            found &= column <= high
    match said.only:
        case Only.UNCONFIRMED:
            found &= lines.confirmed < lines.wanted
        case Only.LATE:
            found &= ~lines.is_on_time
        case Only.ON_TIME:
            found &= lines.is_on_time
    return found


def ranked(sort: tuple[str, ...], lines: Facts) -> Array:
    """The place of each line among the others by the criteria, the first one first; then by their ids."""
    keys: dict[str, Array] = {
        Sort.PRIORITY: lines.priority,
        Sort.REQUESTED: lines.requested,
        Sort.ENTERED: lines.entered,
        Sort.VALUE: -lines.value,
        Sort.SMALLEST: lines.wanted,
        Sort.PROMISED: np.where(lines.last < 0, np.iinfo(np.int64).max, lines.last),
    }
    order = np.lexsort((lines.entered, *(keys[one] for one in reversed(sort))))
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places
