"""Inspection lots over the API: which there are, and the usage decision on them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import Field

from troth.business.supply import actions, lots
from troth.business.supply.api.quantities import read
from troth.business.supply.lots import LotRow
from troth.business.supply.models import InspectionLot
from troth.kernel.errors import NotFound, Sentence
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Shown, quantity
from troth.reference import queries as reference

operations = Operations("supply")


class DecisionShown(Shown):
    """`posting` is the transfer posting that it is."""

    id: int
    decision: str
    quantity: str
    reason: str
    posting: int
    decided_at: datetime
    is_reversed: bool


class LotShown(Shown):
    """`open` is not decided yet, in the product's base unit; `origin` is purchase, production or by_hand."""

    id: int
    number: str
    product: str
    site: str
    location: str
    bin: str
    batch: str
    valuation: str
    origin: str
    receipt: str
    quantity: str
    open: str
    unit: str
    created_on: date
    expected_on: date | None
    is_releasable: bool
    note: str
    state: str
    version: int
    decisions: list[DecisionShown]


class LotFilter(Paging):
    """Narrowed by state (open unless it says otherwise), site (code), product (number) and origin."""

    state: Literal["open", "decided", "cancelled"] = "open"
    site: Code = ""
    product: Code = ""
    origin: Literal["", "purchase", "production", "by_hand"] = ""
    releasable: bool = False


@operations.reads("/lots", Page[LotShown])
def list_lots(request: ApiRequest, found: Query[LotFilter]) -> dict[str, Any]:
    """Goods in quality inspection by lot."""
    rows = lots.chosen(
        request.auth, state=found.state, site=found.site, product=found.product, origin=found.origin,
        releasable=found.releasable,
    )  # fmt: skip
    return page(request, rows.values("id"), found, _listed, order=("id",))


def _listed(chosen: Iterable[dict[str, Any]]) -> list[LotShown]:
    ids = [row["id"] for row in chosen]
    decided: dict[int, list[DecisionShown]] = {}
    rows = lots.rows(InspectionLot.objects.filter(id__in=ids).order_by("id"))
    decimals = {row.id: row.decimals for row in rows}
    for one in lots.decisions(ids):
        decided.setdefault(one.lot_id, []).append(_decision(one, decimals[one.lot_id]))
    return [_shown(row, decided.get(row.id, [])) for row in rows]


def _decision(one: lots.DecisionRow, decimals: int) -> DecisionShown:
    return DecisionShown(
        id=one.id, decision=one.code, quantity=quantity(one.quantity, decimals), reason=one.reason,
        posting=one.posting_id, decided_at=one.decided_at, is_reversed=one.is_reversed,
    )  # fmt: skip


def _shown(row: LotRow, decided: list[DecisionShown]) -> LotShown:
    same = (
        "id", "number", "product", "site", "location", "bin", "batch", "valuation", "origin", "receipt", "unit",
        "created_on", "expected_on", "is_releasable", "note", "state", "version",
    )  # fmt: skip
    return LotShown(
        **{name: getattr(row, name) for name in same},
        quantity=quantity(row.quantity, row.decimals),
        open=quantity(row.open, row.decimals),
        decisions=decided,
    )


@operations.reads("/lots/{int:lot_id}", LotShown)
def get_lot(request: ApiRequest, lot_id: Id) -> LotShown:
    [shown] = _listed([{"id": _seen(request, lot_id).id}])
    return shown


def _seen(request: ApiRequest, lot_id: int) -> LotRow:
    row = lots.lot(lot_id)
    if row is None or not request.auth.sees(row.company_id, row.site_id):
        raise NotFound(Sentence("There is no inspection lot %(id)s that you may see."), id=lot_id)
    return row


class NewLot(Entry):
    """Goods that lie in inspection in a bin (by id) and are in no lot, in the product's base unit.

    `expected_on` left out: the day for which they stand in inspection stays.
    """

    bin: Id
    quantity: Figure
    batch: Annotated[str, Field(max_length=40)] = ""
    valuation: Annotated[str, Field(max_length=20)] = ""
    expected_on: Day | None = None
    is_releasable: bool = True
    note: Annotated[str, Field(max_length=200)] = ""


@operations.creates("/stock/{int:product_id}/lots", LotShown)
def enter_lot(request: ApiRequest, product_id: Id, lot: NewLot) -> LotShown:
    """Put goods that lie in inspection into a lot."""
    given = lot.model_dump(exclude={"bin", "quantity"})
    amount = read(lot.quantity, reference.product(product_id))
    lot_id = create(request, actions.enter_lot, product_id, bin_id=lot.bin, quantity=amount, **given)
    return get_lot(request, lot_id)


class LotChange(Entry):
    """The day of release (null: not known), and whether goods of it may be given before."""

    expected_on: Day | None
    is_releasable: bool
    note: Annotated[str, Field(max_length=200)] = ""


@operations.changes("/lots/{int:lot_id}", LotShown, method="PUT")
def change_lot(request: ApiRequest, lot_id: Id, change: LotChange) -> LotShown:
    """Say anew when a lot is released; promises that it leaves uncovered become shortages."""
    version = versions.expected(request)
    act(request, actions.change_lot, lot_id, **change.model_dump(), expected_version=version)
    return get_lot(request, lot_id)


class Decision(Entry):
    """Accept goods of a lot (they are free) or reject them, with the reason (they are blocked)."""

    decision: Literal["accept", "reject"]
    quantity: Figure
    reason: Annotated[str, Field(max_length=80)] = ""


@operations.creates("/lots/{int:lot_id}/decide", LotShown)
def decide_usage(request: ApiRequest, lot_id: Id, decision: Decision) -> LotShown:
    """Record a usage decision on all or a part of a lot."""
    row = _seen(request, lot_id)
    amount = read(decision.quantity, reference.product(row.product_id))
    create(request, actions.decide_usage, lot_id, decision.decision, amount, reason=decision.reason)
    return get_lot(request, lot_id)


@operations.acts("/lots/decisions/{int:decision_id}/reverse", LotShown)
def reverse_usage(request: ApiRequest, decision_id: Id) -> LotShown:
    """Take a usage decision back: its goods are in inspection again."""
    found = lots.decision(decision_id)
    if found is None:
        raise NotFound(Sentence("There is no usage decision %(id)s.", id=decision_id), id=decision_id)
    _seen(request, found.lot_id)
    act(request, actions.reverse_usage, decision_id)
    return get_lot(request, found.lot_id)
