"""The key of an availability series: product, site and what is kept apart there."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from troth.kernel import lots as lots_of
from troth.kernel import netting
from troth.platform.locks import BalanceKey, Rank


@dataclass(slots=True)
class AvailabilityBalance:
    """The series of a key: signed quantities by category and day, in the product's smallest units.

    `lots` says of which batches they are and how long they last; empty as long as nothing on the key names either.
    `limits` is the version of the quotas and protections that last changed for the key: who promises on an older one
    does not know them yet. From `lapses` on (seconds since 1970-01-01; 0: never) a confirmation on the key may have
    lapsed.
    """

    id: int
    version: int
    series: netting.Series
    lots: lots_of.Lots = lots_of.EMPTY
    limits: int = 0
    lapses: int = 0

    def __copy__(self) -> "AvailabilityBalance":
        # What `copy` finds out by itself costs it ten times as much, and each plan on supposed books copies them all.
        return AvailabilityBalance(self.id, self.version, self.series, self.lots, self.limits, self.lapses)


@dataclass(frozen=True, slots=True, order=True)
class AvailabilityKey(BalanceKey):
    """`segment` is "" for the site's common stock; storage location, batch, quality or owner otherwise."""

    product_id: int
    site_id: int
    segment: str = ""

    rank: ClassVar[Rank] = Rank.AVAILABILITY
    table: ClassVar[str] = "availability_balance"
    types: ClassVar[tuple[str, ...]] = ("int", "int", "text")
    columns: ClassVar[tuple[str, ...]] = ("version", "series", "lots", "limits", "lapses")

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> AvailabilityBalance:
        found = lots_of.unpack(row[3]) if row[3] else lots_of.EMPTY
        return AvailabilityBalance(row[0], row[1], netting.unpack(bytes(row[2])), found, row[4], row[5])

    @classmethod
    def empty(cls, key: Self) -> AvailabilityBalance:
        return AvailabilityBalance(0, 0, netting.unpack(b""))
