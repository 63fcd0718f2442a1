"""What a promise is made of: the wish, its schedule lines, and the record of why.

wish          a line of a document wants a quantity of a product from a site by a day
schedule      one confirmed quantity with its dates, its basis and its binding element
line promise  the schedules of one wish, what stays open, and the record from which the sentence is read
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from troth.business.promising.rules.quotas import Use
from troth.business.promising.states import UNSECURED, Mode
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError, InvalidInput
from troth.kernel.netting import Category
from troth.kernel.packages import Packing
from troth.kernel.places import location_of
from troth.kernel.replenishment import LeadTime
from troth.kernel.scheduling import Calendars, Dates, Durations
from troth.kernel.scopes import STANDARD, CheckingScope, Event
from troth.kernel.valuations import valuation_of


class SiteClosed(BusinessError):
    """Goods are wanted from a site that ships no longer."""

    code = "site_closed"


class UnknownScope(InvalidInput):
    """There is no scope of check of that code."""

    code = "unknown_scope"


class LessThanDelivered(BusinessError):
    """A wish was changed to less than what deliveries and allocated stock already hold of it."""

    code = "less_than_delivered"


class StillAllocated(BusinessError):
    """Stock is tied to the line; what is promised cannot be taken back before it is released."""

    code = "still_allocated"


class Document(Protocol):
    """The document a wish belongs to: a `platform.documents.DocumentRef`, which rules do not import."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Way:
    """How goods go from a site to a customer: durations in working days, and the calendars they are counted in."""

    site: str
    time_zone: str
    is_open: bool
    durations: Durations
    calendars: Calendars


class Traits(Protocol):
    """By what the line is told apart from others in quotas: a `quotas.rules.Traits`, which rules do not import."""

    @property
    def edition(self) -> int | None: ...
    @property
    def text(self) -> str: ...
    def value(self, characteristic: str) -> str: ...


def short_of(quantity: int, confirmed: int, record: Mapping[str, Any]) -> int:
    """What is open of a quantity: what was asked for less what is confirmed. `record` is that of the promise."""
    return max(quantity - confirmed - int(record.get(ROUNDED_UP, 0)), 0)


ROUNDED_UP = "up"
"""In the record of a promise: so much of the quantity only makes up whole packages."""


class Wish(NamedTuple):
    """Demand of one document line. `quantity` in smallest units of the product, `value` in minor units.

    `priority` 1 is the most urgent. `deliveries_max` limits the schedule lines. Lines with the same `delivery_group`
    (0: none) and all lines with `complete_delivery` arrive together or not at all. `is_checked` is False where nothing
    is kept in stock. Without `traits` the line is held against no quota and no supply protection.
    `rounded_up` of the quantity is beyond what was asked for, to make up whole packages: it is served, but not missed.
    No confirmation is less than `min_shipment` (0: any may be), unless all of the wish is, and none arrives more than
    `lateness_days_max` after the requested day (None: however late). With a `packing` it is in whole packages.
    `considered` is kept with the promise: the rule and the alternatives that were tried for the line. `line_number` is
    the line's number as people see it, 0 where it has none.

    `segment` names what is kept apart for it: one storage location that it is served from alone (`kernel.places`), or
    the goods of one valuation type (`kernel.valuations`).

    Goods that are kept in batches must last `life_days` from the day of delivery on (None: they are not), and come from
    `batch` where one is named.
    """

    document: Document
    line_id: int
    company_id: int
    product_id: int
    site_id: int
    party_id: int | None
    quantity: int
    requested_on: date
    way: Way
    mode: str = Mode.PARTIAL
    scope: CheckingScope = STANDARD[Event.ORDER]
    priority: int = 5
    is_fixed: bool = False
    delivery_group: int = 0
    complete_delivery: bool = False
    deliveries_max: int = 9
    value: int = 0
    owner_id: int | None = None
    segment: str = ""
    is_checked: bool = True
    lead_time: LeadTime | None = None
    life_days: int | None = None
    batch: str = ""
    unit: str = ""
    decimals: int = 0
    traits: Traits | None = None
    considered: Mapping[str, Any] | None = None
    line_number: int = 0
    min_shipment: int = 0
    lateness_days_max: int | None = None
    packing: Packing | None = None
    rounded_up: int = 0

    @property
    def latest_day(self) -> int | None:
        """The day (number) after which nothing of it may arrive; None where any day will do."""
        return None if self.lateness_days_max is None else day_of(self.requested_on) + self.lateness_days_max

    @property
    def location(self) -> str:
        """The code of the storage location that alone is to serve it; "" where any of the site may."""
        return location_of(self.segment) if self.segment else ""

    @property
    def valuation(self) -> str:
        """The code of the valuation type of its goods; "" where its product is not valuated separately."""
        return valuation_of(self.segment) if self.segment else ""


