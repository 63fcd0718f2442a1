"""Planned supply: what may be firm, what becomes of it, and that nobody receives goods of it."""

from datetime import date

from troth.kernel.errors import BusinessError, InvalidInput, Sentence

KINDS = {
    "purchase": Sentence("purchase order"),
    "production": Sentence("production order"),
    "requisition": Sentence("purchase requisition"),
    "planned": Sentence("planned order"),
}
"""What a kind of receipt is called."""

INTO = {"requisition": ("purchase",), "planned": ("production", "purchase", "requisition")}
"""What planned supply may become."""


class FirmNotPlanned(BusinessError):
    """Something that is ordered already is said to be firm."""

    code = "firm_not_planned"


class NotOrderedYet(BusinessError):
    """Goods come in of supply that is planned and not ordered."""

    code = "not_ordered_yet"


class NotPlanned(BusinessError):
    """What is ordered already would be converted, or planned as if it were not ordered."""

    code = "not_planned"


class CannotBecome(BusinessError):
    """Planned supply would become something that it cannot."""

    code = "cannot_become"


class NotMadeOfPlan(BusinessError):
    """An order that was not made of planned supply would go back into a plan."""

    code = "not_made_of_plan"


class GoodsHaveCome(BusinessError):
    """An order of which goods have come would go back into the plan."""

    code = "goods_have_come"


class PlannedTwice(BusinessError):
    """A plan names the same order twice."""

    code = "planned_twice"


class NoLongerPlanned(BusinessError):
    """A plan names an order that was converted, or cancelled."""

    code = "no_longer_planned"


def check_firm(kind: str, is_firm: bool, row: int | None = None) -> None:
    """Refuse what is said to be firm and is no planned order or requisition."""
    if is_firm and kind not in INTO:
        raise FirmNotPlanned(
            Sentence(
                "Only planned orders and requisitions can be firm. Leave that out: a %(kind)s is firm in any case.",
                kind=KINDS[kind],
            ),
            row=row,
            field="is_firm",
        )


def check_ordered(kind: str, number: str) -> None:
    """Refuse goods of what nobody has ordered."""
    if kind in INTO:
        raise NotOrderedYet(
            Sentence("The %(kind)s %(number)s is not ordered yet. Convert it first.", kind=KINDS[kind], number=number)
        )


def check_planned(kind: str, number: str) -> None:
    """Refuse to convert what is ordered already."""
    if kind not in INTO:
        raise NotPlanned(
            Sentence(
                "The %(kind)s %(number)s is ordered already. Convert requisitions and planned orders.",
                kind=KINDS[kind],
                number=number,
            )
        )


def check_back(number: str, *, is_made: bool, received: int = 0) -> None:
    """Refuse to take an order back into a plan that it did not come of, or of which goods have come."""
    if not is_made:
        raise NotMadeOfPlan(
            Sentence("%(number)s was not made of planned supply. Cancel it, if it is not to come.", number=number)
        )
    if received:
        raise GoodsHaveCome(
            Sentence("Goods of %(number)s have come. Reverse their receipt first, or cancel the rest.", number=number)
        )


def check_conversion(kind: str, number: str, into: str) -> None:
    """The same, and refuse what it cannot become."""
    check_planned(kind, number)
    if into not in INTO[kind]:
        raise CannotBecome(
            Sentence(
                "The %(kind)s %(number)s cannot become a %(into)s. Choose %(choices)s.",
                kind=KINDS[kind],
                number=number,
                into=KINDS.get(into, into),
                choices=", ".join(INTO[kind]),
            ),
            field="kind",
        )


def check_due(due_on: date, today: date) -> None:
    """Refuse to order for a day that has passed."""
    if due_on < today:
        raise InvalidInput(Sentence("%(on)s has passed. Enter today or a later day.", on=due_on), field="due_on")


def check_plan(kind: str, is_firm: bool, row: int) -> None:
    """Refuse what is no planned supply in a plan."""
    if kind not in INTO:
        raise NotPlanned(
            Sentence("A plan has the kinds %(kinds)s. Enter orders as receipts.", kinds=", ".join(sorted(INTO))),
            row=row,
            field="kind",
        )
    check_firm(kind, is_firm, row)


def planned_twice(kind: str, number: str, row: int) -> PlannedTwice:
    return PlannedTwice(
        Sentence("The %(kind)s %(number)s is named twice. Name it once.", kind=KINDS[kind], number=number),
        row=row,
        field="number",
    )


def no_longer_planned(kind: str, number: str, row: int) -> NoLongerPlanned:
    return NoLongerPlanned(
        Sentence(
            "The %(kind)s %(number)s was converted or cancelled. Leave it out, or use another number.",
            kind=KINDS[kind],
            number=number,
        ),
        row=row,
        field="number",
    )


class OtherGoods(BusinessError):
    """A plan names an order that is planned of another product, site or valuation type."""

    code = "other_goods"


def other_goods(kind: str, number: str, product: str, row: int) -> OtherGoods:
    return OtherGoods(
        Sentence(
            "The %(kind)s %(number)s is of product %(product)s, at its site and of its valuation type. Use another"
            " number.",
            kind=KINDS[kind],
            number=number,
            product=product,
        ),
        row=row,
        field="product",
    )
