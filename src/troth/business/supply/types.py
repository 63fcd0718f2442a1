"""What goods count as in availability: by type of stock, and by kind of receipt; which types a posting leads to."""

from enum import StrEnum

from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.netting import Category
from troth.ledgers.stock.keys import StockType

CATEGORIES = {
    StockType.UNRESTRICTED: Category.STOCK,
    StockType.QUALITY: Category.QUALITY_STOCK,
    StockType.BLOCKED: Category.BLOCKED_STOCK,
    StockType.IN_TRANSIT: Category.TRANSFER_IN,
}
"""What a type counts as where goods are promised; scopes of check choose among these."""

COUNTS = (
    (StockType.UNRESTRICTED, False, Category.STOCK),
    (StockType.UNRESTRICTED, True, Category.LEFT_OUT_STOCK),
    *((kind, None, category) for kind, category in CATEGORIES.items() if kind is not StockType.UNRESTRICTED),
)
"""(type, at a location that is left out of the check or not (None: either), what it counts as)."""


def category_of(stock_type: str, *, is_left_out: bool) -> Category:
    """What goods of a type count as at a location."""
    for kind, left_out, category in COUNTS:
        if kind == stock_type and left_out in (None, is_left_out):
            return category
    raise ValueError(stock_type)


EXPECTED = {
    ("purchase", False): Category.PURCHASE,
    ("production", False): Category.PRODUCTION,
    ("requisition", False): Category.REQUISITION,
    ("requisition", True): Category.FIRM_REQUISITION,
    ("planned", False): Category.PLANNED,
    ("planned", True): Category.FIRM_PLANNED,
}
"""(kind of receipt, firm or not) -> what it counts as before it comes."""

PLANNED = ("planned", "requisition")
"""Kinds that are planned and not ordered: nobody receives goods of them."""

ORDERED = ("purchase", "production")
"""Kinds that goods come of, and that planned supply is converted into."""

ANY_ORDER = "ordered"
"""In the place of a kind where receipts are chosen: whichever of `ORDERED`."""


class Verb(StrEnum):
    """What a transfer posting does, as people say it."""

    RELEASE = "release"
    BLOCK = "block"
    UNBLOCK = "unblock"
    INSPECT = "inspect"
    SEND = "send"
    PLACE = "place"


STEPS: dict[tuple[str, str], Verb] = {
    (StockType.UNRESTRICTED, StockType.QUALITY): Verb.INSPECT,
    (StockType.UNRESTRICTED, StockType.BLOCKED): Verb.BLOCK,
    (StockType.UNRESTRICTED, StockType.IN_TRANSIT): Verb.SEND,
    (StockType.QUALITY, StockType.UNRESTRICTED): Verb.RELEASE,
    (StockType.QUALITY, StockType.BLOCKED): Verb.BLOCK,
    (StockType.BLOCKED, StockType.UNRESTRICTED): Verb.UNBLOCK,
    (StockType.BLOCKED, StockType.QUALITY): Verb.INSPECT,
    (StockType.IN_TRANSIT, StockType.UNRESTRICTED): Verb.PLACE,
    (StockType.IN_TRANSIT, StockType.QUALITY): Verb.INSPECT,
    (StockType.IN_TRANSIT, StockType.BLOCKED): Verb.BLOCK,
}
"""What leads from one type to another; what is not here is refused."""


DECIDED = {"accept": StockType.UNRESTRICTED, "reject": StockType.BLOCKED}
"""What goods in inspection become by a usage decision."""


class NoSuchTransfer(BusinessError):
    """Goods of this type cannot become goods of that type."""

    code = "no_such_transfer"


class DayMissing(BusinessError):
    """Goods are sent and nobody says when they arrive, or a day is given where none counts."""

    code = "expected_day_missing"


class PlaceMissing(BusinessError):
    """Goods are sent and nobody says where to, or a bin is given where they stay where they are."""

    code = "target_bin_missing"


class AlreadyReversed(BusinessError):
    """The transfer posting was taken back before."""

    code = "transfer_already_reversed"


def step_of(from_type: str, to_type: str) -> Verb:
    """The verb that leads from one type to another; `NoSuchTransfer` where none does."""
    verb = STEPS.get((from_type, to_type))
    if verb is not None:
        return verb
    raise NoSuchTransfer(
        Sentence(
            "Stock that is %(old)s does not become %(new)s. Choose another type.", old=from_type[:20], new=to_type[:20]
        ),
        field="to_type",
    )


def becomes(code: str) -> StockType:
    """The type that goods have after a usage decision."""
    if code not in DECIDED:
        raise InvalidInput(
            Sentence("There is no decision %(code)s. Accept the goods or reject them.", code=code[:20]), field="code"
        )
    return DECIDED[code]


def check_expected(verb: Verb, to_type: str, *, has_day: bool, is_past: bool, has_bin: bool) -> None:
    """Refuse a day or a bin where none counts, none where one does, and a day that has passed.

    Goods that are sent arrive on a day, in a bin. Goods in inspection may have a day of release.
    """
    if verb is Verb.SEND and not has_day:
        raise DayMissing(Sentence("Goods that are sent arrive on a day. Enter it."), field="expected_on")
    if has_day and to_type not in (StockType.IN_TRANSIT, StockType.QUALITY):
        raise DayMissing(
            Sentence("Only goods in inspection or in transit are expected on a day. Leave it out."),
            field="expected_on",
        )
    if is_past:
        raise DayMissing(Sentence("That day has passed. Enter today or a later day."), field="expected_on")
    if has_bin != (verb is Verb.SEND):
        raise PlaceMissing(
            Sentence("Choose the bin that the goods are sent to.")
            if verb is Verb.SEND
            else Sentence("Goods stay in their bin when their type changes. Leave the bin out, and move them."),
            field="to_bin",
        )
