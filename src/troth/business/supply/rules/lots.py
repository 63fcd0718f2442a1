"""What may be decided on goods in an inspection lot, and by whom."""

from datetime import date
from enum import StrEnum

from troth.business.supply.rules import ReasonMissing
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.lifecycle import Lifecycle


class LotState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    CANCELLED = "cancelled"


LOT = Lifecycle(
    "inspection lot",
    {
        (LotState.OPEN, "change"): LotState.OPEN,
        (LotState.OPEN, "decide a part"): LotState.OPEN,
        (LotState.OPEN, "decide the rest"): LotState.DECIDED,
        (LotState.OPEN, "cancel"): LotState.CANCELLED,
        (LotState.OPEN, "reverse"): LotState.OPEN,
        (LotState.DECIDED, "reverse"): LotState.OPEN,
    },
)


class LotHoldsLess(BusinessError):
    """More of a lot is decided than is open of it, or a lot is entered for more than lies in no lot."""

    code = "lot_holds_less"


class GoodsInLots(BusinessError):
    """Goods in inspection would be posted away under the lots that they belong to."""

    code = "goods_in_inspection_lots"


class LotDecided(BusinessError):
    """A goods receipt is taken back of whose lot something is decided."""

    code = "lot_decided"


class OwnGoods(BusinessError):
    """Who received the goods would decide on them."""

    code = "own_goods"


class DecisionReversed(BusinessError):
    """A usage decision is taken back for the second time."""

    code = "decision_reversed"


def check_reason(code: str, reason: str) -> None:
    if code == "reject" and not reason.strip():
        raise ReasonMissing(Sentence("Goods are rejected for a reason. Say why."), field="reason")


def check_people(number: str, received_by_id: int | None, decides_id: int | None) -> None:
    """Refuse who received the goods: two people see to it that they are sound."""
    if decides_id is not None and decides_id == received_by_id:
        raise OwnGoods(
            Sentence(
                "You received the goods of lot %(number)s yourself. Somebody else decides on them.", number=number
            ),
            number=number,
        )


def check_day(on: date | None, today: date) -> None:
    """Refuse a day of release that has passed."""
    if on is not None and on < today:
        raise InvalidInput(Sentence("%(on)s has passed. Enter today or a later day.", on=on), field="expected_on")


def after_decision(state: str, left: int) -> LotState:
    """The state once `left` is not decided."""
    return LOT.step(state, "decide a part" if left else "decide the rest")
