"""What a quota is held against, and what is refused when one is entered.

A *procedure* says by which characteristics a quota is told apart, in which periods, and how far a line may look back
and ahead. A *cell* is one row of targets of it: a value for each characteristic, or `#` for any other. A *sequence* is
one or more procedures in order; it is assigned to products or product groups for a time.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.quantity import format_quantity
from troth.kernel.quota import WILDCARD
from troth.kernel.shares import by_percentage, by_ratio

SEPARATOR = "|"
LONGEST_CELL = 200
LONGEST_VALUE = 60
WINDOW_MAX = 60
"""Periods that a line may look back or ahead."""
PERIODS_MAX = 400
"""Periods of one cell; a year of days and more than a month to spare."""
YEARS_MAX = 10
"""Years from today for which something may be planned."""
PROTECTIONS = 0
"""The procedure under which the quota ledger keeps supply protections; the cell is the id of the protection."""


class Characteristic(StrEnum):
    """By what quotas are told apart, in the order in which a cell names them. A region is the ship-to's."""

    PRODUCT = "product"
    PRODUCT_GROUP = "product_group"
    CUSTOMER = "customer"
    CUSTOMER_GROUP = "customer_group"
    COUNTRY = "country"
    REGION = "region"
    CHANNEL = "channel"


class WithoutCell(StrEnum):
    """What holds for a line that is in no cell: it is free of the quota, or gets nothing."""

    FREE = "free"
    NOTHING = "nothing"


class By(StrEnum):
    """How cells share a total: by hundredths of a percent, of which the rest goes to nobody, or by parts of a ratio."""

    PERCENTAGE = "percentage"
    RATIO = "ratio"


class Exhausted(StrEnum):
    """What becomes of what a used-up quota cannot confirm: it goes to a later period, or stays open."""

    LATER = "later"
    OPEN = "open"


class WrongQuota(InvalidInput):
    """A procedure, sequence, target or protection that cannot be."""

    code = "wrong_quota"


class PartOfTotal(InvalidInput):
    """A quantity is entered for a cell that has a share of a total."""

    code = "part_of_total"


def dealt(by: str, total: int, shares: Sequence[int]) -> tuple[int, ...]:
    """What shares of a total (smallest units) come to. `SharesPastWhole`, `NothingToShareBy`."""
    return by_percentage(total, shares) if by == By.PERCENTAGE else by_ratio(total, shares)


def written_share(by: str, share: int, total: int, decimals: int) -> str:
    """As `notation.read_target` reads it."""
    whole = format_quantity(total, decimals)
    if by == By.PERCENTAGE:
        return f"{format_quantity(share, 2)} % of {whole}"
    return f"{share} parts of {whole}"


class UnknownValue(InvalidInput):
    """A characteristic was given a value that nothing in the books has."""

    code = "unknown_value"


class Contradiction(BusinessError):
    """A cell or a protection that contradicts another, or itself."""

    code = "quota_contradiction"


class FreesLines(BusinessError):
    """Without this cell its procedure would limit its lines no more, and nobody said that this is meant."""

    code = "quota_frees_lines"


class ReachesOverlap(BusinessError):
    """A procedure would hold twice for the same product on the same day."""

    code = "quota_reaches_overlap"


class TooManyTargets(BusinessError):
    """More targets than a file may have."""

    code = "too_many_targets"


class PastPeriod(InvalidInput):
    """A target for a time that is over."""

    code = "past_period"


class Traits(NamedTuple):
    """By what a line is told apart; "" where there is no such value. `edition` is the token of the customer's terms."""

    product: str = ""
    product_group: str = ""
    customer: str = ""
    customer_group: str = ""
    country: str = ""
    region: str = ""
    channel: str = ""
    edition: int | None = None

    @property
    def text(self) -> str:
        """All values in one text, for `read`."""
        return SEPARATOR.join([self.value(one) for one in Characteristic])

    @classmethod
    def read(cls, text: str) -> "Traits":
        """The values of a text."""
        values = ["" if value == WILDCARD else value for value in text.split(SEPARATOR)]
        product, group, customer, customer_group, country, region, channel = values
        return cls(product, group, customer, customer_group, country, region, channel)

    def value(self, characteristic: str) -> str:
        """The value, `#` where the line has none: only a wildcard holds for it."""
        found: str = getattr(self, characteristic)
        return WILDCARD if not found or SEPARATOR in found else found


def cell_of(values: Sequence[str]) -> str:
    """The canonical text of a cell."""
    return SEPARATOR.join(values)


def core_of(traits: Traits, characteristics: Sequence[str]) -> str:
    """Who a line is where supply is protected by these characteristics."""
    return cell_of([traits.value(one) for one in characteristics])


def values_of(cell: str, characteristics: Sequence[str]) -> dict[str, str]:
    """The values of a cell by characteristic."""
    return dict(zip(characteristics, cell.split(SEPARATOR), strict=True))


def read_characteristics(text: str) -> tuple[Characteristic, ...]:
    """`region, channel` as characteristics, in the order in which cells name them."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in set(Characteristic):
            raise WrongQuota(
                Sentence(
                    "There is no characteristic %(word)s. Choose some of: %(known)s.",
                    word=word[:40],
                    known=", ".join(Characteristic),
                ),
                field="characteristics",
            )
        if words.count(word) > 1:
            raise WrongQuota(Sentence("%(word)s stands there twice. Name it once.", word=word), field="characteristics")
    if not words:
        raise WrongQuota(
            Sentence("A quota needs something to be told apart by. Choose at least one characteristic."),
            field="characteristics",
        )
    return tuple(one for one in Characteristic if one in words)


def read_values(values: Mapping[str, str], characteristics: Sequence[str]) -> tuple[str, ...]:
    """The values of a cell in order; what is left empty is any other. A value of another characteristic is refused."""
    for name, value in values.items():
        if value and name not in characteristics:
            raise WrongQuota(
                Sentence(
                    "The procedure is not told apart by %(name)s. Leave it empty, or choose another procedure.",
                    name=name.replace("_", " "),
                ),
                field=name,
            )
        if SEPARATOR in value or len(value) > LONGEST_VALUE:
            raise WrongQuota(
                Sentence("A value has at most %(most)s signs and no |. Enter another.", most=LONGEST_VALUE), field=name
            )
    found = tuple(values.get(one, "").strip() or WILDCARD for one in characteristics)
    if len(cell_of(found)) > LONGEST_CELL:
        raise WrongQuota(
            Sentence("The values of a cell have at most %(most)s signs together.", most=LONGEST_CELL),
            field=characteristics[0],
        )
    return found
