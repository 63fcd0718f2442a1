"""What people enter: procedures, sequences, targets and protections, before anything is checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from troth.business.quotas.rules import Characteristic, Exhausted, WithoutCell
from troth.kernel.periods import PeriodKind
from troth.kernel.quota import Order


@dataclass(frozen=True, slots=True)
class ProcedureDraft:
    """`characteristics` are words with commas: `region, channel`."""

    code: str
    name: str
    characteristics: str
    unit: str
    period: str = PeriodKind.WEEK.value
    look_back: int = 0
    look_ahead: int = 0
    order: str = Order.BACKWARD_FORWARD.value
    without_cell: str = WithoutCell.FREE.value
    exhausted: str = Exhausted.LATER.value
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ReachDraft:
    """A product (number) or a product group, and the wished days for which the sequence holds."""

    valid_from_on: date
    product: str = ""
    product_group: str = ""
    valid_to_on: date | None = None


@dataclass(frozen=True, slots=True)
class SequenceDraft:
    """`procedures` are codes, in the order in which they are asked."""

    code: str
    name: str
    procedures: Sequence[str]
    reaches: Sequence[ReachDraft] = field(default_factory=tuple)
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ShareDraft:
    """A share of the `total` (smallest units) of a period: hundredths of a percent, or parts of a ratio (`by`)."""

    by: str
    share: int
    total: int


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """`quantity` (smallest units) is planned for a cell in the period in which `on` lies; what `values` leave out is
    any other. `row` is its place in what was entered, for refusals. With a `share` the quantity is what that comes to.
    """

    values: Mapping[str, str]
    on: date
    quantity: int
    row: int | None = None
    share: ShareDraft | None = None


WHOM = ("characteristic", "value", "second_characteristic", "second_value")


def in_order(*said: str) -> dict[str, str]:
    """Whom something is kept for by the names of `WHOM`: the characteristic first that cells name first."""
    order = [*Characteristic, ""]
    first, second = sorted((said[:2], said[2:]), key=lambda one: order.index(one[0]))
    return dict(zip(WHOM, (*first, *second), strict=True))


@dataclass(frozen=True, slots=True)
class ProtectionDraft:
    """`quantity` (smallest units) of a product at a site (number, code) is kept for those of a value, or of two."""

    product: str
    site: str
    characteristic: str
    value: str
    first_on: date
    last_on: date
    quantity: int
    priority: int | None = None
    is_active: bool = True
    second_characteristic: str = ""
    second_value: str = ""

    @property
    def whom(self) -> dict[str, str]:
        """Whom it is kept for by column, in the order in which cells name characteristics."""
        return in_order(self.characteristic, self.value, self.second_characteristic, self.second_value)


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of what is promised already was counted (smallest units), of how many lines; `over` of it exceeds what
    is planned."""

    lines: int = 0
    quantity: int = 0
    over: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """A record that was written, and what of promises was counted because of it."""

    id: int
    version: int
    counted: Counted = Counted()