class Binding(NamedTuple):
    """What limits a confirmation: on `day` (number) the balance was lowest; `receipt` (category, day, quantity) is the
    next that would lift it, None where none is known; `is_beyond` says that it comes after what the check looks at."""

    day: int
    balance: int
    receipt: tuple[int, int, int] | None
    is_beyond: bool = False

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = {"day": self.day, "balance": self.balance}
        if self.receipt:
            found["receipt"] = self.receipt
        if self.is_beyond:
            found["beyond"] = True
        return found

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Binding | None":
        if "day" not in record:
            return None
        receipt = record.get("receipt")
        return cls(record["day"], record["balance"], tuple(receipt) if receipt else None, "beyond" in record)


class Schedule(NamedTuple):
    """A confirmed quantity: when its goods are available, when they leave, when they arrive, and on what basis."""

    quantity: int
    dates: Dates
    basis: str
    binding: Binding | None

    @property
    def days(self) -> tuple[date, date, date, date, date]:
        """Goods ready, transport planning, loading, goods issue, delivery."""
        return self.material_on, self.transportation_planning_on, self.loading_on, self.goods_issue_on, self.delivery_on

    def lasts(self, life_days: int | None) -> int:
        """The day until which its goods must last; 0 where they are not kept in batches."""
        return 0 if life_days is None else self.dates.delivery + life_days

    @property
    def demand(self) -> Category:
        """As what it is posted to availability."""
        return Category.UNSECURED_ORDER if self.basis in UNSECURED else Category.ORDER

    @property
    def material_on(self) -> date:
        return date_of(self.dates.material_available)

    @property
    def transportation_planning_on(self) -> date:
        return date_of(self.dates.transportation_planning)

    @property
    def loading_on(self) -> date:
        return date_of(self.dates.loading)

    @property
    def goods_issue_on(self) -> date:
        return date_of(self.dates.goods_issue)

    @property
    def delivery_on(self) -> date:
        return date_of(self.dates.delivery)


class LinePromise(NamedTuple):
    """What is promised on a wish. `confirmed` and `short` count what is not delivered yet; `record` is kept with the
    promise: scope, version of the series, days and free quantities looked at, and what binds the open rest. `uses` are
    what the schedules that are new consume of quotas and of the line's own supply protection; it `is_rationed` if any
    of these hold for it."""

    wish: Wish
    schedules: tuple[Schedule, ...]
    record: Mapping[str, Any]
    delivered: int = 0
    is_kept: bool = False
    uses: tuple[Use, ...] = ()
    is_rationed: bool = False

    @property
    def confirmed(self) -> int:
        return sum([schedule.quantity for schedule in self.schedules])

    @property
    def short(self) -> int:
        return short_of(self.wish.quantity, self.delivered + self.confirmed, self.record)

    @property
    def requested_on(self) -> date:
        return self.wish.requested_on

    @property
    def delivery_on(self) -> date | None:
        """The day the last confirmed quantity arrives; None where nothing is confirmed."""
        days = [schedule.dates.delivery for schedule in self.schedules]
        return date_of(max(days)) if days else None

    @property
    def is_on_time(self) -> bool:
        """Whether all of it is confirmed for the requested day or earlier."""
        return self.short == 0 and all(schedule.delivery_on <= self.requested_on for schedule in self.schedules)

    @property
    def sentence(self) -> str:
        from troth.business.promising.rules.explain import sentence

        return sentence(
            self.requested_on,
            [(one.quantity, one.delivery_on, one.basis, one.binding) for one in self.schedules],
            self.short,
            self.record,
            unit=self.wish.unit,
            decimals=self.wish.decimals,
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """The promises of a document's lines, by line id."""

    lines: Mapping[int, LinePromise]

    @property
    def short_lines(self) -> tuple[int, ...]:
        return tuple(line_id for line_id, line in self.lines.items() if line.short > 0)

    @property
    def late_lines(self) -> tuple[int, ...]:
        return tuple(line_id for line_id, line in self.lines.items() if line.short == 0 and not line.is_on_time)

    @property
    def delivery_on(self) -> date | None:
        """The day the last confirmed quantity arrives."""
        days = [line.delivery_on for line in self.lines.values() if line.delivery_on is not None]
        return max(days, default=None)
